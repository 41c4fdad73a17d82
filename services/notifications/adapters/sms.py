"""SMS through an HTTP service in the shape of SMSAPI's `sms.do`."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from services.notifications.adapters.faults import ForEver, Passing
from services.notifications.adapters.letters import Letter

SECONDS = 10.0
TAKEN_BEFORE = 53
"""It had this `idx` already: an earlier attempt arrived, whatever became of its answer."""
NOT_A_NUMBER = 13
PASSING = frozenset({
    8, 101, 102, 103, 105, 110, 200, 201, 203, 400, 401, 999, 1000, 1001,
})  # fmt: skip
"""Credentials, credit, limits and faults of theirs: somebody mends them, and the message is still good."""


class HttpSender:
    """`https://host[/sms.do]`; the token is read from its file for each message, so that it can be changed."""

    def __init__(self, address: str, token_file: str, transport: httpx.BaseTransport | None = None) -> None:
        self._address = address if urlsplit(address).path not in ("", "/") else address.rstrip("/") + "/sms.do"
        self._token_file = token_file
        self._client = httpx.Client(timeout=SECONDS, transport=transport, follow_redirects=False)

    def send(self, letter: Letter) -> str:
        form = {
            "to": letter.address,
            "message": letter.text,
            "encoding": "utf-8",
            "format": "json",
            "idx": letter.id,
            "check_idx": "1",
        }
        try:
            answer = self._client.post(self._address, data=form, headers=self._headers())
        except (httpx.HTTPError, OSError) as fault:
            raise Passing(type(fault).__name__) from None
        return _reference(answer, letter)

    def _headers(self) -> dict[str, str]:
        token = Path(self._token_file).read_text().strip() if self._token_file else ""
        return {"Authorization": f"Bearer {token}"} if token else {}


def _reference(answer: httpx.Response, letter: Letter) -> str:
    """The provider's id of a message that it took. Raises Passing or ForEver."""
    said = _json(answer)
    error = said.get("error")
    if error == TAKEN_BEFORE:
        return letter.id
    if error is not None:
        raise _refusal(error)
    if answer.status_code >= 500 or answer.status_code == 429:
        raise Passing(f"HTTP {answer.status_code}")
    if answer.status_code >= 400:
        raise ForEver("provider-refused", f"HTTP {answer.status_code}")
    return _first(said)


def _refusal(error: Any) -> Passing | ForEver:
    if not isinstance(error, int) or error in PASSING:
        return Passing(f"SMS {error if isinstance(error, int) else 'unknown'}")
    return ForEver("contact-refused" if error == NOT_A_NUMBER else "provider-refused", f"SMS {error}")


def _first(said: dict[str, Any]) -> str:
    listed = said.get("list")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    if first.get("error"):
        raise _refusal(first["error"])
    if not first.get("id"):
        raise Passing("SMS without an answer")
    return str(first["id"])


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
