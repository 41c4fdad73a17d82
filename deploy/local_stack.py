"""The whole system as local processes on real parts: Kafka, PostgreSQL, nginx, a web and a worker process a service.

`splot stack`: for development and tests where there is no Docker; the same code, the same paths as everywhere.
"""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Self

from deploy.embedded import check, run_demo
from deploy.parts.kafka import KafkaCluster
from deploy.parts.nginx import Nginx
from deploy.parts.postgres import PostgresServer
from deploy.parts.process import Child, ProcessError, wait_until
from deploy.services import NAMES
from deploy.supervise import Part, Supervisor, stop_all
from deploy.waiting import ready
from shared.settings import Settings

GUNICORN = Path(__file__).with_name("gunicorn.conf.py")
START_SECONDS = 90.0


@dataclass(frozen=True)
class Ports:
    """One origin, and behind it ten ports for each kind of part."""

    origin: int
    base: int

    @property
    def postgres(self) -> int:
        return self.base

    @property
    def kafka(self) -> int:
        """The first broker's; brokers and controllers take six in a row."""
        return self.base + 1

    def web(self, service: str) -> int:
        return self.base + 10 + NAMES.index(service)

    def metrics(self, service: str, role: str) -> int:
        return self.base + (20 if role == "api" else 30) + NAMES.index(service)


@dataclass(frozen=True)
class Broker:
    """One of the cluster's, as a part to be kept running."""

    cluster: KafkaCluster
    number: int

    @property
    def name(self) -> str:
        return f"broker {self.number}"

    @property
    def running(self) -> bool:
        return self.cluster.running(self.number)

    def start(self) -> None:
        self.cluster.start_broker(self.number)


@dataclass(frozen=True)
class Server:
    """PostgreSQL or nginx, as a part to be kept running."""

    name: str
    server: PostgresServer | Nginx

    @property
    def running(self) -> bool:
        return self.server.running

    def start(self) -> None:
        self.server.start()


@dataclass
class Stack:
    """Parts and processes, with their data and logs in one folder. Use as a context manager."""

    folder: Path
    ports: Ports
    brokers: Literal[1, 3] = 1
    demo: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    """Further settings for every process, such as where mail goes."""
    say: Callable[[str], None] = print
    children: dict[str, Child] = field(default_factory=dict, init=False)
    _open: ExitStack = field(default_factory=ExitStack, init=False)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.ports.origin}"

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def settings(self, service: str = "people", role: str = "api") -> Settings:
        """What one process runs with."""
        keys = self.postgres.url(service) + "?options=-csearch_path%3Dkeys"
        made = Settings(
            data=self.folder,
            database_url=self.postgres.url(service),
            database_owner_url=self.postgres.url(service, owner=True),
            keys_database_url=keys,
            event_log=f"kafka://{self.kafka.bootstrap}",
            origin=self.origin,
            people_url="" if service == "people" else f"http://127.0.0.1:{self.ports.web('people')}",
            port=self.ports.web(service),
            metrics_port=self.ports.metrics(service, role),
            demo=self.demo,
        )
        return Settings.from_environment({**made.environment(), **self.environment})

    @property
    def public(self) -> Settings:
        """The settings as the proxy's visitors see them: its port."""
        return replace(self.settings(), port=self.ports.origin)

    def parts(self) -> list[Part]:
        """All that has to run, the servers before those who need them."""
        brokers = [Broker(self.kafka, number) for number in self.kafka.brokers]
        return [Server("PostgreSQL", self.postgres), *brokers, *self.children.values(), Server("nginx", self.nginx)]

    def _start(self) -> None:
        self.say("PostgreSQL …")
        self.postgres = PostgresServer(self.folder / "postgres", self.ports.postgres)
        self.kafka = KafkaCluster(self.folder / "kafka", self.brokers, self.ports.kafka)
        self._open.enter_context(self.postgres)
        self.postgres.create_service_databases(NAMES)
        self.say(f"Kafka, {self.brokers} broker(s) …")
        self._open.enter_context(self.kafka)
        self.say("Services …")
        self._open.callback(self._stop_children)
        for service in NAMES:
            for role in ("worker", "api"):
                self.children[f"{service}.{role}"] = child = self._child(service, role)
                child.start()
        upstreams = {f"/{name}/": f"127.0.0.1:{self.ports.web(name)}" for name in NAMES if name != "people"}
        upstreams["/"] = f"127.0.0.1:{self.ports.web('people')}"
        self.nginx = Nginx(self.folder / "nginx", self.ports.origin, upstreams)
        self._open.enter_context(self.nginx)
        self._wait()

    def _child(self, service: str, role: str) -> Child:
        environment = {**os.environ, **self.settings(service, role).environment(), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "deploy.local_stack", service, role]
        return Child(f"{service}.{role}", command, log=self.folder / "logs" / f"{service}.{role}.log", env=environment)

    def _wait(self) -> None:
        """Until every service answers; a process that ends meanwhile is started again."""

        def all_ready() -> bool:
            for child in self.children.values():
                child.start()
            return ready(self.public)

        try:
            wait_until(all_ready, what="the services becoming ready", seconds=START_SECONDS, pause=0.2)
        except ProcessError as error:
            raise ProcessError(f"{error}; what they say is in {self.folder / 'logs'}") from None

    def _stop_children(self) -> None:
        stop_all(list(self.children.values()))


def process_of(service: str, role: str) -> int:
    """What a child of the stack runs: the worker prepares its database and topics first."""
    from deploy.services import open_runtime
    from shared import logs, process

    settings = Settings.from_environment()
    if role == "api":
        process.serve(f"services.{service}.app:application()")
    logs.configure(settings.log_format, service=service)
    runtime = open_runtime(service, settings)
    process.prepare(runtime)
    return process.work([runtime], settings=settings)


def serve(folder: Path, *, brokers: Literal[1, 3], port: int, base_port: int, demo: bool) -> int:
    """Start the stack and keep its processes running until stopped."""
    check(Settings(data=folder, port=port))
    supervisor = Supervisor([])
    with Stack(folder, Ports(port, base_port), brokers=brokers, demo=demo) as stack:
        supervisor.parts = stack.parts()
        if demo and not supervisor.stopping.is_set():
            run_demo(stack.public)
        if not supervisor.stopping.is_set():
            print(f"Logs: {folder / 'logs'}\nReady: {stack.origin}", flush=True)
        supervisor.watch()
    print("Stopped. Everything is kept in", folder, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(process_of(sys.argv[1], sys.argv[2]))
