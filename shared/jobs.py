"""What time makes happen: each job runs under a lease of its own, so that a second worker stands by."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from shared import leases, metrics, parking
from shared.database import INFRASTRUCTURE_FAULTS

if TYPE_CHECKING:
    from shared.service import Runtime

LEASE_SECONDS = 30.0
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
    _failures: dict[str, int] = field(default_factory=dict, init=False)

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(0.05):
            self.run_due()
        for job in self.jobs:
            leases.release(self.runtime.database.engine, name=f"job:{job.name}", holder=self.holder)

    def run_due(self) -> None:
        for job in self.jobs:
            now = self.runtime.clock().timestamp()
            if self._due.get(job.name, 0.0) <= now:
                self._due[job.name] = now + self._run(job)

    def _run(self, job: Job) -> float:
        """Seconds until the next run."""
        service = self.runtime.service.name
        try:
            done = job.run(self.runtime) if self._is_mine(job) else 0
        except Exception as fault:  # noqa: BLE001 - a job that fails is tried again, later and later
            self._failures[job.name] = failures = self._failures.get(job.name, 0) + 1
            error = type(fault).__name__ if isinstance(fault, INFRASTRUCTURE_FAULTS) else parking.describe(fault)
            log.error("job.failed", service=service, job=job.name, error=error)
            metrics.JOB_RUNS.labels(service, job.name, "failed").inc()
            return float(min(max(job.every, 1.0) * 2**failures, 300.0))
        self._failures.pop(job.name, None)
        metrics.JOB_RUNS.labels(service, job.name, "ok").inc()
        return 0.0 if done else job.every

    def _is_mine(self, job: Job) -> bool:
        runtime = self.runtime
        return leases.acquire(
            runtime.database.engine,
            name=f"job:{job.name}",
            holder=self.holder,
            now=runtime.clock(),
            seconds=LEASE_SECONDS,
        )
