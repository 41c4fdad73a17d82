"""The API's door. A service lists its routes; the door does the rest, always in the same order (contract, HTTP):

401 token, 404 subject, 403 role, 415/413/400 body, 422 schema, then the handler in one transaction (412, 409).

    @api.post("/referrals", action="referrals.create", body=ReferralIn, returns=ReferralOut, creates=True)
    def create(call: Call) -> Mapping[str, Any]:
        return commands.request_referral(call.tx, **call.body)
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from flask import Blueprint, Response, request
from marshmallow import Schema

from shared import idempotency
from shared.actor import ANONYMOUS, Actor
from shared.auth import BROWSER
from shared.database import Transaction
from shared.errors import Invalid, Unauthenticated
from shared.i18n import gettext as _
from shared.paging import LARGEST, USUAL, Page
from shared.policy import Scope, permit
from shared.service import Runtime
from shared.web.bodies import load, read_json
from shared.web.fields import Body, Text, Whole

NO_VERSION = -1
Method = Literal["GET", "POST", "PUT", "DELETE"]
Handler = Callable[..., Any]
Subject = Callable[..., Any]
"""`subject(tx, actor, **path_parameters)` raises NotFound unless the actor may know that the thing exists."""


class ListQuery(Body):
    """What every list takes."""

    limit = Whole(least=1, most=LARGEST, load_default=USUAL)
    cursor = Text(load_default=None)


@dataclass(frozen=True)
class Call:
    """One request, checked: who, how far her role reaches, what she sent, and the transaction to do it in."""

    tx: Transaction
    runtime: Runtime
    actor: Actor
    scope: Scope
    body: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    seen: int | None = None
    """The version she decided on (If-Match), where she said it."""
    token: str = ""


@dataclass(frozen=True)
class Route:
    method: Method
    path: str
    view: Handler
    returns: type[Schema] | None
    action: str | None
    body: Schema | None = None
    query: Schema | None = None
    subject: Subject | None = None
    creates: bool = False
    many: bool = False
    writes: bool = False
    """A GET that records something (a read of personal data) needs a writing transaction."""
    reads: bool = False
    """A POST that only asks, or whose command opens transactions of its own: it must not hold the writer's place."""
    internal: bool = False
    """One of the questions that services ask for their users (identity.py): a browser's token is good for it, too."""

    @property
    def endpoint(self) -> str:
        return f"{self.view.__module__}.{self.view.__name__}"


@dataclass
class Api:
    service: str
    routes: list[Route] = field(default_factory=list)

    def get(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._route("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._route("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._route("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._route("DELETE", path, **options)

    def _route(
        self,
        method: Method,
        path: str,
        *,
        action: str | None,
        returns: type[Schema] | None,
        body: type[Schema] | None = None,
        query: type[Schema] | None = None,
        **options: Any,
    ) -> Callable[[Handler], Handler]:
        def register(view: Handler) -> Handler:
            made_body, made_query = body() if body else None, query() if query else None
            route = Route(
                method=method,
                path=path,
                view=view,
                returns=returns,
                action=action,
                body=made_body,
                query=made_query,
                **options,
            )
            self.routes.append(route)
            return view

        return register

    def blueprint(self, runtime: Runtime) -> Blueprint:
        made = Blueprint("api", __name__, url_prefix=f"/{self.service}/api/v1")
        for route in self.routes:
            made.add_url_rule(
                route.path,
                endpoint=f"{route.method} {route.path}".replace(".", "-"),
                view_func=_door(route, runtime),
                methods=[route.method],
            )
        return made


def bearer_actor(runtime: Runtime, *, internal: bool = False) -> tuple[Actor, str]:
    """The caller and her token. Raises Unauthenticated."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("no token")
    try:
        return runtime.gate.actor(token), token
    except Unauthenticated:
        if internal:
            return runtime.gate.actor(token, audience=BROWSER), token
        raise


def _door(route: Route, runtime: Runtime) -> Callable[..., Response]:
    dump = route.returns() if route.returns else None

    def answer(**path: str) -> Response:
        actor, token = bearer_actor(runtime, internal=route.internal) if route.action else (ANONYMOUS, "")
        if route.subject:
            with runtime.database.reading(actor) as tx:
                route.subject(tx, actor, **path)
        scope = permit(runtime.service.policy, route.action, actor) if route.action else Scope.ANY
        call: dict[str, Any] = {"runtime": runtime, "actor": actor, "scope": scope, "token": token}
        call.update(body=_read_body(route), query=_read_query(route), seen=_if_match())
        reads = route.reads or (route.method == "GET" and not route.writes)
        with (runtime.database.reading if reads else runtime.database.transaction)(actor) as tx:
            return _respond(_perform(route, Call(tx=tx, **call), dump, path))

    return answer


def _read_body(route: Route) -> dict[str, Any]:
    if route.method not in ("POST", "PUT"):
        return {}
    value = read_json(request)
    return load(route.body or _NOTHING, value)


def _read_query(route: Route) -> dict[str, Any]:
    given = {name: _from_query(route, name, value) for name, value in request.args.items()}
    return load(route.query or _NOTHING, given)


def _from_query(route: Route, name: str, value: str) -> Any:
    """A query has only text: numbers and switches are read as what the schema expects."""
    expected = route.query.fields.get(name) if route.query else None
    if isinstance(expected, Whole) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    if type(expected).__name__ == "Flag" and value in ("true", "false"):
        return value == "true"
    return value


def _if_match() -> int | None:
    """The version she decided on; one that never was where the header is no ETag of ours (then 412)."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return None
    text = header.removeprefix("W/").strip('"')
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else NO_VERSION


def _perform(route: Route, call: Call, dump: Schema | None, path: Mapping[str, str]) -> idempotency.Answer:
    def work() -> idempotency.Answer:
        return _answer(route, route.view(call, **path), dump)

    key = request.headers.get("Idempotency-Key")
    if not key or not route.creates:
        return work()
    if len(key) > 200 or not key.isprintable():
        raise Invalid.at("", _("An Idempotency-Key has at most 200 printable characters."))
    return idempotency.once(call.tx, path=request.path, key=key, body=request.get_data(cache=True), work=work)


def _answer(route: Route, result: Any, dump: Schema | None) -> idempotency.Answer:
    if dump is None:
        return idempotency.Answer(status=204, body={}, headers={})
    if isinstance(result, Page):
        return idempotency.Answer(200, {"items": dump.dump(result.items, many=True), "next": result.next}, {})
    if route.many:
        return idempotency.Answer(200, {"items": dump.dump(result, many=True), "next": None}, {})
    body = dump.dump(result)
    headers = {"ETag": f'"{body["version"]}"'} if "version" in body else {}
    if route.creates and "id" in body:
        headers["Location"] = f"{request.path.rstrip('/')}/{body['id']}"
    return idempotency.Answer(status=201 if route.creates else 200, body=body, headers=headers)


def _respond(answer: idempotency.Answer) -> Response:
    if answer.status == 204:
        return Response(status=204)
    content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = dict(answer.headers)
    if request.method == "GET":
        # What has no version of its own, such as a list that is polled, is known by its content.
        etag = headers.setdefault("ETag", f'"{sha256(content).hexdigest()[:32]}"')
        if etag in request.headers.get("If-None-Match", ""):
            return Response(status=304, headers=headers)
    return Response(content, status=answer.status, headers=headers, content_type="application/json")


class _Nothing(Body):
    """No fields at all."""


_NOTHING = _Nothing()
