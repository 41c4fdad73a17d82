"""What the simulator guards, it sees: each promise is broken on purpose, and some schedule must tell."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select, update

from shared import consumer as consumers
from shared import inbox, outbox, parking
from shared.consumer import Consumer
from shared.database import Transaction
from shared.envelope import Event, Fact, to_record
from shared.relay import Relay
from tests.simulation.log import MemoryLog, MemorySubscription
from tests.simulation.simulator import Makers, Simulation

TRIES = 40


class MarksFirst(Relay):
    """Marks what it is about to publish."""

    def run_once(self) -> int:
        facts = self._unpublished() if self._is_mine() else []
        if facts:
            self._mark([position for position, _fact in facts])
            self.event_log.append([to_record(fact) for _position, fact in facts])
        return len(facts)


class Shuffles(Relay):
    """Publishes in no order."""

    def _unpublished(self) -> list[tuple[int, Fact]]:
        found = super()._unpublished()
        Random(len(found)).shuffle(found)
        return found


class FollowsACursor(Relay):
    """Remembers the last position it has seen instead of marking what left."""

    _last = 0

    def _unpublished(self) -> list[tuple[int, Fact]]:
        return [found for found in super()._unpublished() if found[0] > self._last]

    def run_once(self) -> int:
        facts = self._unpublished() if self._is_mine() else []
        if facts:
            FollowsACursor._last = facts[-1][0]
            self.event_log.append([to_record(fact) for _position, fact in facts])
        return len(facts)


class CommitsFirst(MemorySubscription):
    """Says that records are done when it hands them out."""

    def poll(self, timeout: float, limit: int = 500) -> list:
        found = super().poll(timeout, limit)
        self.commit()
        return found


def early(log: MemoryLog, consumer: Consumer) -> CommitsFirst:
    return CommitsFirst(log, consumer.group, tuple(consumer.topics))


def publish_without_numbers(tx: Transaction, event: Event) -> None:
    """Counts what is in the outbox instead of keeping the number in a row of its own."""
    outbox.publish(tx, event)
    sequence = len(tx.all(select(outbox.outbox.c.position).where(outbox.outbox.c.published_at.is_(None))))
    newest = select(outbox.outbox.c.position).order_by(outbox.outbox.c.position.desc()).limit(1).scalar_subquery()
    tx.execute(update(outbox.outbox).where(outbox.outbox.c.position == newest).values(sequence=sequence))


def no_inbox(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(consumers, "first_seen", lambda tx, consumer, facts: {fact.id for fact in facts})
    patch.setattr(inbox.Progress, "is_next", lambda self, fact: True)


def no_order(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(inbox.Progress, "is_next", lambda self, fact: True)


def no_line(patch: pytest.MonkeyPatch) -> None:
    no_order(patch)
    patch.setattr(parking, "held_back", lambda tx, aggregates: set())


def parks_without_a_trace(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(parking, "park", lambda tx, fact, **_options: None)


def nothing(_patch: pytest.MonkeyPatch) -> None:
    return


Break = Callable[[pytest.MonkeyPatch], None]
PROOFS: Mapping[str, tuple[Makers, Break, str]] = {
    "the relay marks before it publishes": (Makers(relay=MarksFirst), nothing, "I1"),
    "the relay remembers a cursor": (Makers(relay=FollowsACursor), nothing, "I1"),
    "the position is committed before the effect": (Makers(subscribe=early), nothing, "I1"),
    "a parked fact is dropped": (Makers(), parks_without_a_trace, "I1"),
    "no inbox": (Makers(), no_inbox, "I2"),
    "the relay shuffles and nobody minds the sequence": (Makers(relay=Shuffles), no_order, "I3"),
    "later facts pass a parked one": (Makers(), no_line, "I3"),
    "sequences are counted, not kept": (Makers(publish=publish_without_numbers), nothing, "I"),
}


@pytest.mark.parametrize(("makers", "breaks", "promise"), PROOFS.values(), ids=PROOFS.keys())
def test_a_broken_promise_is_seen(makers: Makers, breaks: Break, promise: str, ground: Path, empty: Path, monkeypatch):
    breaks(monkeypatch)
    assert any(map(partial(is_seen, makers, promise, ground, empty), range(TRIES)))


def is_seen(makers: Makers, promise: str, ground: Path, empty: Path, seed: int) -> bool:
    FollowsACursor._last = 0
    simulation = Simulation(seed, ground, empty, makers).run()
    broken = simulation.broken()
    simulation.close()
    return any(line.startswith(promise) for line in broken)
