"""The composition root of people."""

from pathlib import Path

from flask import Flask

from services.people import api, jobs, pages, policy, projections, reactions, tables
from services.people.queries import access
from shared import logs
from shared.service import Runtime, Service
from shared.settings import Settings
from shared.web import system
from shared.web.app import create_app

SERVICE = Service(
    name="people",
    folder=Path(__file__).parent,
    tables=tables.metadata,
    policy={**policy.POLICY, **system.POLICY},
    api=api.api,
    pages=pages.pages,
    projections=projections.PROJECTIONS,
    reactions=reactions.EVENT_HANDLERS,
    jobs=jobs.JOBS,
    gauges=access.gauges,
)


def make_runtime(settings: Settings) -> Runtime:
    return Runtime(SERVICE, settings)


def web(runtime: Runtime) -> Flask:
    """The service's pages and API, and the pages of signing in, which work without a valid session."""
    app = create_app(runtime)
    app.register_blueprint(pages.signing_in(runtime))
    return app


def application() -> Flask:
    """What gunicorn serves."""
    settings = Settings.from_environment()
    logs.configure(settings.log_format, service=SERVICE.name)
    return web(make_runtime(settings))
