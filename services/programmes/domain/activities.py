"""Activities: how they are held, when, and for how many; enrolment from the waiting list to the end.

`kind` says which need an activity answers, `form` how it is held. A club is an activity whose enrolments have no end.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shared.dates import local
from shared.errors import Conflict, FieldError, Invalid
from shared.i18n import gettext as _
from shared.statemachine import Move, Moves

LONGEST_SESSION = timedelta(hours=24)
CLUB = "club"
ACADEMY = "leaders-academy"
OPEN_EVENT = "open-event"


class ActivityStatus(StrEnum):
    SCHEDULED = "scheduled"
    HELD = "held"
    """Every session has taken place."""
    CANCELLED = "cancelled"


class Enrolment(StrEnum):
    WAITING = "waiting"
    ENROLLED = "enrolled"
    ATTENDING = "attending"
    COMPLETED = "completed"
    DROPPED_OUT = "dropped-out"
    CANCELLED = "cancelled"


TAKES_A_PLACE = (Enrolment.ENROLLED, Enrolment.ATTENDING)
OPEN = (Enrolment.WAITING, *TAKES_A_PLACE)
MAY_BE_PRESENT = (*TAKES_A_PLACE, Enrolment.COMPLETED, Enrolment.DROPPED_OUT)
"""A sheet is also filled in or corrected after someone has completed or left."""

INSTITUTION = "institution"
CANCEL = Move(Enrolment.CANCELLED, "cancelled")
MOVES: Moves = {
    (Enrolment.WAITING, INSTITUTION, "cancel"): CANCEL,
    (Enrolment.ENROLLED, INSTITUTION, "cancel"): CANCEL,
    (Enrolment.ATTENDING, INSTITUTION, "complete"): Move(Enrolment.COMPLETED, "completed"),
    (Enrolment.ATTENDING, INSTITUTION, "drop-out"): Move(Enrolment.DROPPED_OUT, "cancelled", needs=("reason",)),
}
"""Attending begins by itself, with the first session she is present at."""
ACTIONS = frozenset(action for _status, _party, action in MOVES)


ACTIVITY_ACTIONS = frozenset({"cancel"})


def activity_actions(status: str) -> list[str]:
    """An activity is cancelled as long as it has not all taken place."""
    return ["cancel"] if status == ActivityStatus.SCHEDULED else []


def check_sessions(sessions: Sequence[Mapping[Any, Any]]) -> None:
    """Raises Invalid where a session does not end after it starts, or lasts longer than a day."""
    errors = [
        FieldError(f"/sessions/{n}/ends_at", _("A session ends after it starts, within 24 hours."))
        for n, session in enumerate(sessions)
        if not timedelta(0) < session["ends_at"] - session["starts_at"] <= LONGEST_SESSION
    ]
    if errors:
        raise Invalid(errors)


def weekly(starts_at: datetime, ends_at: datetime, *, times: int) -> list[dict[str, datetime]]:
    """The same hours in Warsaw, week after week, whatever the clock changes do."""
    first, last = local(starts_at), local(ends_at)
    return [
        {
            "starts_at": (first + timedelta(weeks=week)).astimezone(starts_at.tzinfo),
            "ends_at": (last + timedelta(weeks=week)).astimezone(ends_at.tzinfo),
        }
        for week in range(times)
    ]


def free_places(places: int | None, taken: int) -> int | None:
    """None: there is no limit."""
    return None if places is None else max(0, places - taken)


def first_status(*, free: int | None, waiting: int, waiting_list: bool) -> Enrolment:
    """Where a new enrolment begins; nobody passes those who wait. Raises Conflict when it is full."""
    if free is None or free > waiting:
        return Enrolment.ENROLLED
    if waiting_list:
        return Enrolment.WAITING
    raise Conflict(_("There is no free place, and no waiting list."))


def status_after(*, sessions: int, held: int) -> ActivityStatus:
    return ActivityStatus.HELD if held >= sessions else ActivityStatus.SCHEDULED


def clashes(mine: Iterable[Mapping[Any, Any]], others: Iterable[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    """Those of the other sessions that overlap one of mine, in order of time. Back to back is no clash."""
    wanted = list(mine)
    found = [
        other
        for other in others
        if any(one["starts_at"] < other["ends_at"] and other["starts_at"] < one["ends_at"] for one in wanted)
    ]
    return sorted(found, key=lambda session: session["starts_at"])


def not_allowed(present: Sequence[str], allowed: frozenset[str]) -> list[FieldError]:
    """An error for each woman who is not enrolled."""
    return [
        FieldError(f"/present/{n}", _("She is not enrolled in this activity."))
        for n, participant_id in enumerate(present)
        if participant_id not in allowed
    ]
