"""A desk: the tiny service with its web application, relay and consumer, moved by hand, on SQLite and on PostgreSQL."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.parts.postgres import PostgresServer
from shared import migrations
from tests.kernel.desk import Desk, desk_settings
from tests.kernel.notes import make_runtime


@pytest.fixture(scope="session")
def prepared() -> Iterator[Path]:
    """A folder with the service's first migration, and a migrated SQLite database to copy."""
    folder = Path(tempfile.mkdtemp(prefix="splot-kernel-"))
    (folder / "migrations").mkdir()
    runtime = make_runtime(desk_settings(folder, None), folder)
    migrations.draft(runtime, message="start")
    migrations.migrate(runtime)
    runtime.close()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make_desk(prepared: Path, folder: Path, database: PostgresServer | None) -> Iterator[Callable[..., Desk]]:
    """Desks on one database and one log; `make_desk(trouble=…, jobs=…)`."""
    yield from _desks(prepared, folder, database)


@pytest.fixture
def make_embedded_desk(prepared: Path, folder: Path) -> Iterator[Callable[..., Desk]]:
    """The same on SQLite only, for what no database can change."""
    yield from _desks(prepared, folder, None)


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()


@pytest.fixture
def embedded_desk(make_embedded_desk: Callable[..., Desk]) -> Desk:
    return make_embedded_desk()


def _desks(prepared: Path, folder: Path, server: PostgresServer | None) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(**options: object) -> Desk:
        made.append(Desk.open(prepared, folder, server, first=not made, **options))
        return made[-1]

    yield make
    for desk in made:
        desk.close()
