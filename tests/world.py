"""Services in one process, on one clock, moved by hand: `world.settle()` runs relays, consumers and jobs until quiet.

world = make_world("referrals")
office = world.caseworker(institution)
world.api(office).post("/referrals/api/v1/referrals", json=…)
"""

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import inspect, text
from werkzeug.test import TestResponse

from deploy.parts.postgres import PostgresServer
from shared import auth, contracts, migrations
from shared.actor import Actor, service_actor
from shared.consumer import Consumer
from shared.database import Transaction, new_id
from shared.envelope import Event, Fact, from_record, to_record
from shared.eventlog import EventLog, Subscription, open_event_log
from shared.jobs import JobLoop
from shared.relay import Relay
from shared.service import Runtime
from shared.settings import Settings
from tests.fakes import FakePeople

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ORIGIN = "http://127.0.0.1:8000"


SettingsFor = Callable[[str], Settings]


def sqlite_settings(folder: Path) -> SettingsFor:
    return lambda _service: Settings(data=folder, origin=ORIGIN)


def postgres_settings(folder: Path, server: PostgresServer, services: Sequence[str]) -> SettingsFor:
    """Settings on the server, with the services' databases there."""
    server.create_service_databases(services)

    def of(service: str) -> Settings:
        return Settings(
            data=folder,
            origin=ORIGIN,
            database_url=server.url(service),
            database_owner_url=server.url(service, owner=True),
            keys_database_url=server.url(service) + "?options=-csearch_path%3Dkeys",
        )

    return of


@dataclass
class ManualClock:
    """Stands still until told; every reading is a microsecond later, so that order shows."""

    at: datetime = MONDAY_NOON

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Client:
    """Speaks to the world's services as one account."""

    world: "World"
    headers: dict[str, str]

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._send("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self._send("POST", path, **options)

    def put(self, path: str, **options: Any) -> TestResponse:
        return self._send("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self._send("DELETE", path, **options)

    def _send(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        app = self.world.apps[path.split("/")[1]]
        return app.test_client().open(path, method=method, headers={**self.headers, **(headers or {})}, **options)


@dataclass
class World:
    settings_for: SettingsFor
    services: Sequence[str]
    clock: ManualClock = field(default_factory=ManualClock)
    people: FakePeople = field(default_factory=FakePeople)
    """Answers the three questions where the real `people` is not among the services."""
    runtimes: dict[str, Runtime] = field(default_factory=dict, init=False)
    apps: dict[str, Any] = field(default_factory=dict, init=False)
    _moving: dict[str, tuple[Relay, Consumer, Subscription, JobLoop]] = field(default_factory=dict, init=False)
    _sequences: dict[str, int] = field(default_factory=dict, init=False)

    @property
    def settings(self) -> Settings:
        return self.settings_for(self.services[0])

    def __post_init__(self) -> None:
        self.log: EventLog = open_event_log(self.settings.address("event_log"), client="world")
        self.log.ensure_topics(dict.fromkeys(contracts.topics(), 3))
        for name in self.services:
            module = importlib.import_module(f"services.{name}.app")
            runtime: Runtime = module.make_runtime(self.settings_for(name))
            runtime.clock = self.clock
            runtime.people_app = lambda: self.apps.get("people", self.people.app)
            self.runtimes[name] = runtime
            self._prepare(runtime)
        for name, runtime in self.runtimes.items():
            self.apps[name] = importlib.import_module(f"services.{name}.app").web(runtime)

    def _prepare(self, runtime: Runtime) -> None:
        migrations.migrate(runtime)
        if runtime.engine.dialect.name != "postgresql":
            return
        for database in ("database_url", "keys_database_url"):
            owner = migrations.owner_engine(runtime, of=database)
            with owner.begin() as connection:
                names = [n for n in inspect(connection).get_table_names() if n != "alembic_version"]
                connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
            owner.dispose()

    # -- who acts ------------------------------------------------------------------------------------------------

    def actor(self, *roles: str, institution: str | None = None, **more: Any) -> Actor:
        """An account with the roles, held in the institution where one is given."""
        held = {"memberships": {institution: frozenset(roles)}} if institution else {"roles": frozenset(roles)}
        account = new_id()
        return Actor(id=account, username="-".join(roles) or "nobody", session_id=new_id(), **{**held, **more})

    def token(self, actor: Actor, *, audience: str = auth.API) -> str:
        folder = Path(self.settings.address("keys"))
        signer = auth.Signer(key=auth.signing_key(folder, "people", public=folder), issuer=self.settings.origin)
        claims = {**auth.claims_of(actor), "csrf": "csrf"}
        return signer.sign(claims, audience=audience, seconds=900)

    def api(self, actor: Actor | None) -> Client:
        return Client(self, {"Authorization": f"Bearer {self.token(actor)}"} if actor else {})

    def browser(self, service: str, actor: Actor | None = None) -> FlaskClient:
        """A signed-in browser at one service; send `csrf_token="csrf"` with a form."""
        client: FlaskClient = self.apps[service].test_client()
        if actor:
            client.set_cookie("splot", self.token(actor, audience=auth.BROWSER))
        return client

    @contextmanager
    def transaction(self, service: str, actor: Actor | None = None) -> Iterator[Transaction]:
        with self.runtimes[service].database.transaction(actor or service_actor(service)) as tx:
            yield tx

    # -- what moves ----------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Run relays, consumers and due jobs until nothing moves any more."""
        for _round in range(100):
            if not sum(self._turn(name) for name in self.services):
                return
        raise AssertionError("the world does not come to rest")

    def later(self, **by: float) -> None:
        """Let time pass, then settle."""
        self.clock.advance(**by)
        self.settle()

    def _turn(self, name: str) -> int:
        relay, consumer, subscription, jobs = self._parts(name)
        moved = relay.run_once()
        jobs.run_due()
        while records := subscription.poll(0.0):
            consumer.take(records)
            subscription.commit()
            moved += len(records)
        consumer._parked_waiting = True
        consumer.retry_parked()
        return moved + relay.run_once()

    def _parts(self, name: str) -> tuple[Relay, Consumer, Subscription, JobLoop]:
        if name not in self._moving:
            runtime = self.runtimes[name]
            service = runtime.service
            consumer = Consumer(service.name, runtime.database, self.log, service.handlers, service.topics, "world")
            self._moving[name] = (
                Relay(service.name, runtime.database, self.log, "world"),
                consumer,
                self.log.subscribe(group=consumer.group, topics=service.topics, instance="world"),
                JobLoop(runtime, service.jobs, "world"),
            )
        return self._moving[name]

    def tell(self, event_type: str, *, key: str, data: dict[str, Any]) -> Fact:
        """A fact of a service that is not in this world, checked against its contract."""
        contracts.validate(event_type, data)
        self._sequences[key] = self._sequences.get(key, 0) + 1
        event = Event(event_type, key, data)
        fact = Fact(
            id=new_id(), type=event.type, key=key, sequence=self._sequences[key], epoch=1, time=self.clock(), data=data
        )
        self.log.append([to_record(fact)])
        return fact

    def facts(self, event_type: str = "") -> list[Fact]:
        """What is in the log, of one type or of all, in the order of each aggregate."""
        found = [from_record(record) for record in self.log.read(self.log.topics())]
        return [fact for fact in found if event_type in ("", fact.type)]

    def close(self) -> None:
        for _relay, _consumer, subscription, _jobs in self._moving.values():
            subscription.close()
        for runtime in self.runtimes.values():
            runtime.close()
        self.log.close()
