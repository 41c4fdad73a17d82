"""Attendance: one sheet a session; a correction is a new sheet, and the old one is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, insert, select, update

from services.programmes import events
from services.programmes.commands import activities as scheduling
from services.programmes.domain.activities import MAY_BE_PRESENT, Enrolment, not_allowed, status_after
from services.programmes.domain.reach import is_nobody
from services.programmes.queries.activities import enrolled_ids
from services.programmes.tables import activities, attendance_sheets, enrolments, presences, sessions
from shared.database import Transaction
from shared.errors import Invalid, Stale
from shared.i18n import gettext as _

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Sheet:
    """What was written down of one session. `head_count` are people without a name; they are never women."""

    session_id: str
    present: Sequence[str]
    head_count: int


def record_attendance(tx: Transaction, *, activity_id: str, sheet: Sheet, seen: int | None = None) -> dict[str, Any]:
    """The sheet as it is now; the same one sent again changes nothing. Raises Invalid for who is not enrolled.

    In an open event anyone known may be present: the caller makes sure that they exist. Who was erased since then
    stays counted.
    """
    activity = scheduling.locked(tx, activity_id)
    scheduling.refuse_cancelled(activity)
    session = tx.first(select(sessions).where(sessions.c.id == sheet.session_id, sessions.c.activity_id == activity_id))
    if session is None:
        raise Invalid.at("/session_id", _("This activity has no such session."))
    last = current_sheet(tx, session["sheet_id"])
    if seen is not None and seen != (last["number"] if last else 0):
        raise Stale(last["number"] if last else 0)
    _check_enrolled(tx, activity, sheet)
    before = set(present_on(tx, last["id"])) if last else set()
    sheet = replace(sheet, present=[*sheet.present, *filter(is_nobody, before)])
    if last and last["head_count"] == sheet.head_count and before == set(sheet.present):
        return _described(activity_id, sheet, last)
    return _described(activity_id, sheet, _write(tx, activity, session, sheet, last))


def current_sheet(tx: Transaction, sheet_id: str | None) -> Row | None:
    return tx.first(select(attendance_sheets).where(attendance_sheets.c.id == sheet_id)) if sheet_id else None


def present_on(tx: Transaction, sheet_id: str) -> list[str]:
    found = select(presences.c.participant_id).where(presences.c.sheet_id == sheet_id)
    return list(tx.execute(found.order_by(presences.c.participant_id)).scalars())


def _check_enrolled(tx: Transaction, activity: Row, sheet: Sheet) -> None:
    if activity["open"] or not sheet.present:
        return
    enrolled = enrolled_ids(tx, activity["id"], statuses=MAY_BE_PRESENT)
    errors = not_allowed(sheet.present, frozenset(enrolled))
    if errors:
        raise Invalid(errors)


def _write(tx: Transaction, activity: Row, session: Row, sheet: Sheet, last: Row | None) -> dict[str, Any]:
    row = {
        "id": tx.new_id(),
        "session_id": session["id"],
        "number": (last["number"] if last else 0) + 1,
        "head_count": sheet.head_count,
        "recorded_by": tx.actor.id,
        "recorded_at": tx.now,
    }
    tx.execute(insert(attendance_sheets).values(row))
    if sheet.present:
        tx.execute(insert(presences), [{"sheet_id": row["id"], "participant_id": one} for one in sheet.present])
        _begin_attending(tx, activity["id"], row["id"])
    tx.save(sessions, session, sheet_id=row["id"])
    if last is None:
        _say_held(tx, activity, session)
    tx.publish(events.attendance(session["id"], activity, present=len(sheet.present), head_count=sheet.head_count))
    return row


def _begin_attending(tx: Transaction, activity_id: str, sheet_id: str) -> None:
    here = select(presences.c.participant_id).where(presences.c.sheet_id == sheet_id)
    tx.execute(
        update(enrolments)
        .where(
            enrolments.c.activity_id == activity_id,
            enrolments.c.status == Enrolment.ENROLLED,
            enrolments.c.participant_id.in_(here),
        )
        .values(status=Enrolment.ATTENDING, version=enrolments.c.version + 1)
    )


def _say_held(tx: Transaction, activity: Row, session: Row) -> None:
    held = func.count(sessions.c.sheet_id)
    counts = tx.one(
        select(func.count().label("all"), held.label("held")).where(sessions.c.activity_id == activity["id"])
    )
    saved = tx.save(activities, activity, status=status_after(sessions=counts["all"], held=counts["held"]))
    told = scheduling.sessions_of(tx, activity["id"])
    tx.publish(events.activity("held", saved, told, session_id=session["id"]))


def _described(activity_id: str, sheet: Sheet, row: Row) -> dict[str, Any]:
    return {
        "id": sheet.session_id,
        "session_id": sheet.session_id,
        "activity_id": activity_id,
        "present": sorted(sheet.present),
        "head_count": sheet.head_count,
        "recorded_at": row["recorded_at"],
        "version": row["number"],
    }
