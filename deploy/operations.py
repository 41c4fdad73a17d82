"""What operators do from the command line, on the same databases and log that the services use."""

import importlib
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, update

from deploy.services import NAMES, open_runtime
from shared import gauges, leases, migrations, parking
from shared.actor import service_actor
from shared.dates import isoformat_z, parse_instant
from shared.envelope import MalformedEnvelope, from_record
from shared.errors import Invalid
from shared.eventlog import Record, open_event_log
from shared.outbox import outbox
from shared.service import Runtime
from shared.settings import Settings

FOLLOW_SECONDS = 0.2
SECRETS = Path("/run/secrets")


def events(settings: Settings, *, follow: bool, as_json: bool) -> Iterator[str]:
    """One line a record, oldest first within a partition."""
    log = open_event_log(settings.address("event_log"), client="splot-events")
    seen: dict[tuple[str, int], int] = {}
    try:
        while True:
            for record in log.read(log.topics()):
                place = (record.topic, record.partition)
                if record.offset > seen.get(place, -1):
                    seen[place] = record.offset
                    yield _line(record, as_json=as_json)
            if not follow:
                return
            time.sleep(FOLLOW_SECONDS)
    finally:
        log.close()


def _line(record: Record, *, as_json: bool) -> str:
    place = f"{record.topic}/{record.partition}/{record.offset}"
    try:
        fact = from_record(record)
    except MalformedEnvelope:
        return json.dumps({"place": place, "malformed": True}) if as_json else f"{place} (malformed)"
    if not as_json:
        return f"{isoformat_z(fact.time)} {fact.type} {fact.key} #{fact.sequence}"
    headers = {name: value.decode() for name, value in record.headers}
    return json.dumps({"place": place, "key": record.key, "headers": headers, "data": fact.data}, ensure_ascii=False)


def parked(settings: Settings, services: Iterable[str]) -> Iterator[str]:
    """One line a parked event: service, id, state, attempts, type, key, error."""
    for name in services:
        runtime = open_runtime(name, settings)
        with runtime.database.reading(service_actor(name)) as tx:
            for row in parking.listed(tx):
                state = f"{row['state']} attempts={row['attempts']}"
                yield f"{name} {row['id']} {state} {row['type']} {row['key']} {row['error']}"
        runtime.close()


def parked_one(settings: Settings, service: str, parked_id: str) -> str:
    runtime = open_runtime(service, settings)
    with runtime.database.reading(service_actor(service)) as tx:
        return json.dumps(dict(parking.one(tx, parked_id)), default=str, ensure_ascii=False, indent=2)


def retry(settings: Settings, service: str, parked_id: str) -> None:
    runtime = open_runtime(service, settings)
    with runtime.transaction_as_service() as tx:
        parking.retry(tx, parked_id)


def discard(settings: Settings, service: str, parked_id: str, *, reason: str) -> None:
    runtime = open_runtime(service, settings)
    with runtime.transaction_as_service() as tx:
        parking.discard(tx, parked_id, reason=reason, consumer=f"splot.{service}")


def republish(settings: Settings, services: Iterable[str], *, since: str) -> int:
    """Mark facts as unpublished again; consumers know them by their ids. Returns how many."""
    try:
        moment = parse_instant(since)
    except ValueError:
        raise Invalid.at("/since", "expected a time such as 2026-03-01T00:00:00Z") from None
    count = 0
    for name in services:
        runtime = open_runtime(name, settings)
        with runtime.transaction_as_service() as tx:
            again = update(outbox).where(outbox.c.occurred_at >= moment).values(published_at=None)
            count += tx.execute(again).rowcount
        runtime.close()
    return count


def rebuild(settings: Settings, service: str) -> int:
    """Empty the projections and read the log through them again, in one transaction; reactions are not called.

    Readers go on seeing the old rows until it is done; the service's consumer waits for the same rows meanwhile.
    """
    runtime = open_runtime(service, settings)
    projections = runtime.service.projections
    tables = importlib.import_module(f"services.{service}.projections").TABLES
    count = 0
    with runtime.transaction_as_service() as tx:
        for table in tables:
            tx.execute(table.delete())
        for record in runtime.event_log.read(runtime.service.topics):
            fact = _fact(record)
            if fact is not None and fact.type in projections:
                projections[fact.type](tx, fact)
                count += 1
    runtime.close()
    return count


def _fact(record: Record) -> Any:
    try:
        return from_record(record)
    except MalformedEnvelope:
        return None


def doctor(settings: Settings) -> tuple[list[str], bool]:
    """A line for each service, and whether all is well."""
    findings = [_examine(open_runtime(name, settings)) for name in NAMES]
    return [line for line, _well in findings], all(well for _line, well in findings)


def _examine(runtime: Runtime) -> tuple[str, bool]:
    name = runtime.service.name
    try:
        current = migrations.is_current(runtime)
        with runtime.database.reading(service_actor(name)) as tx:
            pending, oldest = gauges.outbox_state(tx)
            counts, _since = gauges.parked_state(tx)
            age = (tx.now - oldest).total_seconds() if oldest else 0.0
        lag = leases.lag(runtime.engine)
    except Exception as fault:  # noqa: BLE001 - the doctor reports whatever it finds
        return f"{name}: cannot be examined ({type(fault).__name__}); is its database there and migrated?", False
    finally:
        runtime.close()
    well = current and not counts.get("dead") and age < 60
    advice = "" if current else "; run `splot migrate " + name + "`"
    advice += "; see `splot parked list`" if counts.get("dead") else ""
    return f"{name}: outbox {pending} ({age:.0f} s), lag {lag}, parked {sum(counts.values())}{advice or '; well'}", well


def make_account(settings: Settings, **details: Any) -> str:
    """The new account's id; `details` as services.people.commands.create_account takes them."""
    commands = importlib.import_module("services.people.commands")
    runtime = open_runtime("people", settings)
    try:
        with runtime.transaction_as_service() as tx:
            return str(commands.create_account(tx, **details)["id"])
    finally:
        runtime.close()


def provision(settings: Settings, service: str) -> None:
    """Database and roles of a service, with the superuser's address in SPLOT_DATABASE_OWNER_URL."""
    from deploy.parts import postgres

    database = f"splot_{service}"
    password = Path(settings.address("database_password_file", service=service)).read_text(encoding="utf-8").strip()
    admin = make_url(settings.address("database_owner_url", service=service)).set(password=password)
    secrets = {role: (SECRETS / role).read_text(encoding="utf-8").strip() for role in (database, f"{database}_owner")}
    addresses = [url.render_as_string(hide_password=False) for url in (admin, admin.set(database=database))]
    postgres.provision(*addresses, database=database, passwords=secrets)
