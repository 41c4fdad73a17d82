"""P2: events a second from outbox through Kafka to inbox and effect, PostgreSQL, beside two references."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import insert

from deploy.parts.kafka import KafkaCluster
from deploy.parts.postgres import PostgresServer
from deploy.parts.process import Child
from deploy.services import open_runtime
from shared import process
from shared.database import new_id
from shared.eventlog import open_event_log
from shared.outbox import outbox
from shared.settings import Settings
from tests.performance.measuring import Figure, in_turn
from tests.performance.p1_referral import BENCH_PYTHON, ROOT

EVENTS = 10_000
TABLES = """
CREATE TABLE raw_effects (id text PRIMARY KEY, language text);
CREATE TABLE fast_inbox (id text PRIMARY KEY);
CREATE TABLE fast_effects (id text PRIMARY KEY, language text);
"""
EVENT = "people.participant.registered.v1"


@dataclass
class Counter:
    """How many effects there are, read every few milliseconds."""

    address: str
    table: str

    def wait_for(self, more: int, began: float, start: int) -> float:
        with psycopg.connect(self.address, autocommit=True) as database:
            while self.now(database) < start + more:
                time.sleep(0.005)
        return more / (time.perf_counter() - began)

    def now(self, database: psycopg.Connection | None = None) -> int:
        if database is None:
            with psycopg.connect(self.address, autocommit=True) as opened:
                return self.now(opened)
        row = database.execute(f"SELECT count(*) FROM {self.table}").fetchone()
        return int(row[0]) if row else 0


def measure(folder: Path, server: PostgresServer, kafka: KafkaCluster) -> list[Figure]:
    server.create_service_databases(["people", "referrals", "reference2"])
    with psycopg.connect(server.url("reference2", owner=True)) as owner:
        owner.execute(TABLES)
    log = open_event_log(f"kafka://{kafka.bootstrap}", client="bench")
    log.ensure_topics({"raw": 3, "fast": 3})
    log.close()
    environment = {
        "REFERENCE_KAFKA": kafka.bootstrap,
        "REFERENCE_DATABASE": server.url("reference2"),
        "PYTHONPATH": str(ROOT),
    }
    with (
        _ours(folder, server, kafka) as ours,
        _reference("raw_kafka", folder, environment, Counter(server.url("reference2"), "raw_effects")) as raw,
        _reference("faststream_inbox", folder, environment, Counter(server.url("reference2"), "fast_effects")) as fast,
    ):
        found = in_turn({"ours": ours, "raw": raw, "fast": fast})
    name = "P2 events a second, outbox to effect"
    return [
        Figure(name, found["ours"], "/s", "≥ 0.7", "raw kafka-python, a bare insert each", found["raw"]),
        Figure(name, found["ours"], "/s", "≥ 1.0", "FastStream/aiokafka with an inbox", found["fast"]),
    ]


@contextmanager
def _ours(folder: Path, server: PostgresServer, kafka: KafkaCluster) -> Iterator[Any]:
    settings = {name: _settings(name, folder, server, kafka) for name in ("people", "referrals")}
    runtimes = {name: open_runtime(name, found) for name, found in settings.items()}
    for runtime in runtimes.values():
        process.prepare(runtime)
    log = runtimes["people"].event_log
    log.ensure_topics(dict.fromkeys(runtimes["referrals"].service.topics, 3))
    children = [
        _child("people", "relay", settings["people"], folder),
        _child("referrals", "consume", settings["referrals"], folder),
    ]
    counter = Counter(server.url("referrals"), "consumed")

    def run() -> float:
        start = counter.now()
        _fill(runtimes["people"])
        return counter.wait_for(EVENTS, time.perf_counter(), start)

    try:
        yield run
    finally:
        for child in children:
            child.stop()


def _settings(service: str, folder: Path, server: PostgresServer, kafka: KafkaCluster) -> Settings:
    return Settings(
        data=folder,
        database_url=server.url(service),
        database_owner_url=server.url(service, owner=True),
        keys_database_url=server.url(service) + "?options=-csearch_path%3Dkeys",
        event_log=f"kafka://{kafka.bootstrap}",
        people_url="http://127.0.0.1:9",
    )


def _child(service: str, role: str, settings: Settings, folder: Path) -> Child:
    command = [sys.executable, "-m", f"services.{service}", role]
    child = Child(
        f"{service}.{role}", command, log=folder / f"{service}.{role}.log", env={**os.environ, **settings.environment()}
    )
    child.start()
    return child


def _fill(runtime: Any) -> None:
    """Facts waiting in the outbox, as many commands would have left them."""
    data = {
        "code": "7F3K-92",
        "language": "uk",
        "do_not_contact": False,
        "safe_channels": [],
        "languages": ["uk"],
        "registered_by": new_id(),
    }
    now = runtime.clock()
    rows = [
        {
            "event_id": new_id(),
            "type": EVENT,
            "key": new_id(),
            "epoch": 1,
            "sequence": 1,
            "occurred_at": now,
            "traceparent": "",
            "data": data,
        }
        for _ in range(EVENTS)
    ]
    with runtime.transaction_as_service() as tx:
        tx.execute(insert(outbox), rows)


@contextmanager
def _reference(module: str, folder: Path, environment: dict[str, str], counter: Counter) -> Iterator[Any]:
    command = [BENCH_PYTHON, "-m", f"tests.performance.references.{module}"]
    consumer = Child(
        f"{module}.consume", [*command, "consume"], log=folder / f"{module}.log", env={**os.environ, **environment}
    )
    consumer.start()
    producer = subprocess.Popen(
        [*command, "produce"], stdin=subprocess.PIPE, text=True, env={**os.environ, **environment}, cwd=ROOT
    )

    def run() -> float:
        start, began = counter.now(), time.perf_counter()
        assert producer.stdin
        producer.stdin.write(f"{EVENTS}\n")
        producer.stdin.flush()
        return counter.wait_for(EVENTS, began, start)

    try:
        yield run
    finally:
        producer.kill()
        consumer.stop()
