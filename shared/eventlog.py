"""The event log as the rest sees it: topics of keyed records, kept for ever, read by groups at their own pace.

Two adapters keep the same promises and pass the same tests: Apache Kafka, and one SQLite file for a single machine.
Delivery is at least once, in order per key. Nothing here survives a `fork()`: open the log in the process that uses it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

MAX_RECORD_BYTES = 1_000_000
"""Key, value and headers together; what a broker takes with its usual settings."""

Position = Mapping[tuple[str, int], int]
"""(topic, partition) -> the first offset to read: one more than that of the last record read."""


@dataclass(frozen=True)
class Record:
    topic: str
    key: str
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int = -1
    """Given by the log, as is `offset`: ascending within a partition, not always without gaps."""
    offset: int = -1


class EventLogUnavailable(Exception):
    """A passing fault: wait and try again."""


class SubscriptionLost(Exception):
    """Another member took this one's place in its group. End this part of the process and start anew."""


class Subscription(Protocol):
    """One member of a group. Belongs to one thread. Every call may raise EventLogUnavailable or SubscriptionLost."""

    def poll(self, timeout: float, limit: int = 500) -> list[Record]:
        """The next records, ascending within each partition; [] when none came within `timeout` seconds."""

    def commit(self) -> None:
        """The records of the last poll are done. What was not committed is delivered again after a crash.

        During a rebalance of the group a commit can be refused: it is then made up for by a later one, or the records
        are delivered again.
        """

    def hold(self, seconds: float) -> None:
        """Stay a member for so long while the records of the last poll are not done; delivers nothing."""

    def lag(self) -> int:
        """How many records in the partitions assigned to this member are not committed yet."""

    def close(self) -> None:
        """Commits nothing. May take seconds."""


class EventLog(Protocol):
    """May be used by several threads at once."""

    def ensure_topics(self, topics: Mapping[str, int]) -> None:
        """Create the missing ones of `topics` (name -> partitions), to be kept for ever.

        ValueError when one exists with another number of partitions: that would break the order per key.
        """

    def append(self, records: Sequence[Record]) -> None:
        """Returns when all are durable, in order per key.

        EventLogUnavailable: some may be written; append all of them again, in the same order.
        ValueError: a record is too large or not well-formed; none is written.
        """

    def subscribe(self, *, group: str, topics: Sequence[str], instance: str) -> Subscription:
        """Join `group`, beginning with the earliest records no member has committed.

        `instance` names this place in the group for good. A start under the same name takes the place over at once, and
        whoever had it before gets SubscriptionLost.
        """

    def read(self, topics: Sequence[str], *, start: Position | None = None) -> Iterator[Record]:
        """Everything from the earliest record (or `start`) to the end as it is when reading begins, without a group."""

    def topics(self) -> list[str]:
        """The names of all topics, sorted."""

    def close(self) -> None:
        """Closes what this object opened; subscriptions are closed by their owners."""


def open_event_log(url: str, *, client: str) -> EventLog:
    """`kafka://host:port,host:port`, or `sqlite:///relative.db` and `sqlite:////absolute.db`.

    Reaches for the log at its first use, not before. `client` is how the brokers call this process in their logs.
    """
    scheme, _, rest = url.partition("://")
    servers = rest.split(",")
    if scheme == "kafka" and all(re.fullmatch(r"[^,/]+:\d+", server) for server in servers):
        from shared.eventlog_kafka import KafkaEventLog

        return KafkaEventLog(servers=servers, client=client)
    if scheme == "sqlite" and len(rest) > 1 and rest.startswith("/"):
        from shared.eventlog_sqlite import SqliteEventLog

        return SqliteEventLog(rest[1:])
    raise ValueError(f"Not the address of an event log: {url!r}. Use kafka://host:port or sqlite:///path/log.db.")


def check_name(name: str) -> str:
    """Topics, groups and instances are named by what every log takes: letters, digits, dots, dashes, underscores."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,200}", name) or name in {".", ".."}:
        raise ValueError(f"Not a name for a topic, a group or an instance: {name!r}")
    return name


def check_record(record: Record) -> None:
    """Refuse what a broker would refuse for ever, so that nobody tries it again and again."""
    check_name(record.topic)
    size = len(record.key.encode()) + len(record.value)
    size += sum(len(name.encode()) + len(value) for name, value in record.headers)
    if size > MAX_RECORD_BYTES:
        raise ValueError(f"A record of {record.topic} has {size} bytes; the event log takes {MAX_RECORD_BYTES}.")
