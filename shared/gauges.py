"""The kernel's queue gauges of a service, read when Prometheus asks, by the worker that owns the queues."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select

from shared.actor import service_actor
from shared.database import Transaction
from shared.metrics import (
    OUTBOX_OLDEST_AGE,
    OUTBOX_PENDING,
    PARKED_EVENTS,
    PARKED_OLDEST_AGE,
    Reading,
    gauge_source,
)
from shared.outbox import outbox
from shared.parking import parked
from shared.service import Runtime

STATES = ("waiting", "behind", "dead")


def observe(runtime: Runtime, parts: Sequence[str]) -> None:
    """Serve the gauges of the queues that these parts of the service own."""

    def readings() -> Iterable[Reading]:
        with runtime.database.reading(service_actor(runtime.service.name)) as tx:
            return [*_kernel(tx, runtime.service.name, parts), *(_domain(tx, runtime) if "work" in parts else ())]

    gauge_source(readings)


def _kernel(tx: Transaction, service: str, parts: Sequence[str]) -> Iterator[Reading]:
    if "relay" in parts:
        pending, oldest = outbox_state(tx)
        yield Reading(OUTBOX_PENDING, (service,), pending)
        yield Reading(OUTBOX_OLDEST_AGE, (service,), _age(tx, oldest))
    if "consume" in parts:
        counts, oldest = parked_state(tx)
        for state in STATES:
            yield Reading(PARKED_EVENTS, (service, state), counts.get(state, 0))
        yield Reading(PARKED_OLDEST_AGE, (service,), _age(tx, oldest))


def _domain(tx: Transaction, runtime: Runtime) -> Iterable[Reading]:
    return runtime.service.gauges(tx) if runtime.service.gauges else ()


def outbox_state(tx: Transaction) -> tuple[int, datetime | None]:
    """How many facts wait for the relay, and since when the oldest does."""
    count, since = func.count().label("count"), func.min(outbox.c.occurred_at).label("since")
    row = tx.one(select(count, since).where(outbox.c.published_at.is_(None)))
    return row["count"], row["since"]


def parked_state(tx: Transaction) -> tuple[dict[str, int], datetime | None]:
    """How many facts are parked in which state, and since when the oldest is."""
    count, since = func.count().label("count"), func.min(parked.c.parked_at).label("since")
    rows = tx.all(select(parked.c.state, count, since).where(parked.c.state != "discarded").group_by(parked.c.state))
    oldest = min((row["since"] for row in rows), default=None)
    return {row["state"]: row["count"] for row in rows}, oldest


def _age(tx: Transaction, since: datetime | None) -> float:
    return max(0.0, (tx.now - since).total_seconds()) if since else 0.0
