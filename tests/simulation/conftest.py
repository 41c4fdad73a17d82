"""Seeds to run, and an empty database to begin each with."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.simulation.simulator import template

SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(
        prefix="splot-simulation-", dir=SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
    ) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def empty(ground: Path) -> Path:
    return template(ground)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of deaths would fill the log."""
    with capture_logs():
        yield
