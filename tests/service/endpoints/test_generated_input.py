"""Input that nobody thought of: from the OpenAPI of each service, and into every form (faults 18 and 19).

It does whatever it is able to do, so the region of these tests is their own.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from jsonschema_rs import Draft202012Validator

from deploy.parts.postgres import PostgresServer
from shared.web.openapi import describe
from tests.service.endpoints.asking import problem, speaking_as
from tests.service.endpoints.browsing import Page, open_page, press
from tests.service.endpoints.conftest import a_region
from tests.service.endpoints.region import NASTY, Region
from tests.service.endpoints.routes import PARAMETER, SERVICES, Case, api_cases, page_cases, where

EXAMPLES = 15
ODD = ("\x00", "-1", "[]", "²", "9" * 5000, "x" * 20_000, "'; DROP TABLE paths; --", "{{7*7}}%s${x}", NASTY)


@pytest.fixture(scope="module")
def battered(postgres: PostgresServer) -> Iterator[Region]:
    """On PostgreSQL, which takes less than SQLite does."""
    yield from a_region(postgres)


@cache
def _document(service: str) -> dict[str, Any]:
    return describe(SERVICES[service])


@cache
def _description(service: str) -> Any:
    return schemathesis.openapi.from_dict(_document(service))


def _address(case: Case) -> str:
    return f"/{case.service.name}/api/v1" + PARAMETER.sub(r"{\2}", case.route.path)


@pytest.mark.parametrize(**where(lambda _case: True, api_cases()))
def test_no_input_that_fits_the_description_or_nearly_so_is_a_fault_of_the_server(battered: Region, case: Case):
    operation = _description(case.service.name)[_address(case)][case.method]
    roles = [role for role in case.holders if role in battered.one.actors] or [None]

    @seed(7)
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(made=operation.as_strategy())
    def check(made: Any) -> None:
        for role in roles[:2]:
            _send(battered, case, role, made)

    check()


def _send(region: Region, case: Case, role: str | None, made: Any) -> None:
    options: dict[str, Any] = {"query_string": {k: v for k, v in (made.query or {}).items() if v is not None}}
    if case.method in ("POST", "PUT"):
        options["data"] = json.dumps(made.body if case.route.body else {})
        options["headers"] = {"Content-Type": "application/json"}
    answer = speaking_as(region.one, role)._send(case.method, case.path(region.one, role or ""), **options)
    if answer.status_code >= 400:
        problem(answer)
    elif answer.content_type == "application/json":
        wrong = [f"{list(one.instance_path)}: {one.message}" for one in _answer(case).iter_errors(answer.get_json())]
        assert not wrong


@cache
def _answers() -> dict[str, Draft202012Validator]:
    return {}


def _answer(case: Case) -> Draft202012Validator:
    """What a good answer is, as described."""
    if case.name not in _answers():
        document = _document(case.service.name)
        responses = document["paths"][_address(case)][case.method.lower()]["responses"]
        good = next(said for status, said in responses.items() if status.startswith("2"))
        schema = good["content"]["application/json"]["schema"]
        _answers()[case.name] = Draft202012Validator({**schema, "components": document["components"]})
    return _answers()[case.name]


@pytest.mark.parametrize(
    **where(lambda case: "POST" in case.route.methods and "GET" in case.route.methods, page_cases())
)
def test_no_form_is_a_fault_of_the_server_whatever_is_typed(battered: Region, case: Case):
    for role in [*case.holders][:2]:
        asked = open_page(case, battered.one, role)
        assert asked.status_code < 500
        page = Page(asked.get_data(as_text=True))
        fields = [one for tag in ("input", "select", "textarea") for one in page.of(tag) if one.get("name")]
        names = {str(one["name"]) for one in fields} - {"csrf_token", "idempotency_key", "version"} or {"x"}
        for value in ODD:
            answer = press(case, battered.one, role, form={**dict.fromkeys(names, value), "csrf_token": "csrf"})
            assert answer.status_code in (303, 403, 404, 409, 412, 422), f"{role} {value[:9]!r}: {answer.status_code}"
            if answer.status_code == 422:
                shown = Page(answer.get_data(as_text=True))
                assert shown.inline == []
                assert shown.of("form"), "the form is shown again with what was typed"


@pytest.mark.parametrize(**where(lambda case: "GET" in case.route.methods, page_cases()))
def test_every_page_can_still_be_opened_and_runs_nothing(battered: Region, case: Case):
    """After all of that."""
    for role in [*case.holders][:2] or [None]:
        answer = open_page(case, battered.one, role)
        assert answer.status_code in (200, 303, 403, 404, 409), f"{role}: {answer.status_code}"
        if answer.content_type.startswith("text/html"):
            assert Page(answer.get_data(as_text=True)).inline == []
