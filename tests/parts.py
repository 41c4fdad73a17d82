"""Fixtures that are real parts: started once in a test process, each on ports of its own.

Load them with `pytest_plugins = ["tests.parts"]`. A part that is not on this machine skips what needs it and names the
command that installs it; with CI=true it fails.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.parts import binaries, ports
from deploy.parts.kafka import KafkaCluster
from deploy.parts.postgres import PostgresServer

# Tests kill processes, not machines: what the kernel was given, a killed server finds again. A commit must still be
# given to it, so synchronous_commit stays on.
FAST = {"fsync": "off", "full_page_writes": "off"}


def need(*find: Callable[[], object]) -> None:
    """Skips, or fails in CI, unless every part is found."""
    try:
        for part in find:
            part()
    except binaries.MissingPart as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def parts_folder() -> Iterator[Path]:
    """A folder with a short path for the data of this process's parts; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="splot-parts-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def free_port() -> int:
    """A port on 127.0.0.1 that nobody uses."""
    return ports.free_port()


@pytest.fixture(scope="session")
def postgres(parts_folder: Path) -> Iterator[PostgresServer]:
    """A running PostgreSQL. Take databases of your own with create_service_databases(["referrals_mine"])."""
    need(binaries.postgres_bin)
    with PostgresServer(parts_folder / "postgres", ports.free_port(), settings=FAST) as server:
        yield server


@pytest.fixture(scope="session")
def kafka(parts_folder: Path) -> Iterator[KafkaCluster]:
    """A running Kafka of one broker, without topics."""
    need(binaries.java, binaries.kafka_libs)
    with KafkaCluster(parts_folder / "kafka", 1, ports.free_ports(2)) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def kafka3(parts_folder: Path) -> Iterator[KafkaCluster]:
    """A running Kafka of three brokers, without topics. Who kills one starts it again."""
    need(binaries.java, binaries.kafka_libs)
    with KafkaCluster(parts_folder / "kafka3", 3, ports.free_ports(6)) as cluster:
        yield cluster
