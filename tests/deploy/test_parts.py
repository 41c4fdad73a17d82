"""Each real part starts, stops, and recovers from kill -9."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import psycopg
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

from deploy.parts import binaries, ports
from deploy.parts.kafka import KafkaCluster
from deploy.parts.nginx import Nginx
from deploy.parts.postgres import PostgresServer
from deploy.parts.process import Child, wait_until
from deploy.parts.prometheus import Prometheus
from tests.parts import need


class Echo(BaseHTTPRequestHandler):
    """Answers every GET with the path it was asked for."""

    def do_GET(self) -> None:
        """One path, as text."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""


@pytest.fixture
def echo() -> Iterator[str]:
    """The host:port of a server that echoes paths."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def refused(url: str, statement: str) -> bool:
    with psycopg.connect(url) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
    return False


@pytest.mark.postgres
def test_postgres_keeps_committed_rows_through_kill_9(postgres: PostgresServer) -> None:
    postgres.create_service_databases(["crash"])
    with psycopg.connect(postgres.url("crash", owner=True)) as owner:
        owner.execute("CREATE TABLE facts (id int); INSERT INTO facts VALUES (1)")
    postgres.kill()
    assert not postgres.running
    postgres.start()
    with psycopg.connect(postgres.url("crash")) as runtime:
        assert runtime.execute("SELECT id FROM facts").fetchall() == [(1,)]


@pytest.mark.postgres
@pytest.mark.parametrize("schema", ["public", "keys"])
def test_the_run_time_role_changes_rows_and_no_structure(postgres: PostgresServer, schema: str) -> None:
    name = f"roles_{schema}"
    postgres.create_service_databases([name])
    with psycopg.connect(postgres.url(name, owner=True)) as owner:
        owner.execute(f"CREATE TABLE {schema}.facts (id serial PRIMARY KEY, said text)")
    with psycopg.connect(postgres.url(name)) as runtime:
        runtime.execute(f"INSERT INTO {schema}.facts (said) VALUES ('yes')")
        runtime.execute(f"UPDATE {schema}.facts SET said = 'no'")
    url = postgres.url(name)
    assert refused(url, f"CREATE TABLE {schema}.more (id int)")
    assert refused(url, f"DROP TABLE {schema}.facts")
    assert refused(url, f"TRUNCATE {schema}.facts")


@pytest.mark.postgres
def test_no_service_reaches_the_database_of_another(postgres: PostgresServer) -> None:
    postgres.create_service_databases(["mine", "theirs"])
    wrong_door = postgres.url("mine").rpartition("/")[0] + "/splot_theirs"
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(wrong_door)


@pytest.mark.postgres
def test_making_service_databases_twice_changes_nothing_and_dropping_removes_them(postgres: PostgresServer) -> None:
    for _ in range(2):
        postgres.create_service_databases(["twice"])
    psycopg.connect(postgres.url("twice")).close()
    postgres.drop_service_databases(["twice"])
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.url("twice"))


def send(cluster: KafkaCluster, topic: str, value: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=cluster.bootstrap)
    producer.send(topic, value).get(timeout=30)
    producer.close()


def received(cluster: KafkaCluster, topic: str) -> list[bytes]:
    consumer = KafkaConsumer(
        topic, bootstrap_servers=cluster.bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=3000
    )
    values = [message.value for message in consumer]
    consumer.close()
    return values


def create_topic(cluster: KafkaCluster, topic: str, *, copies: int) -> None:
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=copies)])
    admin.close()


@pytest.mark.kafka
def test_a_single_broker_keeps_what_it_acknowledged_through_kill_9(kafka: KafkaCluster) -> None:
    create_topic(kafka, "kept", copies=1)
    send(kafka, "kept", b"before")
    kafka.kill(1)
    assert not kafka.running(1)
    kafka.start_broker(1)
    kafka.wait_ready()
    send(kafka, "kept", b"after")
    assert received(kafka, "kept") == [b"before", b"after"]


@pytest.mark.kafka
@pytest.mark.slow
def test_three_brokers_go_on_when_one_is_killed_and_take_it_back(kafka3: KafkaCluster) -> None:
    create_topic(kafka3, "shared", copies=3)
    send(kafka3, "shared", b"three")
    kafka3.kill(2)
    send(kafka3, "shared", b"two")
    kafka3.start_broker(2)
    kafka3.wait_ready()
    assert received(kafka3, "shared") == [b"three", b"two"]


def test_nginx_serves_every_service_at_one_origin(tmp_path: Path, echo: str) -> None:
    need(binaries.nginx)
    upstreams = {"/": echo, "/referrals/": echo}
    with Nginx(tmp_path, ports.free_port(), upstreams) as proxy:
        assert httpx.get(f"{proxy.url}/").text == "/"
        assert httpx.get(f"{proxy.url}/people/livez").text == "/people/livez"
        assert (
            httpx.get(f"{proxy.url}/referrals/api/v1/referrals?limit=1").text == "/referrals/api/v1/referrals?limit=1"
        )
        assert httpx.get(f"{proxy.url}/referrals/metrics").status_code == httpx.codes.NOT_FOUND


def test_nginx_says_when_a_service_is_away_and_when_to_try_again(tmp_path: Path) -> None:
    need(binaries.nginx)
    with Nginx(tmp_path, ports.free_port(), {}) as proxy:
        api = httpx.get(f"{proxy.url}/referrals/api/v1/referrals")
        page = httpx.get(f"{proxy.url}/referrals/inbox")
    assert (api.status_code, api.headers["content-type"]) == (503, "application/problem+json")
    assert api.json()["status"] == 503
    assert api.headers["retry-after"] == page.headers["retry-after"] == "5"
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")


def test_nginx_starts_again_after_kill_9(tmp_path: Path, echo: str) -> None:
    need(binaries.nginx)
    with Nginx(tmp_path, ports.free_port(), {"/": echo}) as proxy:
        proxy.kill()
        assert not proxy.running
        proxy.start()
        assert httpx.get(f"{proxy.url}/again").text == "/again"


def test_prometheus_scrapes_itself_and_recovers_from_kill_9(tmp_path: Path) -> None:
    need(binaries.prometheus)
    port = ports.free_port()
    with Prometheus(tmp_path, port, {"itself": [f"127.0.0.1:{port}"]}) as prometheus:
        prometheus.kill()
        prometheus.start()
        wait_until(lambda: bool(prometheus.query("up == 1")), what="the first scrape")
        assert prometheus.firing() == set()


def test_a_child_ends_with_whoever_started_it(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    parent = f"""
import time
from pathlib import Path
from deploy.parts.process import Child
child = Child("sleeper", ["sleep", "60"], log=Path({str(tmp_path / "log")!r}))
child.start()
Path({str(pid_file)!r}).write_text(str(child.pid))
time.sleep(60)
"""
    starter = subprocess.Popen([sys.executable, "-c", parent], cwd=binaries.ROOT)
    wait_until(lambda: pid_file.exists() and pid_file.read_text() != "", what="the child")
    child = Path("/proc") / pid_file.read_text() / "comm"
    wait_until(lambda: comm(child) == "sleep", what="the program replacing its starter")
    starter.kill()
    starter.wait()
    wait_until(lambda: comm(child) != "sleep", what="the child ending", seconds=5)


def comm(file: Path) -> str | None:
    """A process's program name, None when it has ended."""
    try:
        state = (file.parent / "stat").read_text().rpartition(")")[2].split()[0]
        return None if state == "Z" else file.read_text().strip()
    except OSError:
        return None


def test_a_program_that_does_not_end_when_asked_is_killed(tmp_path: Path) -> None:
    stubborn = Child(
        "stubborn", ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"], log=tmp_path / "log"
    )
    stubborn.start()
    stubborn.wait_ready(lambda: "up" in stubborn.log_end())
    stubborn.stop(seconds=0.2)
    assert not stubborn.running


def test_claimed_ports_are_never_given_twice() -> None:
    taken = [ports.free_ports(3) for _ in range(20)]
    every = [first + offset for first in taken for offset in range(3)]
    assert len(set(every)) == len(every)


def test_a_missing_part_fails_in_ci_and_names_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def find() -> Callable[[], None]:
        raise binaries.MissingPart("Chromium", "apt-get install chromium")

    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        need(find)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        need(find)
