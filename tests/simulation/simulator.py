"""One seed, one schedule: writers, relays, consumers, the clock, and death between any two steps, in one process.

A step of one of them is chosen by chance; while it runs, every statement, commit, append and position is a point at
which the process may die. What it had in memory is gone then, what was committed is not.
"""

import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event, select

from shared import outbox
from shared.actor import service_actor
from shared.consumer import Consumer, TooManyParked
from shared.database import Database, Transaction, open_engine
from shared.envelope import Event, from_record
from shared.eventlog import EventLogUnavailable, Subscription
from shared.parking import LONGEST_WAIT, parked
from shared.relay import Relay
from tests.kernel.notes import TOPIC
from tests.simulation.log import MemoryLog
from tests.simulation.services import ANSWERS, METADATA, Part, effects, parts, register, things
from tests.world import ManualClock

KEYS = [f"thing-{number}" for number in range(5)]
STEPS = 70
DEADLY = 0.35
"""Share of the steps in which the process dies somewhere."""
POINTS = {
    "relay": ["before the append", *["after the append"] * 3, "commit", "statement"],
    "consume": ["before the position", *["after the position"] * 2, "commit", "statement"],
    "": ["commit", "after a commit", "statement"],
}
"""Which points count for a death, by the kind of step."""
ATTEMPTS = 50
QUIET_ROUNDS = 100


class Dead(BaseException):
    """kill -9: nothing catches it."""


@dataclass(frozen=True)
class Makers:
    """What the world is made of; a proof by breaking gives another one."""

    relay: Callable[..., Relay] = Relay
    consumer: Callable[..., Consumer] = Consumer
    subscribe: Callable[[MemoryLog, Consumer], Subscription] = lambda log, consumer: log.subscribe(
        group=consumer.group, topics=consumer.topics, instance="1"
    )
    publish: Callable[[Transaction, Event], None] = outbox.publish


