"""The event log in one SQLite file, for any number of processes on one machine.

Beside `log.db` lie `log-positions.db`, how far each group has come, and for each group a lock file, whose lock the
kernel lets go the moment its holder dies: one member of a group reads all partitions, the others stand by.
"""

import fcntl
import heapq
import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any
from zlib import crc32

from shared.eventlog import EventLogUnavailable, Position, Record, SubscriptionLost, check_name, check_record

TICK_SECONDS = 0.02
STANDBY_SECONDS = 0.1
BUSY_SECONDS = 10.0
PAGE = 500
LAST_ID = 2**63 - 1

LOG = """
CREATE TABLE IF NOT EXISTS topic (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, partitions INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS record (
    id INTEGER PRIMARY KEY,
    topic_id INTEGER NOT NULL REFERENCES topic,
    partition INTEGER NOT NULL,
    at INTEGER NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    headers TEXT NOT NULL,
    UNIQUE (topic_id, partition, at)
);
"""
POSITIONS = """
CREATE TABLE IF NOT EXISTS member (
    group_name TEXT PRIMARY KEY, instance TEXT NOT NULL, token TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS position (
    group_name TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (group_name, topic, partition)
) WITHOUT ROWID;
"""

Topics = Mapping[str, tuple[int, int]]
"""name -> (id, partitions)"""


