"""One region for all tests of this folder: six services in one process, on SQLite."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import contracts
from tests.conftest import FAST_DISK
from tests.service.endpoints.region import Region, build
from tests.world import World, sqlite_settings


@pytest.fixture(scope="session")
def region() -> Iterator[Region]:
    folder = Path(tempfile.mkdtemp(prefix="splot-", dir=FAST_DISK if os.access(FAST_DISK, os.W_OK) else None))
    world = World(sqlite_settings(folder), contracts.services())
    yield build(world)
    world.close()
    shutil.rmtree(folder, ignore_errors=True)
