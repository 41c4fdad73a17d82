"""The facts that mentoring publishes: ids, codes and dates, never a word that somebody typed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.dates import isoformat_z
from shared.envelope import Event

Row = Mapping[Any, Any]


def mentor(fact: str, row: Row, **more: Any) -> Event:
    fields = ("account_id", "status", "mentors", "languages", "teryt", "remote", "capacity")
    return Event(f"mentoring.mentor.{fact}.v1", row["id"], {**{name: row[name] for name in fields}, **more})


def mentee_queued(row: Row) -> Event:
    since = isoformat_z(row["waiting_since"])
    data = {**_whose(row), "waiting_since": since, "urgent": row["urgent"]}
    return Event("mentoring.mentee.queued.v1", row["id"], data)


def mentee_left(row: Row, *, reason: str) -> Event:
    return Event("mentoring.mentee.left.v1", row["id"], {**_whose(row), "reason": reason})


def match(fact: str, row: Row, *, of_mentor: Row, of_mentee: Row, **more: Any) -> Event:
    data = {
        "mentor_id": of_mentor["id"],
        "mentor_account_id": of_mentor["account_id"],
        "mentee_id": of_mentee["id"],
        **_whose(of_mentee),
        "round_id": row["round_id"],
        "status": row["status"],
        "score": row["score"],
        "expires_at": _instant(row["expires_at"]),
        **more,
    }
    return Event(f"mentoring.match.{fact}.v1", row["id"], data)


def meeting_recorded(row: Row, *, of_mentor: Row, of_mentee: Row) -> Event:
    data = {
        "match_id": row["match_id"],
        "mentor_id": of_mentor["id"],
        "mentee": who(of_mentee),
        "held_on": row["held_on"],
        "minutes": row["minutes"],
        "channel": row["channel"],
    }
    return Event("mentoring.meeting.recorded.v1", row["id"], data)


def round_completed(row: Row, *, proposed: int, reasons: Mapping[str, int]) -> Event:
    data = {
        "status": row["status"],
        "proposed": proposed,
        "unmatched": sum(reasons.values()),
        "unmatched_by_reason": dict(reasons),
        **{name: row["solver"][name] for name in ("weights_version", "solver_version", "input_hash")},
    }
    return Event("mentoring.round.completed.v1", row["id"], data)


def purged(participant_id: str, *, erasure_event_id: str, records: int) -> Event:
    data = {"erasure_event_id": erasure_event_id, "records": records}
    return Event("mentoring.participant-data.purged.v1", participant_id, data)


def who(mentee: Row) -> dict[str, str]:
    return {"kind": mentee["kind"], "id": mentee["subject_id"]}


def _whose(mentee: Row) -> dict[str, Any]:
    told = {name: mentee[name] for name in ("institution_id", "adviser_id", "path_id")}
    return {"mentee": who(mentee), **told}


def _instant(moment: datetime | None) -> str | None:
    return isoformat_z(moment) if moment else None