def template(folder: Path) -> Path:
    """An empty database of a part, to copy."""
    file = folder / "template.db"
    engine = open_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        for metadata in METADATA:
            metadata.create_all(connection)
    with engine.connect() as connection:
        connection.connection.driver_connection.executescript("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    engine.dispose()
    return file


class Simulation:
    def __init__(self, seed: int, folder: Path, empty: Path, makers: Makers | None = None) -> None:
        self.random = Random(seed)
        self.makers = makers or Makers()
        self.clock = ManualClock()
        self.log = MemoryLog(Random(seed + 1), self._point, failing=0.15)
        self.acknowledged: Counter[str] = Counter()
        self.trace: list[str] = []
        self._dies_at = ""
        self._dies_in: int | None = None
        self._stumbling: dict[str, int] = {}
        self._ids = Random(seed + 2)
        self.parts = {part.name: self._open(part, folder, empty) for part in parts(self._stumble)}

    def _open(self, part: Part, folder: Path, empty: Path) -> "Running":
        file = folder / f"{part.name}.db"
        for old in folder.glob(f"{part.name}.db*"):
            old.unlink()
        shutil.copy(empty, file)
        engine = open_engine(f"sqlite:///{file}")
        self._watch(engine)
        database = Database(
            engine,
            sealer=None,
            publisher=self._publish,
            clock=self.clock,
            new_id=self._new_id,  # type: ignore[arg-type]
        )
        return Running(self, part, database)

    def _publish(self, tx: Transaction, fact: Event) -> None:
        self.makers.publish(tx, fact)

    def _new_id(self) -> str:
        return str(UUID(int=self._ids.getrandbits(128)))

    # -- death ---------------------------------------------------------------------------------------------------

    def _watch(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", lambda *_args: self._point("before a statement"))
        commit = engine.dialect.do_commit

        def committing(connection: Any) -> None:
            self._point("before a commit")
            commit(connection)
            self._point("after a commit")

        engine.dialect.do_commit = committing  # type: ignore[method-assign]

    def _fate(self, step: str) -> tuple[str, int | None]:
        """Where and at which of those points the process dies in this step, if at all."""
        if self.random.random() > DEADLY:
            return "", None
        kind = next(kind for kind in POINTS if kind in step)
        return self.random.choice(POINTS[kind]), int(self.random.expovariate(1 / self.random.choice([0.3, 3, 10])))

    def _point(self, name: str) -> None:
        if self._dies_in is None or self._dies_at not in name:
            return
        self._dies_in -= 1
        if self._dies_in < 0:
            self._dies_in = None
            self.trace.append(f"died {name}")
            raise Dead(name)

    def _stumble(self, fact: Any) -> None:
        """Some facts fail the first times, whoever takes them in."""
        left = self._stumbling.setdefault(fact.id, 2 if self.log.random.random() < 0.1 else 0)
        if left:
            self._stumbling[fact.id] = left - 1
            raise ValueError("stumbled")

    # -- the schedule --------------------------------------------------------------------------------------------

    def run(self) -> "Simulation":
        for _ in range(STEPS):
            self._step()
        self.log.failing, self.log.portion, self._stumbling = 0.0, 500, defaultdict(int)
        for _ in range(QUIET_ROUNDS):
            self.clock.advance(seconds=LONGEST_WAIT.total_seconds() + 1)
            if not sum(part.turn() for part in self.parts.values()):
                break
        return self

    def _step(self) -> None:
        name, act = self.random.choice(self._possible())
        self.trace.append(name)
        self._dies_at, self._dies_in = self._fate(name)
        try:
            act()
        except Dead:
            for part in self.parts.values():
                part.forget()
        except (EventLogUnavailable, TooManyParked):
            self.trace.append("waited")
        finally:
            self._dies_in = None

    def _possible(self) -> list[tuple[str, Callable[[], Any]]]:
        steps: list[tuple[str, Callable[[], Any]]] = [("write", self._write)] * 6 + [("time", self._pass_time)] * 3
        for name, part in self.parts.items():
            steps += [(f"{name}.relay.1", lambda part=part: part.relay("1"))] * 4
            steps.append((f"{name}.relay.2", lambda part=part: part.relay("2")))
            if part.part.topics:
                steps += [(f"{name}.consume", part.consume)] * 4 + [(f"{name}.retry", part.retry)] * 2
                steps.append((f"{name}.rewind", lambda part=part: part.rewind(self.random)))
        return steps

    def _write(self) -> None:
        key = self.random.choice(KEYS)
        with self.parts["registry"].database.transaction(service_actor("registry")) as tx:
            register(tx, key)
        self.acknowledged[key] += 1

    def _pass_time(self) -> None:
        self.clock.advance(seconds=self.random.choice([0.1, 1, 6, 11, 11, 11, -3600, 3600]))

    # -- what must never happen ----------------------------------------------------------------------------------

    def broken(self) -> list[str]:
        """Every promise that was broken, in words; none when all is well."""
        return [*self._lost(), *self._effects("desk", [TOPIC]), *self._effects("board", [TOPIC, ANSWERS])]

    def _lost(self) -> list[str]:
        """I1: what was acknowledged is in the log, and the log tells of nothing that did not happen."""
        facts = {record: from_record(record) for record in self.log.everything(TOPIC)}
        told = Counter(fact.key for fact in {fact.id: fact for fact in facts.values()}.values())
        happened = Counter({row["id"]: row["changes"] for row in self.parts["registry"].rows(select(things))})
        wrong = [
            f"I1: {key} acknowledged {n}, told {told[key]}" for key, n in self.acknowledged.items() if told[key] < n
        ]
        return wrong + ([f"I1: happened {happened}, told {told}"] if happened != told else [])

    def _effects(self, name: str, topics: Sequence[str]) -> list[str]:
        """I2: one effect a fact. I3: the sequence of each aggregate ascends without gaps."""
        rows = self.parts[name].rows(select(effects).order_by(effects.c.number))
        times = Counter(row["event_id"] for row in rows)
        wrong = [f"I2: {name} took {event_id} {n} times" for event_id, n in times.items() if n > 1]
        told = {from_record(record).id for topic in topics for record in self.log.everything(topic)}
        wrong += [f"I1: {name} never took {event_id}" for event_id in sorted(told - times.keys())]
        in_order: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row in rows:
            in_order[row["topic"], row["key"]].append(row["sequence"])
        wrong += [f"I3: {name} {at}: {s}" for at, s in in_order.items() if s != list(range(1, len(s) + 1))]
        return wrong + [f"still parked in {name}: {row['error']}" for row in self.parts[name].rows(select(parked))]

    def close(self) -> None:
        for part in self.parts.values():
            part.database.engine.dispose()


@dataclass
class Running:
    """One part's processes: two relays and a consumer, each gone when it dies and started anew."""

    simulation: Simulation
    part: Part
    database: Database
    _relays: dict[str, Relay] = field(default_factory=dict)
    _consumer: tuple[Consumer, Subscription] | None = None

    def forget(self) -> None:
        self._relays, self._consumer = {}, None

    def relay(self, holder: str) -> int:
        if holder not in self._relays:
            make, log = self.simulation.makers.relay, self.simulation.log
            self._relays[holder] = make(self.part.name, self.database, log, f"{holder}-{self.simulation._new_id()}")
        return self._relays[holder].run_once()

    def consumer(self) -> tuple[Consumer, Subscription]:
        if self._consumer is None:
            makers, log = self.simulation.makers, self.simulation.log
            consumer = makers.consumer(
                self.part.name, self.database, log, self.part.handlers, self.part.topics, "1", ATTEMPTS
            )
            self._consumer = (consumer, makers.subscribe(log, consumer))
        return self._consumer

    def consume(self) -> int:
        consumer, subscription = self.consumer()
        records = subscription.poll(0.0)
        if records:
            consumer.take(records)
            subscription.commit()
        return len(records)

    def retry(self) -> None:
        consumer, _subscription = self.consumer()
        consumer._parked_waiting = True  # else it looks again only after a second of real time
        consumer.retry_parked()

    def rewind(self, random: Random) -> None:
        self.simulation.log.rewind(f"splot.{self.part.name}", random)
        self._consumer = None

    def turn(self) -> int:
        """A round without any fault; how much there still was to do."""
        moved = self.relay("1")
        if self.part.topics:
            with suppress(TooManyParked):
                moved += self.consume()
            waiting = self.rows(select(parked.c.id))
            for _ in waiting:
                self.retry()
            moved += len(waiting)
        return moved

    def rows(self, statement: Any) -> list[Any]:
        with self.database.reading(service_actor(self.part.name)) as tx:
            return tx.all(statement)
