"""Every route × every way in which a body or a query can be wrong: told where, and never a 500 (faults 18)."""

import json
from typing import Any

import pytest

from shared.web.bodies import DEEPEST, LARGEST
from tests.service.endpoints.asking import ask, caller, everything, pointers, problem, speaking_as
from tests.service.endpoints.bodies import WAYS, wrong
from tests.service.endpoints.region import Region
from tests.service.endpoints.routes import Case, api_cases, where

taking_a_body = pytest.mark.parametrize(**where(lambda case: case.method in ("POST", "PUT"), api_cases()))
with_fields = pytest.mark.parametrize(
    **where(lambda case: case.method in ("POST", "PUT") and case.route.body and case.route.body.fields, api_cases())
)
lists = pytest.mark.parametrize(
    **where(lambda case: case.route.query and {"limit", "cursor"} & set(case.route.query.fields), api_cases())
)
reading = pytest.mark.parametrize(**where(lambda case: case.method == "GET", api_cases()))

JSON = {"Content-Type": "application/json"}


def send(region: Region, case: Case, content: bytes | str, kind: str = "application/json", **more: str) -> Any:
    headers = {"Content-Type": kind, **more}
    return ask(case, region.one, caller(case, region), data=content, headers=headers)


@taking_a_body
def test_what_is_not_json_is_not_read_and_nothing_happens(region: Region, case: Case):
    before = everything(case, region)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", ""):
        problem(send(region, case, "x=1", kind), 415)
    for content in (
        "{", "{'x': 1}", "nothing", "{\"x\": NaN}", b"\xff\xfe", '{"x": 1}}', "\x00", '{"x": ' + "1" * 5000 + "}",
    ):  # fmt: skip
        problem(send(region, case, content), 400)
    deep = DEEPEST + 2
    for content in ("[" * deep + "]" * deep, '{"x":' * deep + "1" + "}" * deep, "[" * 100_000 + "]" * 100_000):
        problem(send(region, case, content), 400)
    for content in ("[]", "7", '"text"', "null", "[{}]"):
        assert pointers(send(region, case, content)) == [""]
    assert everything(case, region) == before


@taking_a_body
def test_too_much_is_refused_without_reading_it(region: Region, case: Case):
    problem(send(region, case, json.dumps({"x": "x" * LARGEST})), 413)


@taking_a_body
def test_a_field_that_is_not_there_is_named(region: Region, case: Case):
    assert "/no_such_field" in pointers(send(region, case, '{"no_such_field": 1}'))
    assert "/a~1b~0c" in pointers(send(region, case, '{"a/b~c": 1}'))


@with_fields
@pytest.mark.parametrize("way", WAYS)
def test_each_field_that_is_wrong_is_named(region: Region, case: Case, way: str):
    body = wrong(case.route.body, WAYS[way])
    if not body:
        return
    told = pointers(send(region, case, json.dumps(body)))
    unnamed = [name for name in body if not any(f"{at}/".startswith(f"/{name}/") for at in told)]
    assert not unnamed, {name: body[name] for name in unnamed}


@with_fields
def test_each_field_that_is_missing_is_named(region: Region, case: Case):
    needed = {f"/{name}" for name, one in case.route.body.fields.items() if one.required}
    if needed:
        assert set(pointers(send(region, case, "{}"))) >= needed


@lists
@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=201", "limit=-1", "limit=x", "limit=1.5", "limit=", "limit=" + "9" * 5000, "limit=%C2%B2",
        "cursor=junk!", "cursor=%00", "cursor=AAAA%3D%3D", "cursor=_____w", "cursor=ż", "no_such_filter=1",
    ],
)  # fmt: skip
def test_an_odd_question_to_a_list_is_refused_with_the_name_of_what_is_odd(region: Region, case: Case, query: str):
    name = query.partition("=")[0]
    if name != "no_such_filter" and name not in case.route.query.fields:
        return
    answer = ask(case, region.one, caller(case, region), query_string=query)
    assert f"/{name}" in pointers(answer)


@reading
def test_no_question_has_fields_that_nobody_knows(region: Region, case: Case):
    answer = ask(case, region.one, caller(case, region), query_string="no_such_filter=1")
    assert "/no_such_filter" in pointers(answer)


@reading
def test_each_part_of_a_question_that_is_wrong_is_named(region: Region, case: Case):
    for name in case.route.query.fields if case.route.query else ():
        for value in ("%00", "%ED%A0%80", "x" * 3000):
            answer = ask(case, region.one, caller(case, region), query_string=f"{name}={value}")
            if answer.status_code != 200:
                assert f"/{name}" in pointers(answer), f"{name}={value[:20]}"


@pytest.mark.parametrize(**where(lambda _case: True, api_cases()))
def test_an_if_match_that_is_no_version_is_refused(region: Region, case: Case):
    for value in ('"x"', "1.5", '"²"', "9" * 5000):
        answer = ask(case, region.one, caller(case, region), headers={"If-Match": value})
        assert answer.status_code in (412, 422) or case.method == "GET", value


@pytest.mark.parametrize(**where(lambda _case: True, api_cases()))
def test_refusals_are_told_in_polish_too(region: Region, case: Case):
    """No sentence of a refusal is the same in both languages."""
    role, path = caller(case, region), case.path(region.one, caller(case, region) or "")
    for method, options in (
        (case.method, {"data": "[]", "headers": JSON}),
        (case.method, {"json": {"no_such_field": 1}}),
        (case.method, {"query_string": "no_such_filter=1"}),
        ("PATCH", {}),
    ):
        if case.method == "DELETE" and "query_string" not in options:
            continue
        told = [_sentences(region, role, method, path, language, options) for language in ("pl", "en")]
        same = [text for text in told[0] if text in told[1]]
        assert told[0]
        assert not same


def _sentences(
    region: Region, role: str | None, method: str, path: str, language: str, options: dict[str, Any]
) -> list[str]:
    client = speaking_as(region.one, role)
    headers = {**options.get("headers", {}), "Accept-Language": language}
    answer = client._send(method, path, **{**options, "headers": headers})
    if answer.status_code < 400:
        return [f"no refusal, in {language}"]
    told = problem(answer)
    texts = [told["title"], told.get("detail", ""), *(error["detail"] for error in told.get("errors", []))]
    return [text for text in texts if text]
