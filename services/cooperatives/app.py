"""Puts the service together from its files."""

from pathlib import Path

from flask import Flask

from services.cooperatives import tables
from services.cooperatives.api import api
from services.cooperatives.jobs import JOBS
from services.cooperatives.pages import pages
from services.cooperatives.policy import POLICY
from services.cooperatives.projections import PROJECTIONS
from services.cooperatives.queries.gauges import gauges
from services.cooperatives.reactions import EVENT_HANDLERS
from shared import logs
from shared.service import Runtime, Service
from shared.settings import Settings
from shared.web import system
from shared.web.app import create_app

SERVICE = Service(
    name="cooperatives",
    folder=Path(__file__).parent,
    tables=tables.metadata,
    policy={**POLICY, **system.POLICY},
    api=api,
    pages=pages,
    projections=PROJECTIONS,
    reactions=EVENT_HANDLERS,
    jobs=JOBS,
    gauges=gauges,
)


def make_runtime(settings: Settings) -> Runtime:
    return Runtime(SERVICE, settings)


def web(runtime: Runtime) -> Flask:
    return create_app(runtime)


def application() -> Flask:
    """For gunicorn."""
    settings = Settings.from_environment()
    logs.configure(settings.log_format, service=SERVICE.name)
    return web(make_runtime(settings))
