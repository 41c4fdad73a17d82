"""Composition root of notifications."""

from pathlib import Path

from flask import Flask

from services.notifications import api, pages, tables
from services.notifications.adapters import open_outside
from services.notifications.jobs import JOBS
from services.notifications.policy import POLICY
from services.notifications.projections import PROJECTIONS
from services.notifications.queries.deliveries import gauges
from services.notifications.reactions import EVENT_HANDLERS
from shared import logs
from shared.service import Runtime, Service
from shared.settings import Settings
from shared.web import system
from shared.web.app import create_app

SERVICE = Service(
    name="notifications",
    folder=Path(__file__).parent,
    tables=tables.metadata,
    policy={**POLICY, **system.POLICY},
    api=api.api,
    pages=pages.pages,
    projections=PROJECTIONS,
    reactions=EVENT_HANDLERS,
    jobs=JOBS,
    adapters=open_outside,
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
