"""A table of moves, walked."""

import pytest

from shared.errors import Conflict, Invalid
from shared.statemachine import Move, actions, move

MOVES = {
    ("asked", "receiver", "reject"): Move("rejected", "rejected", needs=("reason", "note")),
    ("asked", "receiver", "accept"): Move("accepted", "accepted"),
    ("asked", "sender", "cancel"): Move("cancelled", None),
}


def test_a_move_leads_where_the_table_says():
    step = move(MOVES, status="asked", party="receiver", action="accept", details={})
    assert (step.to, step.fact) == ("accepted", "accepted")


def test_each_party_has_its_own_actions():
    assert actions(MOVES, status="asked", party="receiver") == ["reject", "accept"]
    assert actions(MOVES, status="asked", party="sender") == ["cancel"]
    assert actions(MOVES, status="rejected", party="sender") == []


@pytest.mark.parametrize("action", ["cancel", "nonsense", ""])
def test_what_is_not_possible_names_what_is(action):
    with pytest.raises(Conflict) as refusal:
        move(MOVES, status="asked", party="receiver", action=action, details={})
    assert refusal.value.actions == ["reject", "accept"]


@pytest.mark.parametrize("empty", [None, "", [], 0])
def test_all_that_is_missing_is_named_at_once(empty):
    with pytest.raises(Invalid) as refusal:
        move(MOVES, status="asked", party="receiver", action="reject", details={"reason": empty})
    assert [error.pointer for error in refusal.value.errors] == ["/reason", "/note"]
