"""What every event log promises, asked of one SQLite file, of one Kafka broker and of three."""

import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import KafkaProducer

from deploy.parts.kafka import KafkaCluster
from shared import eventlog_kafka
from shared.eventlog import (
    MAX_RECORD_BYTES,
    EventLog,
    EventLogUnavailable,
    Record,
    Subscription,
    SubscriptionLost,
    open_event_log,
)

pytest_plugins = ["tests.parts"]

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0

MEMBER = """
import sys
from shared.eventlog import open_event_log
url, group, topic = sys.argv[1:]
subscription = open_event_log(url, client="test").subscribe(group=group, topics=[topic], instance="a")
while True:
    for record in subscription.poll(0.2):
        print(record.value.decode(), flush=True)
"""
APPENDER = """
import sys
from shared.eventlog import Record, open_event_log
event_log = open_event_log(sys.argv[1], client="test")
event_log.ensure_topics({sys.argv[2]: 3})
for number in range(100):
    event_log.append([Record(sys.argv[2], f"{sys.argv[3]}-{number % 4}", str(number).encode())])
"""


@dataclass(frozen=True)
class World:
    """One event log, a new topic and a new group."""

    url: str
    event_log: EventLog
    topic: str
    group: str
    exits: ExitStack

    def member(self, instance: str = "a", *, group: str | None = None) -> Subscription:
        joined = self.event_log.subscribe(group=group or self.group, topics=[self.topic], instance=instance)
        self.exits.callback(joined.close)
        return joined

    def record(self, key: str = "k", value: object = "", headers: Iterable[tuple[str, bytes]] = ()) -> Record:
        return Record(self.topic, key, str(value).encode(), tuple(headers))

    def append(self, *values: object, key: str = "k") -> None:
        self.event_log.append([self.record(key, value) for value in values])


@contextmanager
def a_world(url: str) -> Iterator[World]:
    with ExitStack() as exits:
        event_log = open_event_log(url, client="test")
        exits.callback(event_log.close)
        name = uuid4().hex[:12]
        event_log.ensure_topics({f"splot.test.{name}.v1": 3})
        yield World(url, event_log, f"splot.test.{name}.v1", f"group-{name}", exits)


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("kafka", marks=pytest.mark.kafka),
        pytest.param("kafka3", marks=pytest.mark.kafka),
    ]
)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/log.db"
    else:
        url = f"kafka://{request.getfixturevalue(request.param).bootstrap}"
    with a_world(url) as world:
        yield world


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[World]:
    with a_world(f"sqlite:///{tmp_path}/log.db") as world:
        yield world


def values(records: Iterable[Record]) -> list[str]:
    return [record.value.decode() for record in records]


