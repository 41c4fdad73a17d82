"""Activities: announced with their sessions, changed, cancelled; sessions added to a series that goes on."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from services.programmes import events
from services.programmes.commands.cards import open_for_records
from services.programmes.domain.activities import OPEN, OPEN_EVENT, ActivityStatus, activity_actions, check_sessions
from services.programmes.tables import activities, enrolments, sessions
from shared.database import Transaction, check_version
from shared.errors import Conflict
from shared.i18n import gettext as _


def schedule_activity(tx: Transaction, *, details: Mapping[Any, Any], institution_id: str) -> dict[str, Any]:
    open_for_records(tx, details["programme_id"])
    check_sessions(details["sessions"])
    form = details.get("form")
    row = {
        "id": tx.new_id(),
        "programme_id": details["programme_id"],
        "institution_id": institution_id,
        "kind": details["kind"],
        "form": form,
        "name": details["name"],
        "status": ActivityStatus.SCHEDULED,
        "open": details.get("open", form == OPEN_EVENT),
        "places": details.get("places"),
        "waiting_list": details.get("waiting_list", True),
        "languages": details.get("languages", []),
        "childcare": details.get("childcare", False),
        "cancel_reason": None,
        "created_at": tx.now,
        "version": 1,
    }
    tx.execute(insert(activities).values(row))
    made = _add_sessions(tx, row["id"], details["sessions"])
    tx.publish(events.activity("scheduled", row, made))
    return row


def add_session(
    tx: Transaction, *, activity_id: str, session: Mapping[Any, Any], seen: int | None = None
) -> dict[str, Any]:
    """One more date of a series; an activity that was all held is scheduled again."""
    row = locked(tx, activity_id)
    check_version(row, seen)
    refuse_cancelled(row)
    open_for_records(tx, row["programme_id"])
    check_sessions([session])
    _add_sessions(tx, activity_id, [session])
    saved = tx.save(activities, row, status=ActivityStatus.SCHEDULED)
    tx.publish(events.activity("changed", saved, sessions_of(tx, activity_id)))
    return saved


def change_activity(
    tx: Transaction, *, activity_id: str, changes: Mapping[Any, Any], seen: int | None = None
) -> dict[str, Any]:
    """Its name, places, languages, childcare. The caller moves the waiting list up afterwards."""
    row = locked(tx, activity_id)
    check_version(row, seen)
    refuse_cancelled(row)
    allowed = {name: changes[name] for name in ("name", "places", "languages", "childcare") if name in changes}
    saved = tx.save(activities, row, **allowed)
    tx.publish(events.activity("changed", saved, sessions_of(tx, activity_id)))
    return saved


def cancel_activity(
    tx: Transaction, *, activity_id: str, reason: str, seen: int | None = None
) -> tuple[dict[str, Any], Sequence[Mapping[Any, Any]]]:
    """The cancelled activity, and the enrolments that end with it, for the caller to end."""
    row = locked(tx, activity_id)
    check_version(row, seen)
    if row["status"] != ActivityStatus.SCHEDULED:
        raise Conflict(_("This is not possible now."), actions=activity_actions(row["status"]))
    saved = tx.save(activities, row, status=ActivityStatus.CANCELLED, cancel_reason=reason)
    tx.publish(events.activity("cancelled", saved, sessions_of(tx, activity_id), reason=reason))
    return saved, tx.all(
        select(enrolments)
        .where(enrolments.c.activity_id == activity_id, enrolments.c.status.in_([str(one) for one in OPEN]))
        .order_by(enrolments.c.id)
    )


def locked(tx: Transaction, activity_id: str) -> Mapping[Any, Any]:
    """The activity, held until the commit: places are given out one enrolment after another."""
    return tx.one(select(activities).where(activities.c.id == activity_id).with_for_update())


def refuse_cancelled(row: Mapping[Any, Any]) -> None:
    if row["status"] == ActivityStatus.CANCELLED:
        raise Conflict(_("This activity was cancelled."))


def sessions_of(tx: Transaction, activity_id: str) -> list[Any]:
    return list(tx.all(select(sessions).where(sessions.c.activity_id == activity_id).order_by(sessions.c.starts_at)))


def _add_sessions(tx: Transaction, activity_id: str, wanted: Sequence[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    rows = [
        {
            "id": tx.new_id(),
            "activity_id": activity_id,
            "starts_at": one["starts_at"],
            "ends_at": one["ends_at"],
            "place": one.get("place"),
            "place_confidential": one.get("place_confidential", False),
            "sheet_id": None,
            "version": 1,
        }
        for one in sorted(wanted, key=lambda session: session["starts_at"])
    ]
    if rows:
        tx.execute(insert(sessions), rows)
    return rows
