"""The parts that work without being asked: stopped cleanly, started anew, and ended where they stand still."""

import os
import threading
import time

import pytest

from shared import worker as workers
from shared.eventlog import EventLogUnavailable
from shared.worker import Worker
from tests.kernel.desk import Desk
from tests.kernel.notes import write


class Silent:
    """A subscription with something to read that never comes."""

    def __init__(self, behind: int) -> None:
        self.behind = behind

    def poll(self, timeout: float, limit: int = 500) -> list:
        return []

    def lag(self) -> int:
        return self.behind


@pytest.mark.parametrize(("behind", "progresses"), [(0, True), (5, False)])
def test_to_poll_in_vain_is_progress_only_where_there_is_nothing_to_read(embedded_desk: Desk, behind, progresses):
    consumer = embedded_desk.consumer()
    consumer.progressed_at = long_ago = time.monotonic() - 1000
    consumer._turn(Silent(behind), threading.Event())  # type: ignore[arg-type]
    assert (consumer.progressed_at > long_ago) is progresses


@pytest.mark.parametrize(("lag", "idle", "ends"), [(5, 1000, True), (5, 1, False), (0, 1000, False)])
def test_the_watchdog_ends_a_process_whose_consumer_stands_still(embedded_desk: Desk, monkeypatch, lag, idle, ends):
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    worker = Worker([embedded_desk.runtime])
    consumer = worker._consumer(embedded_desk.runtime)
    consumer.lag, consumer.progressed_at = lag, time.monotonic() - idle
    worker._watch()
    assert bool(ended) is ends


def test_a_consumer_that_was_started_anew_is_watched_alone(embedded_desk: Desk, monkeypatch):
    monkeypatch.setattr(os, "_exit", pytest.fail)
    worker = Worker([embedded_desk.runtime])
    lost = worker._consumer(embedded_desk.runtime)
    lost.lag, lost.progressed_at = 5, time.monotonic() - 1000
    worker._consumer(embedded_desk.runtime)
    worker._watch()


def test_all_parts_together_move_a_fact_and_stop_when_told(desk: Desk, monkeypatch):
    monkeypatch.setattr(workers.gauges, "observe", lambda _runtime, _parts: None)  # they would outlive this test
    with desk.transaction() as tx:
        note = write(tx, text="x")["id"]
    worker = Worker([desk.runtime])
    threads = worker.start()
    deadline = time.monotonic() + 30
    while desk.effects() != [(note, 1)] and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.stop.set()
    for thread in threads:
        thread.join(20)
    assert (desk.effects(), worker.failed) == ([(note, 1)], [])
    assert not any(thread.is_alive() for thread in threads)


def test_a_part_with_a_fault_of_its_own_ends_the_process_and_one_of_the_log_does_not(embedded_desk: Desk, monkeypatch):
    worker, faults = Worker([embedded_desk.runtime]), [EventLogUnavailable("x"), ValueError("a bug")]
    monkeypatch.setattr(workers.threading.Event, "wait", lambda self, seconds=None: self.is_set())

    def run(_stop: threading.Event) -> None:
        raise faults.pop(0)

    worker._guard("notes.relay", run)
    assert (worker.failed, faults, worker.stop.is_set()) == (["notes.relay"], [], True)
