"""The partnership once a session: embedded, and on Kafka with three brokers and PostgreSQL."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.parts.ports import free_port
from tests.journeys.running import Started, embedded, running


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder with a short path (sockets need one), gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="splot-journey-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def partnership(short_folder: Path) -> Iterator[Started]:
    """`splot run` with the demo region loaded and the story told."""
    with running(embedded(short_folder / "embedded", free_port())) as one:
        yield one
