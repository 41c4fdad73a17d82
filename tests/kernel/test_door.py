"""The API's door: every class of bad input gets its own answer, in the contract's order, and never a 500."""

import json
from typing import Any

import pytest

from tests.kernel.desk import Desk

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def writer(embedded_desk: Desk):
    return embedded_desk.api(embedded_desk.actor("writer"))


def problem(answer: Any) -> dict[str, Any]:
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == answer.status_code
    assert answer.json["type"] == f"/problems/{answer.status_code}"
    assert answer.json["title"]
    return dict(answer.json)


NOT_JSON = [
    b"{", b"{'text':1}", b"{\"text\":}", b"\xff\xfe", b'"\xed\xa0\x80"', b'{"text":"\xc3\x28"}', b'{"text":NaN}',
    b'{"size":Infinity}', b'{"size":-Infinity}', b'{"size":' + b"9" * 5000 + b"}", b"[" * 100_000,
    b'{"text":' * 40 + b"1" + b"}" * 40, b'{"text":"a","text":"b"}', b'{"text":"a"} x', b"\x00", "\ufeff{}".encode(),
    '{"text":"a"}'.encode("utf-16"),
]  # fmt: skip
NOT_THE_BODY = [b"[]", b"1", b"null", b'"text"', b"true", b"[{}]", b"1e999"]
WRONG_FIELDS = [
    ({}, "/text"),
    ({"text": None}, "/text"),
    ({"text": 1}, "/text"),
    ({"text": ["a"]}, "/text"),
    ({"text": "  "}, "/text"),
    ({"text": "a" * 301}, "/text"),
    ({"text": "a\x00b"}, "/text"),
    ({"text": "a", "more": 1}, "/more"),
    ({"text": "a", "a/b~c": 1}, "/a~1b~0c"),
    *(({"text": "a", "size": size}, "/size") for size in (-1, 101, "1", 1.5, True, None, [], 10**300, 1e300)),
    *(({"text": "a", "flag": flag}, "/flag") for flag in ("true", 1, 0, None)),
    *(({"text": "a", "tags": tags}, "/tags") for tags in ("red", {"0": "red"}, ["red", "blue", "red"], None)),
    ({"text": "a", "tags": ["red", "green"]}, "/tags/1"),
    ({"text": "a", "tags": [["red"]]}, "/tags/0"),
    *(({"text": "a", "day": day}, "/day") for day in ("2026-02-30", "20260301", "2026-03-01T00:00:00Z", 1, "")),
    *(({"text": "a", "moment": at}, "/moment") for at in ("2026-03-01T09:00:00", "9999-12-31T23:59:59-01:00", 1, "x")),
]


@pytest.mark.parametrize("body", NOT_JSON, ids=lambda body: repr(body[:24]))
def test_what_is_not_json_is_400(writer, body):
    answer = writer.post("/wide", data=body, headers=JSON)
    assert problem(answer)["status"] == 400, answer.text


@pytest.mark.parametrize("body", NOT_THE_BODY, ids=repr)
def test_json_that_is_no_object_is_422(writer, body):
    answer = problem(writer.post("/wide", data=body, headers=JSON))
    assert (answer["status"], answer["errors"][0]["pointer"]) == (422, "")


@pytest.mark.parametrize(("body", "pointer"), WRONG_FIELDS, ids=lambda part: str(part)[:40])
def test_a_wrong_field_is_422_at_its_pointer(writer, body, pointer):
    answer = problem(writer.post("/wide", json=body))
    assert answer["status"] == 422
    assert [error["pointer"] for error in answer["errors"]] == [pointer]
    assert all(error["detail"] for error in answer["errors"])


@pytest.mark.parametrize("text", ["\\ud800", "a\\udfffb", "\\u0000", "\\ud83d"])
def test_half_characters_are_422_even_as_a_name(writer, text):
    for body in (f'{{"text":"{text}"}}', f'{{"text":"a","{text}":1}}'):
        assert problem(writer.post("/wide", data=body.encode(), headers=JSON))["status"] == 422


@pytest.mark.parametrize(
    "text", ["Zażółć", "😀", "<script>", "' OR 1=1 --", "${7*7}{{7*7}}", "\u202eabc", "a\r\nSet-Cookie: x"]
)
def test_odd_text_that_is_text_is_kept_as_it_is(writer, text):
    made = writer.post("/notes", json={"text": text})
    assert (made.status_code, made.json["text"]) == (201, text)


