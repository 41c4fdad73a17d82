"""State and facts are committed together, numbered without gaps, and leave in order, at least once, by one relay."""

from contextlib import suppress

import pytest
from sqlalchemy import select

from shared import contracts
from shared.envelope import Event
from shared.eventlog import EventLogUnavailable
from shared.relay import GROUP, Relay
from tests.kernel.desk import Desk, in_parallel
from tests.kernel.notes import REGISTERED, change, fact_of, notes, write

WRITERS, CHANGES = 8, 10


class Away:
    """An event log that fails after it has kept the first `kept` records."""

    def __init__(self, log, kept: int) -> None:
        self._log, self._kept = log, kept

    def append(self, records) -> None:
        self._log.append(records[: self._kept])
        raise EventLogUnavailable("gone")


def test_a_command_that_fails_leaves_neither_state_nor_fact(desk: Desk):
    with pytest.raises(RuntimeError), desk.transaction() as tx:
        write(tx, text="lost")
        raise RuntimeError
    with desk.transaction() as tx:
        kept = write(tx, text="kept")
        assert tx.all(select(notes.c.text)) == [{"text": "kept"}]
    assert [(row["key"], row["sequence"]) for row in desk.outbox()] == [(kept["id"], 1)]


def test_a_fact_that_breaks_its_contract_fails_its_command(desk: Desk):
    with pytest.raises(contracts.ContractError), desk.transaction() as tx:
        write(tx, text="with a fact that nobody agreed to")
        tx.publish(Event(REGISTERED, "k", {"name": "X"}))
    with desk.transaction() as tx:
        assert (tx.all(select(notes.c.id)), desk.outbox()) == ([], [])


def test_a_fact_too_large_for_the_log_fails_its_command_not_the_relay(embedded_desk: Desk, monkeypatch):
    monkeypatch.setattr("shared.outbox.LARGEST_DATA", 50)
    with pytest.raises(contracts.ContractError), embedded_desk.transaction() as tx:
        write(tx, text="long enough")
    assert embedded_desk.outbox() == []


def test_eight_writers_of_one_aggregate_leave_no_gap_and_no_disorder(desk: Desk):
    with desk.transaction() as tx:
        note = write(tx, text="0")["id"]

    def work(number: int) -> None:
        for turn in range(CHANGES):
            with desk.transaction() as tx:
                tx.publish(fact_of(REGISTERED, note, f"{number}-{turn}"))

    in_parallel(WRITERS, work)
    assert [row["sequence"] for row in desk.outbox()] == list(range(1, 2 + WRITERS * CHANGES))
    desk.relay().run_once()
    assert [fact.sequence for fact in desk.published()] == list(range(1, 2 + WRITERS * CHANGES))


def test_a_writer_who_gives_up_leaves_no_hole_for_the_one_who_waited(desk: Desk):
    with desk.transaction() as tx:
        note = write(tx, text="0")["id"]

    def work(number: int) -> None:
        with suppress(RuntimeError), desk.transaction() as tx:
            tx.publish(fact_of(REGISTERED, note, str(number)))
            if number % 2:
                raise RuntimeError

    in_parallel(WRITERS, work)
    assert [row["sequence"] for row in desk.outbox()] == [1, 2, 3, 4, 5]


def test_more_than_a_group_leaves_in_order(embedded_desk: Desk):
    desk = embedded_desk
    with desk.transaction() as tx:
        for number in range(GROUP + 20):
            tx.publish(fact_of(REGISTERED, f"key-{number % 7}", str(number)))
    relay = desk.relay()
    assert [relay.run_once(), relay.run_once(), relay.run_once()] == [GROUP, 20, 0]
    for key in (f"key-{number}" for number in range(7)):
        sequences = [fact.sequence for fact in desk.published() if fact.key == key]
        assert sequences == list(range(1, len(sequences) + 1))


def test_a_relay_that_dies_between_the_log_and_its_mark_sends_again(desk: Desk):
    with desk.transaction() as tx:
        note = write(tx, text="once")["id"]
        change(tx, note, text="twice")

    class Dying(Relay):
        def _mark(self, positions: list[int]) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Dying("notes", desk.runtime.database, desk.log, "first").run_once()
    assert [row["published_at"] for row in desk.outbox()] == [None, None]
    desk.clock.advance(seconds=11)
    assert desk.relay("second").run_once() == 2
    assert [fact.sequence for fact in desk.published()] == [1, 2, 1, 2]
    assert len({fact.id for fact in desk.published()}) == 2


def test_a_log_that_takes_a_part_only_gets_all_of_it_again_in_the_same_order(desk: Desk):
    with desk.transaction() as tx:
        note = write(tx, text="1")["id"]
        change(tx, note, text="2")
        change(tx, note, text="3")
    relay = Relay("notes", desk.runtime.database, Away(desk.log, 2), "relay")
    with pytest.raises(EventLogUnavailable):
        relay.run_once()
    relay.event_log = desk.log
    assert relay.run_once() == 3
    assert [fact.sequence for fact in desk.published()] == [1, 2, 1, 2, 3]


def test_of_two_relays_one_works_until_its_lease_is_over(desk: Desk):
    first, second = desk.relay("first"), desk.relay("second")

    def write_one() -> None:
        with desk.transaction() as tx:
            write(tx, text="x")

    write_one()
    assert (first.run_once(), second.run_once()) == (1, 0)
    write_one()
    desk.clock.advance(seconds=6)
    assert (first.run_once(), second.run_once()) == (1, 0)
    write_one()
    desk.clock.advance(seconds=11)
    assert second.run_once() == 1
    write_one()
    assert first.run_once() == 0


def test_a_clock_set_back_an_hour_stops_no_relay(desk: Desk):
    first, second = desk.relay("first"), desk.relay("second")
    first.run_once()
    desk.clock.advance(hours=-1)
    with desk.transaction() as tx:
        write(tx, text="x")
    assert second.run_once() == 1, "the lease of the one that died reaches an hour ahead"
    assert first.run_once() == 0
