"""Real processes and real parts: two relays, dying brokers, poison, replays, one key fifty times (4, 5, 10, 11, 22)."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from deploy.parts.kafka import KafkaCluster
from deploy.parts.process import Child, wait_until
from shared.eventlog import Record
from shared.inbox import consumed
from tests.faults.conftest import Place
from tests.kernel.desk import Desk, in_parallel
from tests.kernel.notes import TOPIC, change, effects, notes, write

MakePlace = Callable[..., Place]
pytestmark = pytest.mark.kafka


def new_note(desk: Desk) -> str:
    with desk.transaction() as tx:
        return str(write(tx, text="x")["id"])


def effects_of(desk: Desk, keys: set[str], handler: str = "projection") -> Counter[tuple[str, int]]:
    return Counter(effect for effect in desk.effects(handler) if effect[0] in keys)


def all_taken(desk: Desk, keys: set[str], *, seconds: float) -> float:
    """Waits until each of the notes has had its effect; how long it took."""
    started = time.monotonic()
    expected = Counter((key, 1) for key in keys)
    wait_until(lambda: effects_of(desk, keys) >= expected, what=f"{len(keys)} effects", seconds=seconds, pause=0.1)
    assert effects_of(desk, keys) == expected, "an effect too many"
    return time.monotonic() - started


def test_of_two_relays_the_second_takes_over_from_one_that_hangs_and_nothing_is_lost_or_doubled(
    make_place: MakePlace, kafka: KafkaCluster
):
    place = make_place(kafka)
    desk = place.desk
    for name in ("relay-1", "relay-2"):
        place.start("relay", name=name)
    place.start("consume")
    keys = {new_note(desk) for _ in range(20)}
    all_taken(desk, keys, seconds=40)
    hanging = place.children[_holder(desk, place)]
    signal_to(hanging.pid, signal.SIGSTOP)
    with desk.transaction() as tx:
        for key in sorted(keys):
            change(tx, key, text="y")
    keys_of_both = Counter([(key, 1) for key in keys] + [(key, 2) for key in keys])
    wait_until(lambda: effects_of(desk, keys) == keys_of_both, what="the second relay", seconds=40, pause=0.1)
    signal_to(hanging.pid, signal.SIGCONT)  # it wakes up with what it had read, and a lease that is over
    more = {new_note(desk) for _ in range(20)}
    all_taken(desk, more, seconds=30)
    assert effects_of(desk, keys) == keys_of_both
    assert _in_order(desk, keys)
    assert all(place.children[name].running for name in ("relay-1", "relay-2"))


def _holder(desk: Desk, place: Place) -> str:
    """The name of the relay process that has the lease; its holder's name holds its process id."""
    with desk.reading() as tx:
        holder = str(tx.connection.exec_driver_sql("SELECT holder FROM leases WHERE name = 'relay'").scalar())
    return next(name for name, child in place.children.items() if f":{child.pid}:" in holder)


def signal_to(pid: int, number: signal.Signals) -> None:
    import os

    os.kill(pid, number)


def _in_order(desk: Desk, keys: set[str]) -> bool:
    seen: dict[str, list[int]] = {}
    for key, sequence in desk.effects():
        seen.setdefault(key, []).append(sequence)
    return all(seen[key] == sorted(seen[key]) for key in keys)


@pytest.mark.slow
def test_brokers_die_in_turn_and_all_at_once_and_everything_arrives(make_place: MakePlace, kafka3: KafkaCluster):
    """Each is gone for 2 s and all of them for 8 s: longer only waits longer, since nothing has a limit between
    5 s (the longest pause of relay and consumer) and the 20 s after which an append is given up and tried anew.
    """
    place = make_place(kafka3)
    desk = place.desk
    place.start("relay")
    place.start("consume")
    acknowledged: set[str] = set()
    stop = threading.Event()

    def write_on() -> None:
        while not stop.wait(0.05):
            acknowledged.add(new_note(desk))

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        wait_until(lambda: len(desk.effects()) > 10, what="the first effects", seconds=40, pause=0.1)
        for broker in kafka3.brokers:
            kafka3.kill(broker)
            time.sleep(2)
            kafka3.start_broker(broker)
            kafka3.wait_ready()
        for broker in kafka3.brokers:
            kafka3.kill(broker)
        time.sleep(8)
        kafka3.start()
    finally:
        stop.set()
        writer.join()
    assert len(acknowledged) > 100, "writing never stopped: the outbox absorbs it"
    recovered = all_taken(desk, acknowledged, seconds=60)
    assert effects_of(desk, acknowledged, "reaction") == Counter((key, 1) for key in acknowledged)
    print(f"all effects {recovered:.1f} s after the brokers were back")


def test_poison_parks_and_an_unknown_version_is_passed_over_while_the_partition_moves_on(
    make_place: MakePlace, kafka: KafkaCluster
):
    place = make_place(kafka)
    desk = place.desk
    place.start("consume")
    good = desk.tell("poisoned", 1)
    odd = [
        replace(good, value=b"{"),
        replace(good, headers=()),
        replace(good, value=b"\xff"),
        replace(good, key="\x00"),
    ]
    unknown = tuple(
        (name, value.replace(b".v1", b".v9") if name == "ce_type" else value) for name, value in good.headers
    )
    desk.log.append([*odd, replace(good, headers=unknown), desk.tell("poisoned", 2), Record(TOPIC, "poisoned", b"")])
    after = desk.tell("poisoned", 3)
    desk.log.append([after])
    wait_until(lambda: ("poisoned", 3) in desk.effects(), what="the fact behind them", seconds=40, pause=0.1)
    parked = Counter((row["type"], row["state"]) for row in desk.parked())
    assert parked == {("malformed", "dead"): 5}
    assert [effect for effect in desk.effects() if effect[0] == "poisoned"] == [("poisoned", 2), ("poisoned", 3)]
    assert place.children["consume"].running


