"""What time makes happen: each job runs under a lease of its own, so that a second worker stands by."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from shared import leases, metrics, parking
from shared.database import INFRASTRUCTURE_FAULTS

if TYPE_CHECKING:
    from shared.service import Runtime

LEASE_SECONDS = 30.0
LONGEST_WAIT = 300.0
log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """`run` does a bounded piece of work and returns how many items it did; above zero it is called again at once."""

    name: str
    every: float
    """Seconds between runs."""
    run: Callable[["Runtime"], int]


@dataclass
class JobLoop:
    runtime: "Runtime"
    jobs: Sequence[Job]
    holder: str
    _due: dict[str, float] = field(default_factory=dict, init=False)
    _held_until: dict[str, float] = field(default_factory=dict, init=False)
    _failures: dict[str, int] = field(default_factory=dict, init=False)
    _running: Job | None = field(default=None, init=False)

    def run(self, stop: threading.Event) -> None:
        threading.Thread(target=self._keep_lease, args=(stop,), daemon=True).start()
        while not stop.wait(0.05):
            self.run_due()
        for job in self.jobs:
            leases.release(self.runtime.database.engine, name=f"job:{job.name}", holder=self.holder)

    def run_due(self) -> None:
        for job in self.jobs:
            now = self.runtime.clock().timestamp()
            left = self._due.get(job.name, 0.0) - now
            if left <= 0 or left > max(job.every, LONGEST_WAIT):  # longer than we ever wait: the clock was set back
                self._due[job.name] = now + self._run(job)

    def _keep_lease(self, stop: threading.Event) -> None:
        """A job may take longer than a lease lasts: while it runs, nobody else takes it up."""
        while not stop.wait(LEASE_SECONDS / 3):
            if (job := self._running) is not None:
                with suppress(*INFRASTRUCTURE_FAULTS):
                    self._is_mine(job)

    def _run(self, job: Job) -> float:
        """Seconds until the next run."""
        service = self.runtime.service.name
        try:
            if not self._is_mine(job):
                return job.every
            self._running = job
            done = job.run(self.runtime)
        except Exception as fault:  # noqa: BLE001 - a job that fails is tried again, later and later
            self._failures[job.name] = failures = self._failures.get(job.name, 0) + 1
            error = type(fault).__name__ if isinstance(fault, INFRASTRUCTURE_FAULTS) else parking.describe(fault)
            log.error("job.failed", service=service, job=job.name, error=error)
            metrics.JOB_RUNS.labels(service, job.name, "failed").inc()
            return float(min(max(job.every, 1.0) * 2 ** min(failures, 10), LONGEST_WAIT))
        finally:
            self._running = None
        self._failures.pop(job.name, None)
        metrics.JOB_RUNS.labels(service, job.name, "ok").inc()
        return 0.0 if done else job.every

    def _is_mine(self, job: Job) -> bool:
        """Renews the lease only when half of it is over: what runs five times a second must not write as often."""
        now = self.runtime.clock()
        held = self._held_until.get(job.name, 0.0) - now.timestamp()
        if LEASE_SECONDS / 2 < held <= LEASE_SECONDS:
            return True
        engine, name = self.runtime.database.engine, f"job:{job.name}"
        mine = leases.acquire(engine, name=name, holder=self.holder, now=now, seconds=LEASE_SECONDS)
        self._held_until[job.name] = now.timestamp() + LEASE_SECONDS if mine else 0.0
        return mine