def test_several_faults_are_told_together(writer):
    answer = problem(writer.post("/wide", json={"size": "x", "more": 1}))
    assert {error["pointer"] for error in answer["errors"]} == {"/text", "/size", "/more"}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "a"]
)
def test_another_media_type_is_415(writer, kind):
    assert problem(writer.post("/notes", data=b'{"text":"a"}', headers={"Content-Type": kind}))["status"] == 415


def test_no_body_is_an_empty_one(writer):
    assert problem(writer.post("/notes"))["errors"][0]["pointer"] == "/text"
    made = writer.post("/notes", json={"text": "x"}).json
    closed = writer.post(f"/notes/{made['id']}/actions/close")
    assert (closed.status_code, closed.json["status"]) == (200, "closed")


@pytest.mark.parametrize("size", [300_000, 3_000_000])
def test_too_large_is_413(writer, size):
    assert problem(writer.post("/notes", data=b" " * size, headers=JSON))["status"] == 413


def test_a_media_type_with_a_charset_is_json_too(writer):
    kind = {"Content-Type": "application/json; charset=utf-8"}
    assert writer.post("/notes", data='{"text":"ł"}'.encode(), headers=kind).json["text"] == "ł"


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=1.5", "limit=", "limit=-1", "limit=٣", "limit=" + "9" * 30, "foo=1",
     "cursor=%00", "cursor=AA", "cursor=%F0%9F%98%80", "cursor=!!!", "closed=maybe", "text=%00", "text=", "%00=1",
     "text=" + "x" * 500],
)  # fmt: skip
def test_a_weird_query_is_422(writer, query):
    assert problem(writer.get(f"/notes?{query}"))["status"] == 422


@pytest.mark.parametrize("query", ["", "limit=200", "limit=1&limit=2", "text=%ff%fe", "closed=true", "text=%ed%a0%80"])
def test_an_odd_query_that_can_be_read_is_200(writer, query):
    assert writer.get(f"/notes?{query}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/notes/%00", "/notes/a%2Fb", "/notes/..", "/notes/%ff", "/notes/" + "x" * 65, "/notes/ł"]
)
def test_a_path_that_cannot_be_an_id_is_404(writer, path):
    assert writer.get(path).status_code == 404


def test_a_method_that_is_not_there_is_405_and_names_those_that_are(writer):
    answer = writer("PATCH", "/notes")
    assert problem(answer)["status"] == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


# -- order ---------------------------------------------------------------------------------------------------------


def test_the_first_of_several_faults_is_the_one_of_the_contract(embedded_desk: Desk):
    """401, 404, 403, 415, 413, 400, 422, 412, 409: the request has all of them, and loses them one by one."""
    desk = embedded_desk
    owner, reader = desk.actor("writer"), desk.actor("reader")
    note = desk.api(owner).post("/notes", json={"text": "x"}).json
    own, path = desk.api(owner), f"/notes/{note['id']}"
    text, large, broken, wrong = b"a" * 300_000, b" " * 300_000, b"{", b'{"text":1}'
    stale = {"If-Match": '"7"'}
    plain = {"Content-Type": "text/plain", **stale}
    fine = {**JSON, **stale}
    steps = [
        (desk.api(), path, plain, text, 401),
        (desk.api(reader), "/notes/nobodys", plain, text, 404),
        (desk.api(desk.actor("writer")), path, plain, text, 404),
        (desk.api(reader), path, plain, text, 403),
        (own, path, plain, text, 415),
        (own, path, fine, large, 413),
        (own, path, fine, broken, 400),
        (own, path, fine, wrong, 422),
        (own, path, fine, b'{"text":"y"}', 412),
        (own, f"{path}/actions/reopen", fine, b"", 412),
        (own, f"{path}/actions/reopen", JSON, b"", 409),
    ]
    for api, where, headers, body, status in steps:
        method = "POST" if "actions" in where else "PUT"
        assert problem(api(method, where, headers=headers, data=body))["status"] == status, (where, status)


def test_an_impossible_action_names_the_possible_ones(writer):
    note = writer.post("/notes", json={"text": "x"}).json
    assert note["actions"] == ["close"]
    for action in ("reopen", "nonsense"):
        assert problem(writer.post(f"/notes/{note['id']}/actions/{action}"))["actions"] == ["close"]


# -- versions ------------------------------------------------------------------------------------------------------


