"""The event log on Apache Kafka, through kafka-python. Only relays and consumers import this module."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

import structlog
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.errors import (
    CommitFailedError,
    FencedInstanceIdError,
    IllegalStateError,
    KafkaConfigurationError,
    KafkaError,
    RebalanceInProgressError,
    TopicAlreadyExistsError,
)

from shared.eventlog import EventLogUnavailable, Position, Record, SubscriptionLost, check_name, check_record

log = structlog.get_logger()

GROUP = 500
START_SECONDS = 5.0
DELIVERY_SECONDS = 20.0
ANSWER_SECONDS = 5.0
"""How long a single question to the brokers may take."""
HOLD_TICK_SECONDS = 0.2
REPLICAS = 3

CONNECTION = {
    # The library waits up to 30 s by default: partitions stay unread that long after a broker came back.
    "reconnect_backoff_max_ms": 1_000,
    "bootstrap_timeout_ms": int(ANSWER_SECONDS * 1000),
    "metadata_max_age_ms": 30_000,
}
PRODUCER = {
    # `acks=all` and idempotence are the library's defaults; said again, because everything rests on them.
    "acks": "all",
    "enable_idempotence": True,
    "metrics_enabled": False,
    "linger_ms": 0,
    "batch_size": 131_072,
    "allow_auto_create_topics": False,
    "max_block_ms": int(ANSWER_SECONDS * 1000),
    "request_timeout_ms": int(ANSWER_SECONDS * 1000),
    # Longer than a cluster takes to notice a dead broker and to elect other leaders.
    "delivery_timeout_ms": int(DELIVERY_SECONDS * 1000),
}
CONSUMER = {
    "auto_offset_reset": "earliest",
    "enable_auto_commit": False,
    "metrics_enabled": False,
    "allow_auto_create_topics": False,
    "fetch_min_bytes": 1,
    "fetch_max_wait_ms": 500,
    # Small portions, so that a backlog in one partition does not keep the others waiting.
    "fetch_max_bytes": 4_194_304,
    "max_partition_fetch_bytes": 131_072,
}
MEMBER = {
    "partition_assignment_strategy": (RangePartitionAssignor,),
    "session_timeout_ms": 6_000,
    "heartbeat_interval_ms": 2_000,
}


class KafkaEventLog:
    def __init__(self, *, servers: Sequence[str], client: str) -> None:
        self._servers = list(servers)
        self._client = client
        self._lock = threading.Lock()
        self._producer: Any = None

    def ensure_topics(self, topics: Mapping[str, int]) -> None:
        for name in topics:
            check_name(name)
        with _faults(), closing(self._connected(KafkaAdminClient)) as admin:
            existing = set(admin.list_topics())
            _create(admin, {name: count for name, count in topics.items() if name not in existing})
            for name, partitions in _partitions(admin, list(topics)).items():
                if partitions != topics[name]:
                    raise ValueError(
                        f"The topic {name} has {partitions} partitions, not {topics[name]}: to change their number "
                        "would break the order of its records."
                    )

    def append(self, records: Sequence[Record]) -> None:
        for record in records:
            check_record(record)
        for start in range(0, len(records), GROUP):
            self._append_group(records[start : start + GROUP])

    def subscribe(self, *, group: str, topics: Sequence[str], instance: str) -> "KafkaSubscription":
        for name in (group, instance, *topics):
            check_name(name)
        with _faults():
            consumer = self._connected(KafkaConsumer, group_id=group, group_instance_id=instance, **CONSUMER, **MEMBER)
            consumer.subscribe(topics=list(topics))
            return KafkaSubscription(consumer)

    def read(self, topics: Sequence[str], *, start: Position | None = None) -> Iterator[Record]:
        with _faults(), closing(self._connected(KafkaConsumer, **CONSUMER)) as consumer:
            existing = consumer.topics()
            partitions = [
                TopicPartition(topic, partition)
                for topic in topics
                if topic in existing
                for partition in consumer.partitions_for_topic(topic)
            ]
            consumer.assign(partitions)
            ends = consumer.end_offsets(partitions)
            for where, earliest in consumer.beginning_offsets(partitions).items():
                consumer.seek(where, max(earliest, (start or {}).get(where, earliest)))
            yield from _until(consumer, ends)

    def topics(self) -> list[str]:
        with _faults(), closing(self._connected(KafkaAdminClient)) as admin:
            return sorted(name for name in admin.list_topics() if not name.startswith("__"))

    def close(self) -> None:
        with self._lock:
            self._discard_producer()

    def _append_group(self, records: Sequence[Record]) -> None:
        with self._lock, _faults():
            try:
                self._send(self._open_producer(), records)
            except KafkaError:
                # What it still holds must not be written after the caller's next attempt.
                self._discard_producer()
                raise

    def _send(self, producer: Any, records: Sequence[Record]) -> None:
        futures = [
            producer.send(record.topic, key=record.key.encode(), value=record.value, headers=list(record.headers))
            for record in records
        ]
        producer.flush(timeout=DELIVERY_SECONDS + ANSWER_SECONDS)
        for future in futures:
            future.get(timeout=ANSWER_SECONDS)

    def _open_producer(self) -> Any:
        if self._producer is None:
            self._producer = self._connected(KafkaProducer, **PRODUCER)
        return self._producer

    def _discard_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with _logged("producer_closed_with_a_fault"):
                # Not less: with records still on their way the library would give up closing and go on sending.
                producer.close(timeout=DELIVERY_SECONDS + ANSWER_SECONDS)

    def _connected(self, make: Callable[..., Any], **settings: Any) -> Any:
        _wait_for_a_broker(self._servers)
        return make(bootstrap_servers=self._servers, client_id=self._client, **CONNECTION, **settings)


class KafkaSubscription:
    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self._done: dict[Any, Any] = {}

    def poll(self, timeout: float, limit: int = 500) -> list[Record]:
        with _faults():
            self._consumer.resume(*self._consumer.paused())
            found = self._consumer.poll(timeout_ms=int(timeout * 1000), max_records=limit)
        for where, messages in found.items():
            last = messages[-1]
            self._done[where] = OffsetAndMetadata(last.offset + 1, "", last.leader_epoch)
        return [_record(message) for messages in found.values() for message in messages]

    def commit(self) -> None:
        with _faults():
            assigned = self._consumer.assignment()
            self._done = {where: at for where, at in self._done.items() if where in assigned}
            try:
                self._consumer.commit(self._done, timeout_ms=int(ANSWER_SECONDS * 1000))
            except (CommitFailedError, RebalanceInProgressError) as refused:
                # Kept for the next commit: a partition that stays here may have no further record to commit with.
                log.warning("commit_refused_in_rebalance", fault=str(refused))
            else:
                self._done = {}

    def hold(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        with _faults():
            while (left := deadline - time.monotonic()) > 0:
                self._consumer.pause(*self._consumer.assignment())
                found = self._consumer.poll(timeout_ms=int(min(left, HOLD_TICK_SECONDS) * 1000), max_records=1)
                for where, messages in found.items():
                    # Assigned during this very call, so not paused yet: to be read again afterwards.
                    self._consumer.seek(where, messages[0].offset)

    def lag(self) -> int:
        timeout = int(ANSWER_SECONDS * 1000)
        with _faults():
            assigned = list(self._consumer.assignment())
            if not assigned:
                return 0
            ends = self._consumer.end_offsets(assigned, timeout_ms=timeout)
            starts = self._consumer.beginning_offsets(assigned, timeout_ms=timeout)
            committed = {where: self._consumer.committed(where, timeout_ms=timeout) for where in assigned}
        return sum(ends[where] - max(committed[where] or 0, starts[where]) for where in assigned)

    def close(self) -> None:
        with _logged("consumer_closed_with_a_fault"):
            self._consumer.close(autocommit=False, timeout_ms=int(ANSWER_SECONDS * 1000))


def _create(admin: Any, missing: Mapping[str, int]) -> None:
    if not missing:
        return
    replicas = min(REPLICAS, len(admin.describe_cluster()["brokers"]))
    # Written twice before it is acknowledged, and one of three brokers may be away.
    configs = {"retention.ms": "-1", "cleanup.policy": "delete", "min.insync.replicas": str(max(1, replicas - 1))}
    wanted = {
        name: {"num_partitions": count, "replication_factor": replicas, "configs": configs}
        for name, count in missing.items()
    }
    try:
        admin.create_topics(wanted)
    except TopicAlreadyExistsError:
        log.info("topics_created_by_another")
    admin.wait_for_topics(list(missing))


def _partitions(admin: Any, names: Sequence[str]) -> dict[str, int]:
    """How many each topic has. A broker that has only just heard of a topic says none: it is asked again."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while names:
        found = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics(names)}
        if all(found.get(name) for name in names):
            return found
        if time.monotonic() > deadline:
            raise EventLogUnavailable("The brokers do not know all topics yet.")
        time.sleep(0.1)
    return {}


