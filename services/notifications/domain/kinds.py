"""What each kind of item is about, what finishes it, and where it stands in the queue. Data; no clock, no database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.dates import local

Data = Mapping[str, Any]


class Group(StrEnum):
    """The parts of the work queue, in order."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


@dataclass(frozen=True)
class Kind:
    """One kind of item: what it is about and, where it has no deadline, which part of the queue it stands in.

    `told` kinds only tell: a click finishes them. The others wait for a fact.
    """

    subject: str
    undated: Group = Group.TODAY
    told: bool = False


KINDS: Mapping[str, Kind] = {
    "referral-requested": Kind("referral"),
    "referral-answered": Kind("referral"),
    "referral-withdrawn": Kind("referral", told=True),
    "referral-received": Kind("referral", Group.WEEK, told=True),
    "referral-accepted": Kind("referral", Group.WEEK, told=True),
    "referral-rejected": Kind("referral", told=True),
    "referral-question": Kind("referral"),
    "referral-waitlisted": Kind("referral", Group.WEEK, told=True),
    "referral-completed": Kind("referral", Group.WEEK, told=True),
    "referral-failed": Kind("referral", told=True),
    "referral-redirected": Kind("referral", told=True),
    "referral-overdue": Kind("referral"),
    "service-full": Kind("service", Group.WEEK, told=True),
    "agreement-ending": Kind("agreement", told=True),
    "cooperative-chosen": Kind("path", told=True),
    "match-proposed": Kind("match"),
    "match-accepted": Kind("match"),
    "match-found": Kind("match", told=True),
    "match-started": Kind("match", Group.WEEK, told=True),
    "match-declined": Kind("match", Group.WEEK, told=True),
    "match-expired": Kind("match", Group.WEEK, told=True),
    "cooperative-status": Kind("cooperative", Group.WEEK, told=True),
    "vacancy-opened": Kind("vacancy", Group.WEEK, told=True),
    "obligation-due": Kind("cooperative"),
    "obligation-overdue": Kind("cooperative"),
}

HREFS: Mapping[str, str] = {
    "referral": "/referrals/referrals/{id}",
    "service": "/referrals/services/{id}",
    "agreement": "/referrals/agreements/{id}",
    "path": "/programmes/paths/{id}",
    "match": "/mentoring/matches/{id}",
    "cooperative": "/cooperatives/cooperatives/{id}",
    "vacancy": "/cooperatives/vacancies/{id}",
}
"""The page of each kind of record."""
LED_ELSEWHERE: Mapping[tuple[str, str], str] = {
    ("participant", "match"): "/mentoring/mine",
    ("mentor", "cooperative"): "/mentoring/matches",
}
"""By role and subject: a page of her own for who does not open the records."""


def href(subject_type: str, subject_id: str, *, roles: Collection[str]) -> str:
    """Where someone with these roles finds what an item is about."""
    elsewhere = [LED_ELSEWHERE.get((role, subject_type), "") for role in sorted(roles)]
    return elsewhere[0] if elsewhere and all(elsewhere) else HREFS[subject_type].format(id=subject_id)


@dataclass(frozen=True)
class Finish:
    """Open items of these kinds about the same subject are done. `about` names a field of the fact instead: then items
    about that person or organisation; `subject` names the field that holds another subject's id.
    """

    kinds: tuple[str, ...]
    about: str = ""
    subject: str = ""
    where: tuple[str, str] | None = None
    """Only items whose parameter has this value."""


WAITS_FOR_RECEIVER = ("referral-requested", "referral-answered")
TOLD_ON_THE_WAY = ("referral-received", "referral-waitlisted", "referral-question")
DECIDED = Finish((*WAITS_FOR_RECEIVER, *TOLD_ON_THE_WAY, "referral-overdue"))
OVER = Finish((*DECIDED.kinds, "referral-accepted"))
PLACED = ("match-proposed", "match-accepted", "match-found")

