"""An event log in memory with the promises of shared/eventlog.py and no more: chance decides what they leave open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from zlib import crc32

from shared.eventlog import EventLogUnavailable, Record

PARTITIONS = 3
Place = tuple[str, int]


@dataclass
class MemoryLog:
    """`failing` is the share of appends that end in a fault, having written all, none or the first of the records."""

    random: Random
    point: Callable[[str], None]
    """Called between any two steps; may raise, as if the process had died there."""
    failing: float = 0.0
    portion: int = 6
    """How many records of a partition a poll brings at most."""
    partitions: dict[Place, list[Record]] = field(default_factory=dict)
    committed: dict[tuple[str, Place], int] = field(default_factory=dict)

    def append(self, records: Sequence[Record]) -> None:
        self.point("before the append")
        fails = self.random.random() < self.failing
        kept = self.random.randint(0, len(records)) if fails else len(records)
        for record in records[:kept]:
            place = (record.topic, crc32(record.key.encode()) % PARTITIONS)
            partition = self.partitions.setdefault(place, [])
            partition.append(replace(record, partition=place[1], offset=len(partition)))
        if fails:
            raise EventLogUnavailable("chance")
        self.point("after the append")

    def subscribe(self, *, group: str, topics: Sequence[str], instance: str) -> "MemorySubscription":
        return MemorySubscription(self, group, tuple(topics))

    def everything(self, topic: str) -> list[Record]:
        return [record for place, found in sorted(self.partitions.items()) if place[0] == topic for record in found]

    def rewind(self, group: str, random: Random) -> None:
        """Deliver again, from anywhere: what a lost position or an operator's replay does."""
        for (whose, place), at in self.committed.items():
            if whose == group:
                self.committed[whose, place] = random.randint(0, at)

    # The rest of the port is nobody's business here.
    def ensure_topics(self, topics: Mapping[str, int]) -> None: ...

    def close(self) -> None: ...


@dataclass
class MemorySubscription:
    log: MemoryLog
    group: str
    topics: tuple[str, ...]
    _delivered: dict[Place, int] = field(default_factory=dict)

    def poll(self, timeout: float, limit: int = 500) -> list[Record]:
        """Some of what is there: partitions in any order, each in its own."""
        found: list[Record] = []
        places = [place for place in sorted(self.log.partitions) if place[0] in self.topics]
        self.log.random.shuffle(places)
        for place in places:
            start = self._delivered.get(place, self.log.committed.get((self.group, place), 0))
            records = self.log.partitions[place][start : start + self.log.random.randint(0, self.log.portion)]
            self._delivered[place] = start + len(records)
            found += records
        return found

    def commit(self) -> None:
        self.log.point("before the position")
        self.log.committed |= {(self.group, place): at for place, at in self._delivered.items()}
        self.log.point("after the position")

    def hold(self, seconds: float) -> None: ...

    def lag(self) -> int:
        return 0

    def close(self) -> None: ...
