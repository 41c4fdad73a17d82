from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dates import (
    WARSAW,
    add_working_days,
    is_working_day,
    isoformat_z,
    local,
    parse_instant,
    working_days_between,
)

seconds = st.integers(0, 15 * 366 * 86_400)
moments = seconds.map(lambda after: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=after))


def in_warsaw(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=WARSAW)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_survives_being_written_and_read(moment):
    assert parse_instant(isoformat_z(moment)) == moment
    assert len(isoformat_z(moment)) == 27


@given(moments, moments)
def test_written_instants_sort_like_time(one, other):
    assert (isoformat_z(one) < isoformat_z(other)) == (one < other)


def test_an_instant_of_another_zone_is_written_in_utc():
    assert (
        isoformat_z(datetime(2026, 7, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))) == "2026-07-01T12:30:00.000000Z"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01t12:00:00.5z", datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-03-01T12:00:00.123456789+01:00", datetime(2026, 3, 1, 11, 0, 0, 123_456, tzinfo=UTC)),
    ],
)
def test_instants_of_others_are_read(text, expected):
    assert parse_instant(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-03-01", "2026-03-01T12:00:00", "2026-02-30T12:00:00Z", "20260301T120000Z", "2026-W09-7T12:00:00Z",
        "2026-03-01T24:00:00Z", "2026-03-01T12:00:60Z", "0001-01-01T00:00:00+23:59", "２026-03-01T12:00:00Z",
        "2026-03-01T12:00:00Z\n",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_instant(text)


def test_a_moment_without_a_zone_is_refused():
    for function in (isoformat_z, local):
        with pytest.raises(ValueError, match="zone"):
            function(datetime(2026, 3, 1, 12))  # noqa: DTZ001


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 12, 24), date(2025, 12, 25), date(2025, 12, 26), date(2026, 1, 1), date(2026, 1, 6),
        date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 3), date(2026, 6, 4), date(2026, 8, 15),
        date(2026, 11, 1), date(2026, 11, 11), date(2026, 3, 7), date(2026, 3, 8),
    ],
)  # fmt: skip
def test_nobody_works_on_a_public_holiday_or_at_the_weekend(day):
    assert not is_working_day(day)


def test_christmas_eve_was_a_working_day_until_2024():
    assert is_working_day(date(2024, 12, 24))


@pytest.mark.parametrize(
    ("start", "days", "last_day"),
    [
        (in_warsaw(2026, 3, 5, 14), 2, date(2026, 3, 9)),  # Thursday: Friday, Monday
        (in_warsaw(2026, 4, 3, 12), 1, date(2026, 4, 7)),  # Good Friday is worked, Easter Monday is not
        (in_warsaw(2026, 6, 3, 12), 1, date(2026, 6, 5)),  # Corpus Christi
        (in_warsaw(2026, 11, 10, 12), 1, date(2026, 11, 12)),  # Independence Day
        (in_warsaw(2026, 12, 23, 12), 1, date(2026, 12, 28)),  # Christmas Eve to Boxing Day, then a weekend
        (in_warsaw(2026, 12, 31, 12), 2, date(2027, 1, 5)),  # New Year's Day, weekend
        (in_warsaw(2026, 3, 27, 12), 1, date(2026, 3, 30)),  # clocks go forward on the 29th
        (in_warsaw(2026, 10, 23, 12), 1, date(2026, 10, 26)),  # clocks go back on the 25th
        (in_warsaw(2026, 3, 9, 0, 30), 1, date(2026, 3, 10)),  # still Sunday in UTC
        (in_warsaw(2026, 3, 7, 12), 0, date(2026, 3, 9)),  # a Saturday itself
        (in_warsaw(2026, 3, 6, 12), 0, date(2026, 3, 6)),
    ],
)
def test_a_deadline_ends_with_the_working_day_in_warsaw(start, days, last_day):
    deadline = add_working_days(start, days)
    assert deadline.tzinfo is UTC
    assert local(deadline).date() == last_day
    assert f"{local(deadline):%H:%M:%S}" == "23:59:59"


def test_the_clock_change_moves_a_deadline_by_an_hour_of_utc():
    assert add_working_days(in_warsaw(2026, 3, 26, 12), 1) == datetime(2026, 3, 27, 22, 59, 59, tzinfo=UTC)
    assert add_working_days(in_warsaw(2026, 3, 27, 12), 1) == datetime(2026, 3, 30, 21, 59, 59, tzinfo=UTC)


def test_both_hours_of_the_night_the_clocks_go_back_are_the_same_day():
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert local(first).hour == local(second).hour == 2
    assert add_working_days(first, 1) == add_working_days(second, 1)


def test_a_deadline_in_the_past_is_refused():
    with pytest.raises(ValueError, match="ahead"):
        add_working_days(in_warsaw(2026, 3, 5, 14), -1)


@given(moments, st.integers(1, 40))
def test_counting_back_gives_the_days_that_were_added(start, days):
    deadline = add_working_days(start, days)
    assert working_days_between(start, deadline) == days
    assert working_days_between(deadline, start) == -days
    assert is_working_day(local(deadline).date())
