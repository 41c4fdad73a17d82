"""P3: from the API's answer to the effect in another service, 50 writes a second; Kafka + PostgreSQL, and embedded."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from deploy.demo import made_up
from deploy.demo.region import Region, load_partnership
from deploy.local_stack import Ports, Stack
from deploy.operations import make_account
from deploy.parts.ports import free_port, free_ports
from shared.settings import Settings
from tests.journeys.running import embedded, running
from tests.performance.measuring import Figure, percentile

WRITES_A_SECOND = 50
SECONDS = 20
LOOK_SECONDS = 0.002
FIRST_WOMAN = 10_000


@dataclass
class Watcher:
    """Notes when each effect, the receiver's inbox item, is there to be read."""

    look: Callable[[], set[str]]
    seen: dict[str, float] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.stop.is_set():
            now = time.perf_counter()
            for subject in self.look():
                self.seen.setdefault(subject, now)
            time.sleep(LOOK_SECONDS)


def measure_stack(folder: Path) -> list[Figure]:
    with Stack(folder / "p3", Ports(free_port(), free_ports(40)), brokers=1) as stack:
        address = stack.postgres.url("notifications")
        with psycopg.connect(address, autocommit=True) as database, _region(stack.origin, stack.settings()) as region:
            watcher = Watcher(lambda: {row[0] for row in database.execute(RECENT).fetchall()})
            return _figures("P3 effect after the answer, Kafka + PostgreSQL", _delays(region, watcher))


def measure_embedded(folder: Path) -> list[Figure]:
    with running(embedded(folder / "p3-embedded", free_port(), SPLOT_DEMO="0")) as one:
        database = sqlite3.connect(one.folder / "notifications.db", check_same_thread=False)
        with _region(one.origin, Settings(data=one.folder)) as region:
            watcher = Watcher(lambda: {row[0] for row in database.execute(RECENT).fetchall()})
            return _figures("P3 effect after the answer, embedded", _delays(region, watcher))


RECENT = "SELECT subject_id FROM items ORDER BY id DESC LIMIT 300"


@contextmanager
def _region(origin: str, settings: Settings) -> Iterator[Region]:
    def account(**details: Any) -> str:
        return make_account(settings, **details)

    with httpx.Client(base_url=origin, timeout=30) as http:
        yield load_partnership(http, make_account=account, say=lambda _line: None)


def _delays(region: Region, watcher: Watcher) -> list[float]:
    """Seconds between each answer and its effect."""
    office = region.user("labour-office")
    writes = WRITES_A_SECOND * SECONDS
    women = [office.post("/people/api/v1/participants", made_up.woman(FIRST_WOMAN + n))["id"] for n in range(writes)]
    looking = threading.Thread(target=watcher.run)
    looking.start()
    answered: dict[str, float] = {}
    began = time.perf_counter()
    threads = [
        threading.Thread(target=_write, args=(region, women[n::4], answered, began + n / WRITES_A_SECOND))
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deadline = time.perf_counter() + 10
    while not answered.keys() <= watcher.seen.keys() and time.perf_counter() < deadline:
        time.sleep(0.05)
    watcher.stop.set()
    looking.join()
    missing = answered.keys() - watcher.seen.keys()
    if missing:
        raise RuntimeError(f"{len(missing)} of {len(answered)} effects never came")
    return [max(0.0, watcher.seen[referral] - at) for referral, at in answered.items()]


def _write(region: Region, women: list[str], answered: dict[str, float], due: float) -> None:
    office = region.user("labour-office")
    for woman in women:
        time.sleep(max(0.0, due - time.perf_counter()))
        due += 4 / WRITES_A_SECOND
        referral = office.post("/referrals/api/v1/referrals", _referral(woman, region.course))
        answered[referral["id"]] = time.perf_counter()


def _referral(woman: str, service: str) -> dict[str, Any]:
    return {
        "participant_id": woman, "service_id": service, "priority": "routine", "needs": ["language-course"],
        "languages": ["uk"], "childcare": True, "legal_basis": {"code": "gdpr-6-1-e", "reference": "art. 33"},
        "sharing": {"fields": ["name", "phone"], "agreed": "spoken", "language": "uk", "expires_on": "2027-12-01"},
        "submit": True,
    }  # fmt: skip


def _figures(name: str, delays: list[float]) -> list[Figure]:
    milliseconds = [delay * 1000 for delay in delays]
    note = f"{len(delays)} writes at {WRITES_A_SECOND}/s"
    return [
        Figure(f"{name}, p50", [percentile(milliseconds, 0.5)], "ms", "≤ 50 ms", note=note),
        Figure(f"{name}, p99", [percentile(milliseconds, 0.99)], "ms", "≤ 250 ms", note=note),
    ]
