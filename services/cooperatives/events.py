"""The facts of this service: public data, ids, codes and dates, never what was typed about a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.envelope import Event

Row = Mapping[Any, Any]


def cooperative(fact: str, row: Row, *, representatives: Sequence[str], **more: Any) -> Event:
    """`row` is the cooperative after the fact."""
    told = {
        "name": row["name"],
        "teryt": row["teryt"],
        "krs": row["krs"],
        "status": row["status"],
        "social_enterprise_status": row["social"],
        "languages": list(row["languages"]),
        "founders": row["founders"],
        "adviser_id": row["adviser_id"],
        "adviser_institution_id": row["adviser_institution_id"],
        "representative_account_ids": list(representatives),
    }
    return Event(f"cooperatives.cooperative.{fact}.v1", row["id"], {**told, **more})


def founder(row: Row, **more: Any) -> dict[str, Any]:
    """What founder-joined and founder-left say of her."""
    named = {name: row[name] for name in ("participant_id", "person_id", "role")}
    return {"founder_kind": row["kind"], **named, **more}


def vacancy(fact: str, row: Row, *, of: Row, **more: Any) -> Event:
    told = {
        "cooperative_id": of["id"],
        "cooperative_name": of["name"],
        "institution_id": of["adviser_institution_id"],
        **{name: row[name] for name in ("title", "hours", "flexible", "positions", "teryt")},
        "languages": list(row["languages"]),
        "status": row["status"],
        "closes_on": row["closes_on"],
    }
    return Event(f"cooperatives.vacancy.{fact}.v1", row["id"], {**told, **more})


def obligation(fact: str, row: Row, **more: Any) -> Event:
    told = {name: row[name] for name in ("cooperative_id", "kind", "due_on")}
    return Event(f"cooperatives.obligation.{fact}.v1", row["id"], {**told, **more})


def purged(participant_id: str, *, erasure_event_id: str, records: int) -> Event:
    data = {"erasure_event_id": erasure_event_id, "records": records}
    return Event("cooperatives.participant-data.purged.v1", participant_id, data)
