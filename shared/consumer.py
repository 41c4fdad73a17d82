"""Takes other services' facts in: every one at least once delivered, exactly once effective, in order per aggregate.

A polled batch is one transaction. Only when it fails is it redone one fact a transaction, so that the guilty one parks.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import structlog

from shared import leases, metrics, parking, tracing
from shared.actor import service_actor
from shared.database import INFRASTRUCTURE_FAULTS, Database, Transaction
from shared.envelope import Fact, MalformedEnvelope, from_record
from shared.eventlog import EventLog, EventLogUnavailable, Record, Subscription
from shared.inbox import Gap, Progress, aggregate_of, first_seen
from shared.parking import NotYet

Handler = Callable[[Transaction, Fact], None]
BATCH = 100
"""Facts a transaction: enough to share its cost, few enough that the first does not wait long for the last."""
POLL_SECONDS = 0.5
BUSY_POLL_SECONDS = 0.02
LONGEST_WAIT = 5.0
RECENT = 200
FEWEST_FOR_A_HALT = 20
BEAT_SECONDS = 5.0
log = structlog.get_logger()


class TooManyParked(Exception):
    """So many recent facts failed that the fault is ours: halt instead of parking a whole topic."""


@dataclass(frozen=True)
class Handlers:
    """What a service does with a fact type: first its projection, then its reaction."""

    projections: Mapping[str, Handler]
    reactions: Mapping[str, Handler]

    @property
    def types(self) -> frozenset[str]:
        return frozenset(self.projections) | frozenset(self.reactions)

    def of(self, event_type: str) -> list[Handler]:
        return [table[event_type] for table in (self.projections, self.reactions) if event_type in table]


@dataclass
class Consumer:
    service: str
    database: Database
    event_log: EventLog
    handlers: Handlers
    topics: Sequence[str]
    instance: str
    attempts_allowed: int = 8
    parked_share: int = 50
    progressed_at: float = field(default_factory=time.monotonic, init=False)
    lag: int = field(default=0, init=False)
    _outcomes: deque[bool] = field(default_factory=lambda: deque(maxlen=RECENT), init=False)
    _beaten_at: float = field(default=0.0, init=False)
    _parked_looked_at: float = field(default=0.0, init=False)
    _parked_waiting: bool = field(default=True, init=False)
    _parked_holds: bool = field(default=True, init=False)
    """Whether a parked fact may hold others back; looked up once a second, since nearly always none does."""

    @property
    def group(self) -> str:
        return f"splot.{self.service}"

    def run(self, stop: threading.Event) -> None:
        """Until `stop`. Raises SubscriptionLost when another member took its place: start anew."""
        subscription = self.event_log.subscribe(group=self.group, topics=self.topics, instance=self.instance)
        try:
            while not stop.is_set():
                self._turn(subscription, stop)
        finally:
            subscription.close()

    def _turn(self, subscription: Subscription, stop: threading.Event) -> None:
        with self._waiting_out(subscription):
            self.retry_parked()
            self._beat(subscription)
        try:
            records = subscription.poll(BUSY_POLL_SECONDS if self._parked_waiting else POLL_SECONDS, BATCH)
        except EventLogUnavailable:
            stop.wait(1.0)
            return
        if records and self._take_until_done(records, subscription, stop):
            subscription.commit()
        if records or not self.lag:  # to poll in vain while there is something to read is no progress
            self.progressed_at = time.monotonic()

    def _take_until_done(self, records: list[Record], subscription: Subscription, stop: threading.Event) -> bool:
        """Keep at a batch while the database is away; False when stopped before it was done."""
        wait = 0.1
        while not stop.is_set():
            try:
                self.take(records)
            except (TooManyParked, *INFRASTRUCTURE_FAULTS) as fault:
                self._say_waiting(fault)
                subscription.hold(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                self.progressed_at = time.monotonic()
            else:
                metrics.CONSUMER_HALTED.labels(self.service).set(0)
                return True
        return False

    @contextmanager
    def _waiting_out(self, subscription: Subscription) -> Iterator[None]:
        try:
            yield
        except INFRASTRUCTURE_FAULTS as fault:
            self._say_waiting(fault)
            self.progressed_at = time.monotonic()
            subscription.hold(1.0)

    def _say_waiting(self, fault: Exception) -> None:
        halted = isinstance(fault, TooManyParked)
        metrics.CONSUMER_HALTED.labels(self.service).set(int(halted))
        log.warning(
            "consumer.halted" if halted else "consumer.waiting", service=self.service, error=type(fault).__name__
        )

    # -- a batch -------------------------------------------------------------------------------------------------

    def take(self, records: Sequence[Record]) -> None:
        """Take in a batch; on return every fact had its effect, was a duplicate, or is parked."""
        facts = [fact for record in records if (fact := self._read(record)) is not None]
        try:
            self._in_one_transaction(facts)
        except INFRASTRUCTURE_FAULTS:
            raise
        except Exception as fault:  # noqa: BLE001 - one of the facts is to blame; which, is found next
            log.warning("consumer.batch-redone", service=self.service, error=parking.describe(fault), count=len(facts))
            for fact in facts:
                self._take_alone(fact)

    def _read(self, record: Record) -> Fact | None:
        try:
            return from_record(record)
        except MalformedEnvelope:
            with self.database.transaction(service_actor(self.service)) as tx:
                parking.park_malformed(tx, record)
            metrics.EVENTS_CONSUMED.labels(self.service, "malformed", "unknown").inc()
            log.error("consumer.malformed", service=self.service, topic=record.topic, partition=record.partition)
            return None

    def _in_one_transaction(self, facts: Sequence[Fact]) -> None:
        """Take the facts in; those of an aggregate with a parked fact are parked behind it."""
        with self.database.transaction(service_actor(self.service)) as tx:
            held = parking.held_back(tx, [aggregate_of(fact) for fact in facts]) if self._parked_holds else set()
            behind = [fact for fact in facts if aggregate_of(fact) in held]
            for fact in behind:
                parking.park(tx, fact, fault=None, attempts_allowed=self.attempts_allowed)
            free = [fact for fact in facts if aggregate_of(fact) not in held]
            taken = self._handle(tx, free)
        self._parked_waiting = self._parked_waiting or bool(behind)
        self._count(free, taken)
        for fact in behind:
            self._count_one(fact, "parked")

    def _handle(self, tx: Transaction, facts: Sequence[Fact]) -> set[str]:
        known = self.handlers.types
        new = first_seen(tx, consumer=self.group, facts=[fact for fact in facts if fact.type in known])
        progress = Progress.load(tx, consumer=self.group, aggregates=[aggregate_of(fact) for fact in facts])
        taken: set[str] = set()
        for fact in facts:
            if progress.is_next(fact):
                progress.advance(fact)
                if fact.id in new:
                    taken.add(fact.id)
                    self._call(tx, fact)
        progress.save(tx)
        return taken

    def _call(self, tx: Transaction, fact: Fact) -> None:
        with tracing.use_trace(tracing.child(tracing.parse(fact.traceparent))):
            for handler in self.handlers.of(fact.type):
                handler(tx, fact)

    def _count(self, facts: Sequence[Fact], taken: set[str]) -> None:
        now = self.database.clock()
        for fact in facts:
            known = fact.type in self.handlers.types
            self._count_one(fact, "ok" if fact.id in taken else "duplicate" if known else "unknown")
            if fact.id in taken:
                metrics.END_TO_END.labels(self.service).observe(max(0.0, (now - fact.time).total_seconds()))
                self._outcomes.append(True)

    def _count_one(self, fact: Fact, result: str) -> None:
        known = fact.type if fact.type in self.handlers.types else "other"
        metrics.EVENTS_CONSUMED.labels(self.service, known, result).inc()

    # -- one fact, when its batch failed -------------------------------------------------------------------------

    def _take_alone(self, fact: Fact) -> None:
        try:
            self._in_one_transaction([fact])
        except INFRASTRUCTURE_FAULTS:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever a handler raises, the fact parks and others go on
            self._park(fact, _as_not_yet(fault))

    def _park(self, fact: Fact, fault: Exception) -> None:
        if not isinstance(fault, NotYet):
            self._check_share()
        with self.database.transaction(service_actor(self.service)) as tx:
            parking.park(tx, fact, fault=fault, attempts_allowed=self.attempts_allowed)
        if not isinstance(fault, NotYet):
            self._outcomes.append(False)
        self._parked_waiting = self._parked_holds = True
        self._count_one(fact, "parked")
        log.error(
            "consumer.parked",
            service=self.service,
            event_id=fact.id,
            event_type=fact.type,
            key=fact.key,
            error=parking.describe(fault),
        )

    def _check_share(self) -> None:
        """With the one that is to be parked now, which counts once however often it is tried while we halt."""
        failed = self._outcomes.count(False) + 1
        if failed >= FEWEST_FOR_A_HALT and failed * 100 > self.parked_share * (len(self._outcomes) + 1):
            raise TooManyParked

    def retry_parked(self) -> None:
        """Try again what is due; the one behind a success is due at once."""
        if not self._parked_waiting and time.monotonic() - self._parked_looked_at < 1.0:
            return
        self._parked_looked_at = time.monotonic()
        with self.database.reading(service_actor(self.service)) as tx:
            facts = parking.due(tx)
            self._parked_waiting = bool(facts) or parking.any_waiting(tx)
            self._parked_holds = parking.any_held(tx)
        for fact in facts:
            self._retry(fact)

    def _retry(self, fact: Fact) -> None:
        try:
            with self.database.transaction(service_actor(self.service)) as tx:
                taken = self._handle(tx, [fact])
                parking.unpark(tx, fact)
            self._count([fact], taken)
        except INFRASTRUCTURE_FAULTS:
            raise
        except Exception as fault:  # noqa: BLE001 - as above: it stays parked
            with self.database.transaction(service_actor(self.service)) as tx:
                parking.failed_again(tx, fact, _as_not_yet(fault), attempts_allowed=self.attempts_allowed)

    # -- signs of life -------------------------------------------------------------------------------------------

    def _beat(self, subscription: Subscription) -> None:
        if time.monotonic() - self._beaten_at < BEAT_SECONDS:
            return
        self._beaten_at = time.monotonic()
        with suppress(EventLogUnavailable):
            self.lag = subscription.lag()
        now = self.database.clock()
        leases.beat(self.database.engine, part="consume", now=now, lag=self.lag)
        metrics.CONSUMER_LAG.labels(self.service).set(self.lag)
        metrics.CONSUMER_PROGRESS.labels(self.service).set(now.timestamp())


def _as_not_yet(fault: Exception) -> Exception:
    """A gap is a prerequisite that has not arrived: the earlier fact of the same aggregate."""
    return NotYet(str(fault)).with_traceback(fault.__traceback__) if isinstance(fault, Gap) else fault
