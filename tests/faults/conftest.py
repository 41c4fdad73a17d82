"""The tiny service on real parts: PostgreSQL always, Kafka or one file as its log, its processes like any service's."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from deploy.parts.kafka import KafkaCluster
from deploy.parts.ports import free_ports
from deploy.parts.postgres import PostgresServer
from deploy.parts.process import Child, wait_until
from shared.dates import utc_now
from tests.kernel.conftest import prepared
from tests.kernel.desk import Desk

__all__ = ["prepared"]
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Place:
    """A desk in this process, and processes beside it with the same settings."""

    desk: Desk
    children: dict[str, Child] = field(default_factory=dict)
    zygotes: list[subprocess.Popen[str]] = field(default_factory=list)
    ahead: int = 0

    @property
    def environment(self) -> dict[str, str]:
        service = self.desk.runtime.service
        return {**os.environ, **self.desk.runtime.settings.environment(), "NOTES_FOLDER": str(service.folder)}

    def start(self, role: str, *, name: str = "", **settings: Any) -> Child:
        """A process of the service; `settings` win over the desk's."""
        own = replace(self.desk.runtime.settings, **settings).environment()
        log = self.desk.runtime.settings.data / f"{name or role}.log"
        command = [sys.executable, "-m", "tests.faults.process", role]
        child = Child(name or role, command, log=log, env={**self.environment, **own})
        self.children[name or role] = child
        child.start()
        return child

    def zygote(self) -> Callable[..., dict[str, Any]]:
        """`ask(role, die_at=n, …)`: what a child of that role said, or that it was killed."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.zygotes.append(process)

        def ask(role: str, **order: Any) -> dict[str, Any]:
            assert process.stdin
            assert process.stdout
            self.ahead += 20  # the lease of the one killed before is over
            print(json.dumps({"role": role, "ahead": self.ahead, **order}), file=process.stdin, flush=True)
            for line in process.stdout:
                if line.startswith("> "):
                    answer: dict[str, Any] = json.loads(line[2:])
                    return answer
            raise AssertionError("the zygote is gone")

        return ask

    def settled(self, expected: int, *, handler: str = "projection", seconds: float = 60) -> None:
        wait_until(
            lambda: len(self.desk.effects(handler)) >= expected, what=f"{expected} effects", seconds=seconds, pause=0.1
        )

    def close(self) -> None:
        for child in self.children.values():
            child.kill()
        for process in self.zygotes:
            process.kill()
            process.communicate()
        self.desk.close()


@pytest.fixture
def make_place(prepared: Path, folder: Path, postgres: PostgresServer) -> Iterator[Callable[..., Place]]:
    """`make_place()` with its log in a file; `make_place(kafka)` in a cluster."""
    places: list[Place] = []

    def make(cluster: KafkaCluster | None = None) -> Place:
        log = {"event_log": f"kafka://{cluster.bootstrap}"} if cluster else {}
        desk = Desk.open(prepared, folder, postgres, first=True, **log)
        desk.runtime.clock = desk.clock = utc_now  # type: ignore[assignment]
        places.append(Place(desk))
        return places[-1]

    yield make
    for place in places:
        place.close()


@pytest.fixture
def web_port() -> int:
    return free_ports(1)
