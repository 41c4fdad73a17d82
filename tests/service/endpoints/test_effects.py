"""What a request does, once and only when it may: idempotency, versions, states, and that reading changes nothing."""

import json
from typing import Any

import pytest

from shared.contracts import services
from tests.service.endpoints.asking import ask, caller, everything, pointers, problem, speaking_as
from tests.service.endpoints.bodies import value_of
from tests.service.endpoints.creating import body_for
from tests.service.endpoints.region import Region
from tests.service.endpoints.routes import SERVICES, Case, actions_of, api_cases, where

ALWAYS_POSSIBLE = (
    "mentoring POST /mentees/<id:mentee_id>/actions/<code:action>",  # one action only, and the mentee is waiting
    "cooperatives POST /cooperatives/<id:cooperative_id>/actions/remove",  # in every state
)
READS_ARE_LOGGED = ("access_log", "access_log_waiting")


def _versioned(case: Case) -> bool:
    """It changes a record that has versions; to found or join answers a task with a new record."""
    answers_a_task = case.route.path.startswith("/founding/")
    new = case.route.creates or answers_a_task
    return bool(case.route.returns and "version" in case.route.returns().fields and not new)


creating = pytest.mark.parametrize(**where(lambda case: case.method == "POST" and case.route.creates, api_cases()))
changing = pytest.mark.parametrize(
    **where(lambda case: case.method != "GET" and case.parameters and _versioned(case), api_cases())
)
acting = pytest.mark.parametrize(
    **where(lambda case: case.method == "POST" and "/actions/" in case.route.path, api_cases())
)


@creating
def test_the_same_key_gives_the_same_answer_and_one_effect(region: Region, case: Case):
    role, body = caller(case, region), body_for(case, region)
    headers = {"Idempotency-Key": f"key of {case.name}", "If-Match": "*"}
    first = ask(case, region.one, role, json=body, headers=headers)
    assert first.status_code == 201, first.get_data(as_text=True)
    after = everything(case, region)
    again = ask(case, region.one, role, json=body, headers=headers)
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers.get("ETag") == first.headers.get("ETag")
    other = ask(case, region.one, role, json={**body, **_something_else(case, body)}, headers=headers)
    assert pointers(other) == [""]
    assert everything(case, region) == after


def _something_else(case: Case, body: dict[str, Any]) -> dict[str, Any]:
    """One field that says something else and is taken by the schema."""
    for name, one in case.route.body.fields.items():
        for value in (value_of(one), False):
            changed = {name: value}
            if value != body.get(name) and not case.route.body.validate({**body, **changed}):
                return changed
    raise AssertionError(f"nothing can be said otherwise in {case.name}")


@creating
def test_what_is_created_is_where_its_location_says(region: Region, case: Case):
    role = caller(case, region)
    made = ask(case, region.one, role, json=body_for(case, region), headers={"If-Match": "*"})
    assert made.status_code == 201, made.get_data(as_text=True)
    place, content = made.headers["Location"], made.get_json()
    assert place.endswith(f"/{content['id']}")
    if any(_leads_to(other, case) for other in api_cases()):
        found = speaking_as(region.one, role).get(place)
        assert found.status_code == 200
        assert found.get_json()["id"] == content["id"]
        assert found.headers["ETag"] == made.headers["ETag"] == f'"{content["version"]}"'


def _leads_to(other: Case, case: Case) -> bool:
    longer = other.route.path.startswith(f"{case.route.path}/<id:") and other.route.path.endswith(">")
    return other.service is case.service and other.method == "GET" and longer


@changing
def test_who_decided_on_an_older_version_is_told_and_nothing_happens(region: Region, case: Case):
    before = everything(case, region)
    role = caller(case, region)
    options: dict[str, Any] = {"json": body_for(case, region)} if case.method != "DELETE" else {}
    answer = ask(case, region.one, role, path=_possible(case, region, role), **options)
    problem(answer, 412)
    assert everything(case, region) == before


def _possible(case: Case, region: Region, role: str | None) -> str:
    """Its path with an action that is possible now, where it takes any."""
    path = case.path(region.one, role or "")
    if not case.route.path.endswith("<code:action>"):
        return path
    possible = _actions(region, role, path)
    return f"{path.rpartition('/')[0]}/{possible[0]}" if possible else path