FINISHES: Mapping[str, tuple[Finish, ...]] = {
    "referrals.referral.requested.v1": (
        Finish(("referral-rejected", "referral-redirected", "referral-failed"), subject="replaces"),
    ),
    "referrals.referral.received.v1": (Finish(("referral-overdue",), where=("deadline", "look")),),
    "referrals.referral.accepted.v1": (DECIDED,),
    "referrals.referral.rejected.v1": (OVER,),
    "referrals.referral.redirected.v1": (OVER,),
    "referrals.referral.information-asked.v1": (DECIDED,),
    "referrals.referral.information-given.v1": (Finish(("referral-question",)),),
    "referrals.referral.waitlisted.v1": (DECIDED,),
    "referrals.referral.started.v1": (DECIDED,),
    "referrals.referral.completed.v1": (OVER,),
    "referrals.referral.failed.v1": (OVER,),
    "referrals.referral.cancelled.v1": (OVER,),
    "referrals.referral.corrected.v1": (OVER,),
    "referrals.referral.overdue.v1": (Finish(("referral-overdue",)),),
    "referrals.service.capacity-changed.v1": (Finish(("service-full",)),),
    "referrals.service.withdrawn.v1": (Finish(("service-full",)),),
    "referrals.agreement.ending.v1": (Finish(("agreement-ending",)),),
    "referrals.agreement.ended.v1": (Finish(("agreement-ending",)),),
    "programmes.path.way-chosen.v1": (Finish(("cooperative-chosen",)),),
    "programmes.path.ended.v1": (Finish(("cooperative-chosen",)),),
    "cooperatives.cooperative.founder-joined.v1": (Finish(("cooperative-chosen",), about="participant_id"),),
    "cooperatives.cooperative.status-changed.v1": (Finish(("cooperative-status",)),),
    "cooperatives.cooperative.removed.v1": (
        Finish(("cooperative-status", "obligation-due", "obligation-overdue")),
        Finish(("vacancy-opened",), about="@key"),
    ),
    "cooperatives.vacancy.filled.v1": (Finish(("vacancy-opened",)),),
    "cooperatives.vacancy.closed.v1": (Finish(("vacancy-opened",)),),
    "cooperatives.obligation.overdue.v1": (Finish(("obligation-due",), about="@key"),),
    "cooperatives.obligation.met.v1": (Finish(("obligation-due", "obligation-overdue"), about="@key"),),
    "mentoring.match.proposed.v1": (Finish(("match-declined", "match-expired"), about="mentee.id"),),
    "mentoring.match.accepted.v1": (Finish(("match-proposed",)),),
    "mentoring.match.started.v1": (Finish(PLACED),),
    "mentoring.match.declined.v1": (Finish(PLACED),),
    "mentoring.match.expired.v1": (Finish(PLACED),),
    "mentoring.match.withdrawn.v1": (Finish(PLACED),),
    "mentoring.match.ended.v1": (Finish((*PLACED, "match-started")),),
}


def pick(data: Data, path: str) -> Any:
    """The value at `mentee.id` in a fact's data; None where something on the way is missing."""
    value: Any = data
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def holds(data: Data, condition: tuple[str, Any] | None) -> bool:
    """Whether the field has the wanted value; True without a condition."""
    if condition is None:
        return True
    path, wanted = condition
    return bool(pick(data, path) == wanted)


def group_of(kind: str, *, due_at: datetime | None, now: datetime) -> Group:
    """Which part of the queue an item stands in: past its deadline, due today, due within this working week, later."""
    if due_at is None:
        return KINDS[kind].undated
    if due_at <= now:
        return Group.OVERDUE
    today, due = local(now).date(), local(due_at).date()
    if due == today:
        return Group.TODAY
    return Group.WEEK if (due - today).days <= _days_left_in_week(today.weekday()) else Group.LATER


def _days_left_in_week(weekday: int) -> int:
    """Up to Sunday; from Friday on, up to the next one, since nobody works on what lies between."""
    return 6 - weekday if weekday < 4 else 13 - weekday


def is_full_day(moment: datetime) -> bool:
    """A deadline that ends with its day is told as a day, not as 23:59."""
    here = local(moment)
    return (here.hour, here.minute) == (23, 59)


SHY_TYPES = ("oik", "sow")
"""Crisis intervention centres and support centres: their name alone tells what a woman has been through."""


def may_be_named(institution: Data) -> bool:
    """Whether a recipient of a referral may read who sent it (safety 7)."""
    return institution["type"] not in SHY_TYPES and not institution["confidential_location"]
