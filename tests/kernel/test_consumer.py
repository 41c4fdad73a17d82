"""Facts are taken in once, in the order of their aggregate; what cannot be taken in parks without holding up others."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from shared import consumer as consumers
from shared import inbox
from shared.consumer import TooManyParked
from shared.eventlog import Record
from shared.metrics import EVENTS_CONSUMED
from tests.kernel.desk import Desk
from tests.kernel.notes import CHANGED, FINISHED, write

UNKNOWN = "referrals.institution.closed.v1"


def failing_on(*keys: str) -> Callable:
    def act(fact) -> None:
        if fact.key in keys:
            raise ValueError("cannot")

    return act


def consumed(kind: str, result: str) -> float:
    return EVENTS_CONSUMED.labels("notes", kind, result)._value.get()


def test_a_fact_has_its_effect_once_however_often_it_comes(desk: Desk):
    records = [desk.tell("a", 1), desk.tell("a", 2), desk.tell("b", 1)]
    consumer = desk.consumer()
    for batch in (records, records * 3, records[:1], records[::-1]):
        consumer.take(batch)
    desk.consumer().take(records)  # another process, after a restart
    assert desk.effects() == [("a", 1), ("a", 2), ("b", 1)]
    assert desk.effects("reaction") == [("a", 1), ("a", 2), ("b", 1)]
    assert desk.parked() == []


def test_an_effect_and_its_own_facts_are_one_transaction(desk: Desk):
    desk.trouble.act = failing_on("a")
    desk.consumer().take([desk.tell("a", 1), desk.tell("b", 1)])
    assert desk.effects() == [("b", 1)]
    assert [(row["type"], row["key"]) for row in desk.outbox()] == [(FINISHED, "b")]


def test_without_the_inbox_and_the_sequence_there_would_be_two_effects(embedded_desk: Desk, monkeypatch):
    """The proof by breaking: what guards the promise above is what it says it is."""
    record = embedded_desk.tell("a", 1)
    monkeypatch.setattr(consumers, "first_seen", lambda tx, consumer, facts: {fact.id for fact in facts})
    monkeypatch.setattr(inbox.Progress, "is_next", lambda self, fact: True)
    for _ in range(2):
        embedded_desk.consumer().take([record])
    assert embedded_desk.effects() == [("a", 1), ("a", 1)]


def test_only_the_guilty_one_of_a_batch_parks_and_later_ones_of_its_key_behind_it(desk: Desk):
    desk.trouble.act = failing_on("bad")
    records = [desk.tell("good", 1), desk.tell("bad", 1), desk.tell("good", 2), desk.tell("bad", 2)]
    desk.consumer().take(records)
    desk.consumer().take([desk.tell("bad", 3), desk.tell("good", 3)])
    assert desk.effects() == [("good", 1), ("good", 2), ("good", 3)]
    assert [(row["sequence"], row["state"]) for row in desk.parked()] == [(1, "waiting"), (2, "behind"), (3, "behind")]
    assert desk.parked()[0]["error"].startswith("ValueError at ")
    assert "cannot" not in desk.parked()[0]["error"], "messages may quote data"


def test_what_is_mended_goes_on_in_order(desk: Desk):
    desk.trouble.act = failing_on("bad")
    consumer = desk.consumer()
    consumer.take([desk.tell("bad", 1), desk.tell("bad", 2)])
    desk.trouble.act = lambda fact: None
    consumer.retry_parked()
    assert desk.effects() == [], "its next attempt is a second away"
    desk.clock.advance(seconds=2)
    for _ in range(2):
        consumer.retry_parked()
    assert desk.effects() == [("bad", 1), ("bad", 2)]
    assert desk.parked() == []


def test_a_gap_waits_for_the_missing_one(desk: Desk):
    consumer = desk.consumer()
    first, second, third = (desk.tell("a", number) for number in (1, 2, 3))
    consumer.take([first, third])
    assert [(row["sequence"], row["error"]) for row in desk.parked()] == [(3, "NotYet")]
    consumer.take([second])
    for _ in range(3):
        desk.clock.advance(seconds=5)
        consumer.retry_parked()
    assert desk.effects() == [("a", 1), ("a", 2), ("a", 3)]


def test_a_gap_in_facts_that_nobody_handles_is_waited_for_too_and_they_count(desk: Desk):
    before = consumed("other", "unknown")
    consumer = desk.consumer()
    consumer.take([desk.tell("a", 1, kind=UNKNOWN), desk.tell("a", 2, kind=CHANGED)])
    assert desk.effects() == [("a", 2)]
    assert consumed("other", "unknown") == before + 1


def test_a_new_epoch_begins_anew_and_the_old_one_is_over(desk: Desk):
    consumer = desk.consumer()
    old = [desk.tell("a", 1), desk.tell("a", 2), desk.tell("a", 3)]
    consumer.take(old[:2])
    consumer.take([desk.tell("a", 2, epoch=2), desk.tell("a", 3, epoch=2)])
    consumer.take(old[2:])
    assert desk.effects() == [("a", 1), ("a", 2), ("a", 2), ("a", 3)]


def test_when_too_many_fail_the_fault_is_ours_and_the_consumer_halts(embedded_desk: Desk):
    desk = embedded_desk
    desk.trouble.act = failing_on(*(f"k{number}" for number in range(60)))
    consumer = desk.consumer()
    records = [desk.tell(f"k{number}", 1) for number in range(60)]
    for _ in range(3):
        with pytest.raises(TooManyParked):
            consumer.take(records)
    assert len(desk.parked()) == consumers.FEWEST_FOR_A_HALT - 1
    assert len(consumer._outcomes) == consumers.FEWEST_FOR_A_HALT - 1, "to halt again is no new failure"
    desk.trouble.act = lambda fact: None
    consumer.take(records)
    assert len(desk.effects()) == 60 - len(desk.parked())


def test_a_few_failures_among_many_successes_do_not_halt(embedded_desk: Desk):
    desk = embedded_desk
    consumer = desk.consumer()
    consumer.take([desk.tell(f"good{number}", 1) for number in range(100)])
    desk.trouble.act = failing_on(*(f"k{number}" for number in range(40)))
    consumer.take([desk.tell(f"k{number}", 1) for number in range(40)])
    assert len(desk.parked()) == 40


def test_while_the_database_is_away_the_position_stays(embedded_desk: Desk, monkeypatch):
    """The loop as it runs in a process: a fault of the database is waited out, then the same batch is taken."""
    desk = embedded_desk
    monkeypatch.setattr(consumers, "LONGEST_WAIT", 0.05)
    with desk.transaction() as tx:
        write(tx, text="x")
    desk.relay().run_once()
    consumer, stop, tries = desk.consumer(), threading.Event(), []

    def act(fact) -> None:
        tries.append(fact)
        if len(tries) < 4:
            raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))
        stop.set()

    desk.trouble.act = act
    thread = threading.Thread(target=consumer.run, args=(stop,))
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert (len(desk.effects()), desk.parked()) == (1, [])
    assert desk.records(consumer) == [], "the position moved on only then"


def test_a_handlers_wrong_sql_parks_its_fact_and_does_not_pass_for_a_database_that_is_away(desk: Desk):
    def act(_fact) -> None:
        with desk.reading() as tx:
            tx.connection.exec_driver_sql("SELECT nothing_of_this_name FROM notes")

    desk.trouble.act = act
    desk.consumer().take([desk.tell("a", 1)])
    assert [row["error"].split()[0] for row in desk.parked()] == ["ProgrammingError"]


# -- records that are no facts -------------------------------------------------------------------------------------

GOOD = {"ce_id": "i", "ce_type": "t.t.t.v1", "ce_sequence": "1", "ce_epoch": "1", "ce_time": "2026-03-02T12:00:00Z"}
ODD_HEADERS = [
    *({**GOOD, "ce_sequence": value} for value in ("0", "-1", "x", "", "99999999999", "9" * 5000, "٣", "1.0")),
    *({**GOOD, "ce_epoch": value} for value in ("0", "-1", "9" * 30)),
    *({**GOOD, "ce_time": value} for value in ("", "yesterday", "2026-03-02T12:00:00", "0000-00-00T00:00:00Z")),
    *({**GOOD, "ce_id": value} for value in ("", "a\x00b", "x" * 5000)),
    *({**GOOD, "ce_type": value} for value in ("", "\x00", "x" * 5000)),
    {**GOOD, "ce_traceparent": "\x00"},
    {name: value for name, value in GOOD.items() if name != "ce_id"},
    {},
]
ODD_VALUES = [
    b"", b"{", b"[]", b"1", b"null", b"\xff\xfe", b'{"a":NaN}', b'{"a":-Infinity}', b'{"a":1e999}', b'{"a":"\\ud800"}',
    b'{"\\udfff":1}', b'{"a":' * 900 + b"1" + b"}" * 900, b'{"a":' * 90_000, b'{"a":' + b"9" * 5000 + b"}",
]  # fmt: skip


def odd_records(topic: str) -> list[Record]:
    headers = [tuple((name, value.encode()) for name, value in odd.items()) for odd in [GOOD, *ODD_HEADERS]]
    records = [Record(topic, "odd", b"{}", odd, 0, number) for number, odd in enumerate(headers[1:])]
    records += [Record(topic, "odd", value, headers[0], 1, number) for number, value in enumerate(ODD_VALUES)]
    records += [Record(topic, key, b"{}", headers[0], 2, number) for number, key in enumerate(("", "\x00", "k" * 5000))]
    return [*records, Record(topic, "odd", b"{}", (("ce_id", b"\xff"),), 2, 99)]


def test_whatever_is_in_the_log_parks_dead_and_holds_nothing_back(desk: Desk):
    good = desk.tell("odd", 1)
    odd = odd_records(good.topic)
    desk.consumer().take([*odd, good])
    assert desk.effects() == [("odd", 1)]
    assert {(row["type"], row["state"]) for row in desk.parked()} == {("malformed", "dead")}
    assert len(desk.parked()) == len(odd)
    desk.consumer().take(odd)
    assert len(desk.parked()) == len(odd), "read again it is the same record"


def test_a_fact_with_odd_but_readable_content_can_be_parked(desk: Desk):
    desk.trouble.act = failing_on("odd")
    record = desk.tell("odd", 1)
    escaped = replace(record, value=b'{"name":"\\u0000 \\ud83d\\ude00 \xc5\x82","n":1e300,"deep":[[[[[[[[1]]]]]]]]}')
    desk.consumer().take([escaped])
    assert [row["data"]["name"] for row in desk.parked()] == ["\x00 😀 ł"]


def test_an_unknown_version_of_a_known_fact_is_passed_over(desk: Desk):
    record = desk.tell("a", 1)
    headers = tuple((n, v.replace(b".v1", b".v9") if n == "ce_type" else v) for n, v in record.headers)
    desk.consumer().take([replace(record, headers=headers), desk.tell("a", 2)])
    assert desk.effects() == [("a", 2)]
