"""A transaction carries everything a command may use: the connection, who acts, what time it is, new ids, seals."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uuid_utils
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    Executable,
    MetaData,
    RowMapping,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.actor import Actor
from shared.dates import Clock, isoformat_z, parse_instant, utc_now
from shared.envelope import Event
from shared.errors import NotFound, Stale
from shared.sealing import Sealer

NewId = Callable[[], str]
kernel = MetaData()
"""The tables that every service's database has beside its own."""
INFRASTRUCTURE_FAULTS = (OperationalError, InterfaceError, PoolTimeout)
"""The database is away or overloaded: wait and try again, nobody's event is to blame."""
SQLITE_ERROR = 1
LIMIT_EXCEEDED = "54"


def new_id() -> str:
    """A UUIDv7: ids sort by the time they were made."""
    return str(uuid_utils.uuid7())


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: timestamptz in PostgreSQL, RFC 3339 text of fixed width in SQLite, so that both sort."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        as_time = dialect.name == "postgresql"
        return dialect.type_descriptor(DateTime(timezone=True) if as_time else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return isoformat_z(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else parse_instant(value)


def open_engine(address: str, *, password_file: str = "", pool: int = 10) -> Engine:
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    if password_file:
        url = url.set(password=Path(password_file).read_text().strip())
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=False,
        pool_recycle=1800,
        connect_args={"connect_timeout": 5, "prepare_threshold": 2},
        json_serializer=_dump_json,
        hide_parameters=True,
    )


@event.listens_for(Engine, "handle_error")
def _our_own_faults(context: Any) -> None:
    """Drivers call some mistakes operational: a missing column in SQLite, a value too long for an index in PostgreSQL.

    Waiting mends neither, so they must not pass for the database being away.
    """
    fault = context.original_exception
    wrong_sql = getattr(fault, "sqlite_errorcode", None) == SQLITE_ERROR
    too_much = (getattr(fault, "sqlstate", None) or "").startswith(LIMIT_EXCEEDED)
    if isinstance(context.sqlalchemy_exception, OperationalError) and (wrong_sql or too_much):
        raise ProgrammingError(context.statement, context.parameters, fault, hide_parameters=True) from fault


def _dump_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sqlite(url: URL) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"timeout": 30, "check_same_thread": False},
        json_serializer=_dump_json,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver would begin DEFERRED; we say BEGIN IMMEDIATE ourselves
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=30000;"
        )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("splot_reading", False)
        connection.exec_driver_sql("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads: SQLite gives it no writer's lock, PostgreSQL needs no transaction for it."""
    options = {"splot_reading": True} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    with engine.connect() as connection:
        yield connection.execution_options(**options)


def insert_into(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT in the connection's dialect."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


@dataclass(frozen=True)
class Transaction:
    """One use case's unit of work. Everything that varies is here, so that a test can hold it still."""

    connection: Connection
    actor: Actor
    clock: Clock
    new_id: NewId
    sealer: Sealer
    publisher: Callable[["Transaction", Event], None]

    @property
    def now(self) -> datetime:
        return self.clock()

    @property
    def on_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return self.connection.execute(statement, parameters)

    def insert(self, table: Table) -> Any:
        """An INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return insert_into(self.connection, table)

    def one(self, statement: Executable) -> RowMapping:
        """The single row, or NotFound."""
        row = self.execute(statement).mappings().first()
        if row is None:
            raise NotFound
        return row

    def first(self, statement: Executable) -> RowMapping | None:
        return self.execute(statement).mappings().first()

    def all(self, statement: Executable) -> list[RowMapping]:
        return list(self.execute(statement).mappings())

    def scalar(self, statement: Executable) -> Any:
        return self.execute(statement).scalar()

    def save(self, table: Table, row: Mapping[Any, Any], **changes: Any) -> dict[str, Any]:
        """Update a versioned row that was read as `row`; Stale when someone else was faster. Returns the new row."""
        changes["version"] = row["version"] + 1
        changed = self.execute(
            update(table).where(table.c.id == row["id"], table.c.version == row["version"]).values(**changes)
        )
        if changed.rowcount != 1:
            raise Stale(self.scalar(select(table.c.version).where(table.c.id == row["id"])) or changes["version"])
        return {**row, **changes}

    def publish(self, fact: Event) -> None:
        """The fact leaves with the commit, through the relay; never before, never without it."""
        self.publisher(self, fact)


def check_version(row: Mapping[Any, Any], seen: int | None) -> None:
    """`seen` is what the caller's If-Match said; None: she did not say."""
    if seen is not None and seen != row["version"]:
        raise Stale(row["version"])


@dataclass(frozen=True)
class Database:
    """A service's database with all that its transactions need."""

    engine: Engine
    sealer: Sealer
    publisher: Callable[[Transaction, Event], None]
    clock: Clock = utc_now
    new_id: NewId = new_id

    @contextmanager
    def transaction(self, actor: Actor) -> Iterator[Transaction]:
        with self.engine.begin() as connection:
            yield self._transaction(connection, actor)

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[Transaction]:
        """For queries only: never blocks a writer."""
        with reading(self.engine) as connection:
            yield self._transaction(connection, actor)

    def _transaction(self, connection: Connection, actor: Actor) -> Transaction:
        return Transaction(
            connection=connection,
            actor=actor,
            clock=self.clock,
            new_id=self.new_id,
            sealer=self.sealer,
            publisher=self.publisher,
        )
