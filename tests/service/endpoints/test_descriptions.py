"""The OpenAPI of each service: valid, complete, and true of what the service answers."""

import re
from typing import Any

import pytest
import schemathesis
from jsonschema_rs import Draft202012Validator

from shared.contracts import services
from tests.service.endpoints.asking import ask, caller
from tests.service.endpoints.creating import body_for
from tests.service.endpoints.region import Region
from tests.service.endpoints.routes import PARAMETER, SERVICES, Case, api_cases, where


def described(region: Region, service: str) -> dict[str, Any]:
    answer = region.world.api(None).get(f"/{service}/api/openapi.json")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.get_json()
    return document


def operation(region: Region, case: Case) -> dict[str, Any]:
    path = f"/{case.service.name}/api/v1" + PARAMETER.sub(r"{\2}", case.route.path)
    found: dict[str, Any] = described(region, case.service.name)["paths"][path][case.method.lower()]
    return found


@pytest.mark.parametrize("service", services())
def test_a_description_is_openapi_3_1(region: Region, service: str):
    document = described(region, service)
    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()
    for schema in document["components"]["schemas"].values():
        Draft202012Validator({**schema, "components": document["components"]})


@pytest.mark.parametrize("service", services())
def test_a_description_has_every_route_and_nothing_else(region: Region, service: str):
    paths = described(region, service)["paths"]
    told = {(method.upper(), path) for path, operations in paths.items() for method in operations}
    root = f"/{service}/api/v1"
    assert told == {(r.method, root + PARAMETER.sub(r"{\2}", r.path)) for r in SERVICES[service].api.routes}
    names = [operation["operationId"] for operations in paths.values() for operation in operations.values()]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)


@pytest.mark.parametrize("service", services())
def test_a_description_needs_no_other_document(region: Region, service: str):
    document = described(region, service)
    for reference in re.findall(r"'\$ref': '([^']+)'", str(document)):
        assert reference.startswith("#/")
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


@pytest.mark.parametrize("service", services())
def test_people_can_read_it_too(region: Region, service: str):
    answer = region.world.api(None).get(f"/{service}/api/docs")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/html")


@pytest.mark.parametrize(**where(lambda case: case.method == "GET" or case.route.creates, api_cases()))
def test_what_is_answered_is_what_is_described(region: Region, case: Case):
    asked: dict[str, Any] = (
        {"json": body_for(case, region), "headers": {"If-Match": "*"}} if case.method != "GET" else {}
    )
    if case.route.query and "programme" in case.route.query.fields:
        asked["query_string"] = {"programme": region.one.ids["programme_id"]}
    answer = ask(case, region.one, caller(case, region), **asked)
    content = answer.get_json()
    document = described(region, case.service.name)
    schema = operation(region, case)["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": document["components"]})
    assert not [f"{list(error.instance_path)}: {error.message}" for error in validator.iter_errors(content)]
    undescribed = set(content) - set(_properties(schema, document))
    assert not undescribed


def _properties(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    properties: dict[str, Any] = schema["properties"]
    return properties
