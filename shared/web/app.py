"""The web application of one service: its doors, health, static files, and what stands around every request."""

import time
from contextlib import ExitStack
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request, send_from_directory
from jinja2 import ChainableUndefined, ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from structlog import get_logger
from structlog.contextvars import bind_contextvars, clear_contextvars
from werkzeug.routing import BaseConverter

from shared import i18n, metrics, tracing
from shared.database import new_id
from shared.errors import Unauthenticated
from shared.i18n import gettext as _
from shared.service import Runtime
from shared.web import health, openapi, problems, system
from shared.web.bodies import LARGEST
from shared.web.context import STATIC, context
from shared.web.sessions import Sessions

TEMPLATES = STATIC.parent / "templates"
LANGUAGE_COOKIE = "splot-language"
log = get_logger()


class IdConverter(BaseConverter):
    """Ids in paths: anything else is simply not found."""

    regex = r"[0-9A-Za-z-]{1,64}"


class CodeConverter(BaseConverter):
    regex = r"[a-z][a-z0-9_-]{0,59}"


def create_app(runtime: Runtime) -> Flask:
    """The WSGI application of the runtime's service, under its own prefix."""
    service = runtime.service
    app = Flask(service.name, static_folder=None)
    app.url_map.converters.update(id=IdConverter, code=CodeConverter)
    app.config["MAX_CONTENT_LENGTH"] = 8 * LARGEST
    sessions = Sessions(runtime)
    _templates(app, runtime, sessions)
    _around_requests(app, runtime, sessions)
    app.register_blueprint(service.api.blueprint(runtime))
    app.register_blueprint(service.pages.blueprint(runtime))
    app.register_blueprint(system.pages(service).blueprint(runtime), name="system")
    app.register_blueprint(health.blueprint(runtime))
    _documentation(app, runtime)
    app.add_url_rule("/static/<path:name>", "static", _static)
    problems.install(app, as_page=lambda fault: _error_page(fault, sessions))
    return app


def _templates(app: Flask, runtime: Runtime, sessions: Sessions) -> None:
    app.jinja_options = {"undefined": ChainableUndefined}
    app.jinja_loader = ChoiceLoader([
        FileSystemLoader([runtime.service.folder / "templates", TEMPLATES]),
        PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
    ])  # fmt: skip
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    i18n.install(app.jinja_env)

    @app.context_processor
    def around_every_page() -> dict[str, Any]:
        return context(sessions, None)


def _around_requests(app: Flask, runtime: Runtime, sessions: Sessions) -> None:
    service = runtime.service.name

    @app.before_request
    def begin() -> None:
        g.started, g.stack = time.perf_counter(), ExitStack()
        trace = tracing.child(tracing.parse(request.headers.get("traceparent")))
        g.stack.enter_context(tracing.use_trace(trace))
        g.stack.enter_context(i18n.use_language(_language(), runtime.catalogue))
        g.request_id = new_id()
        clear_contextvars()
        bind_contextvars(request_id=g.request_id, trace_id=trace.trace_id, service=service)

    @app.after_request
    def finish(response: Response) -> Response:
        route, seconds = str(request.url_rule or "unknown"), time.perf_counter() - g.started
        if not route.startswith("/static"):
            metrics.HTTP_REQUESTS.labels(service, route, request.method, str(response.status_code)).inc()
            metrics.HTTP_REQUEST_DURATION.labels(service, route, request.method).observe(seconds)
            log.info(
                "request", route=route, method=request.method, status=response.status_code,
                duration_ms=round(seconds * 1000, 1),
            )  # fmt: skip
        response.headers["X-Request-Id"] = g.request_id
        return _secured(response, sessions)

    @app.teardown_request
    def end(_fault: BaseException | None) -> None:
        stack: ExitStack | None = g.pop("stack", None)
        if stack is not None:
            stack.close()
        clear_contextvars()


def _language() -> str:
    """What the reader chose; else, for the API and first visits, what the client asks for."""
    return i18n.negotiate(request.headers.get("Accept-Language"), request.cookies.get(LANGUAGE_COOKIE))


def _secured(response: Response, sessions: Sessions) -> Response:
    exit_url = sessions.runtime.settings.exit_url
    policy = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {exit_url}"
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if sessions.secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def _documentation(app: Flask, runtime: Runtime) -> None:
    name = runtime.service.name
    described = openapi.describe(runtime.service)
    app.add_url_rule(f"/{name}/api/openapi.json", "openapi", lambda: jsonify(described))
    app.add_url_rule(
        f"/{name}/api/docs", "docs", lambda: render_template("page/api.html", address=f"/{name}/api/openapi.json")
    )


def _static(name: str) -> Response:
    response = send_from_directory(STATIC, name)
    fresh = bool(request.args.get("v"))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "public, max-age=300"
    return response


def _error_page(fault: Exception, sessions: Sessions) -> Response:
    problem = problems.describe(fault)
    status = problem["status"]
    if isinstance(fault, Unauthenticated):
        return Response(status=303, headers={"Location": sessions.renew_address(request.full_path.rstrip("?"))})
    page = render_template(
        "page/error.html",
        status=status,
        heading=problems.title(status),
        detail=problem.get("detail"),
        todo=_advice(status),
        request_id=g.get("request_id"),
    )
    response = Response(page, status=status, content_type="text/html; charset=utf-8")
    if "retry_after" in problem:
        response.headers["Retry-After"] = str(problem["retry_after"])
    return response


def _advice(status: int) -> str:
    advice = {
        403: _("Ask the administrator of your institution if you need it for your work."),
        404: _("Check the address, or look for the record in your list."),
        409: _("Open the record again: it shows what is possible now."),
        412: _("Open the record again: it shows what has changed."),
        429: _("Wait a little and try again."),
        503: _("Nothing is lost. Try again in a moment."),
    }
    return advice.get(
        status, _("Go back and try again. If it happens again, tell your administrator the number below.")
    )
