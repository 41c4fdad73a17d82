"""Instants are UTC, days are Warsaw's.

Everything stored or sent is an aware UTC datetime. A deadline is counted in Polish working days and ends with the day
in Warsaw, whatever the clock changes do.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from holidays import HolidayBase

Clock = Callable[[], datetime]

WARSAW = ZoneInfo("Europe/Warsaw")

SATURDAY = 5
END_OF_DAY = time(23, 59, 59)
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def utc_now() -> datetime:
    return datetime.now(UTC)


def isoformat_z(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds and Z: always 27 characters, so text order is time order."""
    return _aware(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def parse_instant(text: str) -> datetime:
    """The UTC instant of an RFC 3339 text. Raises ValueError for anything else, also for a time without offset."""
    if not RFC3339.fullmatch(text):
        raise ValueError("not an RFC 3339 date and time with offset")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999") from None


def local(moment: datetime) -> datetime:
    """The same instant on Warsaw's clock."""
    return _aware(moment).astimezone(WARSAW)


def is_working_day(day: date) -> bool:
    """Monday to Friday, except public holidays (Act of 18 January 1951 on days off work; Christmas Eve since 2025)."""
    return day.weekday() < SATURDAY and day not in _public_holidays()


def add_working_days(start: datetime, days: int) -> datetime:
    """23:59:59 in Warsaw, as UTC, on the `days`-th working day after start's day.

    With 0 it is start's own day, or the next working day where that is not one.
    """
    if days < 0:
        raise ValueError("a deadline lies ahead")
    day = local(start).date()
    for _ in range(days):
        day = _working_day_from(day + timedelta(days=1))
    day = _working_day_from(day)
    return datetime.combine(day, END_OF_DAY, WARSAW).astimezone(UTC)


def working_days_between(start: datetime, end: datetime) -> int:
    """Working days after start's day up to and with end's day, in Warsaw; negative where end is before start."""
    first, last = local(start).date(), local(end).date()
    if last < first:
        return -working_days_between(end, start)
    return sum(is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def _working_day_from(day: date) -> date:
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment


@cache
def _public_holidays() -> "HolidayBase":
    # The package is slow to import and only deadlines need it.
    from holidays import country_holidays

    return country_holidays("PL")
