"""What is derived from the services' doors: OpenAPI of each API, and the table of who may what."""

import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from shared import contracts
from shared.policy import SERVICE, Scope
from shared.service import Service
from shared.web import openapi, system
from shared.web.api import Route
from shared.web.pages import PageRoute

API = Path("docs/api")
POLICY = Path("docs/policy.md")
SHORT = {
    "caseworker": "casew.", "intake": "intake", "institution-admin": "inst.-admin", "mentor": "mentor",
    "participant": "particip.", "cooperative": "coop.", "administrator": "admin.", "coordinator": "coord.",
    "data-officer": "data-off.", "operator": "operator", SERVICE: "service",
}  # fmt: skip
"""A role in the head of a table, where it has to be narrow."""

INTRODUCTION = """\
# Who may what

Derived from each service's `policy.py` and routes by `make contracts`; not edited by hand. Tests are generated from the
same tables (`tests/service/endpoints`): every role, token and foreign record at every endpoint.

**own**: what belongs to her institution, her own profile or cooperative, or herself; everything else looks as if it did
not exist (404). **any**: all of it. An empty cell: never (403). With several roles, the most that any of them
gives counts. *service* is another service that asks by itself. Rows under *Pages* do the same as the API, in a browser.
"""


def descriptions() -> dict[Path, str]:
    """docs/api/<service>.json: what the running service tells at /<service>/api/openapi.json."""
    return {API / f"{one.name}.json": _as_json(openapi.describe(one)) for one in services()}


def policies() -> dict[Path, str]:
    """docs/policy.md: endpoint × role, of every service."""
    return {POLICY: "\n".join([INTRODUCTION, *(_of_service(one) for one in services())])}


def services() -> list[Service]:
    return [importlib.import_module(f"services.{name}.app").SERVICE for name in contracts.services()]


def _as_json(document: Mapping[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _of_service(service: Service) -> str:
    pages = [*service.pages.routes, *system.pages(service).routes]
    return "\n".join(
        [f"## {service.name}\n", *_table(service, service.api.routes), "\n### Pages\n", *_table(service, pages), ""]
    )


def _table(service: Service, routes: list[Route] | list[PageRoute]) -> Iterator[str]:
    yield f"| endpoint | {' | '.join(SHORT.values())} |"
    yield f"|---|{'---|' * len(SHORT)}"
    for route in routes:
        yield f"| {_endpoint(service, route)} | {' | '.join(_cells(service, route))} |"


def _endpoint(service: Service, route: Route | PageRoute) -> str:
    path = openapi.PARAMETER.sub(r"{\1}", route.path)
    if isinstance(route, Route):
        return f"`{route.method} /{service.name}/api/v1{path}`"
    return f"`{' '.join(route.methods)} {'' if route.at_root else '/' + service.name}{path}`"


def _cells(service: Service, route: Route | PageRoute) -> Iterator[str]:
    granted: Mapping[str, Scope] = service.policy[route.action] if route.action else {}
    for role in SHORT:
        yield str(granted.get(role, "")) if route.action else "public"
