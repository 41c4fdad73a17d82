"""What is parked: when it is tried again, when it is an operator's, and what her word does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared import parking
from shared.errors import Conflict, Invalid
from shared.parking import LONGEST_LOOK, PATIENCE, NotYet
from tests.kernel.desk import Desk

CONSUMER = "splot.notes"


def raising(fault: Exception):
    def act(_fact) -> None:
        raise fault

    return act


def fine(_fact) -> None:
    return


def parked_one(desk: Desk, fault: Exception, *, attempts_allowed: int = 8):
    """A consumer with one fact that failed with `fault`."""
    desk.trouble.act = raising(fault)
    consumer = desk.consumer(attempts_allowed=attempts_allowed)
    consumer.take([desk.tell("a", 1)])
    return consumer


def due_in(desk: Desk) -> timedelta:
    row = desk.parked()[0]
    return row["next_attempt_at"] - desk.clock.at


def wait_and_retry(desk: Desk, consumer) -> None:
    desk.clock.at = desk.parked()[0]["next_attempt_at"]
    consumer.retry_parked()


def test_a_failure_is_tried_again_later_and_later_then_it_is_an_operators(desk: Desk):
    consumer = parked_one(desk, ValueError("x"), attempts_allowed=4)
    waits = [round(due_in(desk).total_seconds())]
    while desk.parked()[0]["state"] == "waiting":
        wait_and_retry(desk, consumer)
        waits.append(round(due_in(desk).total_seconds()))
    assert (waits[:3], desk.parked()[0]["attempts"]) == ([1, 2, 4], 4)
    desk.clock.advance(days=3)
    desk.trouble.act = fine
    consumer._parked_waiting = True
    consumer.retry_parked()
    assert (desk.effects(), desk.parked()[0]["state"]) == ([], "dead")


def test_a_missing_prerequisite_is_looked_for_from_50_ms_to_5_s_and_is_no_failure(desk: Desk):
    consumer = parked_one(desk, NotYet("her referral"))
    waits = [due_in(desk)]
    for _ in range(11):
        wait_and_retry(desk, consumer)
        waits.append(due_in(desk))
    assert [round(wait.total_seconds(), 2) for wait in waits[:4]] == [0.05, 0.1, 0.2, 0.4]
    assert max(waits) <= LONGEST_LOOK
    assert round(waits[-1].total_seconds()) == 5
    assert (desk.parked()[0]["attempts"], desk.parked()[0]["state"]) == (0, "waiting")


def test_after_ten_minutes_its_absence_counts_as_a_failure(desk: Desk):
    consumer = parked_one(desk, NotYet("x"), attempts_allowed=2)
    desk.clock.advance(seconds=PATIENCE.total_seconds() + 1)
    consumer.retry_parked()
    assert (desk.parked()[0]["attempts"], desk.parked()[0]["state"]) == (1, "waiting")
    wait_and_retry(desk, consumer)
    assert desk.parked()[0]["state"] == "dead"


def test_a_prerequisite_that_comes_is_noticed(desk: Desk):
    consumer = parked_one(desk, NotYet("x"))
    desk.trouble.act = fine
    wait_and_retry(desk, consumer)
    assert (desk.effects(), desk.parked()) == ([("a", 1)], [])


@pytest.fixture
def dead(desk: Desk) -> Desk:
    """A dead fact of `a` with two of its key behind it."""
    consumer = parked_one(desk, ValueError("x"), attempts_allowed=1)
    consumer.take([desk.tell("a", 2), desk.tell("a", 3)])
    desk.trouble.act = fine
    assert [row["state"] for row in desk.parked()] == ["dead", "behind", "behind"]
    return desk


def decide(desk: Desk, what, number: int = 0, **word) -> None:
    with desk.transaction(desk.actor("operator")) as tx:
        what(tx, desk.parked()[number]["id"], **word)


def run_on(desk: Desk) -> None:
    consumer = desk.consumer()
    for _ in range(5):
        consumer.retry_parked()
        consumer._parked_waiting = True


def test_an_operators_retry_gives_it_all_its_attempts(dead: Desk):
    decide(dead, parking.retry)
    run_on(dead)
    assert (dead.effects(), dead.parked()) == ([("a", 1), ("a", 2), ("a", 3)], [])


def test_a_discard_needs_a_reason_keeps_it_and_moves_on(dead: Desk):
    with pytest.raises(Invalid):
        decide(dead, parking.discard, reason="  ", consumer=CONSUMER)
    decide(dead, parking.discard, reason=" sent twice by hand ", consumer=CONSUMER)
    run_on(dead)
    assert dead.effects() == [("a", 2), ("a", 3)]
    (kept,) = dead.parked()
    assert (kept["state"], kept["reason"]) == ("discarded", "sent twice by hand")
    assert kept["decided_by"]
    assert kept["decided_at"]
    with pytest.raises(Conflict):
        decide(dead, parking.retry)


def test_nobody_can_decide_on_one_behind_another_which_would_lose_the_earlier(dead: Desk):
    for what, word in ((parking.retry, {}), (parking.discard, {"reason": "x", "consumer": CONSUMER})):
        with pytest.raises(Conflict):
            decide(dead, what, 1, **word)
    decide(dead, parking.retry)
    run_on(dead)
    assert dead.effects() == [("a", 1), ("a", 2), ("a", 3)]


def test_a_discarded_fact_that_comes_again_has_no_effect(dead: Desk):
    record = dead.tell("b", 1)
    dead.trouble.act = raising(ValueError("x"))
    dead.consumer(attempts_allowed=1).take([record])
    dead.trouble.act = fine
    decide(dead, parking.discard, 3, reason="x", consumer=CONSUMER)
    dead.consumer().take([record, dead.tell("b", 2)])
    assert dead.effects() == [("b", 2)]


def test_an_operators_word_given_while_a_retry_runs_is_kept(dead: Desk):
    """The retry read the fact before she discarded it; its success must not delete the reason, nor its failure."""
    consumer = dead.consumer()
    decide(dead, parking.retry)
    with dead.reading() as tx:
        (fact,) = parking.due(tx)
    decide(dead, parking.discard, reason="known elsewhere", consumer=CONSUMER)
    consumer._retry(fact)
    assert (dead.effects(), dead.parked()[0]["reason"]) == ([], "known elsewhere")
    dead.trouble.act = raising(ValueError("x"))
    with dead.transaction() as tx:
        parking.failed_again(tx, fact, ValueError("x"), attempts_allowed=8)
    assert dead.parked()[0]["state"] == "discarded"


def test_a_retry_that_another_process_has_done_meanwhile_is_no_fault(dead: Desk):
    decide(dead, parking.retry)
    with dead.reading() as tx:
        (fact,) = parking.due(tx)
    run_on(dead)
    dead.trouble.act = raising(ValueError("x"))
    dead.consumer()._retry(fact)
    with dead.transaction() as tx:
        parking.failed_again(tx, fact, ValueError("x"), attempts_allowed=8)
    assert (dead.parked(), len(dead.effects())) == ([], 3)


def test_a_record_that_cannot_be_read_can_only_be_discarded(desk: Desk):
    desk.consumer().take([replace(desk.tell("a", 1), value=b"{")])
    with pytest.raises(Conflict):
        decide(desk, parking.retry)
    decide(desk, parking.discard, reason="garbage", consumer=CONSUMER)
    assert desk.parked()[0]["state"] == "discarded"
    desk.consumer().take([desk.tell("a", 1)])
    assert desk.effects() == [("a", 1)]
