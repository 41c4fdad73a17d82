"""The rules of programmes, without anything around them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programmes.domain import activities, cards, paths, reach
from shared.dates import local
from shared.errors import Conflict, Invalid
from shared.statemachine import actions, move

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def session(start, end):
    return {"starts_at": NOON + start * HOUR, "ends_at": NOON + end * HOUR}


# -- cards -----------------------------------------------------------------------------------------------------------


def test_a_card_without_an_end_or_a_grant_is_whole():
    euro = {"amount": "1.00", "currency": "EUR"}
    cards.check_card({"period": {"from": "2021-01-16", "to": None}, "cost": euro, "grant": None})


def test_everything_that_is_wrong_is_said_at_once():
    card = {
        "period": {"from": "2021-01-16", "to": "2021-01-15"},
        "cost": {"amount": "1.00", "currency": "EUR"},
        "grant": {"amount": "1.01", "currency": "EUR"},
    }
    with pytest.raises(Invalid) as refused:
        cards.check_card(card)
    assert [error.pointer for error in refused.value.errors] == ["/period/to", "/grant/amount"]


def test_the_own_contribution_is_what_the_grant_leaves():
    assert cards.own_contribution("69419.00", "69419.00") == "0.00"
    assert cards.own_contribution("100.50", "80.25") == "20.25"


def test_a_card_is_published_once_and_closed_once():
    assert cards.actions(published=False, closed=False) == ["publish"]
    assert cards.actions(published=True, closed=False) == ["close"]
    assert cards.actions(published=True, closed=True) == []


# -- activities ------------------------------------------------------------------------------------------------------


def test_a_session_lasts_at_most_a_day():
    activities.check_sessions([session(0, 24)])
    with pytest.raises(Invalid) as refused:
        activities.check_sessions([session(0, 1), session(0, 25), session(2, 2)])
    assert [error.pointer for error in refused.value.errors] == ["/sessions/1/ends_at", "/sessions/2/ends_at"]


@given(moments, st.integers(1, 60))
def test_a_weekly_series_keeps_its_hours_in_warsaw(start, times):
    dates = activities.weekly(start, start + HOUR, times=times)
    assert len(dates) == times
    assert {local(one["starts_at"]).weekday() for one in dates} == {local(start).weekday()}
    # An hour that a clock change skips cannot be kept: two in the morning does not exist that day.
    if not 1 <= local(start).hour <= 3:
        assert {local(one["starts_at"]).time() for one in dates} == {local(start).time()}


@given(st.integers(1, 30), st.lists(st.booleans(), max_size=80))
def test_places_are_never_given_twice_and_nobody_passes_those_who_wait(places, comings):
    taken = waiting = 0
    for comes in comings:
        if comes:
            free = activities.free_places(places, taken)
            status = activities.first_status(free=free, waiting=waiting, waiting_list=True)
            taken, waiting = taken + (status == "enrolled"), waiting + (status == "waiting")
        elif taken:
            moved = 1 if waiting else 0
            taken, waiting = taken - 1 + moved, waiting - moved
        assert taken <= places
        assert not waiting or taken == places


def test_without_a_limit_everyone_is_enrolled_and_without_a_waiting_list_full_is_full():
    assert activities.first_status(free=None, waiting=0, waiting_list=False) == "enrolled"
    with pytest.raises(Conflict):
        activities.first_status(free=0, waiting=0, waiting_list=False)


def test_sessions_that_overlap_clash_and_back_to_back_do_not():
    assert activities.clashes([session(0, 2)], [session(2, 3), session(-1, 0)]) == []
    later, sooner = session(1, 3), session(-1, 1)
    assert activities.clashes([session(0, 2)], [later, sooner]) == [sooner, later]


def test_an_activity_is_held_when_every_session_was():
    assert activities.status_after(sessions=2, held=1) == "scheduled"
    assert activities.status_after(sessions=2, held=2) == "held"


def test_only_who_attends_completes_or_drops_out():
    possible = {
        status: actions(activities.MOVES, status=status, party="institution") for status in activities.Enrolment
    }
    assert possible == {
        "waiting": ["cancel"],
        "enrolled": ["cancel"],
        "attending": ["complete", "drop-out"],
        "completed": [],
        "dropped-out": [],
        "cancelled": [],
    }


# -- paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("needs", "opens"),
    [
        (["housing"], False),
        (["integration-event", "administrative-help", "housing"], False),
        (["integration-event", "language-course"], True),
        (["other"], True),
    ],
)
def test_what_opens_a_path(needs, opens):
    assert paths.opens_a_path(needs) is opens


def test_a_need_for_mentoring_is_a_wish_and_silence_is_none():
    assert paths.wants_mentor(None, ["mentoring"]) is True
    assert paths.wants_mentor(None, ["language-course"]) is None
    assert paths.wants_mentor(False, ["language-course"]) is False


@pytest.mark.parametrize("status", ["opened", "consulting", "way-chosen", "in-progress"])
def test_a_way_is_chosen_or_changed_until_the_path_rests_or_ends(status):
    details = {"way": "own-business"}
    assert move(paths.MOVES, status=status, party="adviser", action="choose", details=details).to == "way-chosen"


@given(st.lists(st.sampled_from(sorted(paths.ACTIONS)), max_size=30))
def test_whatever_is_done_a_path_never_leaves_its_end_and_rests_only_after_a_way(steps):
    status, chosen = "opened", False
    details = {"way": "own-business", "outcome": "employed", "step_id": "1", "kind": "task"}
    for action in steps:
        before = status
        try:
            status = move(paths.MOVES, status=status, party="adviser", action=action, details=details).to
        except Conflict:
            continue
        chosen = chosen or action == "choose"
        assert before != "ended"
        assert chosen or status in ("opened", "consulting", "ended")


def test_every_status_but_the_end_leads_to_the_end():
    for status in set(paths.Status) - {paths.Status.ENDED}:
        assert "end" in actions(paths.MOVES, status=status, party="adviser")


def test_a_pause_is_a_state_of_being_under_way():
    assert paths.stage_of("paused") == paths.stage_of("in-progress")
    assert paths.after_completion("way-chosen") == "in-progress"
    assert paths.after_completion("consulting") == "consulting"


# -- reach -----------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 40), max_size=8))
def test_no_small_cell_is_shown_and_none_is_hidden_alone(cells):
    shown = reach.suppressed(cells)
    hidden = [name for name, count in shown.items() if count is None]
    assert all(cells[name] >= reach.SMALLEST for name in shown if name not in hidden)
    assert len(hidden) != 1 or len(cells) == 1
    assert all(shown[name] == cells[name] for name in shown if name not in hidden)


def test_large_cells_are_shown_as_they_are():
    assert reach.suppressed({"language-course": 212, "legal-advice": 5}) == {"language-course": 212, "legal-advice": 5}


def test_who_was_erased_is_a_token_and_nobody():
    assert reach.is_nobody(reach.nobody("3f2a"))
    assert not reach.is_nobody("019cad9d-67a0-772c-8cde-073e7e5fc1c8")
