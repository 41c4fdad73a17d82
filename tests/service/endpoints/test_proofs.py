"""What guards is broken on purpose, and the test that watches it fails: none of them passes for nothing."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Response, request
from marshmallow import EXCLUDE

from shared import auth, idempotency, paging
from shared.policy import Scope
from shared.web import api, app, pages, problems
from shared.web.sessions import Sessions
from tests.service.endpoints import browsing, test_bodies, test_effects, test_pages, test_who_may
from tests.service.endpoints.asking import problem
from tests.service.endpoints.browsing import Page
from tests.service.endpoints.region import NASTY, Region
from tests.service.endpoints.routes import Case, api_cases, page_cases

Check = Callable[[Region, Case], None]


def case_of(name: str) -> Case:
    return next(case for case in [*api_cases(), *page_cases()] if case.name == name)


def any_token_will_do(token: str, _keys: Any) -> Any:
    return auth.jwt.Token({"typ": "at+jwt"}, json.loads(auth.jwt.jws.extract_compact(token.encode()).payload))


def first_fields_only(schema: Any, value: Any) -> Any:
    return schema.load(value if isinstance(value, dict) else {}, unknown=EXCLUDE)


def every_time_anew(_tx: Any, *, work: Any, **_key: Any) -> Any:
    return work()


@contextmanager
def without(route: Any, part: str, instead: Any = None) -> Iterator[None]:
    """The route as if its author had forgotten a part of it."""
    there = getattr(route, part)
    object.__setattr__(route, part, instead)
    try:
        yield
    finally:
        object.__setattr__(route, part, there)


def _a_token(region: Region, case: Case) -> None:
    odd = {name: make(region) for name, make in test_who_may.TOKENS.items() if name == "of another type"}
    test_who_may.test_no_odd_token_opens_a_door(region, odd, case)


def _in(way: str) -> Check:
    return lambda region, case: test_bodies.test_each_field_that_is_wrong_is_named(region, case, way)


def _cursor(region: Region, case: Case) -> None:
    test_bodies.test_an_odd_question_to_a_list_is_refused_with_the_name_of_what_is_odd(region, case, "cursor=junk!")


def _headers(region: Region, case: Case) -> None:
    browsing._seen.pop(case.name, None)
    try:
        test_pages.test_an_answer_is_kept_nowhere_and_runs_nothing_of_others(region, case)
    finally:
        browsing._seen.pop(case.name, None)


BREAKS: dict[str, tuple[Any, str, Any, Check, str]] = {
    "roles are not looked at": (
        api, "permit", lambda *_asked: Scope.ANY,
        test_who_may.test_a_role_that_never_has_it_is_refused, "programmes GET /reports/reach",
    ),
    "roles are not looked at on pages": (
        pages, "permit", lambda *_asked: Scope.ANY,
        test_pages.test_a_role_that_never_has_it_gets_a_page_that_says_so, "programmes GET /region",
    ),
    "claims are not checked": (
        auth.Verifier, "_check", lambda *_asked: None, _a_token, "mentoring GET /mentors",
    ),
    "unknown fields are dropped": (
        api, "load", first_fields_only,
        test_bodies.test_a_field_that_is_not_there_is_named,
        "referrals POST /referrals/<id:referral_id>/actions/reject",
    ),
    "wrong fields pass": (
        api, "load", lambda _schema, value: value, _in("a number"), "mentoring POST /matches/<id:match_id>/meetings",
    ),
    "any format is read": (
        api, "read_json", lambda _request: request.get_json(force=True, silent=True) or {},
        test_bodies.test_what_is_not_json_is_not_read_and_nothing_happens, "people POST /participants/search",
    ),
    "keys are ignored": (
        idempotency, "once", every_time_anew,
        test_effects.test_the_same_key_gives_the_same_answer_and_one_effect, "mentoring POST /mentors",
    ),
    "If-Match is ignored": (
        api, "_if_match", lambda: None,
        test_effects.test_who_decided_on_an_older_version_is_told_and_nothing_happens,
        "cooperatives DELETE /cooperatives/<id:cooperative_id>/checklist/<code:item>",
    ),
    "any cursor is taken": (paging, "_decode", lambda cursor: cursor, _cursor, "programmes GET /paths"),
    "anyone may send a form": (
        Sessions, "check_csrf", lambda *_asked: None,
        test_pages.test_what_does_not_come_from_a_page_of_ours_is_refused_and_nothing_happens,
        "people POST /account/sign-out-elsewhere",
    ),
    "headers are forgotten": (
        app, "_secured", lambda response, _sessions: response, _headers, "people GET /privacy",
    ),
    "refusals are English": (
        problems, "title", lambda _status: "Something went wrong",
        test_bodies.test_refusals_are_told_in_polish_too, "programmes GET /paths",
    ),
}  # fmt: skip
"""What is broken: where, by what, which test has to notice, at which route."""


@pytest.mark.parametrize("what", BREAKS)
def test_it_is_noticed_when(region: Region, monkeypatch: pytest.MonkeyPatch, what: str):
    place, name, instead, check, route = BREAKS[what]
    case = case_of(route)
    check(region, case)
    with monkeypatch.context() as broken:
        broken.setattr(place, name, instead)
        with pytest.raises((AssertionError, KeyError)):
            check(region, case)
    check(region, case)


def test_it_is_noticed_when_a_signature_is_not_checked(region: Region, monkeypatch: pytest.MonkeyPatch):
    case = case_of("mentoring GET /mentors")
    forged = {"without algorithm": test_who_may.TOKENS["without algorithm"](region)}
    test_who_may.test_no_odd_token_opens_a_door(region, forged, case)
    monkeypatch.setattr(auth, "_decode", any_token_will_do)
    with pytest.raises(AssertionError):
        test_who_may.test_no_odd_token_opens_a_door(region, forged, case)


@pytest.mark.parametrize(
    "name",
    ["mentoring PUT /mentors/<id:mentor_id>", "programmes POST /activities/<id:activity_id>/actions/<code:action>"],
)
def test_it_is_noticed_when_a_route_does_not_ask_whose_record_it_is(region: Region, name: str):
    case = case_of(name)
    with without(case.route, "subject"), pytest.raises(AssertionError):
        test_who_may.test_a_foreign_record_looks_as_if_it_did_not_exist_and_nothing_happens(region, case)


def test_it_is_noticed_when_a_question_changes_something(region: Region):
    case = case_of("mentoring GET /mentors/<id:mentor_id>")
    read = case.route.view

    def read_and_note(call: Any, **path: str) -> Any:
        with call.runtime.database.transaction(call.actor) as tx:
            idempotency.once(tx, path="", key=tx.new_id(), body=b"", work=lambda: idempotency.Answer(200, {}, {}))
        return read(call, **path)

    with without(case.route, "view", read_and_note), pytest.raises(AssertionError):
        test_effects.test_reading_changes_nothing_but_the_log_of_reads(region, case)


def test_it_is_noticed_when_a_route_fails(region: Region):
    case = case_of("mentoring GET /mentors/<id:mentor_id>")

    def fail(_call: Any, **_path: str) -> Any:
        raise ZeroDivisionError

    with without(case.route, "view", fail), pytest.raises(AssertionError):
        test_effects.test_reading_changes_nothing_but_the_log_of_reads(region, case)


@pytest.mark.parametrize(
    "markup",
    [NASTY, "<p style='color: red'>", "<a href='javascript:x()'>", "<script>x()</script>", "<style>p {}</style>"],
)
def test_it_is_noticed_when_something_is_not_escaped(markup: str):
    assert Page(f"<html><body><p>{markup}</p></body></html>").inline


def test_it_is_noticed_when_a_refusal_is_no_problem_document(region: Region):
    with region.world.apps["people"].test_request_context(), pytest.raises(AssertionError):
        problem(Response("no", status=404, content_type="text/plain"))  # type: ignore[arg-type]
