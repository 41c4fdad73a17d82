"""The facts that referrals publishes: ids, codes, dates and public names, never what was typed about a woman."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.referrals.domain import Row
from shared.dates import isoformat_z
from shared.envelope import Event

INSTITUTION = ("name", "type", "teryt", "status", "confidential_location")
SERVICE = (
    "institution_id", "name", "category", "teryt", "languages", "childcare", "status", "confidential_location",
)  # fmt: skip
CAPACITY = ("unit", "available", "maximum", "waiting_list")
AGREEMENT = ("fields", "purposes", "valid_from", "valid_to", "status")
REFERRAL = (
    "code", "participant_id", "service_id", "service_category", "vacancy_id", "sender_id", "receiver_id", "sent_by",
    "handled_by", "priority", "needs", "status", "business_status", "look_by", "decide_by", "contact_by",
)  # fmt: skip
ALSO: Mapping[str, tuple[str, ...]] = {
    "requested": ("replaces",),
    "accepted": ("languages", "childcare", "teryt", "mentor_wished"),
    "rejected": ("reason",),
    "redirected": ("reason", "replaced_by"),
    "cancelled": ("reason",),
    "failed": ("reason",),
    "completed": ("outcome",),
}
"""What a fact tells of the referral beyond what all of them do."""


def institution(fact: str, row: Row) -> Event:
    also = ("closed_on",) if fact == "closed" else ()
    return Event(f"referrals.institution.{fact}.v1", row["id"], _taken(row, *INSTITUTION, *also))


def service(fact: str, row: Row, **more: Any) -> Event:
    data = {**_taken(row, *SERVICE), "capacity": _taken(row, *CAPACITY), **more}
    return Event(f"referrals.service.{fact}.v1", row["id"], data)


def agreement(fact: str, row: Row, *, parties: Sequence[str], **more: Any) -> Event:
    also = ("ended_on", "reason", "ended_by") if fact == "ended" else ()
    data = {"parties": list(parties), **_taken(row, *AGREEMENT, *also), **more}
    return Event(f"referrals.agreement.{fact}.v1", row["id"], data)


def referral(fact: str, row: Row, **more: Any) -> Event:
    data = _taken({**row, **more}, *REFERRAL, *ALSO.get(fact, ()), *more)
    if fact == "accepted":
        data["sharing"] = {"fields": row["sharing_fields"], "expires_on": row["sharing_expires_on"]}
    return Event(f"referrals.referral.{fact}.v1", row["id"], data)


def participant_data_purged(participant_id: str, *, erasure_event_id: str, records: int) -> Event:
    data = {"erasure_event_id": erasure_event_id, "records": records}
    return Event("referrals.participant-data.purged.v1", participant_id, data)


def _taken(row: Row, *names: str) -> dict[str, Any]:
    return {name: isoformat_z(row[name]) if isinstance(row[name], datetime) else row[name] for name in names}
