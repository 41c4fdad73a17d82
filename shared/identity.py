"""The three questions a service may ask `people`, the one trusted place (rule 8). Everything else is a fact.

Over HTTP, or embedded in the same process, it is the same client and the same API; `people` logs every answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import structlog

from shared import tracing
from shared.errors import Unavailable
from shared.i18n import gettext as _

NAMES_SECONDS, PATIENT_SECONDS = 0.5, 5.0
log = structlog.get_logger()


@dataclass(frozen=True)
class Contact:
    """The answer to "may I reach her now, how": `address` only when `allowed`; `reason` is a code."""

    allowed: bool
    reason: str
    address: str | None = None
    language: str = "pl"
    not_before: str | None = None
    """When to ask again (RFC 3339), where it is only too early."""


@dataclass(frozen=True)
class Identity:
    """`client` speaks to `people`; `own_token` makes this service's token."""

    client: httpx.Client
    own_token: Callable[[], str]

    def cards(self, ids: Sequence[str], *, token: str, purpose: str) -> dict[str, str]:
        """Names by participant id, those the user may see. Empty when `people` is slow or away: pages show codes."""
        if not ids:
            return {}
        body = {"ids": list(dict.fromkeys(ids)), "purpose": purpose}
        try:
            found = self._ask("/people/api/v1/cards", body, token=token, seconds=NAMES_SECONDS)
        except Unavailable:
            return {}
        return {card["id"]: card["name"] for card in found.get("items", ()) if card.get("name")}

    def contact(self, *, recipient: dict[str, str], channel: str, urgent: bool) -> Contact:
        """May this person be reached now on this channel, and where. Raises Unavailable: then the message waits.

        `recipient` is `{"participant_id": …}` or `{"account_id": …}`.
        """
        body = {**recipient, "channel": channel, "urgent": urgent, "purpose": "notification"}
        answer = self._ask("/people/api/v1/contact", body, token=self.own_token(), seconds=PATIENT_SECONDS)
        return Contact(**{name: answer[name] for name in Contact.__dataclass_fields__ if name in answer})

    def knows(self, participant_id: str, *, token: str) -> bool:
        """Whether there is such a participant whom the user may refer to. Raises Unavailable."""
        body = {"participant_id": participant_id, "purpose": "referral"}
        answer = self._ask("/people/api/v1/existence", body, token=token, seconds=PATIENT_SECONDS)
        return bool(answer.get("exists"))

    def _ask(self, path: str, body: dict[str, Any], *, token: str, seconds: float) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        if trace := tracing.current():
            headers["traceparent"] = tracing.child(trace).traceparent
        try:
            answer = self.client.post(path, json=body, headers=headers, timeout=seconds)
            answer.raise_for_status()
        except httpx.HTTPError as fault:
            log.warning("people.away", error=type(fault).__name__)
            raise Unavailable(_("Personal data cannot be reached at the moment.")) from None
        result: dict[str, Any] = answer.json()
        return result
