"""How the tests of this folder ask, and what every refusal has to look like."""

import json
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from shared.database import kernel
from shared.policy import SERVICE
from tests.service.endpoints.region import Region, Side
from tests.service.endpoints.routes import Case
from tests.world import Client

IMPOSSIBLE = {"no_such_field": 1}
"""A body that no route takes: whoever is let in learns that, and nothing happens."""
NEVER_SEEN = {"If-Match": '"999999"'}


def ask(case: Case, side: Side, role: str | None, *, path: str = "", **options: Any) -> TestResponse:
    """The route, as someone of this side; without a body of one's own it has no effect."""
    client = speaking_as(side, role)
    if case.method in ("POST", "PUT") and not {"json", "data"} & set(options):
        options["json"] = IMPOSSIBLE
    if case.method != "GET":
        options["headers"] = {**NEVER_SEEN, **options.get("headers", {})}
    answer = client._send(case.method, path or case.path(side, role or ""), **options)
    if answer.status_code >= 400:
        problem(answer)
    return answer


def speaking_as(side: Side, role: str | None) -> Client:
    if role == SERVICE:  # one service asks another by itself
        asker = side.world.runtimes["notifications"]
        return Client(side.world, {"Authorization": f"Bearer {asker.identity.own_token()}"})
    return side.speaking(role)


def problem(answer: TestResponse, status: int | None = None) -> dict[str, Any]:
    """The problem's members, after a look at its form (RFC 9457)."""
    content = answer.get_data(as_text=True)
    assert answer.status_code < 500, content
    assert status in (None, answer.status_code), f"{answer.status_code} instead of {status}: {content}"
    assert answer.content_type == "application/problem+json", content
    told: dict[str, Any] = json.loads(content)
    assert told["status"] == answer.status_code
    assert told["type"].startswith("/problems/")
    assert told["title"]
    return told


def pointers(answer: TestResponse) -> list[str]:
    """Where a body was refused."""
    return [error["pointer"] for error in problem(answer, 422)["errors"]]


_callers: dict[str, str | None] = {}


def caller(case: Case, region: Region) -> str | None:
    """A role whose holder on side one is let in up to the body; None where no token is needed."""
    if case.name not in _callers:
        _callers[case.name] = _let_in(case, region)
    return _callers[case.name]


def _let_in(case: Case, region: Region) -> str | None:
    if case.route.action is None:
        return None
    seen = {role: ask(case, region.one, role).status_code for role in case.holders}
    let_in = [role for role, status in seen.items() if status not in (401, 403, 404)]
    assert let_in, f"nobody of side one is let in: {seen}; teach region.py to make what {case.name} is about"
    return let_in[0]


def everything(case: Case, region: Region) -> dict[str, list[str]]:
    """All rows of the service's database, events to come among them."""
    tables = [*case.service.tables.sorted_tables, *kernel.sorted_tables]
    with region.world.transaction(case.service.name) as tx:
        return {table.name: sorted(str(tuple(row)) for row in tx.execute(select(table))) for table in tables}
