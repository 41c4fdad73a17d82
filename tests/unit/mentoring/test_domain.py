"""Rules of recruitment, matches and places."""

from datetime import date, timedelta

import pytest

from services.mentoring.domain import matches, recruitment
from services.mentoring.domain.places import NEIGHBOURS, neighbours
from shared import contracts, statemachine


def test_borders_are_shared_by_both_sides_and_cover_the_region():
    assert set(NEIGHBOURS) == set(contracts.codes("counties"))
    for county, others in NEIGHBOURS.items():
        assert all(county in NEIGHBOURS[other] for other in others)
    assert neighbours("1465") == frozenset()


def test_every_status_of_the_tables_is_one_of_the_contract():
    for moves, known in ((recruitment.MOVES, "mentor-statuses"), (matches.MOVES, "match-statuses")):
        named = {status for status, _party, _action in moves} | {move.to for move in moves.values()}
        assert named <= set(contracts.codes(known))


def test_who_mentors_cooperatives_needs_to_know_their_law():
    assert recruitment.missing_modules(["women"], ["safeguarding"]) == []
    assert recruitment.missing_modules(["women", "cooperatives"], ["safeguarding"]) == ["law-of-cooperatives"]


def test_a_safeguarding_clearance_does_not_hold_for_ever_and_a_workshop_does():
    on = date(2026, 3, 2)
    assert recruitment.valid_until("safeguarding", on) == on + timedelta(days=730)
    assert recruitment.valid_until("self-advocacy", on) is None


def test_the_mentor_answers_first_then_the_mentee():
    proposed = {party: statemachine.actions(matches.MOVES, status="proposed", party=party) for party in PARTIES}
    assert proposed[matches.MENTOR] == ["accept", "decline"]
    assert proposed[matches.MENTEE] == proposed[matches.ADVISER] == []
    accepted = statemachine.actions(matches.MOVES, status="accepted", party=matches.MENTEE)
    assert accepted == ["confirm", "decline"]


PARTIES = (matches.MENTOR, matches.MENTEE, matches.ADVISER, matches.COORDINATOR)


def test_the_mentee_may_say_no_without_a_reason_and_the_mentor_may_not():
    assert matches.MOVES["accepted", matches.MENTEE, "decline"].needs == ()
    assert matches.MOVES["proposed", matches.MENTOR, "decline"].needs == ("reason",)


@pytest.mark.parametrize("reason", contracts.codes("match-decline-reasons"))
def test_what_is_told_of_a_reason_never_says_conflict_or_safety(reason):
    assert matches.told(reason) in contracts.codes("match-decline-reasons-told")


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        ("safety", "not-suitable"),
        ("conflict", "not-suitable"),
        ("no-time", "declined-before"),
        (None, "declined-before"),
    ],
)
def test_a_declined_pair_falls_under_a_rule(reason, rule):
    assert matches.rule_after_decline(reason) == rule