def _until(consumer: Any, ends: Mapping[Any, int]) -> Iterator[Record]:
    unread = {where for where, end in ends.items() if consumer.position(where) < end}
    heard_at = time.monotonic()
    while unread:
        found = consumer.poll(timeout_ms=500)
        for where, messages in found.items():
            yield from (_record(message) for message in messages if message.offset < ends[where])
        unread = {where for where in unread if consumer.position(where) < ends[where]}
        if found:
            heard_at = time.monotonic()
        elif time.monotonic() - heard_at > DELIVERY_SECONDS:
            raise EventLogUnavailable("The brokers stopped answering while the event log was read.")


def _record(message: Any) -> Record:
    """Anybody's message, however odd: one that cannot be read must not stop a partition."""
    return Record(
        topic=message.topic,
        key=(message.key or b"").decode(errors="replace"),
        value=message.value or b"",
        headers=tuple((name, value or b"") for name, value in message.headers),
        partition=message.partition,
        offset=message.offset,
    )


def _wait_for_a_broker(servers: Sequence[str]) -> None:
    """A client of the library that finds no broker leaves its thread and sockets behind, so look first."""
    deadline = time.monotonic() + START_SECONDS
    while not any(_listens(server) for server in servers):
        if time.monotonic() > deadline:
            raise EventLogUnavailable(f"No broker answers at {', '.join(servers)}.")
        time.sleep(0.1)


def _listens(server: str) -> bool:
    host, _, port = server.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def _logged(event: str) -> Iterator[None]:
    try:
        yield
    except KafkaError as fault:
        log.warning(event, fault=str(fault))


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except FencedInstanceIdError as fault:
        raise SubscriptionLost("Another member with the same name has joined the group.") from fault
    except (KafkaConfigurationError, IllegalStateError):
        raise
    except KafkaError as fault:
        raise EventLogUnavailable(f"The brokers cannot do this now: {fault}") from fault
