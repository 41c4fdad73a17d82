"""The facts this service publishes, built from its rows: ids, codes and dates only."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.dates import isoformat_z
from shared.envelope import Event

Row = Mapping[Any, Any]


def programme(fact: str, row: Row) -> Event:
    data = {name: row[name] for name in ("name", "status", "reach", "starts_on", "ends_on")}
    return Event(f"programmes.programme.{fact}.v1", row["id"], data)


def activity(fact: str, row: Row, sessions: Sequence[Row], **more: Any) -> Event:
    names = (
        "programme_id",
        "institution_id",
        "kind",
        "form",
        "name",
        "status",
        "open",
        "places",
        "languages",
        "childcare",
    )
    data = {name: row[name] for name in names}
    data["sessions"] = [
        {
            "session_id": one["id"],
            "starts_at": isoformat_z(one["starts_at"]),
            "ends_at": isoformat_z(one["ends_at"]),
        }
        for one in sessions
    ]
    return Event(f"programmes.activity.{fact}.v1", row["id"], {**data, **more})


def enrolment(fact: str, row: Row, of: Row, **more: Any) -> Event:
    """`of` is the activity with `next_session_at`."""
    following = of["next_session_at"]
    data = {
        "participant_id": row["participant_id"],
        "activity_id": row["activity_id"],
        "programme_id": of["programme_id"],
        "institution_id": of["institution_id"],
        "kind": of["kind"],
        "form": of["form"],
        "status": row["status"],
        "path_id": row["path_id"],
        "next_session_at": isoformat_z(following) if following else None,
    }
    return Event(f"programmes.enrolment.{fact}.v1", row["id"], {**data, **more})


def attendance(session_id: str, of: Row, *, present: int, head_count: int) -> Event:
    data = {
        "activity_id": of["id"],
        "programme_id": of["programme_id"],
        "kind": of["kind"],
        "present": present,
        "head_count": head_count,
    }
    return Event("programmes.attendance.recorded.v1", session_id, data)


PATH_FIELDS = (
    "participant_id",
    "institution_id",
    "adviser_id",
    "status",
    "way",
    "mentor_wanted",
    "wishes",
    "slots",
    "languages",
    "teryt",
    "urgent",
)


def path(fact: str, row: Row, **more: Any) -> Event:
    return Event(f"programmes.path.{fact}.v1", row["id"], {**{name: row[name] for name in PATH_FIELDS}, **more})


def step(fact: str, path_row: Row, row: Row) -> Event:
    """`fact` is step-added or step-completed."""
    last = "due_on" if fact == "step-added" else "result"
    return path(
        fact,
        path_row,
        step_id=row["id"],
        kind=row["kind"],
        subject_id=row["subject_id"],
        need=row["need"],
        **{last: row[last]},
    )


def purged(participant_id: str, *, erasure_event_id: str, records: int) -> Event:
    data = {"erasure_event_id": erasure_event_id, "records": records}
    return Event("programmes.participant-data.purged.v1", participant_id, data)
