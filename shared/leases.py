"""Who does what only one may do at a time; and when each part was last alive."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Engine, Integer, Table, Text, delete, or_, select

from shared.database import Instant, insert_into, kernel, reading

leases = Table(
    "leases",
    kernel,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    kernel,
    Column("part", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("lag", Integer, nullable=False),
)


def acquire(engine: Engine, *, name: str, holder: str, now: datetime, seconds: float) -> bool:
    """Take or renew a lease. False: somebody else holds it.

    One that would hold for longer than anyone may take it was taken before a clock was set back: it holds no more.
    """
    unbelievable = now + timedelta(seconds=2 * seconds)
    with engine.begin() as connection:
        taking = insert_into(connection, leases).values(
            name=name, holder=holder, expires_at=now + timedelta(seconds=seconds)
        )
        taking = taking.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"holder": taking.excluded.holder, "expires_at": taking.excluded.expires_at},
            where=or_(leases.c.holder == holder, leases.c.expires_at < now, leases.c.expires_at > unbelievable),
        ).returning(leases.c.holder)
        return connection.execute(taking).scalar() == holder


def release(engine: Engine, *, name: str, holder: str) -> None:
    with engine.begin() as connection:
        connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))


def beat(engine: Engine, *, part: str, now: datetime, state: str = "ok", lag: int = 0) -> None:
    """Record that a part is alive, how it is (`ok`, or a word for what it waits for), and how far behind."""
    with engine.begin() as connection:
        beating = insert_into(connection, heartbeats).values(part=part, at=now, state=state, lag=lag)
        beating = beating.on_conflict_do_update(
            index_elements=[heartbeats.c.part],
            set_={name: beating.excluded[name] for name in ("at", "state", "lag")},
        )
        connection.execute(beating)


def lag(engine: Engine) -> int:
    """Records in the log that the service's consumer has not taken in yet."""
    with reading(engine) as connection:
        found = connection.execute(select(heartbeats.c.lag).where(heartbeats.c.part == "consume")).scalar()
    return int(found or 0)


def last_beats(engine: Engine) -> dict[str, tuple[datetime, str]]:
    with reading(engine) as connection:
        return {row.part: (row.at, row.state) for row in connection.execute(select(heartbeats))}
