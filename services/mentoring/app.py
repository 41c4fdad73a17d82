"""Composition root of mentoring."""

from pathlib import Path

from flask import Flask

from services.mentoring import api, pages, tables
from services.mentoring.jobs import JOBS
from services.mentoring.policy import POLICY
from services.mentoring.projections import PROJECTIONS
from services.mentoring.queries.gauges import gauges
from services.mentoring.reactions import EVENT_HANDLERS
from shared import logs
from shared.service import Runtime, Service
from shared.settings import Settings
from shared.web import system
from shared.web.app import create_app

SERVICE = Service(
    name="mentoring",
    folder=Path(__file__).parent,
    tables=tables.metadata,
    policy={**POLICY, **system.POLICY},
    api=api.api,
    pages=pages.pages,
    projections=PROJECTIONS,
    reactions=EVENT_HANDLERS,
    jobs=JOBS,
    gauges=gauges,
)


def make_runtime(settings: Settings) -> Runtime:
    """A runtime of its own, such as each test wants."""
    return Runtime(SERVICE, settings)


def web(runtime: Runtime) -> Flask:
    return create_app(runtime)


def application() -> Flask:
    """For gunicorn: settings from the environment."""
    settings = Settings.from_environment()
    logs.configure(settings.log_format, service=SERVICE.name)
    return web(make_runtime(settings))
