"""One region for all tests of this folder: six services in one process, on SQLite."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.parts.postgres import PostgresServer
from shared import contracts
from tests.conftest import FAST_DISK
from tests.service.endpoints.region import Region, build
from tests.world import World, postgres_settings, sqlite_settings


@pytest.fixture(scope="session")
def region() -> Iterator[Region]:
    """Tests may add to it; none takes away what another looks at."""
    yield from a_region()


def a_region(server: PostgresServer | None = None) -> Iterator[Region]:
    """On SQLite, or on the server."""
    folder = Path(tempfile.mkdtemp(prefix="splot-", dir=FAST_DISK if os.access(FAST_DISK, os.W_OK) else None))
    services = contracts.services()
    settings = postgres_settings(folder, server, services) if server else sqlite_settings(folder)
    world = World(settings, services)
    yield build(world)
    world.close()
    shutil.rmtree(folder, ignore_errors=True)
