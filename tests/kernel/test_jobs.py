"""What time makes happen: one worker does it, a failure is tried later, a set clock changes nothing."""

import threading

from sqlalchemy import update

from shared import jobs, leases
from shared.database import new_id
from shared.idempotency import idempotency
from shared.inbox import inbox
from shared.jobs import Job, JobLoop
from shared.web import drafts
from tests.kernel.desk import Desk


def loop(desk: Desk, job: Job, holder: str = "one") -> JobLoop:
    return JobLoop(desk.runtime, [job], holder)


def counting(done: list[str], name: str = "count", *, every: float = 10.0, results: int = 0) -> Job:
    def run(_runtime) -> int:
        done.append(name)
        return results if len(done) < 3 else 0

    return Job(name, every, run)


def test_a_job_runs_when_its_time_has_come(desk: Desk):
    done: list[str] = []
    one = loop(desk, counting(done))
    for seconds, count in ((0, 1), (5, 1), (6, 2), (1, 2)):
        desk.clock.advance(seconds=seconds)
        one.run_due()
        assert len(done) == count


def test_a_job_with_more_to_do_goes_on_at_once(desk: Desk):
    done: list[str] = []
    one = loop(desk, counting(done, results=7))
    for _ in range(5):
        one.run_due()
    assert len(done) == 3


def test_only_one_worker_runs_a_job_and_the_other_takes_over_when_it_is_gone(desk: Desk):
    done: list[str] = []

    def worker(holder: str) -> JobLoop:
        return loop(desk, Job("one", 1.0, lambda _runtime: done.append(holder) or 0), holder)

    first, second = worker("first"), worker("second")
    first.run_due()
    second.run_due()
    assert done == ["first"]
    desk.clock.advance(seconds=jobs.LEASE_SECONDS + 1)
    second.run_due()
    assert done == ["first", "second"]


def test_a_job_that_fails_is_tried_again_later_and_later_and_others_go_on(desk: Desk):
    done: list[str] = []

    def fail(_runtime) -> int:
        done.append("bad")
        raise ValueError("x")

    both = JobLoop(desk.runtime, [Job("bad", 1.0, fail), counting(done, every=1.0)], "one")
    for _ in range(16):
        both.run_due()
        desk.clock.advance(seconds=1)
    assert (done.count("bad"), done.count("count")) == (4, 16)


def test_a_job_that_fails_for_days_does_not_end_the_worker(embedded_desk: Desk):
    def fail(_runtime) -> int:
        raise ValueError("x")

    one = loop(embedded_desk, Job("bad", 1.0, fail))
    one._failures["bad"] = 5_000
    one.run_due()


def test_a_clock_set_back_an_hour_stops_no_job(desk: Desk):
    done: list[str] = []
    one = loop(desk, counting(done))
    one.run_due()
    desk.clock.advance(hours=-1)
    one.run_due()
    assert len(done) == 2
    desk.clock.advance(hours=-1)
    loop(desk, counting(done), "after a crash").run_due()
    assert len(done) == 3, "nobody waits an hour for the lease of one that is gone"


def test_a_job_that_takes_longer_than_a_lease_keeps_it(embedded_desk: Desk, monkeypatch):
    desk, stop, rivals = embedded_desk, threading.Event(), []
    monkeypatch.setattr(jobs, "LEASE_SECONDS", 0.3)

    def run(_runtime) -> int:
        for _ in range(10):
            desk.clock.advance(seconds=0.1)
            threading.Event().wait(0.1)
            engine, now = desk.runtime.engine, desk.clock.at
            rivals.append(leases.acquire(engine, name="job:slow", holder="rival", now=now, seconds=0.3))
        stop.set()
        return 0

    loop(desk, Job("slow", 10.0, run)).run(stop)
    assert rivals == [False] * 10


def test_tidying_forgets_what_has_served_its_time_and_keeps_the_rest(desk: Desk):
    old, young = desk.actor("writer"), desk.actor("writer")
    for actor in (old, young):
        assert desk.api(actor).post("/notes", json={"text": "x"}, headers={"Idempotency-Key": "k"}).status_code == 201
        with desk.transaction(actor) as tx:
            drafts.keep(tx, account_id=actor.id, path="/notes/new", form={"text": ["half"]})
    desk.consumer().take([desk.tell("old", 1)])
    desk.relay().run_once()
    desk.consumer().take([desk.tell("waits", 1)])
    desk.clock.advance(days=100)
    desk.consumer().take([desk.tell("young", 1)])
    with desk.transaction() as tx:
        tx.execute(update(idempotency).where(idempotency.c.caller == young.id).values(at=tx.now))
        tx.execute(update(drafts.drafts).where(drafts.drafts.c.account_id == young.id).values(at=tx.now))
    desk.runtime.tidy()
    with desk.reading() as tx:
        assert [row["caller"] for row in tx.all(idempotency.select())] == [young.id]
        assert [row["account_id"] for row in tx.all(drafts.drafts.select())] == [young.id]
        assert len(tx.all(inbox.select())) == 1
    assert [row["key"] for row in desk.outbox()] == ["waits", "young"], "unpublished facts are never forgotten"


def test_a_lease_is_renewed_released_and_never_shared(desk: Desk):
    engine, now = desk.runtime.engine, desk.clock.at
    name = new_id()

    def take(holder: str, seconds_on: float) -> bool:
        from datetime import timedelta

        return leases.acquire(engine, name=name, holder=holder, now=now + timedelta(seconds=seconds_on), seconds=10)

    assert (take("a", 0), take("b", 5), take("a", 8), take("b", 12)) == (True, False, True, False)
    leases.release(engine, name=name, holder="b")
    assert not take("b", 13)
    leases.release(engine, name=name, holder="a")
    assert take("b", 14)
