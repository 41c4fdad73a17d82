"""Waiting for what others start."""

import json
import urllib.error
import urllib.request

from deploy.services import NAMES
from shared.settings import Settings


def ready(settings: Settings) -> bool:
    """Whether every service answers at the public port and can reach its database and the event log."""
    base = f"http://{settings.host}:{settings.port}"
    return all(_status(f"{base}/{name}/readyz") == "ok" for name in NAMES)


def _status(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own address
            return str(json.load(answer)["status"])
    except (OSError, ValueError, urllib.error.URLError):
        return "away"
