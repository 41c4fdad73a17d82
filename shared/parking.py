"""Facts that could not be taken in wait here, each with those of its aggregate behind it; an operator may decide."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import JSON, Column, Index, Integer, Table, Text, delete, func, select, tuple_, update

from shared.database import Instant, Transaction, kernel
from shared.envelope import Fact
from shared.errors import Conflict, FieldError, Invalid
from shared.eventlog import Record
from shared.i18n import gettext as _
from shared.inbox import Aggregate, Progress, aggregate_of, first_seen

State = Literal["waiting", "behind", "dead", "discarded"]
"""waiting: tried again at next_attempt_at. behind: an earlier one of its aggregate is parked. dead: an operator's."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=5)
FIRST_LOOK, LONGEST_LOOK = timedelta(milliseconds=50), timedelta(seconds=5)
MALFORMED = "malformed"
"""Type of a parked record that is no fact at all: it holds nothing back and can only be discarded."""
PATIENCE = timedelta(minutes=10)
"""How long a missing prerequisite is waited for before its absence counts as a failure (contract, Choreography)."""

parked = Table(
    "parked",
    kernel,
    Column("id", Text, primary_key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("traceparent", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("parked_at", Instant, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("reason", Text),
    Column("decided_by", Text),
    Column("decided_at", Instant),
)
Index("parked_due", parked.c.state, parked.c.next_attempt_at)
Index("parked_aggregate", parked.c.topic, parked.c.key)


HOLDING = (parked.c.state != "discarded") & (parked.c.type != MALFORMED)
"""What keeps the later facts of its aggregate behind it."""


class NotYet(Exception):
    """Something the fact refers to has not arrived; another topic may be behind."""


def held_back(tx: Transaction, aggregates: Sequence[Aggregate]) -> set[Aggregate]:
    """Those of the aggregates that have a parked fact."""
    rows = tx.execute(
        select(parked.c.topic, parked.c.key)
        .distinct()
        .where(HOLDING, tuple_(parked.c.topic, parked.c.key).in_(sorted(set(aggregates))))
    )
    return {(row.topic, row.key) for row in rows}


def any_held(tx: Transaction) -> bool:
    """Whether any aggregate has a parked fact."""
    return tx.scalar(select(parked.c.id).where(HOLDING).limit(1)) is not None


def park(tx: Transaction, fact: Fact, *, fault: Exception | None, attempts_allowed: int) -> None:
    """Park a fact with what went wrong; without a fault it waits behind another."""
    topic, partition, offset = fact.place
    row = {
        "id": tx.new_id(),
        "event_id": fact.id,
        "topic": topic,
        "partition": partition,
        "offset": offset,
        "type": fact.type,
        "key": fact.key,
        "epoch": fact.epoch,
        "sequence": fact.sequence,
        "occurred_at": fact.time,
        "traceparent": fact.traceparent,
        "data": fact.data,
        "parked_at": tx.now,
        "attempts": 0,
        "looks": 0,
        **_behind(tx.now),
    }
    if fault is not None:
        row.update(after_failure(row, fault, now=tx.now, attempts_allowed=attempts_allowed))
    tx.execute(tx.insert(parked).values(row).on_conflict_do_nothing(index_elements=[parked.c.event_id]))


def park_malformed(tx: Transaction, record: Record) -> None:
    """Keep what cannot be read, for an operator to look at; the partition moves on."""
    place = f"{record.topic}/{record.partition}/{record.offset}"
    row = {
        "id": tx.new_id(),
        "event_id": place,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "type": MALFORMED,
        "key": record.key.replace("\0", "�"),
        "epoch": 0,
        "sequence": 0,
        "occurred_at": tx.now,
        "traceparent": "",
        "data": {"value": b64encode(record.value).decode()},
        "parked_at": tx.now,
        "attempts": 1,
        "looks": 0,
        **_behind(tx.now),
        "state": "dead",
        "error": "MalformedEnvelope",
    }
    tx.execute(tx.insert(parked).values(row).on_conflict_do_nothing(index_elements=[parked.c.event_id]))


def _behind(now: datetime) -> dict[str, Any]:
    return {"state": "behind", "error": "", "next_attempt_at": now}


def after_failure(row: Any, fault: Exception, *, now: datetime, attempts_allowed: int) -> dict[str, Any]:
    """What changes in a parked row after one more failure."""
    if isinstance(fault, NotYet) and now - row["parked_at"] < PATIENCE:
        wait = min(FIRST_LOOK * 2 ** min(row["looks"], 10), LONGEST_LOOK)
        return {"state": "waiting", "looks": row["looks"] + 1, "error": "NotYet", "next_attempt_at": now + wait}
    attempts = row["attempts"] + 1
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 10), LONGEST_WAIT)
    state = "dead" if attempts >= attempts_allowed else "waiting"
    return {"state": state, "attempts": attempts, "error": describe(fault), "next_attempt_at": now + wait}


def describe(fault: Exception) -> str:
    """The class of the fault and where it was raised; never its message, which may quote data."""
    frame = fault.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f" at {frame.tb_frame.f_code.co_qualname}:{frame.tb_lineno}" if frame else ""
    return type(fault).__name__ + where


def due(tx: Transaction, *, limit: int = 50) -> list[Fact]:
    """The first parked fact of each aggregate, where it is time to try it again."""
    order = func.row_number().over(
        partition_by=(parked.c.topic, parked.c.key), order_by=(parked.c.epoch, parked.c.sequence)
    )
    heads = select(parked, order.label("place_in_line")).where(HOLDING).subquery()
    now = tx.now
    # Longer than we ever wait: it was parked before the clock was set back.
    its_time = (heads.c.next_attempt_at <= now) | (heads.c.next_attempt_at > now + LONGEST_WAIT)
    rows = tx.execute(
        select(heads)
        .where(heads.c.place_in_line == 1, heads.c.state != "dead", its_time)
        .order_by(heads.c.next_attempt_at)
        .limit(limit)
    ).mappings()
    return [fact_of(row) for row in rows]


def fact_of(row: Any) -> Fact:
    return Fact(
        id=row["event_id"],
        type=row["type"],
        key=row["key"],
        sequence=row["sequence"],
        epoch=row["epoch"],
        time=row["occurred_at"],
        data=row["data"],
        traceparent=row["traceparent"],
        place=(row["topic"], row["partition"], row["offset"]),
    )


def unpark(tx: Transaction, fact: Fact) -> None:
    """It had its effect. A row that an operator has discarded meanwhile stays, for its reason."""
    tx.execute(delete(parked).where(_still_parked(fact)))


def failed_again(tx: Transaction, fact: Fact, fault: Exception, *, attempts_allowed: int) -> None:
    """Note one more failure; nothing where another process was faster or an operator has decided."""
    row = tx.first(select(parked).where(_still_parked(fact)))
    if row is not None:
        changes = after_failure(row, fault, now=tx.now, attempts_allowed=attempts_allowed)
        tx.execute(update(parked).where(_still_parked(fact)).values(changes))


def _still_parked(fact: Fact) -> Any:
    return (parked.c.event_id == fact.id) & (parked.c.state != "discarded")


def retry(tx: Transaction, parked_id: str) -> None:
    """An operator's word: try it again now, with all its attempts."""
    row = _first_in_line(tx, parked_id)
    if row["type"] == MALFORMED:
        raise Conflict(_("This record cannot be read: it can only be discarded."), actions=["discard"])
    tx.execute(
        update(parked)
        .where(parked.c.id == row["id"])
        .values(state="waiting", attempts=0, looks=0, parked_at=tx.now, next_attempt_at=tx.now)
    )


def discard(tx: Transaction, parked_id: str, *, reason: str, consumer: str) -> None:
    """An operator's word: go on without it. The reason is kept and the aggregate's later facts move on."""
    if not reason.strip():
        raise Invalid([FieldError("/reason", _("Say why this event can be done without."))])
    row = _first_in_line(tx, parked_id)
    fact = fact_of(row)
    tx.execute(
        update(parked)
        .where(parked.c.id == row["id"])
        .values(state="discarded", reason=reason.strip(), decided_by=tx.actor.id, decided_at=tx.now)
    )
    if row["type"] == MALFORMED:
        return
    first_seen(tx, consumer=consumer, facts=[fact])
    progress = Progress.load(tx, consumer=consumer, aggregates=[aggregate_of(fact)])
    if progress.is_later(fact):
        progress.advance(fact)
        progress.save(tx)


def _first_in_line(tx: Transaction, parked_id: str) -> Any:
    """The undecided row. To decide on one behind another would make the earlier one look like a duplicate."""
    row = tx.one(select(parked).where(parked.c.id == parked_id))
    if row["state"] == "discarded":
        raise Conflict(_("This event was discarded already."))
    earlier = tuple_(parked.c.epoch, parked.c.sequence) < tuple_(row["epoch"], row["sequence"])
    line = (parked.c.topic == row["topic"]) & (parked.c.key == row["key"]) & (parked.c.state != "discarded")
    in_front = select(parked.c.id).where(line & earlier & (parked.c.type != MALFORMED)).limit(1)
    if row["type"] != MALFORMED and tx.scalar(in_front) is not None:
        raise Conflict(_("An earlier event of the same record waits too: decide on that one first."))
    return row


def listed(tx: Transaction, *, limit: int = 200) -> list[Any]:
    """Undecided ones, oldest first, for operators: no data, which is shown only one by one."""
    columns = [c for c in parked.c if c.name != "data"]
    return tx.all(select(*columns).where(parked.c.state != "discarded").order_by(parked.c.parked_at).limit(limit))


def any_waiting(tx: Transaction) -> bool:
    """Whether a fact waits for its next attempt soon; dead ones and those behind them do not."""
    soon = tx.now + LONGEST_LOOK
    waiting = (parked.c.state == "waiting") & (parked.c.next_attempt_at <= soon)
    return tx.scalar(select(parked.c.id).where(waiting).limit(1)) is not None


def one(tx: Transaction, parked_id: str) -> Any:
    """A parked fact with all that is known of it. Raises NotFound."""
    return tx.one(select(parked).where(parked.c.id == parked_id))
