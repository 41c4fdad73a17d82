"""The rule book of referrals, and what agreements cover."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.domain import agreements, institutions
from services.referrals.domain.referrals import (
    ACTIONS,
    CLOCKS,
    MOVES,
    OPEN,
    REASONS,
    Party,
    State,
    changes,
    code_of,
    parties_of,
    possible,
    sees_person,
    stand,
    state_of,
)
from shared import contracts
from shared.database import new_id
from shared.errors import Conflict
from shared.statemachine import move

S, R, C, X = Party
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_referral(state: State = State.DRAFT, **more):
    status, business = stand(state)
    return {
        "status": status, "business_status": business, "deadlines": {"look": 2, "decide": 5, "contact": 5},
        "sender_id": "office", "receiver_id": "foundation", "requested_at": None, "received_at": None,
        "accepted_at": None, "replaced_by": None, "purged": False, "look_by": None, "decide_by": None,
        "contact_by": None, "sharing_expires_on": "2027-01-01", **more,
    }  # fmt: skip


def after(referral, *steps):
    """The referral after (party, action) steps."""
    for party, action in steps:
        details = dict.fromkeys(("reason", "question", "text", "outcome", "service_id", "comment"), "other")
        step = move(MOVES, status=state_of(referral), party=party, action=action, details=details)
        referral = {**referral, **changes(referral, step, action=action, now=NOON)}
    return referral


SENT = (S, "submit")


@given(st.sampled_from(State), st.sampled_from(Party), st.sampled_from(ACTIONS))
def test_nothing_happens_that_is_not_in_the_rule_book(state, party, action):
    referral = a_referral(state)
    if (state, party, action) in MOVES:
        assert action in possible(referral, [party])
        return
    with pytest.raises(Conflict) as refused:
        move(MOVES, status=state, party=party, action=action, details={})
    assert refused.value.actions == [name for at, whose, name in MOVES if (at, whose) == (state, party)]


@given(st.lists(st.tuples(st.sampled_from(Party), st.sampled_from(ACTIONS)), max_size=12))
def test_whatever_is_tried_only_legal_edges_are_walked_and_the_clock_fits_the_state(tries):
    referral, edges = a_referral(), {(at, move_.to) for (at, _who, _action), move_ in MOVES.items()}
    for party, action in tries:
        before = state_of(referral)
        if action in possible(referral, [party]):
            referral = after(referral, (party, action))
            assert (before, state_of(referral)) in edges
        assert (referral.get("due_at") is not None) is (state_of(referral) in CLOCKS)


def test_every_state_but_the_draft_can_be_reached():
    assert {step.to for step in MOVES.values()} | {State.DRAFT} == set(State)


def test_every_fact_of_the_rule_book_has_a_contract():
    facts = {f"referrals.referral.{step.fact}.v1" for step in MOVES.values() if step.fact}
    assert facts <= set(contracts.types())


@pytest.mark.parametrize("state", State)
def test_the_codes_of_every_state_are_in_the_contract(state):
    status, business = stand(state)
    assert status in contracts.codes("referral-statuses")
    assert business in (None, *contracts.codes("referral-business-statuses"))


@pytest.mark.parametrize("state", OPEN)
def test_an_open_referral_can_be_cancelled_by_its_sender_and_when_she_withdraws(state):
    assert all((state, party, "cancel") in MOVES for party in (S, X))


def test_a_receiver_cannot_cancel_and_a_sender_cannot_accept():
    assert not [1 for _at, who, action in MOVES if (who, action) in ((R, "cancel"), (S, "accept"))]


def test_a_mistaken_referral_is_at_its_end():
    assert possible(a_referral(State.MISTAKEN), list(Party)) == []


def test_a_referral_that_was_continued_cannot_be_continued_again():
    assert "reopen" in possible(a_referral(State.FAILED), [S])
    assert "reopen" not in possible(a_referral(State.FAILED, replaced_by="other"), [S])


def test_nothing_can_be_done_with_what_was_erased():
    assert possible(a_referral(State.FAILED, purged=True), list(Party)) == []


def test_sending_starts_both_clocks_and_the_first_look_runs():
    sent = after(a_referral(), SENT)
    assert (sent["clock"], sent["due_at"]) == ("look", sent["look_by"])
    assert sent["look_by"].date().isoformat() == "2026-03-04"
    assert sent["decide_by"].date().isoformat() == "2026-03-09"


def test_the_decision_clock_stands_still_while_a_question_waits_and_begins_anew_with_the_answer():
    asked = after(a_referral(), SENT, (R, "receive"), (R, "ask"))
    assert asked["due_at"] is None
    assert after(asked, (S, "answer"))["due_at"] is not None


def test_accepting_unread_counts_as_the_first_look():
    accepted = after(a_referral(), SENT, (R, "accept"))
    assert accepted["received_at"] == accepted["accepted_at"] == NOON
    assert accepted["clock"] == "contact"


def test_the_receiver_sees_her_only_from_acceptance_on_and_as_long_as_she_agreed():
    sent = after(a_referral(), SENT)
    accepted = after(sent, (R, "accept"))
    withdrawn = after(accepted, (X, "cancel"))
    assert [sees_person(one, R, today="2026-03-02") for one in (sent, accepted, withdrawn)] == [
        False, True, False,
    ]  # fmt: skip
    assert not sees_person(accepted, R, today="2027-01-02")
    assert not sees_person(accepted, C, today="2026-03-02")
    assert sees_person(withdrawn, S, today="2026-03-02")


def test_a_draft_is_nobodys_but_the_senders():
    draft = a_referral()
    everyone = {"sends_for": frozenset({"office"}), "receives_for": frozenset({"foundation"}), "coordinates": True}
    assert parties_of(draft, **everyone) == [S]
    assert parties_of(after(draft, SENT), **everyone) == [S, R, C]


def test_reasons_are_those_of_the_contract():
    assert {code for reasons in REASONS.values() for code in reasons} <= set(contracts.codes("referral-reasons"))


def test_codes_have_the_shape_of_the_contract_and_hardly_ever_repeat():
    codes = [code_of(new_id()) for _ in range(2000)]
    contracts.validate("people.participant.registered.v1", {
        "code": codes[0], "language": "uk", "do_not_contact": False, "safe_channels": [], "languages": [],
        "registered_by": None,
    })  # fmt: skip
    assert len(set(codes)) > 1990


# -- agreements ----------------------------------------------------------------------------------------------------

COURSE = {"id": "a", "fields": ["name"], "purposes": ["language-course"]}
WIDER = {"id": "b", "fields": ["name", "phone"], "purposes": ["language-course", "housing"]}


def test_the_agreement_that_covers_most_is_taken():
    assert agreements.best([COURSE, WIDER], category="language-course", fields=["name", "phone"]) is WIDER


def test_no_agreement_for_the_purpose_covers_nothing():
    assert agreements.best([COURSE], category="housing", fields=[]) is None


def test_each_field_beyond_the_agreement_is_named_by_its_place():
    assert agreements.uncovered(COURSE, ["phone", "name", "email"]) == [0, 2]


def test_urgent_referrals_have_their_own_deadlines_and_parties_may_agree_on_others():
    assert agreements.deadlines({}, "urgent") == {"look": 1, "decide": 2, "contact": 2}
    assert agreements.deadlines({"decide": 9}, "routine") == {"look": 2, "decide": 9, "contact": 5}


# -- institutions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "given_", "kept"),
    [
        (institutions.tax_number, "856-73-46-215", "8567346215"),
        (institutions.tax_number, "8567346216", None),
        (institutions.tax_number, "0000000000", None),
        (institutions.statistical_number, "123456785", "123456785"),
        (institutions.statistical_number, "12345678500000", "123456785"),
        (institutions.statistical_number, "000000000", None),
        (institutions.statistical_number, "123456786", None),
        (institutions.court_number, "0000123456", "0000123456"),
        (institutions.court_number, "123456", None),
        (institutions.court_number, "0000000000", None),
    ],
)
def test_numbers_are_kept_in_one_form_or_refused(check, given_, kept):
    assert check(given_) == kept


def test_people_find_lodz_without_its_letters():
    assert institutions.searchable("Łódź", " Żółw ") == "lodz zolw"
