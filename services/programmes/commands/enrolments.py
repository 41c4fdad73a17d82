"""Enrolment: a place or the waiting list, and the end of either; the list moves up by itself.

Places are counted under a lock on the activity, so two who enrol at once cannot both get the last one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select

from services.programmes import events
from services.programmes.commands import activities as scheduling
from services.programmes.commands import paths as walking
from services.programmes.commands.cards import open_for_records
from services.programmes.domain import paths as path_rules
from services.programmes.domain.activities import (
    INSTITUTION,
    MOVES,
    OPEN,
    TAKES_A_PLACE,
    Enrolment,
    first_status,
    free_places,
)
from services.programmes.tables import enrolments, sessions
from shared.database import Transaction, check_version
from shared.dates import local
from shared.errors import Conflict
from shared.i18n import gettext as _
from shared.statemachine import move

Row = Mapping[Any, Any]


def enrol(tx: Transaction, *, activity_id: str, participant_id: str) -> dict[str, Any]:
    """A place, or the end of the waiting list. Raises Conflict when she is enrolled already, or it is full."""
    activity = scheduling.locked(tx, activity_id)
    scheduling.refuse_cancelled(activity)
    open_for_records(tx, activity["programme_id"])
    _refuse_twice(tx, activity_id, participant_id)
    counts = _counts(tx, activity_id)
    free = free_places(activity["places"], sum(counts.get(one, 0) for one in TAKES_A_PLACE))
    status = first_status(free=free, waiting=counts.get(Enrolment.WAITING, 0), waiting_list=activity["waiting_list"])
    path = walking.open_path_of(tx, participant_id)
    row = {
        "id": tx.new_id(),
        "activity_id": activity_id,
        "participant_id": participant_id,
        "status": status,
        "path_id": path["id"] if path else None,
        "reason": None,
        "certificate": False,
        "made_at": tx.now,
        "ended_on": None,
        "version": 1,
    }
    tx.execute(insert(enrolments).values(row))
    tx.publish(events.enrolment("made", row, with_next_session(tx, activity)))
    if path:
        walking.add_step(tx, path, kind=path_rules.Step.ACTIVITY, subject_id=activity_id, need=activity["kind"])
    return row


def act(
    tx: Transaction, *, enrolment_id: str, action: str, details: Mapping[Any, Any], seen: int | None = None
) -> dict[str, Any]:
    """complete, drop-out or cancel; whoever is next on the waiting list gets the place that frees."""
    activity_id = tx.one(select(enrolments.c.activity_id).where(enrolments.c.id == enrolment_id))["activity_id"]
    activity = scheduling.locked(tx, activity_id)
    row = tx.one(select(enrolments).where(enrolments.c.id == enrolment_id))
    check_version(row, seen)
    step = move(MOVES, status=row["status"], party=INSTITUTION, action=action, details=details)
    if step.to == Enrolment.COMPLETED:
        saved = _complete(tx, activity, row, certificate=bool(details.get("certificate")))
    else:
        saved = end(tx, activity, row, status=step.to, reason=details.get("reason"))
    move_up(tx, activity)
    return saved


def end(tx: Transaction, activity: Row, row: Row, *, status: str, reason: str | None) -> dict[str, Any]:
    """She leaves before the end; both kinds of leaving are told as `enrolment.cancelled` with its status."""
    saved = tx.save(enrolments, row, status=status, reason=reason, ended_on=_today(tx))
    tx.publish(events.enrolment("cancelled", saved, with_next_session(tx, activity), reason=reason))
    walking.close_steps(
        tx,
        kind=path_rules.Step.ACTIVITY,
        subject_id=row["activity_id"],
        participant_id=row["participant_id"],
        result=path_rules.Result.NOT_DONE,
    )
    return saved


def cancel_all(tx: Transaction, activity: Row, ending: Sequence[Row]) -> None:
    """An activity does not take place: every open enrolment ends with it."""
    for row in ending:
        end(tx, activity, row, status=Enrolment.CANCELLED, reason="activity-cancelled")


def move_up(tx: Transaction, activity: Row) -> None:
    """As many from the waiting list as there are free places, in the order in which they came."""
    counts = _counts(tx, activity["id"])
    free = free_places(activity["places"], sum(counts.get(one, 0) for one in TAKES_A_PLACE))
    waiting = (
        select(enrolments)
        .where(enrolments.c.activity_id == activity["id"], enrolments.c.status == Enrolment.WAITING)
        .order_by(enrolments.c.id)
    )
    if not counts.get(Enrolment.WAITING) or free == 0:
        return
    for row in tx.all(waiting if free is None else waiting.limit(free)):
        saved = tx.save(enrolments, row, status=Enrolment.ENROLLED)
        tx.publish(events.enrolment("made", saved, with_next_session(tx, activity)))


def with_next_session(tx: Transaction, activity: Row) -> dict[str, Any]:
    following = tx.scalar(
        select(func.min(sessions.c.starts_at)).where(
            sessions.c.activity_id == activity["id"], sessions.c.starts_at > tx.now
        )
    )
    return {**activity, "next_session_at": following}


def _complete(tx: Transaction, activity: Row, row: Row, *, certificate: bool) -> dict[str, Any]:
    today = _today(tx)
    saved = tx.save(enrolments, row, status=Enrolment.COMPLETED, certificate=certificate, ended_on=today)
    told = with_next_session(tx, activity)
    tx.publish(events.enrolment("completed", saved, told, completed_on=today, certificate=certificate))
    walking.close_steps(
        tx,
        kind=path_rules.Step.ACTIVITY,
        subject_id=row["activity_id"],
        participant_id=row["participant_id"],
        result=path_rules.Result.DONE,
    )
    return saved


def _refuse_twice(tx: Transaction, activity_id: str, participant_id: str) -> None:
    already = tx.first(
        select(enrolments.c.id).where(
            enrolments.c.activity_id == activity_id,
            enrolments.c.participant_id == participant_id,
            enrolments.c.status.in_([str(one) for one in OPEN]),
        )
    )
    if already:
        raise Conflict(_("She is enrolled in this activity already."))


def _counts(tx: Transaction, activity_id: str) -> dict[str, int]:
    found = tx.all(
        select(enrolments.c.status, func.count().label("count"))
        .where(enrolments.c.activity_id == activity_id)
        .group_by(enrolments.c.status)
    )
    return {row["status"]: row["count"] for row in found}


def _today(tx: Transaction) -> str:
    return local(tx.now).date().isoformat()