def test_a_change_with_the_version_seen_works_once(embedded_desk: Desk):
    api = embedded_desk.api(embedded_desk.actor("writer"))
    made = api.post("/notes", json={"text": "1"})
    path, seen = f"/notes/{made.json['id']}", {"If-Match": made.headers["ETag"]}
    assert (made.headers["ETag"], made.headers["Location"]) == ('"1"', f"/notes/api/v1{path}")
    changed = api.put(path, json={"text": "2"}, headers=seen)
    assert (changed.status_code, changed.headers["ETag"], changed.json["version"]) == (200, '"2"', 2)
    stale = api.put(path, json={"text": "3"}, headers=seen)
    assert (problem(stale)["status"], stale.json["version"]) == (412, 2)
    assert api.put(path, json={"text": "4"}).status_code == 200, "If-Match is optional"


@pytest.mark.parametrize(
    "value", ['"2"', 'W/"9"', '"abc"', "abc", '""', '"1", "2"', '"' + "9" * 400 + '"', '"-1"', '"1.0"', "\xff"]
)
def test_an_if_match_that_does_not_match_is_412(writer, value):
    note = writer.post("/notes", json={"text": "1"}).json
    assert problem(writer.put(f"/notes/{note['id']}", json={"text": "2"}, headers={"If-Match": value}))["status"] == 412


@pytest.mark.parametrize("value", ['"1"', "1", 'W/"1"', "*", " ", ""])
def test_an_if_match_that_matches_or_says_nothing_works(writer, value):
    note = writer.post("/notes", json={"text": "1"}).json
    assert writer.put(f"/notes/{note['id']}", json={"text": "2"}, headers={"If-Match": value}).status_code == 200


def test_what_has_not_changed_is_304(writer):
    note = writer.post("/notes", json={"text": "1"}).json
    for path in (f"/notes/{note['id']}", "/notes"):
        first = writer.get(path)
        again = writer.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    writer.put(f"/notes/{note['id']}", json={"text": "2"})
    assert writer.get(f"/notes/{note['id']}", headers={"If-None-Match": '"1"'}).status_code == 200


# -- lists ---------------------------------------------------------------------------------------------------------


def test_pages_hold_still_while_others_write(desk: Desk):
    api = desk.api(desk.actor("writer"))
    made = [api.post("/notes", json={"text": str(number)}).json["id"] for number in range(7)]
    seen, cursor, turns = [], "", 0
    while cursor is not None:
        page = api.get(f"/notes?limit=3&cursor={cursor}" if cursor else "/notes?limit=3").json
        seen += [item["id"] for item in page["items"]]
        cursor, turns = page["next"], turns + 1
        if turns < 3:
            api.post("/notes", json={"text": "in between"})
    assert seen[:7] == made
    assert len(seen) == len(set(seen))


def test_a_list_ends_exactly(writer):
    for _ in range(3):
        writer.post("/notes", json={"text": "x"})
    assert writer.get("/notes?limit=3").json["next"] is None
    assert json.loads(writer.get("/notes?limit=2").data)["next"]


# -- languages -----------------------------------------------------------------------------------------------------


def test_problems_speak_polish_or_english(embedded_desk: Desk):
    polish = embedded_desk.api(embedded_desk.actor("writer"), **{"Accept-Language": "de, pl;q=0.5"})
    english = embedded_desk.api(embedded_desk.actor("writer"), **{"Accept-Language": "en-GB"})
    assert english.post("/notes", json={}).json["title"] == "Something has to be corrected"
    assert english.post("/notes", json={}).json["errors"][0]["detail"] == "This is needed."
    answers = [polish.post("/notes", json={}), polish.post("/notes", data=b"{", headers=JSON), polish.get("/nowhere")]
    for answer, other in zip(answers, (422, 400, 404), strict=True):
        assert answer.json["status"] == other
        assert answer.json["title"] != english.get("/nowhere").json["title"]
    assert "ą" in answers[1].text or "ć" in answers[1].text


@pytest.mark.parametrize("header", ["", "*", "x" * 5000, "pl;q=9", "en;q=x", ",,,;;;", "pl\xff", "zz-" * 300])
def test_a_weird_language_wish_is_polish(embedded_desk: Desk, header):
    answer = embedded_desk.api(embedded_desk.actor("writer"), **{"Accept-Language": header}).get("/nowhere")
    assert answer.status_code == 404
