"""Duties of a cooperative, derived from its dates by the law that holds on them. Days are ISO text."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.cooperatives.domain.law import Law

TOLD_DAYS_BEFORE = (60, 30, 7)
"""When a due duty is told, the furthest first."""
BY_HAND = ("grant-durability", "reintegration-plans", "accessibility-statement", "e-delivery-address", "audit")
"""Duties whose date stands in a contract or a decision: whoever keeps the record enters them."""


@dataclass(frozen=True)
class Duty:
    kind: str
    due_on: str
    source: str


def after_registration(registered_on: str, *, law: Law, employment_duty: bool) -> Iterator[Duty]:
    """What registration starts."""
    if employment_duty:
        term = law.term("employment-duty-months", registered_on)
        yield Duty("employment-duty", months_after(registered_on, term.value), term.source)
    yield _report("first-report", date.fromisoformat(registered_on).year + 1, law=law)
    yield audit_after(registered_on, law=law)


def audit_after(day: str, *, law: Law) -> Duty:
    term = law.term("audit-months", day)
    return Duty("audit", months_after(day, term.value), term.source)


def following(kind: str, *, due_on: str, met_on: str, law: Law) -> Duty | None:
    """What meeting a duty starts: the next yearly report, the next audit."""
    if kind in ("first-report", "yearly-report"):
        return _report("yearly-report", date.fromisoformat(due_on).year + 1, law=law)
    return audit_after(met_on, law=law) if kind == "audit" else None


def _report(kind: str, year: int, *, law: Law) -> Duty:
    term = law.term("report-month-day", f"{year}-01-01")
    month, day = divmod(term.value, 100)
    return Duty(kind, date(year, month, day).isoformat(), term.source)


def months_after(day: str, months: int) -> str:
    """The same day of a later month, or its last day (Civil Code, article 112)."""
    start = date.fromisoformat(day)
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).isoformat()


def days_left(due_on: str, *, today: str) -> int:
    return (date.fromisoformat(due_on) - date.fromisoformat(today)).days


def next_telling(due_on: str, *, after: str | None) -> str | None:
    """The next day after `after` (None: the first) on which the duty is told: 60, 30, 7 days before, overdue."""
    due = date.fromisoformat(due_on)
    days = [(due - timedelta(days=n)).isoformat() for n in TOLD_DAYS_BEFORE] + [(due + timedelta(days=1)).isoformat()]
    return next((day for day in days if after is None or day > after), None)
