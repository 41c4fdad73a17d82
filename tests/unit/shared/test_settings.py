"""A setting that cannot work stops the start with a sentence that says which and what would be right."""

from dataclasses import fields
from pathlib import Path

import pytest

from shared.settings import Settings, SettingsError, described


def test_without_any_variable_it_works():
    settings = Settings.from_environment({})
    assert (settings.port, settings.origin, settings.demo) == (8000, "http://127.0.0.1:8000", False)


def test_every_setting_is_described_with_its_default():
    assert [name for name, _default, _meaning in described()] == [f"SPLOT_{f.name.upper()}" for f in fields(Settings)]
    assert all(meaning for _name, _default, meaning in described())


def test_an_unknown_one_is_named():
    with pytest.raises(SettingsError, match="SPLOT_PROT"):
        Settings.from_environment({"SPLOT_PROT": "8000", "PATH": "/bin"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("PORT", value) for value in ("x", "-1", "65536", "8000.5", "")),
        *(("DEMO", value) for value in ("yes", "true", "2")),
        *(("DATABASE_URL", value) for value in ("mysql://x", "postgres://x", "x")),
        *(("EVENT_LOG", value) for value in ("redis://x", "http://x")),
        *(("ORIGIN", value) for value in ("splot.example.org", "ftp://x", "https://x/path", "http://[", "https://")),
        *(("THREADS", value) for value in ("0", "-3", "many")),
        ("LOG_FORMAT", "xml"),
        ("MAIL", "sendmail"),
    ],
)
def test_one_that_cannot_work_is_named_with_its_value(name, value):
    with pytest.raises(SettingsError, match=f"SPLOT_{name}="):
        Settings.from_environment({f"SPLOT_{name}": value})


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "splot.example.org", "::", ""])
def test_the_demo_stays_on_this_machine(host):
    with pytest.raises(SettingsError):
        Settings.from_environment({"SPLOT_DEMO": "1", "SPLOT_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_the_demo_works_on_loopback(host):
    assert Settings.from_environment({"SPLOT_DEMO": "1", "SPLOT_HOST": host}).demo


def test_placeholders_are_filled_in():
    settings = Settings(data=Path("/somewhere"))
    assert settings.address("database_url", service="people") == "sqlite:////somewhere/people.db"


def test_a_child_process_gets_the_same_settings():
    settings = Settings.from_environment(
        {"SPLOT_DATA": "/d", "SPLOT_DEMO": "1", "SPLOT_PORT": "8123", "SPLOT_MAIL": "smtp://h:25"}
    )
    assert Settings.from_environment(settings.environment()) == settings