def _actions(region: Region, role: str | None, path: str) -> list[str]:
    """What the resource itself says may be done."""
    resource = speaking_as(region.one, role).get(path.partition("/actions/")[0])
    return list(resource.get_json().get("actions", [])) if resource.status_code == 200 else []


@acting
def test_what_is_not_possible_now_is_refused_with_what_is(region: Region, case: Case):
    role = caller(case, region)
    path = case.path(region.one, role or "")
    resource = speaking_as(region.one, role).get(path.partition("/actions/")[0])
    if resource.status_code != 200 or "actions" not in resource.get_json():
        return
    possible = resource.get_json()["actions"]
    before = everything(case, region)
    seen = set()
    for action in set(_asked(case)) - set(possible):
        at = f"{path.rpartition('/')[0]}/{action}"
        answer = ask(case, region.one, role, path=at, json=body_for(case, region), headers={"If-Match": "*"})
        told = problem(answer)
        seen.add(told["status"])
        if told["status"] == 409:
            assert sorted(told["actions"]) == sorted(possible), action
    assert seen <= {403, 404, 409, 422}
    assert not seen or 409 in seen or case.name in ALWAYS_POSSIBLE
    assert everything(case, region) == before


def _asked(case: Case) -> tuple[str, ...]:
    last = case.route.path.rpartition("/")[2]
    return actions_of(case.service.name) if last == "<code:action>" else (last,)


@pytest.mark.parametrize(**where(lambda case: case.method == "GET", api_cases()))
def test_reading_changes_nothing_but_the_log_of_reads(region: Region, case: Case):
    role = caller(case, region)
    ask(case, region.one, role, **_question(case, region))
    before = everything(case, region)
    answer = ask(case, region.one, role, **_question(case, region))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    changed = {name for name, rows in everything(case, region).items() if rows != before[name]}
    assert changed <= (set(READS_ARE_LOGGED) if case.route.writes else set())


@pytest.mark.parametrize(
    **where(
        lambda case: (
            case.method == "GET"
            and not case.route.writes
            and "generated_at" not in case.route.returns().fields  # it says itself that it is new each time
        ),
        api_cases(),
    )
)
def test_what_has_not_changed_is_not_sent_again(region: Region, case: Case):
    role = caller(case, region)
    first = ask(case, region.one, role, **_question(case, region))
    again = ask(case, region.one, role, **_question(case, region), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def _question(case: Case, region: Region) -> dict[str, Any]:
    needed = [name for name, one in case.route.query.fields.items() if one.required] if case.route.query else []
    values = {"programme": region.one.ids["programme_id"]}
    return {"query_string": {name: values[name] for name in needed}} if needed else {}


@pytest.mark.parametrize(**where(lambda case: case.route.query and "limit" in case.route.query.fields, api_cases()))
def test_a_list_is_the_same_page_by_page(region: Region, case: Case):
    role = caller(case, region)
    whole = ask(case, region.one, role, query_string={"limit": 200}).get_json()
    if "cursor" not in case.route.query.fields:
        return
    found, cursor = [], ""
    for _page in range(200):
        query = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = ask(case, region.one, role, query_string=query).get_json()
        assert len(page["items"]) <= 1
        found += page["items"]
        cursor = page["next"]
        if not cursor:
            break
    assert json.dumps(found) == json.dumps(whole["items"])


@pytest.mark.parametrize("service", services())
def test_an_address_that_does_not_exist_is_404_for_everyone(region: Region, service: str):
    for role in (None, "coordinator"):
        client = speaking_as(region.one, role)
        for path in ("", "/", "/nothing", "/nothing/7", "/..%2f..%2fetc%2fpasswd", "/%00", "/" + "x" * 2000):
            problem(client.get(f"/{service}/api/v1{path}"), 404)


@pytest.mark.parametrize(**where(lambda _case: True, api_cases()))
def test_another_method_is_405_with_those_that_are_taken(region: Region, case: Case):
    path = case.path(region.one, caller(case, region) or "")
    for method in ("PATCH", "PROPFIND", "TRACE"):
        answer = speaking_as(region.one, caller(case, region))._send(method, path)
        problem(answer, 405)
        assert case.method in answer.headers["Allow"].split(", ")


def test_no_service_has_an_action_that_no_route_needs():
    for name, service in SERVICES.items():
        routes = [*service.api.routes, *service.pages.routes]
        used = {route.action for route in routes} | {"system.read", "system.decide"}
        assert set(service.policy) == used - {None}, name
