"""The composition root: the service from its files, its runtime, its web application."""

from pathlib import Path

from flask import Flask

from services.referrals import api, jobs, policy, projections, reactions, tables
from services.referrals.pages import pages
from services.referrals.queries import referrals
from shared import logs
from shared.service import Runtime, Service
from shared.settings import Settings
from shared.web import system
from shared.web.app import create_app

SERVICE = Service(
    name="referrals",
    folder=Path(__file__).parent,
    tables=tables.metadata,
    policy={**policy.POLICY, **system.POLICY},
    api=api.api,
    pages=pages,
    projections=projections.PROJECTIONS,
    reactions=reactions.EVENT_HANDLERS,
    jobs=jobs.JOBS,
    gauges=referrals.gauges,
)


def make_runtime(settings: Settings) -> Runtime:
    return Runtime(SERVICE, settings)


def web(runtime: Runtime) -> Flask:
    return create_app(runtime)


def application() -> Flask:
    """What gunicorn serves."""
    settings = Settings.from_environment()
    logs.configure(settings.log_format, service=SERVICE.name)
    return web(make_runtime(settings))
