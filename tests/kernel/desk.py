"""What tests of the kernel hold in their hands: see conftest.py."""

import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, text

from deploy.parts.postgres import PostgresServer
from shared import auth, migrations
from shared.actor import Actor, service_actor
from shared.consumer import Consumer
from shared.database import Transaction, new_id
from shared.envelope import Fact, from_record, to_record
from shared.eventlog import EventLog, Record, Subscription
from shared.outbox import outbox
from shared.parking import parked
from shared.relay import Relay
from shared.service import Runtime
from shared.settings import Settings
from tests.kernel.notes import FINISHED, REGISTERED, TOPIC, Trouble, effects, fact_of, make_runtime, web
from tests.world import ManualClock

ORIGIN = "http://127.0.0.1:8000"


def desk_settings(folder: Path, server: PostgresServer | None) -> Settings:
    if server is None:
        return Settings(data=folder, origin=ORIGIN)
    return Settings(
        data=folder,
        origin=ORIGIN,
        database_url=server.url("notes"),
        database_owner_url=server.url("notes", owner=True),
        keys_database_url=server.url("notes") + "?options=-csearch_path%3Dkeys",
        database_pool=60,
    )


@dataclass
class Desk:
    runtime: Runtime
    trouble: Trouble
    clock: ManualClock
    app: Flask = field(init=False)
    subscription: Subscription | None = field(default=None, init=False)

    @classmethod
    def open(
        cls, prepared: Path, folder: Path, server: PostgresServer | None, *, first: bool, **options: Any
    ) -> "Desk":
        """`first` on this database: it is empty then. `event_log` is another one than a file in the folder."""
        if server is None and first:
            for file in prepared.glob("notes*.db"):
                shutil.copy(file, folder / file.name)
        if server is not None and first:
            server.create_service_databases(["notes"])
        trouble = options.pop("trouble", None) or Trouble()
        settings = desk_settings(folder, server)
        settings = replace(settings, event_log=options.pop("event_log", settings.event_log))
        runtime = make_runtime(settings, prepared, trouble=trouble, **options)
        made = cls(runtime, trouble, ManualClock())
        runtime.clock = made.clock
        if server is not None and first:
            made._empty()
        made.log.ensure_topics({TOPIC: 3, "splot.programmes.programme.v1": 3, "splot.people.session.v1": 3})
        made.app = web(runtime)
        return made

    def _empty(self) -> None:
        migrations.migrate(self.runtime)
        owner = migrations.owner_engine(self.runtime)
        with owner.begin() as connection:
            names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
            connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
        owner.dispose()

    @property
    def log(self) -> EventLog:
        return self.runtime.event_log

    def close(self) -> None:
        if self.subscription:
            self.subscription.close()
        self.runtime.close()

    # -- who acts ------------------------------------------------------------------------------------------------

    def actor(self, *roles: str, **more: Any) -> Actor:
        return Actor(id=new_id(), username="somebody", roles=frozenset(roles), session_id=new_id(), **more)

    def token(self, actor: Actor, *, audience: str = auth.API, seconds: int = 900, **claims: Any) -> str:
        signer = auth.Signer(key=self.runtime.signing_key("people"), issuer=ORIGIN)
        return signer.sign({**auth.claims_of(actor), "csrf": "csrf", **claims}, audience=audience, seconds=seconds)

    def api(self, actor: Actor | None = None, **headers: str) -> "ApiClient":
        bearer = {"Authorization": f"Bearer {self.token(actor)}"} if actor else {}
        return ApiClient(self.app, {**bearer, **headers})

    def browser(self, actor: Actor | None = None, *, seconds: int = 900) -> FlaskClient:
        client: FlaskClient = self.app.test_client()
        if actor:
            client.set_cookie("splot", self.token(actor, audience=auth.BROWSER, seconds=seconds))
        return client

    def transaction(self, actor: Actor | None = None) -> AbstractContextManager[Transaction]:
        return self.runtime.database.transaction(actor or service_actor("notes"))

    def reading(self) -> AbstractContextManager[Transaction]:
        return self.runtime.database.reading(service_actor("notes"))

    # -- what moves ----------------------------------------------------------------------------------------------

    def relay(self, holder: str = "relay") -> Relay:
        return Relay("notes", self.runtime.database, self.log, holder)

    def consumer(self, **options: Any) -> Consumer:
        service = self.runtime.service
        return Consumer("notes", self.runtime.database, self.log, service.handlers, service.topics, "desk", **options)

    def records(self, consumer: Consumer) -> list[Record]:
        """What the consumer's group has not committed yet."""
        if self.subscription is None:
            self.subscription = self.log.subscribe(group=consumer.group, topics=consumer.topics, instance="desk")
        found: list[Record] = []
        while more := self.subscription.poll(0.0):
            found += more
        return found

    def tell(self, key: str, sequence: int, *, kind: str = REGISTERED, text: str = "X", epoch: int = 1) -> Record:
        """A record as another service's relay would make it; not in the log yet."""
        event = fact_of(kind, key, text)
        fact = Fact(id=new_id(), type=kind, key=key, sequence=sequence, epoch=epoch, time=self.clock(), data=event.data)
        return Record(*_parts(to_record(fact)), partition=0, offset=0)

    # -- what is there -------------------------------------------------------------------------------------------

    def effects(self, handler: str = "projection") -> list[tuple[str, int]]:
        """(key, sequence) in the order in which they happened."""
        with self.reading() as tx:
            rows = tx.all(select(effects).where(effects.c.handler == handler).order_by(effects.c.number))
        return [(row["key"], row["sequence"]) for row in rows]

    def parked(self) -> list[Any]:
        with self.reading() as tx:
            return tx.all(select(parked).order_by(parked.c.key, parked.c.sequence))

    def outbox(self) -> list[Any]:
        with self.reading() as tx:
            return tx.all(select(outbox).order_by(outbox.c.position))

    def published(self) -> list[Fact]:
        return [from_record(record) for record in self.log.read([TOPIC, "splot.programmes.programme.v1"])]


def _parts(record: Record) -> tuple[Any, ...]:
    return record.topic, record.key, record.value, record.headers


@dataclass(frozen=True)
class ApiClient:
    app: Flask
    headers: dict[str, str]

    def __call__(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
        return self.app.test_client().open(
            f"/notes/api/v1{path}", method=method, headers={**self.headers, **(headers or {})}, **options
        )

    def get(self, path: str, **options: Any) -> Any:
        return self("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self("POST", path, **options)

    def put(self, path: str, **options: Any) -> Any:
        return self("PUT", path, **options)


def in_parallel(count: int, work: Any) -> Sequence[Any]:
    """`work(number)` in as many threads, begun together."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    gate = Barrier(count)

    def one(number: int) -> Any:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


__all__ = ["FINISHED", "REGISTERED", "Desk", "desk_settings", "in_parallel"]
