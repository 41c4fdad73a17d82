"""Activities with their sessions and numbers, enrolments, attendance sheets."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from services.programmes.domain.activities import OPEN, TAKES_A_PLACE, ActivityStatus, Enrolment, clashes, free_places
from services.programmes.tables import activities, attendance_sheets, enrolments, presences, programmes, sessions
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound

Row = Mapping[Any, Any]
MOST_TO_JOIN = 200


def visible(tx: Transaction, actor: Actor, *, activity_id: str, **_path: str) -> None:
    """To the institution that holds it, and to coordinators."""
    row = tx.one(select(activities.c.institution_id).where(activities.c.id == activity_id))
    if "coordinator" not in actor.all_roles and row["institution_id"] not in actor.institutions_as("intake"):
        raise NotFound


def own_sheet(tx: Transaction, actor: Actor, *, activity_id: str, session_id: str, **_path: str) -> None:
    visible(tx, actor, activity_id=activity_id)
    session(tx, activity_id=activity_id, session_id=session_id)


def own_enrolment(tx: Transaction, actor: Actor, *, enrolment_id: str, **_path: str) -> None:
    """To the institution that holds the activity, and to the woman herself."""
    found = select(enrolments.c.participant_id, activities.c.institution_id).join(
        activities, activities.c.id == enrolments.c.activity_id
    )
    row = tx.one(found.where(enrolments.c.id == enrolment_id))
    hers = actor.participant_id is not None and row["participant_id"] == actor.participant_id
    if not hers and row["institution_id"] not in actor.institutions_as("intake"):
        raise NotFound


def listed(
    actor: Actor, *, all_institutions: bool, programme_id: str | None = None, **equal: str | None
) -> Select[Any]:
    """`equal` may name kind, form, status."""
    found = select(activities)
    if not all_institutions:
        found = found.where(activities.c.institution_id.in_(actor.institutions_as("intake")))
    if programme_id:
        found = found.where(activities.c.programme_id == programme_id)
    for name, value in equal.items():
        if value:
            found = found.where(activities.c[name] == value)
    return found


def activity(tx: Transaction, activity_id: str) -> dict[str, Any]:
    return described(tx, [tx.one(select(activities).where(activities.c.id == activity_id))])[0]


def to_join(tx: Transaction, actor: Actor, *, participant_id: str) -> list[dict[str, Any]]:
    """What her institution holds that is not over and that she is not enrolled in, newest first."""
    hers = select(enrolments.c.activity_id).where(
        enrolments.c.participant_id == participant_id, enrolments.c.status.in_([str(one) for one in OPEN])
    )
    taking = select(programmes.c.id).where(programmes.c.closed_at.is_(None))
    found = listed(actor, all_institutions=False, status=ActivityStatus.SCHEDULED).where(
        activities.c.id.not_in(hers), activities.c.programme_id.in_(taking)
    )
    rows = described(tx, tx.all(found.order_by(activities.c.id.desc()).limit(MOST_TO_JOIN)))
    return [row for row in rows if not row["sessions"] or row["sessions"][-1]["ends_at"] > tx.now]


def is_open(tx: Transaction, activity_id: str) -> bool:
    """Open to everyone, without enrolment."""
    return bool(tx.scalar(select(activities.c.open).where(activities.c.id == activity_id)))


def described(tx: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The activities with sessions, places taken and free, and how many wait: three queries for a whole list."""
    ids = [row["id"] for row in rows]
    dates: dict[str, list[Row]] = defaultdict(list)
    for one in tx.all(select(sessions).where(sessions.c.activity_id.in_(ids)).order_by(sessions.c.starts_at)):
        dates[one["activity_id"]].append(one)
    counts = _counts(tx, ids)
    return [_described(row, dates[row["id"]], counts[row["id"]]) for row in rows]


def _described(row: Row, dates: Sequence[Row], counts: Mapping[str, int]) -> dict[str, Any]:
    taken = sum(counts.get(status, 0) for status in TAKES_A_PLACE)
    return {
        **row,
        "sessions": dates,
        "taken": taken,
        "free": free_places(row["places"], taken),
        "waiting": counts.get(Enrolment.WAITING, 0),
    }


