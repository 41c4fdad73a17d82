"""Apache Kafka (KRaft) as local processes: one broker, or three of which any one may die."""

import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.parts import binaries
from deploy.parts.process import Child, accepts, run, wait_until

JVM = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
LOGGING = f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties')}"


class KafkaCluster:
    """A cluster whose data lies in `folder`; broker i (from 1) listens on 127.0.0.1:`base_port` + i - 1.

    The ports behind the brokers' (`base_port` + number of brokers, and on) are the controllers'. `settings` are Kafka's
    own and win over ours. Three brokers keep every topic three times and acknowledge a write when two have it.
    """

    def __init__(
        self, folder: Path, brokers: Literal[1, 3], base_port: int, *, settings: Mapping[str, str] | None = None
    ) -> None:
        self.brokers = range(1, brokers + 1)
        self._folder = folder.resolve()
        self._base_port = base_port
        self._settings = dict(settings or {})
        self._children: dict[int, Child] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def bootstrap(self) -> str:
        """The brokers' addresses, as `bootstrap_servers` takes them."""
        return ",".join(f"127.0.0.1:{self.port(broker)}" for broker in self.brokers)

    def port(self, broker: int) -> int:
        """Where a broker listens."""
        return self._base_port + broker - 1

    def start(self) -> None:
        """Starts every broker and returns when the cluster serves requests."""
        self._format()
        for broker in self.brokers:
            self._launch(broker)
        self.wait_ready()

    def stop(self) -> None:
        """Stops all brokers cleanly, together: the last one could not hand over its leadership to anyone."""
        with ThreadPoolExecutor(max_workers=len(self.brokers)) as pool:
            list(pool.map(Child.stop, self._children.values()))

    def kill(self, broker: int) -> None:
        """kill -9 of one broker."""
        self._children[broker].kill()

    def stop_broker(self, broker: int) -> None:
        """Stops one broker cleanly; its partitions move to the others first."""
        self._children[broker].stop()

    def start_broker(self, broker: int) -> None:
        """Starts one broker again and returns when it listens; wait_ready() tells when it has joined the others."""
        self._launch(broker)
        self._wait_listening(broker, seconds=60)

    def running(self, broker: int) -> bool:
        """Whether a broker's process runs."""
        return broker in self._children and self._children[broker].running

    def wait_ready(self, *, seconds: float = 60) -> None:
        """Returns when every running broker is a member of a cluster that has a controller."""
        expected = {broker for broker in self.brokers if self.running(broker)}
        for broker in expected:
            self._wait_listening(broker, seconds=seconds)
        wait_until(lambda: expected <= self._members(), what="Kafka's brokers finding each other", seconds=seconds)

    def _wait_listening(self, broker: int, *, seconds: float) -> None:
        self._children[broker].wait_ready(lambda: accepts(self.port(broker)), seconds=seconds)

    def _members(self) -> set[int]:
        """The brokers that the cluster knows as alive; none while it cannot be asked."""
        try:
            admin = KafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=5000)
        except KafkaError:
            return set()
        try:
            return {broker["broker_id"] for broker in admin.describe_cluster()["brokers"] if not broker["is_fenced"]}
        except KafkaError:
            return set()
        finally:
            admin.close()

    def _format(self) -> None:
        """Writes the brokers' properties, and prepares the folders of those that have never run."""
        for broker in self.brokers:
            self._home(broker).mkdir(parents=True, exist_ok=True)
            lines = [f"{name}={value}" for name, value in self._properties(broker).items()]
            self._properties_file(broker).write_text("\n".join(lines) + "\n", encoding="utf-8")
        new = [broker for broker in self.brokers if not (self._home(broker) / "log" / "meta.properties").exists()]
        cluster = self._cluster_id()
        with ThreadPoolExecutor(max_workers=len(self.brokers)) as pool:
            list(pool.map(lambda broker: self._format_broker(broker, cluster), new))

    def _format_broker(self, broker: int, cluster: str) -> None:
        tool = self._java("kafka.tools.StorageTool")
        run([*tool, "format", f"--cluster-id={cluster}", "-c", self._properties_file(broker)])

    def _launch(self, broker: int) -> None:
        child = self._children.get(broker) or Child(
            f"Kafka broker {broker}",
            [*self._java("kafka.Kafka"), self._properties_file(broker)],
            log=self._home(broker) / "broker.log",
        )
        self._children[broker] = child
        child.start()

    def _java(self, main: str) -> list[str | Path]:
        return [binaries.java(), *JVM, LOGGING, "-cp", f"{binaries.kafka_libs()}/*", main]

    def _home(self, broker: int) -> Path:
        return self._folder / f"broker-{broker}"

    def _properties_file(self, broker: int) -> Path:
        return self._home(broker) / "server.properties"

    def _cluster_id(self) -> str:
        kept = self._folder / "cluster-id"
        if not kept.exists():
            kept.write_text(urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="), encoding="ascii")
        return kept.read_text(encoding="ascii")

    def _controller(self, broker: int) -> str:
        return f"127.0.0.1:{self._base_port + len(self.brokers) + broker - 1}"

    def _properties(self, broker: int) -> dict[str, str]:
        copies, safe = ("3", "2") if len(self.brokers) == 3 else ("1", "1")
        ours = {
            "process.roles": "broker,controller",
            "node.id": str(broker),
            "controller.quorum.voters": ",".join(f"{i}@{self._controller(i)}" for i in self.brokers),
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port(broker)},CONTROLLER://{self._controller(broker)}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port(broker)}",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": str(self._home(broker) / "log"),
            # A killed broker may come back only when its old session has run out, after 9 s by default.
            "broker.session.timeout.ms": "4000",
            "broker.heartbeat.interval.ms": "500",
        }
        return {**ours, **topic_properties(copies=copies, safe=safe), **self._settings}


def topic_properties(*, copies: str, safe: str) -> dict[str, str]:
    """How topics are kept: for ever, never made by accident, groups that start without delay."""
    return {
        "auto.create.topics.enable": "false",
        "log.retention.ms": "-1",
        "num.partitions": "3",
        "default.replication.factor": copies,
        "min.insync.replicas": safe,
        "offsets.topic.num.partitions": "3",
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.num.partitions": "3",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": safe,
        "group.initial.rebalance.delay.ms": "0",
    }
