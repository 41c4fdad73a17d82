"""Facts wait here, committed together with the state they tell of, until the relay has them in the log."""

import json
from datetime import timedelta

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table, Text, delete, insert

from shared import contracts, tracing
from shared.database import Instant, Transaction, kernel
from shared.envelope import Event
from shared.eventlog import MAX_RECORD_BYTES

KEPT = timedelta(days=30)
LARGEST_DATA = MAX_RECORD_BYTES - 10_000
"""The rest is for the headers."""

outbox = Table(
    "outbox",
    kernel,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("traceparent", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("published_at", Instant),
    sqlite_autoincrement=True,
)
Index(
    "outbox_unpublished",
    outbox.c.position,
    postgresql_where=outbox.c.published_at.is_(None),
    sqlite_where=outbox.c.published_at.is_(None),
)

sequences = Table(
    "sequences",
    kernel,
    Column("topic", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("last", Integer, nullable=False),
)


def publish(tx: Transaction, event: Event) -> None:
    """Check the fact against its contract and put it into the outbox with the aggregate's next sequence.

    The row lock on the sequence keeps two transactions on one aggregate in the order in which they commit.
    Raises contracts.ContractError, a fault of ours, before anything is written: later it would stop the relay.
    """
    contracts.validate(event.type, event.data)
    if len(json.dumps(event.data, ensure_ascii=False).encode()) > LARGEST_DATA:
        raise contracts.ContractError(event.type, "", "more data than the event log takes in one record")
    numbering = tx.insert(sequences)
    numbering = numbering.on_conflict_do_update(
        index_elements=[sequences.c.topic, sequences.c.key], set_={"last": sequences.c.last + 1}
    ).returning(sequences.c.last, sequences.c.epoch)
    first = {"topic": contracts.topic_of(event.type), "key": event.key, "epoch": 1, "last": 1}
    numbered = tx.execute(numbering, first).one()
    trace = tracing.current()
    row = {
        "event_id": tx.new_id(),
        "type": event.type,
        "key": event.key,
        "epoch": numbered.epoch,
        "sequence": numbered.last,
        "occurred_at": tx.now,
        "traceparent": trace.traceparent if trace else "",
        "data": event.data,
    }
    tx.execute(insert(outbox), row)


def forget_old(tx: Transaction) -> int:
    """Published facts stay KEPT, so that they can be sent again after a broker has lost data."""
    return tx.execute(delete(outbox).where(outbox.c.published_at < tx.now - KEPT)).rowcount
