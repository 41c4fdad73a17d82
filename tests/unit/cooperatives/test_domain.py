"""The rules alone: states, numbers, counts, duties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cooperatives.domain import duties, identifiers, people, states
from services.cooperatives.domain.law import Law, NoSuchTerm
from services.cooperatives.queries.law import centroids, law
from shared import contracts

DAY = "2026-03-02"
S = states.Status


def test_states_are_those_of_the_contract():
    assert [str(one) for one in states.Status] == list(contracts.codes("cooperative-statuses"))
    assert [str(one) for one in states.Social] == list(contracts.codes("social-enterprise-statuses"))


def test_the_edges_are_those_of_the_law():
    edges = {(str(before), str(after)) for before, _party, after in states.MOVES}
    assert edges == {
        ("initiative_group", "founding_meeting_held"),
        ("founding_meeting_held", "krs_application_filed"),
        ("krs_application_filed", "registered"),
        ("registered", "active"),
        ("active", "suspended"),
        ("suspended", "active"),
        ("active", "in_liquidation"),
        ("suspended", "in_liquidation"),
        ("in_liquidation", "struck_off"),
        ("in_liquidation", "active"),
        ("active", "in_bankruptcy"),
        ("suspended", "in_bankruptcy"),
        ("in_bankruptcy", "struck_off"),
        ("registered", "struck_off"),
        ("active", "struck_off"),
        ("initiative_group", "abandoned"),
        ("founding_meeting_held", "abandoned"),
        ("krs_application_filed", "abandoned"),
    }


def test_every_change_from_registration_on_needs_its_proof():
    for (before, _party, after), move in states.MOVES.items():
        proved = before not in states.FORMING or after == S.REGISTERED
        assert (move.needs == states.PROVED) is proved


def test_every_state_can_be_reached_and_only_the_last_ones_have_no_way_on():
    reached = {S.INITIATIVE_GROUP} | {after for _before, _party, after in states.MOVES}
    assert reached == set(states.Status)
    assert {one for one in states.Status if not states.next_states(one)} == set(states.ENDED)


@pytest.mark.parametrize(
    ("read", "text", "number"),
    [
        (identifiers.krs, " 0000 912345", "0000912345"),
        (identifiers.nip, "PL 526-025-02-74", "5260250274"),
        (identifiers.regon, "000331501", "000331501"),
        (identifiers.regon, "00033150100000", "000331501"),
        (identifiers.regon, "23511332857188", "23511332857188"),
    ],
)
def test_numbers_are_read_without_separators_and_padding(read, text, number):
    assert read(text) == number


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (identifiers.krs, "000091234"),
        (identifiers.krs, "0000000000"),
        (identifiers.nip, "0000000000"),
        (identifiers.nip, "5260250275"),
        (identifiers.regon, "000000000"),
        (identifiers.regon, "00000000000000"),
        (identifiers.regon, "000331502"),
        (identifiers.regon, "23511332857189"),
        (identifiers.krs, "٠٠٠٠٩١٢٣٤٥"),
    ],
)
def test_numbers_that_cannot_be_are_refused(read, text):
    with pytest.raises(identifiers.NotValid):
        read(text)


def test_one_wrong_digit_of_a_nip_is_always_noticed():
    for place in range(10):
        for digit in "0123456789":
            changed = "5260250274"[:place] + digit + "5260250274"[place + 1 :]
            if changed != "5260250274":
                with pytest.raises(identifiers.NotValid):
                    identifiers.nip(changed)


def test_old_codes_of_activity_hold_until_the_end_of_2026():
    assert identifiers.pkd_version_holds("2007", today="2026-12-31")
    assert not identifiers.pkd_version_holds("2007", today="2027-01-01")
    assert identifiers.pkd_version_holds("2025", today="2027-01-01")


def test_the_law_is_asked_by_the_day_and_a_gap_in_it_is_a_fault():
    row = {"unit": "persons", "source": "an act"}
    old = {**row, "code": "minimum", "value": 5, "valid_from": "2006-01-01", "valid_to": "2022-10-29"}
    new = {**row, "code": "minimum", "value": 3, "valid_from": "2022-10-30", "valid_to": None}
    changed = Law.of([old, new])
    assert [changed.number("minimum", day) for day in ("2022-10-29", "2022-10-30")] == [5, 3]
    with pytest.raises(NoSuchTerm):
        changed.number("minimum", "2005-01-01")


def test_every_term_of_the_configuration_names_its_source():
    assert all(term.source.startswith("Ustawa z dnia ") for term in law().terms)
    codes = {term.code for term in law().terms}
    assert len(codes) == len(law().terms)


@pytest.mark.parametrize(
    ("kinds", "enough", "duty"),
    [
        (["person"] * 2, False, True),
        (["person"] * 3, True, True),
        (["participant"] * 5, True, False),
        (["legal-person"], False, False),
        (["legal-person"] * 2, True, False),
    ],
)
def test_who_may_found_and_what_fewer_founders_owe(kinds, enough, duty):
    rows = [{"kind": kind} for kind in kinds]
    assert people.enough_founders(rows, law=law(), today=DAY) is enough
    assert people.brings_employment_duty(rows, law=law(), today=DAY) is duty


@pytest.mark.parametrize(
    ("members", "disadvantaged", "expected"),
    [
        (6, 6, []),
        (5, 5, ["too-few-members"]),
        (49, 30, []),
        (50, 30, ["too-many-members"]),
        (10, 5, ["disadvantaged-share-low"]),
        (10, 6, []),
        (0, 0, ["too-few-members", "disadvantaged-share-low"]),
    ],
)
def test_an_alarm_comes_one_change_before_a_threshold_is_crossed(members, disadvantaged, expected):
    assert people.alarms(members=members, disadvantaged=disadvantaged, law=law(), today=DAY) == expected


def test_months_end_where_the_month_ends():
    assert duties.months_after("2026-01-31", 1) == "2026-02-28"
    assert duties.months_after("2024-02-29", 12) == "2025-02-28"
    assert duties.months_after("2026-11-30", 36) == "2029-11-30"


@given(st.dates(date(2023, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_months_after_is_never_more_than_its_months_away(day, months):
    later = date.fromisoformat(duties.months_after(day.isoformat(), months))
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day


@given(st.dates(date(2023, 1, 1), date(2100, 1, 1)))
def test_a_duty_is_told_at_most_four_times_and_last_the_day_after(due):
    told, after = [], None
    while (day := duties.next_telling(due.isoformat(), after=after)) is not None:
        told.append(day)
        after = day
    assert told == [(due + timedelta(days=n)).isoformat() for n in (-60, -30, -7, 1)]


def test_what_returns_follows_what_was_met():
    yearly = duties.following("first-report", due_on="2027-03-31", met_on=DAY, law=law())
    audit = duties.following("audit", due_on="2029-03-02", met_on=DAY, law=law())
    assert yearly is not None
    assert audit is not None
    assert (yearly.kind, yearly.due_on) == ("yearly-report", "2028-03-31")
    assert (audit.kind, audit.due_on) == ("audit", "2029-03-02")
    assert duties.following("employment-duty", due_on=DAY, met_on=DAY, law=law()) is None


def test_every_county_of_the_region_has_a_middle():
    assert set(centroids()) == set(contracts.codes("counties"))