def _counts(tx: Transaction, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    found = (
        select(enrolments.c.activity_id, enrolments.c.status, func.count().label("count"))
        .where(enrolments.c.activity_id.in_(ids))
        .group_by(enrolments.c.activity_id, enrolments.c.status)
    )
    for row in tx.all(found):
        counted[row["activity_id"]][row["status"]] = row["count"]
    return counted


# -- enrolments ------------------------------------------------------------------------------------------------------


def enrolments_of(activity_id: str, *, status: str | None = None) -> Select[Any]:
    found = select(enrolments).where(enrolments.c.activity_id == activity_id)
    return found.where(enrolments.c.status == status) if status else found


def enrolled_ids(tx: Transaction, activity_id: str, *, statuses: Sequence[Enrolment] = OPEN) -> list[str]:
    """Who is enrolled with one of the statuses, in the order in which they came."""
    found = select(enrolments.c.participant_id).where(
        enrolments.c.activity_id == activity_id, enrolments.c.status.in_([str(one) for one in statuses])
    )
    return list(tx.execute(found.order_by(enrolments.c.id)).scalars())


def enrolment(tx: Transaction, enrolment_id: str) -> dict[str, Any]:
    row = tx.one(select(enrolments).where(enrolments.c.id == enrolment_id))
    return with_clashes(tx, with_positions(tx, [row])[0])


def with_positions(tx: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Each with its `position` on the waiting list, from 1; None where she does not wait."""
    found = select(
        enrolments.c.id,
        func.row_number().over(partition_by=enrolments.c.activity_id, order_by=enrolments.c.id).label("position"),
    ).where(
        enrolments.c.activity_id.in_(sorted({row["activity_id"] for row in rows})),
        enrolments.c.status == Enrolment.WAITING,
    )
    positions = {row["id"]: row["position"] for row in tx.all(found)}
    return [{**row, "position": positions.get(row["id"])} for row in rows]


def with_clashes(tx: Transaction, row: Row) -> dict[str, Any]:
    """The enrolment with her other sessions that overlap those of its activity: a warning, never a refusal."""
    mine = tx.all(select(sessions).where(sessions.c.activity_id == row["activity_id"]))
    hers = (
        select(sessions)
        .join(enrolments, enrolments.c.activity_id == sessions.c.activity_id)
        .where(
            enrolments.c.participant_id == row["participant_id"],
            enrolments.c.activity_id != row["activity_id"],
            enrolments.c.status.in_([str(one) for one in OPEN]),
        )
    )
    found = clashes(mine, tx.all(hers)) if row["status"] in OPEN else []
    told = [
        {"activity_id": one["activity_id"], "session_id": one["id"], "starts_at": one["starts_at"]} for one in found
    ]
    return {**row, "clashes": told}


# -- attendance ------------------------------------------------------------------------------------------------------


def session(tx: Transaction, *, activity_id: str, session_id: str) -> Row:
    return tx.one(select(sessions).where(sessions.c.id == session_id, sessions.c.activity_id == activity_id))


def sheet(tx: Transaction, *, activity_id: str, session_id: str) -> dict[str, Any] | None:
    """What was recorded of a session last; None while nothing was."""
    return next(iter(sheets(tx, activity_id=activity_id, session_id=session_id)), None)


def sheets(tx: Transaction, *, activity_id: str, session_id: str | None = None) -> list[dict[str, Any]]:
    """The current sheets of an activity, in order of time."""
    found = (
        select(attendance_sheets, sessions.c.starts_at)
        .join(sessions, sessions.c.sheet_id == attendance_sheets.c.id)
        .where(sessions.c.activity_id == activity_id)
        .order_by(sessions.c.starts_at)
    )
    rows = tx.all(found.where(sessions.c.id == session_id) if session_id else found)
    present: dict[str, list[str]] = defaultdict(list)
    seen = select(presences).where(presences.c.sheet_id.in_([row["id"] for row in rows]))
    for one in tx.all(seen.order_by(presences.c.participant_id)):
        present[one["sheet_id"]].append(one["participant_id"])
    return [
        {
            "id": row["session_id"],
            "session_id": row["session_id"],
            "activity_id": activity_id,
            "present": present[row["id"]],
            "head_count": row["head_count"],
            "recorded_at": row["recorded_at"],
            "version": row["number"],
        }
        for row in rows
    ]


def presence_counts(tx: Transaction, activity_id: str) -> dict[str, tuple[int, int]]:
    """(women present, people without a name) by session, where something was recorded."""
    found = (
        select(
            sessions.c.id,
            func.count(presences.c.participant_id).label("women"),
            func.min(attendance_sheets.c.head_count).label("others"),
        )
        .join(attendance_sheets, attendance_sheets.c.id == sessions.c.sheet_id)
        .outerjoin(presences, presences.c.sheet_id == attendance_sheets.c.id)
        .where(sessions.c.activity_id == activity_id)
        .group_by(sessions.c.id)
    )
    return {row["id"]: (row["women"], row["others"]) for row in tx.all(found)}


def upcoming_events(tx: Transaction, *, most: int = 100) -> list[Row]:
    """Sessions to come of what is open to everyone; where, only if the place is not confidential."""
    found = (
        select(
            sessions.c.starts_at,
            sessions.c.ends_at,
            sessions.c.place,
            sessions.c.place_confidential,
            activities.c.name,
            activities.c.kind,
            activities.c.languages,
            activities.c.childcare,
        )
        .join(activities, activities.c.id == sessions.c.activity_id)
        .where(
            activities.c.open.is_(True),
            activities.c.status != ActivityStatus.CANCELLED,
            sessions.c.ends_at > tx.now,
        )
        .order_by(sessions.c.starts_at)
        .limit(most)
    )
    return [{**row, "place": None if row["place_confidential"] else row["place"]} for row in tx.all(found)]
