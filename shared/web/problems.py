"""Refusals as answers: application/problem+json (RFC 9457) for the API, a page for people. Mapped here, once."""

import json
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, request
from marshmallow import ValidationError
from structlog import get_logger
from werkzeug.exceptions import HTTPException

from shared import errors
from shared.database import INFRASTRUCTURE_FAULTS
from shared.i18n import gettext as _
from shared.sealing import SubjectErased
from shared.web.fields import as_pointers

log = get_logger()


def title(status: int) -> str:
    titles = {
        400: _("This request cannot be read"),
        401: _("Sign in first"),
        403: _("Your role does not have this"),
        404: _("There is no such page or record here"),
        405: _("This address does not take this method"),
        409: _("This is not possible now"),
        412: _("Someone else has changed this in between"),
        413: _("This is too large"),
        415: _("This format is not taken here"),
        422: _("Something has to be corrected"),
        429: _("Too many attempts"),
        503: _("A part of the system is away for a moment"),
    }
    return titles.get(status, _("Something went wrong here"))


def describe(refusal: Exception) -> dict[str, Any]:
    """Status and members of the problem for a refusal; 500 for what is none."""
    for kinds, members in MEMBERS:
        if isinstance(refusal, kinds):
            return members(refusal)
    return {"status": 500}


def _to_correct(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    return {"status": 422, "errors": [{"pointer": pointer, "detail": detail} for pointer, detail in pairs]}


def schema_errors(refusal: ValidationError) -> list[tuple[str, str]]:
    """(JSON pointer, sentence) pairs of what a schema refused."""
    return as_pointers(refusal.normalized_messages())  # type: ignore[no-untyped-call]


MEMBERS: list[tuple[type[Exception] | tuple[type[Exception], ...], Callable[[Any], dict[str, Any]]]] = [
    (errors.SignInRefused, lambda _r: {"status": 401, "detail": _("The username or the password is not right.")}),
    (errors.Unauthenticated, lambda _r: {"status": 401, "detail": _("Send a valid token: Authorization: Bearer …")}),
    (errors.Forbidden, lambda _r: {"status": 403}),
    ((errors.NotFound, SubjectErased), lambda _r: {"status": 404}),
    (errors.Stale, lambda r: {"status": 412, "detail": _("Read it again and decide anew."), "version": r.version}),
    (errors.Conflict, lambda r: {"status": 409, "detail": str(r), "actions": r.actions}),
    (errors.Invalid, lambda r: _to_correct([(e.pointer, e.detail) for e in r.errors])),
    (ValidationError, lambda r: _to_correct(schema_errors(r))),
    (errors.BadRequest, lambda r: {"status": r.status, "detail": str(r)}),
    (errors.TooMany, lambda r: {"status": 429, "retry_after": r.retry_after}),
    (errors.Unavailable, lambda r: {"status": 503, "detail": str(r), "retry_after": r.retry_after}),
    (HTTPException, lambda r: {"status": r.code or 500}),
    (INFRASTRUCTURE_FAULTS, lambda _r: {"status": 503, "retry_after": 5}),
]


def as_problem(refusal: Exception) -> Response:
    members = describe(refusal)
    retry_after = members.pop("retry_after", None)
    status = members["status"]
    problem = {"type": f"/problems/{status}", "title": title(status), **members}
    body = json.dumps(problem, ensure_ascii=False).encode("utf-8", "replace")
    response = Response(body, status=status, content_type="application/problem+json")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 405 and isinstance(refusal, HTTPException):
        response.headers["Allow"] = ", ".join(getattr(refusal, "valid_methods", None) or ())
    return response


def install(app: Flask, *, as_page: Any) -> None:
    """`as_page(refusal)` answers on the pages' side."""

    @app.errorhandler(Exception)
    def answer(fault: Exception) -> Any:
        if isinstance(fault, HTTPException) and fault.code and fault.code < 400:
            return fault
        if describe(fault)["status"] == 500:
            log.error("request.failed", route=str(request.url_rule), method=request.method, exc_info=fault)
        is_api = request.path.startswith(f"/{current_app.name}/api/")
        return as_problem(fault) if is_api else as_page(fault)
