"""Migrations: drafted from the tables, applied once however many try, and telling what differs."""

import multiprocessing
from pathlib import Path

import pytest
from sqlalchemy import Column, Text, inspect

from deploy.parts.postgres import PostgresServer
from shared import migrations
from shared.service import Runtime
from tests.kernel import notes
from tests.kernel.desk import desk_settings


@pytest.fixture
def fresh(folder: Path, database: PostgresServer | None) -> Runtime:
    """A service that has never run, with its own migrations folder and an empty database."""
    (folder / "migrations").mkdir()
    if database:
        database.drop_service_databases(["notes"])
        database.create_service_databases(["notes"])
    migrations._current.clear()
    return notes.make_runtime(desk_settings(folder, database), folder)


def test_a_draft_makes_exactly_the_tables_and_is_remembered(fresh: Runtime):
    assert migrations.differences(fresh) != []
    file = migrations.draft(fresh, message="Make the tables")
    assert file.name == "0001_make_the_tables.py"
    assert not migrations.is_current(fresh)
    migrations.migrate(fresh)
    assert migrations.differences(fresh) == []
    assert migrations.is_current(fresh)
    migrations.migrate(fresh)
    fresh.close()


def test_a_second_revision_follows_the_first_and_the_web_process_is_not_ready_before_it(fresh: Runtime):
    migrations.draft(fresh, message="start")
    migrations.migrate(fresh)
    column = Column("colour", Text)
    notes.notes.append_column(column)
    try:
        assert [change[0] for change in migrations.differences(fresh)] == ["add_column"]
        migrations.draft(fresh, message="colour")
        migrations._current.clear()
        client = notes.web(fresh).test_client()
        assert (client.get("/notes/readyz").status_code, client.get("/notes/readyz").json) == (
            503,
            {"status": "migrating"},
        )
        migrations.migrate(fresh)
        assert migrations.differences(fresh) == []
        assert client.get("/notes/readyz").status_code == 200
        assert "colour" in {found["name"] for found in inspect(fresh.engine).get_columns("notes")}
    finally:
        notes.notes._columns.remove(column)  # type: ignore[attr-defined]
        fresh.close()


def test_of_several_processes_that_start_at_once_one_migrates(
    fresh: Runtime, folder: Path, database: PostgresServer | None
):
    migrations.draft(fresh, message="start")
    fresh.close()  # a connection must not cross the fork
    started = [multiprocessing.get_context("fork").Process(target=_start, args=(folder, database)) for _ in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join(30)
    assert [process.exitcode for process in started] == [0, 0, 0]
    assert migrations.differences(fresh) == []


def _start(folder: Path, database: PostgresServer | None) -> None:
    migrations.migrate(notes.make_runtime(desk_settings(folder, database), folder))


def test_the_run_time_role_may_not_change_tables(fresh: Runtime):
    migrations.draft(fresh, message="start")
    migrations.migrate(fresh)
    if fresh.engine.dialect.name == "postgresql":
        with pytest.raises(Exception, match="permission denied"), fresh.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE mine (id int)")
    fresh.close()
