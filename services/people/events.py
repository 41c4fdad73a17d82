"""The facts that people publishes: ids and codes, never an address, a name or a typed word."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.dates import isoformat_z
from shared.envelope import Event

Row = Mapping[Any, Any]


def participant_registered(row: Row, *, safe_channels: Sequence[str]) -> Event:
    return Event(
        "people.participant.registered.v1",
        row["id"],
        {
            "code": row["code"],
            "language": row["language"],
            "do_not_contact": row["do_not_contact"],
            "safe_channels": list(safe_channels),
            "languages": list(row["languages"]),
            "registered_by": row["registered_by"],
        },
    )


def safe_contact_changed(row: Row, *, safe_channels: Sequence[str], ask_again_on: str | None) -> Event:
    return Event(
        "people.participant.safe-contact-changed.v1",
        row["id"],
        {
            "language": row["language"],
            "do_not_contact": row["do_not_contact"],
            "safe_channels": list(safe_channels),
            "ask_again_on": ask_again_on,
        },
    )


def sharing_withdrawn(participant_id: str, *, institution_ids: Sequence[str], referral_ids: Sequence[str]) -> Event:
    data = {"institution_ids": list(institution_ids), "referral_ids": list(referral_ids)}
    return Event("people.participant.sharing-withdrawn.v1", participant_id, data)


def participant_erased(participant_id: str, *, ground: str) -> Event:
    return Event("people.participant.erased.v1", participant_id, {"ground": ground})


def participant_data_purged(participant_id: str, *, erasure_event_id: str, records: int) -> Event:
    data = {"erasure_event_id": erasure_event_id, "records": records}
    return Event("people.participant-data.purged.v1", participant_id, data)


def account_activated(row: Row) -> Event:
    data = {"roles": list(row["roles"]), "language": row["language"], "participant_id": row["participant_id"]}
    return Event("people.account.activated.v1", row["id"], data)


def account_disabled(account_id: str, *, reason: str) -> Event:
    return Event("people.account.disabled.v1", account_id, {"reason": reason})


def membership_granted(membership: Row, *, language: str) -> Event:
    return Event("people.membership.granted.v1", membership["id"], {**_membership(membership), "language": language})


def membership_ended(membership: Row) -> Event:
    return Event("people.membership.ended.v1", membership["id"], _membership(membership))


def _membership(row: Row) -> dict[str, Any]:
    return {"account_id": row["account_id"], "institution_id": row["institution_id"], "role": row["role"]}


def session_revoked(session: Row, *, expires_at: datetime, reason: str) -> Event:
    data = {"account_id": session["account_id"], "expires_at": isoformat_z(expires_at), "reason": reason}
    return Event("people.session.revoked.v1", session["id"], data)