def test_every_record_of_the_log_five_times_changes_nothing(make_place: MakePlace, kafka: KafkaCluster):
    place = make_place(kafka)
    desk = place.desk
    place.start("relay")
    place.start("consume")
    keys = {new_note(desk) for _ in range(30)}
    all_taken(desk, keys, seconds=40)
    before = state(desk)
    records = [replace(r, partition=-1, offset=-1) for r in desk.log.read([TOPIC]) if r.key in keys]
    assert len(records) >= 30
    for _ in range(4):
        desk.log.append(records)
    last = {new_note(desk)}
    all_taken(desk, last, seconds=40)  # whatever was appended before it has been taken in, in its own partition
    wait_until(lambda: _lag(desk) == 0, what="the end of the log", seconds=40, pause=0.2)
    assert state(desk, without=last) == before


def test_without_inbox_and_sequence_five_times_would_be_five_effects(make_place: MakePlace, monkeypatch):
    """The proof by breaking, on the same records."""
    place = make_place()
    desk = place.desk
    key = new_note(desk)
    desk.relay().run_once()
    records = list(desk.log.read([TOPIC]))
    before = None
    for broken in (False, True):
        if broken:
            monkeypatch.setattr("shared.consumer.first_seen", lambda tx, consumer, facts: {fact.id for fact in facts})
            monkeypatch.setattr("shared.inbox.Progress.is_next", lambda self, fact: True)
        for _ in range(5):
            desk.consumer().take(records)
        assert effects_of(desk, {key}) == {(key, 1): 6 if broken else 1}
        assert (state(desk) == before) is False
        before = state(desk)


def _lag(desk: Desk) -> int:
    with desk.reading() as tx:
        return int(tx.connection.exec_driver_sql("SELECT coalesce(sum(lag), 0) FROM heartbeats").scalar() or 0)


def state(desk: Desk, without: set[str] = frozenset()) -> str:  # type: ignore[assignment]
    """A hash of all that the service knows from facts."""
    with desk.reading() as tx:
        rows: list[Any] = [(r["handler"], r["event_id"], r["key"], r["sequence"]) for r in tx.all(select(effects))]
        rows += [(r["topic"], r["key"], r["epoch"], r["last"]) for r in tx.all(select(consumed))]
    kept = sorted(str(row) for row in rows if not set(map(str, row)) & without)
    return sha256("\n".join(kept).encode()).hexdigest()


def test_one_key_fifty_times_at_a_real_web_server_has_one_effect(make_place: MakePlace, web_port: int):
    place = make_place()
    desk = place.desk
    place.start("api", port=web_port, threads=16)
    address = f"http://127.0.0.1:{web_port}/notes"
    wait_until(lambda: _answers(f"{address}/livez"), what="the web process", seconds=40, pause=0.1)
    writer = desk.actor("writer")
    headers = {"Authorization": f"Bearer {desk.token(writer)}", "Idempotency-Key": "once"}
    with httpx.Client(headers=headers, timeout=60) as client:
        answers = in_parallel(50, lambda _number: client.post(f"{address}/api/v1/notes", json={"text": "x"}))
        other = client.post(f"{address}/api/v1/notes", json={"text": "y"})
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    assert len({(answer.content, answer.headers["Location"]) for answer in answers}) == 1
    assert other.status_code == 422
    with desk.reading() as tx:
        assert len(tx.all(select(notes.c.id))) == 1
    assert len(desk.outbox()) == 1


def test_a_web_server_killed_under_load_keeps_every_write_it_acknowledged(make_place: MakePlace, web_port: int):
    place = make_place()
    desk, acknowledged = place.desk, set()
    server = place.start("api", port=web_port)
    address = f"http://127.0.0.1:{web_port}/notes"
    client = httpx.Client(headers={"Authorization": f"Bearer {desk.token(desk.actor('writer'))}"}, timeout=10)
    for enough in (5, 12, 20):
        wait_until(lambda: _answers(f"{address}/livez"), what="the web process", seconds=40, pause=0.1)
        killer = threading.Thread(target=_kill_when, args=(server, lambda enough=enough: len(acknowledged) >= enough))
        killer.start()
        with suppress(httpx.HTTPError):
            while True:
                answer = client.post(f"{address}/api/v1/notes", json={"text": "x"})
                acknowledged.add(answer.raise_for_status().json()["id"])
        killer.join()
        server.start()
    client.close()
    with desk.reading() as tx:
        kept = {row["id"] for row in tx.all(select(notes.c.id))}
    assert len(acknowledged) >= 20
    assert acknowledged <= kept
    assert {row["key"] for row in desk.outbox()} == kept


def _kill_when(server: Child, due: Callable[[], bool]) -> None:
    wait_until(due, what="writes to kill among", seconds=60, pause=0.001)
    server.kill()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
