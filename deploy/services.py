"""The six services, by name; imported only when a process needs them."""

import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from shared.settings import Settings

if TYPE_CHECKING:
    from shared.service import Runtime

NAMES = ("people", "referrals", "programmes", "mentoring", "cooperatives", "notifications")


def composition(name: str) -> Any:
    """The service's composition root, `services.<name>.app`."""
    return importlib.import_module(f"services.{name}.app")


def open_runtime(name: str, settings: Settings) -> "Runtime":
    runtime: Runtime = composition(name).make_runtime(settings)
    return runtime


def open_together(settings: Settings, names: Iterable[str] = NAMES) -> dict[str, "Runtime"]:
    """Runtimes that share one process: what they ask `people` never leaves it."""
    runtimes = {name: open_runtime(name, settings) for name in names}
    apps: dict[str, Any] = {}

    def people_app() -> Any:
        if "people" not in apps:
            apps["people"] = composition("people").web(runtimes["people"])
        return apps["people"]

    for runtime in runtimes.values():
        runtime.people_app = people_app
    return runtimes
