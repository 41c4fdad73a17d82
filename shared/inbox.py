"""What this service has already taken in: every fact once, every aggregate in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Column, Index, Integer, Table, Text, delete, select, tuple_

from shared.database import Instant, Transaction, kernel
from shared.envelope import Fact

KEPT = timedelta(days=90)

inbox = Table(
    "inbox",
    kernel,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)
Index("inbox_at", inbox.c.at)

consumed = Table(
    "consumed",
    kernel,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("last", Integer, nullable=False),
)

Aggregate = tuple[str, str]
"""Topic and key."""


class Gap(Exception):
    """A fact came before an earlier one of its aggregate."""


def aggregate_of(fact: Fact) -> Aggregate:
    return fact.place[0], fact.key


def first_seen(tx: Transaction, *, consumer: str, facts: Sequence[Fact]) -> set[str]:
    """Enter the facts; the ids of those that were not there before."""
    if not facts:
        return set()
    now = tx.now
    rows = [{"consumer": consumer, "event_id": fact.id, "at": now} for fact in {f.id: f for f in facts}.values()]
    entering = tx.insert(inbox).on_conflict_do_nothing().returning(inbox.c.event_id)
    return set(tx.execute(entering, rows).scalars())


@dataclass
class Progress:
    """The last sequence of each aggregate in a batch, read once and written once."""

    consumer: str
    last: dict[Aggregate, tuple[int, int]]
    moved: set[Aggregate] = field(default_factory=set)

    @classmethod
    def load(cls, tx: Transaction, *, consumer: str, aggregates: Iterable[Aggregate]) -> "Progress":
        wanted = sorted(set(aggregates))
        rows = tx.execute(
            select(consumed).where(
                consumed.c.consumer == consumer, tuple_(consumed.c.topic, consumed.c.key).in_(wanted)
            )
        )
        return cls(consumer, {(row.topic, row.key): (row.epoch, row.last) for row in rows})

    def is_next(self, fact: Fact) -> bool:
        """True: take it. False: an old one. Gap: an earlier one is missing."""
        epoch, last = self.last.get(aggregate_of(fact), (fact.epoch, 0))
        if fact.epoch > epoch:
            return True
        if (fact.epoch, fact.sequence) <= (epoch, last):
            return False
        if fact.sequence > last + 1:
            raise Gap(f"{last + 1} is missing before {fact.sequence}")
        return True

    def is_later(self, fact: Fact) -> bool:
        """Whether it comes after all that was taken in of its aggregate, be it the next one or not."""
        return (fact.epoch, fact.sequence) > self.last.get(aggregate_of(fact), (0, 0))

    def advance(self, fact: Fact) -> None:
        self.last[aggregate_of(fact)] = (fact.epoch, fact.sequence)
        self.moved.add(aggregate_of(fact))

    def save(self, tx: Transaction) -> None:
        if not self.moved:
            return
        rows = [
            {"consumer": self.consumer, "topic": topic, "key": key, "epoch": epoch, "last": last}
            for (topic, key), (epoch, last) in self.last.items()
            if (topic, key) in self.moved
        ]
        saving = tx.insert(consumed)
        saving = saving.on_conflict_do_update(
            index_elements=[consumed.c.consumer, consumed.c.topic, consumed.c.key],
            set_={"epoch": saving.excluded.epoch, "last": saving.excluded.last},
        )
        tx.execute(saving, rows)


def forget_old(tx: Transaction) -> int:
    """Sequences go on telling duplicates; the ids are kept as long as a topic could reasonably be sent again."""
    return tx.execute(delete(inbox).where(inbox.c.at < tx.now - KEPT)).rowcount