class SqliteEventLog:
    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def ensure_topics(self, topics: Mapping[str, int]) -> None:
        with self._writer() as connection:
            known = _topics(connection)
            for name, partitions in topics.items():
                if partitions != known.get(name, (0, partitions))[1]:
                    raise ValueError(
                        f"The topic {name} has {known[name][1]} partitions, not {partitions}: to change their number "
                        "would break the order of its records."
                    )
            missing = [(check_name(name), count) for name, count in topics.items() if name not in known]
            connection.executemany("INSERT INTO topic (name, partitions) VALUES (?, ?)", missing)

    def append(self, records: Sequence[Record]) -> None:
        for record in records:
            check_record(record)
        if records:
            with self._writer() as connection:
                connection.executemany(
                    "INSERT INTO record (topic_id, partition, at, key, value, headers) VALUES (?, ?, ?, ?, ?, ?)",
                    _rows(connection, records),
                )

    def subscribe(self, *, group: str, topics: Sequence[str], instance: str) -> "SqliteSubscription":
        for name in (group, instance, *topics):
            check_name(name)
        with _faults():
            positions = self._path.with_name(f"{self._path.stem}-positions{self._path.suffix}")
            return SqliteSubscription(
                log=_open(self._path, schema=LOG, synchronous="FULL"),
                # A power cut may take the last commits: their records are then delivered again.
                positions=_open(positions, schema=POSITIONS, synchronous="NORMAL"),
                place=self._path.with_name(f"{self._path.stem}-{group}.lock"),
                group=group,
                topics=topics,
                instance=instance,
            )

    def read(self, topics: Sequence[str], *, start: Position | None = None) -> Iterator[Record]:
        with _faults(), closing(_open(self._path, schema=LOG, synchronous="FULL")) as connection:
            (end,) = connection.execute("SELECT coalesce(max(id), 0) FROM record").fetchone()
            known = _only(_topics(connection), topics)
            position = dict(start or {})
            while page := _page(connection, topics=known, position=position, limit=PAGE, last_id=end):
                yield from page
                position |= _after(page)

    def topics(self) -> list[str]:
        with _faults(), self._lock:
            return sorted(_topics(self._open_connection()))

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    @contextmanager
    def _writer(self) -> Iterator[sqlite3.Connection]:
        with _faults(), self._lock, _writing(self._open_connection()) as connection:
            yield connection

    def _open_connection(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _open(self._path, schema=LOG, synchronous="FULL")
        return self._connection


class SqliteSubscription:
    def __init__(
        self,
        *,
        log: sqlite3.Connection,
        positions: sqlite3.Connection,
        place: Path,
        group: str,
        topics: Sequence[str],
        instance: str,
    ) -> None:
        self._log = log
        self._positions = positions
        self._place_path = place
        self._group = group
        self._topic_names = tuple(topics)
        self._instance = instance
        self._token = uuid.uuid4().hex
        self._place: IO[bytes] | None = None
        self._ask_again_at = 0.0
        self._topics: Topics = {}
        self._seen_version = -1
        self._delivered: dict[tuple[str, int], int] = {}
        self._committed: dict[tuple[str, int], int] = {}

    def poll(self, timeout: float, limit: int = 500) -> list[Record]:
        self._check_place()
        return self._wait(timeout, lambda: self._next(limit))

    def commit(self) -> None:
        self._check_place()
        moved = [(*where, at) for where, at in self._delivered.items() if self._committed.get(where) != at]
        if not moved:
            return
        with _faults(), _writing(self._positions):
            self._check_place()
            self._positions.executemany(
                "INSERT INTO position (group_name, topic, partition, next) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET next = excluded.next",
                [(self._group, *row) for row in moved],
            )
        self._committed = dict(self._delivered)

    def hold(self, seconds: float) -> None:
        self._check_place()
        self._wait(seconds, list)

    def lag(self) -> int:
        self._check_place()
        if self._place is None:
            return 0
        with _faults():
            topics = _only(_topics(self._log), self._topic_names)
            return sum(
                _next_offset(self._log, topic_id=topic_id, partition=partition)
                - self._committed.get((name, partition), 0)
                for name, (topic_id, partitions) in topics.items()
                for partition in range(partitions)
            )

    def close(self) -> None:
        if self._place is not None:
            self._place.close()
        self._log.close()
        self._positions.close()

    def _wait(self, seconds: float, step: Callable[[], list[Record]]) -> list[Record]:
        """Take steps, one a tick, until one brings something or the time is over."""
        deadline = time.monotonic() + seconds
        while True:
            with _faults():
                found = step() if self._has_place() else []
            left = deadline - time.monotonic()
            if found or left <= 0:
                return found
            time.sleep(min(TICK_SECONDS, left))

    def _next(self, limit: int) -> list[Record]:
        (version,) = self._log.execute("PRAGMA data_version").fetchone()
        if version == self._seen_version:
            return []
        if len(self._topics) < len(self._topic_names):
            self._topics = _only(_topics(self._log), self._topic_names)
        records = _page(self._log, topics=self._topics, position=self._delivered, limit=limit, last_id=LAST_ID)
        if len(records) < limit:
            self._seen_version = version
        self._delivered |= _after(records)
        return records

    def _has_place(self) -> bool:
        if self._place is None and time.monotonic() >= self._ask_again_at:
            self._ask_again_at = time.monotonic() + STANDBY_SECONDS
            with _writing(self._positions):
                place = self._take_place()
            self._place = place
        return self._place is not None

    def _take_place(self) -> IO[bytes] | None:
        """Under the write lock of the positions, so that no two try at once."""
        holder = self._positions.execute("SELECT instance FROM member WHERE group_name = ?", (self._group,)).fetchone()
        if holder == (self._instance,):
            # The one who had this place may hang; its lock stays with the file that is no longer there.
            self._place_path.unlink(missing_ok=True)
        place = self._place_path.open("ab")
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            place.close()
            return None
        self._positions.execute(
            "INSERT OR REPLACE INTO member (group_name, instance, token) VALUES (?, ?, ?)",
            (self._group, self._instance, self._token),
        )
        found = self._positions.execute(
            "SELECT topic, partition, next FROM position WHERE group_name = ?", (self._group,)
        )
        self._committed = {(topic, partition): at for topic, partition, at in found}
        self._delivered = dict(self._committed)
        return place

    def _check_place(self) -> None:
        if self._place is None:
            return
        with _faults():
            holder = self._positions.execute("SELECT token FROM member WHERE group_name = ?", (self._group,)).fetchone()
        if holder != (self._token,):
            raise SubscriptionLost(f"Another {self._instance} has taken this one's place in {self._group}.")


def _page(
    connection: sqlite3.Connection, *, topics: Topics, position: Position, limit: int, last_id: int
) -> list[Record]:
    """The next records after `position` in the order they were appended, across all partitions of `topics`."""
    connection.execute("BEGIN")
    try:
        partitions = [
            _partition(connection, topic, topic_id, partition, position.get((topic, partition), 0), limit, last_id)
            for topic, (topic_id, count) in topics.items()
            for partition in range(count)
        ]
        merged = heapq.merge(*partitions, key=lambda found: found[0])
        return [record for _, record in islice(merged, limit)]
    finally:
        connection.rollback()


def _partition(
    connection: sqlite3.Connection, topic: str, topic_id: int, partition: int, start: int, limit: int, last_id: int
) -> Iterator[tuple[int, Record]]:
    rows = connection.execute(
        "SELECT id, at, key, value, headers FROM record"
        " WHERE topic_id = ? AND partition = ? AND at >= ? AND id <= ? ORDER BY at LIMIT ?",
        (topic_id, partition, start, last_id, limit),
    )
    for row_id, at, key, value, headers in rows:
        yield row_id, Record(topic, key, value, _unpacked(headers), partition, at)


def _rows(connection: sqlite3.Connection, records: Sequence[Record]) -> list[tuple[Any, ...]]:
    topics = _topics(connection)
    next_offsets: dict[tuple[int, int], int] = {}
    rows = []
    for record in records:
        if record.topic not in topics:
            raise EventLogUnavailable(f"There is no topic {record.topic} yet.")
        topic_id, partitions = topics[record.topic]
        partition = crc32(record.key.encode()) % partitions
        at = next_offsets.get((topic_id, partition))
        if at is None:
            at = _next_offset(connection, topic_id=topic_id, partition=partition)
        next_offsets[topic_id, partition] = at + 1
        rows.append((topic_id, partition, at, record.key, record.value, _packed(record.headers)))
    return rows


def _next_offset(connection: sqlite3.Connection, *, topic_id: int, partition: int) -> int:
    (offset,) = connection.execute(
        "SELECT coalesce(max(at) + 1, 0) FROM record WHERE topic_id = ? AND partition = ?", (topic_id, partition)
    ).fetchone()
    return int(offset)


def _topics(connection: sqlite3.Connection) -> Topics:
    return {name: (row_id, count) for row_id, name, count in connection.execute("SELECT * FROM topic")}


def _only(topics: Topics, names: Sequence[str]) -> Topics:
    return {name: topics[name] for name in names if name in topics}


def _after(records: Sequence[Record]) -> dict[tuple[str, int], int]:
    return {(record.topic, record.partition): record.offset + 1 for record in records}


def _packed(headers: Sequence[tuple[str, bytes]]) -> str:
    """Latin-1 has a letter for every byte, so values of any kind survive and texts stay readable."""
    return json.dumps([(name, value.decode("latin-1")) for name, value in headers], ensure_ascii=False)


def _unpacked(headers: str) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value.encode("latin-1")) for name, value in json.loads(headers))


def _open(path: Path, *, schema: str, synchronous: str) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _switch_to_wal(connection)
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        with _writing(connection):
            for statement in schema.split(";"):
                connection.execute(statement)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """SQLite does not wait for this switch when several processes open a new file: it fails at once."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(TICK_SECONDS)
        else:
            return


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as fault:
        raise EventLogUnavailable(f"The event log's file cannot be used now: {fault}") from fault
