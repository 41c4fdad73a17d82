"""Puts the service together from its files."""

from pathlib import Path

from flask import Flask

from services.programmes import policy, reactions, tables
from services.programmes.api import api
from services.programmes.pages import pages
from services.programmes.projections import PROJECTIONS
from shared import logs
from shared.service import Runtime, Service
from shared.settings import Settings
from shared.web import system
from shared.web.app import create_app

SERVICE = Service(
    name="programmes",
    folder=Path(__file__).parent,
    tables=tables.metadata,
    policy={**policy.POLICY, **system.POLICY},
    api=api,
    pages=pages,
    projections=PROJECTIONS,
    reactions=reactions.EVENT_HANDLERS,
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
