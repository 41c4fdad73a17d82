"""What an operator types, on a partnership that is running."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from deploy import operations
from deploy.services import NAMES, open_runtime
from shared.settings import Settings
from tests.journeys.running import Started

SPLOT = Path(sys.executable).parent / "splot"


@pytest.fixture
def settings(partnership: Started) -> Settings:
    return Settings(data=partnership.folder, port=partnership.port)


def copies(settings: Settings, service: str) -> dict[str, list[str]]:
    """The rows of a service's projections, in an order of their own."""
    runtime = open_runtime(service, settings)
    tables = importlib.import_module(f"services.{service}.projections").TABLES
    with runtime.engine.connect() as connection:
        found = {table.name: sorted(map(str, connection.execute(select(table)))) for table in tables}
    runtime.close()
    return found


@pytest.mark.parametrize("service", NAMES)
def test_a_rebuilt_projection_is_what_it_was(settings: Settings, service: str):
    before = copies(settings, service)
    assert any(before.values()), "there is nothing to rebuild"
    assert operations.rebuild(settings, service) > 0
    assert copies(settings, service) == before


def splot(partnership: Started, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"SPLOT_DATA": str(partnership.folder), "PATH": "/usr/bin:/bin"}
    return subprocess.run([SPLOT, *arguments], env=environment, capture_output=True, text=True, check=False)


def test_the_doctor_finds_every_service_well(partnership: Started):
    said = splot(partnership, "doctor")
    assert said.returncode == 0, said.stdout
    assert [line.split(":")[0] for line in said.stdout.splitlines()] == list(NAMES)


def test_the_log_is_told_one_event_a_line(partnership: Started):
    lines = splot(partnership, "events", "--json").stdout.splitlines()
    assert len(lines) > 1000
    assert all('"ce_type": "' in line for line in lines)


def test_nothing_is_parked_after_the_story(partnership: Started):
    assert splot(partnership, "parked", "list").stdout == ""


def test_facts_sent_again_change_nothing(partnership: Started, settings: Settings):
    before = {service: copies(settings, service) for service in NAMES}
    assert "facts are sent again" in splot(partnership, "republish", "--since", "2020-01-01T00:00:00Z").stdout
    assert splot(partnership, "doctor").returncode in (0, 1)
    assert {service: copies(settings, service) for service in NAMES} == before


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("republish", "--since", "yesterday"), "2026-03-01T00:00:00Z"),
        (("parked", "retry", "people", "no-such-id"), "NotFound"),
        (("rebuild", "nobody"), "people"),
    ],
)
def test_a_wrong_word_is_answered_in_one_sentence(partnership: Started, arguments: tuple[str, ...], advice: str):
    said = splot(partnership, *arguments)
    assert said.returncode != 0
    assert advice in said.stderr
    assert "Traceback" not in said.stderr


def test_an_unknown_setting_stops_the_start(partnership: Started):
    said = subprocess.run([SPLOT, "run"], env={"SPLOT_COLOUR": "blue"}, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert said.stderr.strip() == "splot: unknown setting SPLOT_COLOUR: `splot settings` lists those there are"