def by_key(records: Iterable[Record]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for record in records:
        found[record.key].append(record.value.decode())
    return found


def take(subscription: Subscription, number: int) -> list[Record]:
    """Poll until `number` records came."""
    taken: list[Record] = []
    deadline = time.monotonic() + PATIENCE
    while len(taken) < number and time.monotonic() < deadline:
        taken += subscription.poll(0.5)
    return taken


def until(condition: Callable[[], bool]) -> None:
    """Ask again and again; the question itself waits for something."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"


def lost(subscription: Subscription) -> bool:
    try:
        subscription.commit()
    except SubscriptionLost:
        return True
    return False


def work(member: Subscription, taken: list[str]) -> int:
    """Poll and commit once: how many records came."""
    found = member.poll(0.2)
    taken += values(found)
    member.commit()
    return len(found)


def work_all(members: Iterable[Subscription], taken: list[str]) -> int:
    return sum(work(member, taken) for member in members)


def nothing_more(subscription: Subscription) -> bool:
    return subscription.poll(0.5) == []


@contextmanager
def running(code: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_records_of_a_key_come_in_the_order_they_were_appended(world: World) -> None:
    keys = [f"key-{number}" for number in range(8)]
    for round_ in range(5):
        world.event_log.append([world.record(key, round_) for key in keys])
    taken = take(world.member(), 40)
    assert by_key(taken) == {key: ["0", "1", "2", "3", "4"] for key in keys}
    assert len({(record.key, record.partition) for record in taken}) == len(keys)


def test_offsets_ascend_within_a_partition(world: World) -> None:
    world.event_log.append([world.record(f"key-{number % 8}", number) for number in range(100)])
    offsets = defaultdict(list)
    for record in take(world.member(), 100):
        offsets[record.partition].append(record.offset)
    assert len(offsets) == 3
    assert all(found == sorted(set(found)) for found in offsets.values())


def test_five_thousand_records_arrive_complete_and_in_order(world: World) -> None:
    records = [world.record(f"key-{number % 97}", number) for number in range(5000)]
    world.event_log.append(records)
    taken = take(world.member(), 5000)
    assert len(taken) == 5000
    assert by_key(taken) == by_key(records)


def test_a_poll_delivers_no_more_than_it_was_asked_for(world: World) -> None:
    world.append(*range(7))
    member = world.member()
    until(lambda: len(member.poll(0.5, 3)) == 3)
    assert len(member.poll(0.5, 3)) == 3
    assert values(member.poll(0.5, 3)) == ["6"]


def test_keys_headers_and_values_survive_whatever_they_are(world: World) -> None:
    every_byte = bytes(range(256))
    records = [
        Record(world.topic, "zażółć-гурт", every_byte, (("ce_id", b"1"), ("ce_id", b"2"), ("raw", every_byte))),
        Record(world.topic, "", b"", (("empty", b""),)),
        Record(world.topic, "large", b"x" * (MAX_RECORD_BYTES - 5)),
    ]
    world.event_log.append(records)
    taken = take(world.member(), 3)
    assert {replace(record, partition=-1, offset=-1) for record in taken} == set(records)


def test_a_record_too_large_is_refused_and_nothing_of_its_group_is_written(world: World) -> None:
    with pytest.raises(ValueError, match="bytes"):
        world.event_log.append([world.record("a", "small"), Record(world.topic, "b", b"x" * (MAX_RECORD_BYTES + 1))])
    world.append("next")
    assert values(world.event_log.read([world.topic])) == ["next"]


def test_appending_to_a_topic_that_does_not_exist_can_be_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(eventlog_kafka.PRODUCER, "max_block_ms", 500)
    stray = Record(f"{world.topic}.later", "k", b"1")
    with pytest.raises(EventLogUnavailable):
        world.event_log.append([stray])
    world.event_log.ensure_topics({stray.topic: 1})
    world.event_log.append([stray])
    assert values(world.event_log.read([stray.topic])) == ["1"]


def test_what_was_not_committed_is_delivered_again_after_a_crash(world: World) -> None:
    world.append("1", "2", "3")
    crashed = world.member()
    assert values(take(crashed, 3)) == ["1", "2", "3"]
    crashed.close()
    assert values(take(world.member(), 3)) == ["1", "2", "3"]


def test_what_was_committed_is_not_delivered_again(world: World) -> None:
    world.append("1", "2", "3")
    first = world.member()
    take(first, 3)
    first.commit()
    first.close()
    world.append("4")
    second = world.member()
    assert values(take(second, 1)) == ["4"]
    assert nothing_more(second)


def test_a_commit_covers_what_was_polled_and_no_more(world: World) -> None:
    world.append("1", "2")
    first = world.member()
    until(lambda: values(first.poll(0.5, 1)) == ["1"])
    first.commit()
    assert values(first.poll(5, 1)) == ["2"]
    first.close()
    assert values(take(world.member(), 1)) == ["2"]


def test_two_groups_each_get_everything(world: World) -> None:
    world.append("1", "2")
    one, other = world.member(group=f"{world.group}-1"), world.member(group=f"{world.group}-2")
    assert values(take(one, 2)) == ["1", "2"]
    one.commit()
    assert values(take(other, 2)) == ["1", "2"]


def test_a_group_that_joins_late_begins_with_the_earliest_record(world: World) -> None:
    world.append("before")
    member = world.member()
    assert values(take(member, 1)) == ["before"]
    world.append("after")
    assert values(take(member, 1)) == ["after"]


def test_another_member_takes_over_when_the_first_is_killed(world: World) -> None:
    world.append("1", "2")
    with running(MEMBER, world.url, world.group, world.topic) as first:
        assert first.stdout is not None
        assert [first.stdout.readline().strip() for _ in range(2)] == ["1", "2"]
        first.kill()
        assert values(take(world.member("b"), 2)) == ["1", "2"]


def test_a_start_under_the_same_name_takes_the_place_over_and_the_former_is_told(world: World) -> None:
    world.append("1")
    former = world.member("a")
    assert values(take(former, 1)) == ["1"]
    assert values(take(world.member("a"), 1)) == ["1"]
    assert lost(former)


def test_two_members_of_a_group_get_everything_and_nothing_twice(world: World) -> None:
    members = [world.member("a"), world.member("b")]
    taken: list[str] = []
    for start in range(0, 200, 20):
        world.event_log.append([world.record(f"key-{number % 13}", number) for number in range(start, start + 20)])
        work_all(members, taken)
    until(lambda: work_all(members, taken) == 0 and len(taken) >= 200)
    assert Counter(taken) == Counter(str(number) for number in range(200))


def test_hold_keeps_the_place_and_delivers_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(eventlog_kafka.MEMBER, "max_poll_interval_ms", 1_500)
    world.append("1")
    member = world.member()
    assert values(take(member, 1)) == ["1"]
    world.append("2", "3")
    began = time.monotonic()
    member.hold(2)
    assert time.monotonic() - began >= 2
    member.commit()
    assert values(take(member, 2)) == ["2", "3"]
    member.close()
    assert values(take(world.member(), 2)) == ["2", "3"]


def test_another_can_join_while_one_holds_and_nothing_is_lost(world: World) -> None:
    world.append("unfinished")
    members = holding, joining = world.member("a"), world.member("b")
    assert values(take(holding, 1)) == ["unfinished"]
    taken: list[str] = []
    with ThreadPoolExecutor() as pool:
        held = pool.submit(holding.hold, 3)
        until(lambda: work(joining, taken) > 0 or held.done())
    holding.commit()
    world.event_log.append([world.record(f"key-{number}", number) for number in range(20)])
    until(lambda: work_all(members, taken) == 0 and len(taken) >= 20)
    # Where its partition went to the other member, that one gets the unfinished record too.
    assert Counter(taken) - Counter(["unfinished"]) == Counter(str(number) for number in range(20))


def test_lag_is_what_the_group_has_not_committed(world: World) -> None:
    world.event_log.append([world.record(f"key-{number}", number) for number in range(10)])
    member = world.member()
    take(member, 10)
    assert member.lag() == 10
    member.commit()
    assert member.lag() == 0
    world.append("one more")
    assert member.lag() == 1


def test_a_commit_with_nothing_new_changes_nothing(world: World) -> None:
    member = world.member()
    member.commit()
    assert member.poll(0) == []
    member.commit()
    world.append("1")
    assert values(take(member, 1)) == ["1"]


def test_reading_goes_from_the_earliest_record_to_the_end_without_a_group(world: World) -> None:
    records = [world.record(f"key-{number % 5}", number) for number in range(50)]
    world.event_log.append(records)
    assert by_key(world.event_log.read([world.topic])) == by_key(records)
    assert list(world.event_log.read([f"{world.topic}.nothing"])) == []


def test_reading_goes_on_where_it_stopped(world: World) -> None:
    world.append("1", "2")
    *_, last = world.event_log.read([world.topic])
    world.append("3", "4")
    position = {(last.topic, last.partition): last.offset + 1}
    assert values(world.event_log.read([world.topic], start=position)) == ["3", "4"]
    *_, last = world.event_log.read([world.topic])
    assert list(world.event_log.read([world.topic], start={(last.topic, last.partition): last.offset + 1})) == []


def test_topics_that_exist_stay_as_they_are(world: World) -> None:
    world.append("1")
    other = f"{world.topic}.other"
    world.event_log.ensure_topics({world.topic: 3, other: 1})
    assert {world.topic, other} <= set(world.event_log.topics())
    assert values(world.event_log.read([world.topic])) == ["1"]


def test_a_topic_never_changes_its_number_of_partitions(world: World) -> None:
    with pytest.raises(ValueError, match="has 3 partitions, not 6"):
        world.event_log.ensure_topics({world.topic: 6})


def test_several_threads_append_at_once(world: World) -> None:
    def append(thread: int) -> None:
        for number in range(25):
            world.append(number, key=f"key-{thread}")

    with ThreadPoolExecutor() as pool:
        list(pool.map(append, range(4)))
    assert by_key(world.event_log.read([world.topic])) == {
        f"key-{thread}": [str(number) for number in range(25)] for thread in range(4)
    }


def test_several_processes_open_one_new_file_and_append_at_once(tmp_path: Path) -> None:
    url, topic = f"sqlite:///{tmp_path}/new/log.db", "splot.test.shared.v1"
    with ExitStack() as exits:
        appenders = [exits.enter_context(running(APPENDER, url, topic, str(number))) for number in range(4)]
        assert [appender.wait() for appender in appenders] == [0, 0, 0, 0]
    found = by_key(open_event_log(url, client="test").read([topic]))
    assert found == {f"{n}-{key}": [str(i) for i in range(key, 100, 4)] for n in range(4) for key in range(4)}


def test_a_full_disk_can_be_waited_out_and_leaves_no_half_group(sqlite: World) -> None:
    sqlite.append("before")
    limit = sqlite.event_log._connection.execute  # type: ignore[attr-defined]
    limit("PRAGMA max_page_count = 40")
    with pytest.raises(EventLogUnavailable):
        sqlite.append(*["x" * 1000] * 500)
    limit("PRAGMA max_page_count = 100000")
    sqlite.append("after")
    assert values(sqlite.event_log.read([sqlite.topic])) == ["before", "after"]


def test_records_of_several_topics_come_in_the_order_they_were_appended(sqlite: World) -> None:
    other = f"{sqlite.topic}.other"
    sqlite.event_log.ensure_topics({other: 3})
    topics = [sqlite.topic, other]
    for number in range(20):
        sqlite.event_log.append([Record(topics[number % 2], str(number), str(number).encode())])
    member = sqlite.event_log.subscribe(group=sqlite.group, topics=topics, instance="a")
    sqlite.exits.callback(member.close)
    assert values(member.poll(5)) == [str(number) for number in range(20)]


@pytest.mark.kafka
def test_a_message_of_anybody_is_delivered_however_odd(kafka: KafkaCluster) -> None:
    with a_world(f"kafka://{kafka.bootstrap}") as world:
        producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
        producer.send(world.topic, key=None, value=b"no key")
        producer.send(world.topic, key=b"\xff", value=None)
        producer.close()
        assert Counter((record.key, record.value) for record in take(world.member(), 2)) == Counter(
            [("", b"no key"), ("\N{REPLACEMENT CHARACTER}", b"")]
        )


@pytest.mark.kafka
@pytest.mark.slow
def test_nothing_is_lost_while_one_of_three_brokers_is_killed(kafka3: KafkaCluster) -> None:
    with a_world(f"kafka://{kafka3.bootstrap}") as world:
        member = world.member()
        world.append(*range(20))
        kafka3.kill(1)
        for number in range(20, 40):
            world.append(number, key=f"key-{number % 7}")
        kafka3.start_broker(1)
        kafka3.wait_ready()
        world.append(*range(40, 60))
        assert Counter(values(take(member, 60))) == Counter(str(number) for number in range(60))


def test_no_broker_at_all_is_a_passing_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eventlog_kafka, "START_SECONDS", 0.2)
    event_log = open_event_log("kafka://127.0.0.1:1", client="test")
    with pytest.raises(EventLogUnavailable, match="No broker"):
        event_log.append([Record("splot.test.nowhere.v1", "k", b"")])
    with pytest.raises(EventLogUnavailable, match="No broker"):
        event_log.subscribe(group="g", topics=["splot.test.nowhere.v1"], instance="a")


@pytest.mark.parametrize("url", ["kafka://", "kafka://broker", "sqlite://", "sqlite:///", "postgresql://x/y", ""])
def test_an_address_of_something_else_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="Not the address of an event log"):
        open_event_log(url, client="test")


@pytest.mark.parametrize("name", ["", "..", "a/b", "zażółć", "x" * 201])
def test_names_that_no_broker_takes_are_refused(sqlite: World, name: str) -> None:
    with pytest.raises(ValueError, match="Not a name"):
        sqlite.event_log.ensure_topics({name: 1})
    with pytest.raises(ValueError, match="Not a name"):
        sqlite.event_log.subscribe(group=name, topics=[sqlite.topic], instance="a")


def test_a_process_with_the_sqlite_log_never_imports_kafka(tmp_path: Path) -> None:
    code = (
        "import sys; from shared.eventlog import open_event_log;"
        f"open_event_log('sqlite:///{tmp_path}/log.db', client='test').topics(); sys.exit('kafka' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
