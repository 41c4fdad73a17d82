"""Moves facts from the outbox into the event log, in order, at least once. One at a time per service, by lease."""

import threading
from dataclasses import dataclass, field

import structlog
from sqlalchemy import select, update

from shared import leases, metrics
from shared.database import INFRASTRUCTURE_FAULTS, Database, reading
from shared.envelope import Fact, to_record
from shared.eventlog import EventLog, EventLogUnavailable
from shared.outbox import outbox

GROUP = 500
LEASE_SECONDS = 10.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.01, 0.04
"""Between two looks: short after something was found, longer and longer while nothing is."""
STANDBY_SECONDS = 1.0
LONGEST_WAIT = 5.0
log = structlog.get_logger()


@dataclass
class Relay:
    service: str
    database: Database
    event_log: EventLog
    holder: str
    _leased: bool = field(default=False, init=False)
    _ask_again_at: float = field(default=0.0, init=False)

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; faults of the database or the log are waited out."""
        wait = SHORTEST_PAUSE
        while not stop.wait(wait):
            try:
                wait = _pause(wait, found=self.run_once())
            except (EventLogUnavailable, *INFRASTRUCTURE_FAULTS) as fault:
                wait = min(max(wait, 0.1) * 2, LONGEST_WAIT)
                self._waiting(fault)
        leases.release(self.database.engine, name="relay", holder=self.holder)

    def run_once(self) -> int:
        """Publish one group; how many facts it had."""
        if not self._is_mine():
            return 0
        facts = self._unpublished()
        if facts:
            self.event_log.append([to_record(fact) for _position, fact in facts])
            self._mark([position for position, _fact in facts])
            metrics.OUTBOX_PUBLISHED.labels(self.service, "ok").inc(len(facts))
        return len(facts)

    def _is_mine(self) -> bool:
        now = self.database.clock()
        if 0 < self._ask_again_at - now.timestamp() <= LEASE_SECONDS:  # more: the clock was set back
            return self._leased
        engine = self.database.engine
        self._leased = leases.acquire(engine, name="relay", holder=self.holder, now=now, seconds=LEASE_SECONDS)
        self._ask_again_at = now.timestamp() + (LEASE_SECONDS / 2 if self._leased else STANDBY_SECONDS)
        if self._leased:
            leases.beat(engine, part="relay", now=now)
        return self._leased

    def _unpublished(self) -> list[tuple[int, Fact]]:
        waiting = select(outbox).where(outbox.c.published_at.is_(None)).order_by(outbox.c.position).limit(GROUP)
        with reading(self.database.engine) as connection:
            rows = connection.execute(waiting).mappings().all()
        return [
            (
                row["position"],
                Fact(
                    id=row["event_id"],
                    type=row["type"],
                    key=row["key"],
                    sequence=row["sequence"],
                    epoch=row["epoch"],
                    time=row["occurred_at"],
                    data=row["data"],
                    traceparent=row["traceparent"],
                ),
            )
            for row in rows
        ]

    def _mark(self, positions: list[int]) -> None:
        with self.database.engine.begin() as connection:
            connection.execute(
                update(outbox).where(outbox.c.position.in_(positions)).values(published_at=self.database.clock())
            )

    def _waiting(self, fault: Exception) -> None:
        metrics.OUTBOX_PUBLISHED.labels(self.service, "failed").inc()
        log.warning("relay.waiting", service=self.service, error=type(fault).__name__)
        if isinstance(fault, EventLogUnavailable):
            leases.beat(self.database.engine, part="relay", now=self.database.clock(), state="event-log-away")


def _pause(last: float, *, found: int) -> float:
    if found == GROUP:
        return 0.0
    return SHORTEST_PAUSE if found else min(max(last, SHORTEST_PAUSE) * 1.25, LONGEST_PAUSE)
