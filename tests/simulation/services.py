"""Three tiny services: `registry` tells of things, `desk` answers every fact with one of its own, `board` watches both.

What a handler does is a row without uniqueness, so that a second effect shows. The board cannot show an answer before
the thing it is about (NotYet), as when one topic is behind another.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Column, Integer, MetaData, Table, Text, func, insert, select

from shared.consumer import Handler, Handlers
from shared.database import Transaction, kernel
from shared.envelope import Event, Fact
from shared.parking import NotYet
from tests.kernel.notes import CHANGED, FINISHED, REGISTERED, TOPIC, fact_of

ANSWERS = "splot.programmes.programme.v1"
tables = MetaData()
things = Table("things", tables, Column("id", Text, primary_key=True), Column("changes", Integer, nullable=False))
effects = Table(
    "effects",
    tables,
    Column("number", Integer, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
)
METADATA = (kernel, tables)
Stumble = Callable[[Fact], None]
"""Raises for some facts, some times: a bug that is mended, a resource that comes back."""


@dataclass(frozen=True)
class Part:
    name: str
    handlers: Handlers
    topics: tuple[str, ...]


def register(tx: Transaction, key: str) -> None:
    """One command: state and facts."""
    row = tx.first(select(things).where(things.c.id == key))
    if row is None:
        tx.execute(insert(things).values(id=key, changes=1))
        tx.publish(fact_of(REGISTERED, key, "new"))
    else:
        tx.execute(things.update().where(things.c.id == key).values(changes=row["changes"] + 1))
        tx.publish(fact_of(CHANGED, key, str(row["changes"])))


def parts(stumble: Stumble) -> list[Part]:
    def note(tx: Transaction, fact: Fact) -> None:
        row = {"event_id": fact.id, "topic": fact.place[0], "key": fact.key, "sequence": fact.sequence}
        tx.execute(insert(effects).values(row))
        stumble(fact)

    def answer(tx: Transaction, fact: Fact) -> None:
        data = {"name": "X", "status": "finished", "reach": "local", "starts_on": "2021-01-16", "ends_on": None}
        tx.publish(Event(FINISHED, fact.key, data))

    def show_answer(tx: Transaction, fact: Fact) -> None:
        about = (effects.c.topic == TOPIC) & (effects.c.key == fact.key)
        if tx.scalar(select(func.count()).select_from(effects).where(about)) < fact.sequence:
            raise NotYet(fact.key)
        note(tx, fact)

    told: dict[str, Handler] = {REGISTERED: note, CHANGED: note}
    return [
        Part("registry", Handlers({}, {}), ()),
        Part("desk", Handlers(told, {REGISTERED: answer, CHANGED: answer}), (TOPIC,)),
        Part("board", Handlers({**told, FINISHED: show_answer}, {}), (TOPIC, ANSWERS)),
    ]
