"""What every test can ask for: a world of services, on SQLite and on PostgreSQL, and the real parts."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from deploy.parts.postgres import PostgresServer
from tests.world import World, postgres_settings, sqlite_settings

pytest_plugins = ["tests.parts"]

FAST_DISK = Path("/dev/shm")

# How long an example takes says how busy the machine is, and nothing about the rule.
hypothesis_settings.register_profile("splot", deadline=None)
hypothesis_settings.load_profile("splot")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of the test's own, in memory where the machine has such a place."""
    made = Path(tempfile.mkdtemp(prefix="splot-", dir=FAST_DISK if os.access(FAST_DISK, os.W_OK) else None))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> PostgresServer | None:
    """The kind of database: None is SQLite, else a running PostgreSQL."""
    if request.param == "sqlite":
        return None
    server: PostgresServer = request.getfixturevalue("postgres")
    return server


@pytest.fixture
def make_world(folder: Path, database: PostgresServer | None) -> Iterator[Callable[..., World]]:
    """`make_world("referrals", "people")`: those services in one process, on both databases."""
    worlds: list[World] = []

    def make(*services: str) -> World:
        settings = postgres_settings(folder, database, services) if database else sqlite_settings(folder)
        worlds.append(World(settings, services))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def make_embedded_world(folder: Path) -> Iterator[Callable[..., World]]:
    """The same on SQLite only, for what no database can change."""
    worlds: list[World] = []

    def make(*services: str) -> World:
        worlds.append(World(sqlite_settings(folder), services))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()
