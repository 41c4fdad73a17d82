"""The pages' door: the same rules for people, who lose nothing of what they typed and do nothing twice."""

import re
import time
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from shared.actor import Actor
from shared.settings import Settings
from tests.kernel import notes as kernel_notes
from tests.kernel.desk import Desk
from tests.kernel.notes import notes


@pytest.fixture
def writer(embedded_desk: Desk) -> Actor:
    return embedded_desk.actor("writer")


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms, and what text fields hold."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        names = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in names and names.get("type", "text") in ("hidden", "text"):
            found[names["name"]] = unescape(names.get("value", ""))
    return found


def count(desk: Desk) -> int:
    with desk.reading() as tx:
        return int(tx.scalar(select(func.count()).select_from(notes)))


def texts(desk: Desk) -> list[str]:
    with desk.reading() as tx:
        return [row["text"] for row in tx.all(select(notes.c.text).order_by(notes.c.id))]


def ran_out(desk: Desk, actor: Actor) -> FlaskClient:
    return desk.browser(actor, seconds=-1)


# -- forms ---------------------------------------------------------------------------------------------------------


def test_a_form_asks_and_does(embedded_desk: Desk, writer: Actor):
    browser = embedded_desk.browser(writer)
    asked = hidden(browser.get("/notes/new").text)
    done = browser.post("/notes/new", data={**asked, "text": "hello"})
    assert done.status_code == 303
    shown = browser.get(done.headers["Location"])
    assert "hello" in shown.text


def test_a_form_sent_twice_has_one_effect(embedded_desk: Desk, writer: Actor):
    browser = embedded_desk.browser(writer)
    asked = {**hidden(browser.get("/notes/new").text), "text": "once"}
    answers = [browser.post("/notes/new", data=asked) for _ in range(3)]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (303, answers[0].headers["Location"])
    }
    assert texts(embedded_desk) == ["once"]


def test_a_form_sent_again_with_other_answers_is_shown_with_a_new_key_and_then_works(
    embedded_desk: Desk, writer: Actor
):
    browser = embedded_desk.browser(writer)
    asked = hidden(browser.get("/notes/new").text)
    browser.post("/notes/new", data={**asked, "text": "one"})
    refused = browser.post("/notes/new", data={**asked, "text": "two"})
    assert refused.status_code == 422
    again = hidden(refused.text)
    assert (again["text"], again["idempotency_key"] != asked["idempotency_key"]) == ("two", True)
    assert browser.post("/notes/new", data=again).status_code == 303
    assert texts(embedded_desk) == ["one", "two"]


def test_what_is_wrong_is_said_beside_what_was_typed(embedded_desk: Desk, writer: Actor):
    browser = embedded_desk.browser(writer)
    typed = "<b>" + "x" * 301
    refused = browser.post("/notes/new", data={**hidden(browser.get("/notes/new").text), "text": typed})
    assert refused.status_code == 422
    assert (hidden(refused.text).get("text") or typed) == typed
    assert "<b>x" not in refused.text
    assert count(embedded_desk) == 0


@pytest.mark.parametrize(
    "fields",
    [{"text": "a\x00b"}, {"idempotency_key": "\x00", "text": "ok"}, {"idempotency_key": "x" * 999, "text": "ok"},
     {"version": "x" * 50, "text": "ok"}, {"more": "1", "text": "ok"}, {"text": "ok", "text.inner": "x"}],
)  # fmt: skip
def test_no_form_is_a_500(embedded_desk: Desk, writer: Actor, fields):
    sent = embedded_desk.browser(writer).post("/notes/new", data={"csrf_token": "csrf", **fields})
    assert sent.status_code in (303, 422)


@pytest.mark.parametrize("draft", ["%00", "x" * 999, "ł", "", "../x"])
def test_no_draft_name_is_a_500(embedded_desk: Desk, writer: Actor, draft):
    assert embedded_desk.browser(writer).get(f"/notes/new?draft={draft}").status_code == 200


def test_a_page_only_asks(embedded_desk: Desk, writer: Actor):
    browser = embedded_desk.browser(writer)
    for method in ("GET", "HEAD", "OPTIONS"):
        assert browser.open("/notes/new?text=x", method=method).status_code == 200
    assert count(embedded_desk) == 0


# -- two people on one record --------------------------------------------------------------------------------------


@pytest.fixture
def note(embedded_desk: Desk, writer: Actor) -> str:
    return str(embedded_desk.api(writer).post("/notes", json={"text": "first"}).json["id"])


def test_a_stale_form_shows_both_sides_and_can_be_sent_then(embedded_desk: Desk, writer: Actor, note: str):
    browser, path = embedded_desk.browser(writer), f"/notes/notes/{note}/edit"
    mine = hidden(browser.get(path).text)
    assert (mine["text"], mine["version"]) == ("first", "1")
    embedded_desk.api(writer).put(f"/notes/{note}", json={"text": "theirs"})
    stale = browser.post(path, data={**mine, "text": "mine"})
    assert stale.status_code == 412
    assert "theirs" in stale.text
    assert (hidden(stale.text)["text"], hidden(stale.text)["version"]) == ("mine", "2")
    assert browser.post(path, data=hidden(stale.text)).status_code == 303
    assert texts(embedded_desk) == ["mine"]


def test_a_mistake_does_not_make_her_overwrite_what_she_never_saw(embedded_desk: Desk, writer: Actor, note: str):
    browser, path = embedded_desk.browser(writer), f"/notes/notes/{note}/edit"
    mine = hidden(browser.get(path).text)
    embedded_desk.api(writer).put(f"/notes/{note}", json={"text": "theirs"})
    mistaken = browser.post(path, data={**mine, "text": ""})
    assert (mistaken.status_code, hidden(mistaken.text)["version"]) == (422, "1")
    assert browser.post(path, data={**hidden(mistaken.text), "text": "mine"}).status_code == 412
    assert texts(embedded_desk) == ["theirs"]


def test_a_foreign_record_is_404_and_a_role_that_never_has_it_403(embedded_desk: Desk, note: str):
    other, reader = embedded_desk.browser(embedded_desk.actor("writer")), embedded_desk.actor("reader")
    assert other.get(f"/notes/notes/{note}/edit").status_code == 404
    assert other.post(f"/notes/notes/{note}/close", data={"csrf_token": "csrf"}).status_code == 404
    assert embedded_desk.browser(reader).get(f"/notes/notes/{note}/edit").status_code == 403


# -- forgery -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "wrong", "CSRF", "ł\x00"])
def test_without_its_token_a_form_does_nothing(embedded_desk: Desk, writer: Actor, token):
    fields = {"text": "forged"} | ({"csrf_token": token} if token is not None else {})
    assert embedded_desk.browser(writer).post("/notes/new", data=fields).status_code == 403
    assert count(embedded_desk) == 0


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "null", "http://127.0.0.1:8000.elsewhere.example", "x"]
)
def test_a_form_of_another_origin_does_nothing(embedded_desk: Desk, writer: Actor, origin):
    browser = embedded_desk.browser(writer)
    fields = {"text": "x", "csrf_token": "csrf"}
    assert browser.post("/notes/new", data=fields, headers={"Origin": origin}).status_code == 403
    assert count(embedded_desk) == 0
    assert browser.post("/notes/new", data=fields, headers={"Origin": "http://127.0.0.1:8000"}).status_code == 303


def test_a_button_needs_the_token_too(embedded_desk: Desk, writer: Actor, note: str):
    browser = embedded_desk.browser(writer)
    assert browser.post(f"/notes/notes/{note}/close").status_code == 403
    assert browser.post(f"/notes/notes/{note}/close", data={"csrf_token": "csrf"}).status_code == 303
    assert browser.get(f"/notes/notes/{note}/close").status_code == 405


# -- signing in again ----------------------------------------------------------------------------------------------


def returned_to(address: str) -> str:
    parts = urlsplit(address)
    assert parts.path == "/people/renew"
    return parse_qs(parts.query)["return"][0]


def test_nobody_is_sent_to_sign_in_and_one_whose_token_ran_out_through_people(embedded_desk: Desk, writer: Actor):
    signed_out = embedded_desk.browser().get("/notes/new?x=1")
    assert signed_out.status_code == 303
    assert signed_out.headers["Location"] == "/people/sign-in?return=%2Fnotes%2Fnew%3Fx%3D1"
    renewed = ran_out(embedded_desk, writer).get("/notes/new?x=1")
    assert returned_to(renewed.headers["Location"]) == "/notes/new?x=1"


def test_what_was_typed_is_there_after_the_renewal_and_only_for_her(embedded_desk: Desk, writer: Actor):
    desk, browser = embedded_desk, embedded_desk.browser(writer)
    asked = hidden(browser.get("/notes/new").text)
    away = ran_out(desk, writer).post("/notes/new", data={**asked, "text": "half a <thought>"})
    back = returned_to(away.headers["Location"])
    assert (away.status_code, count(desk), "thought" in back) == (303, 0, False)
    shown = browser.get(back)
    assert hidden(shown.text)["text"] == "half a <thought>"
    assert (
        "text" not in hidden(desk.browser(desk.actor("writer")).get(back).text)
        or not hidden(desk.browser(desk.actor("writer")).get(back).text)["text"]
    )
    assert browser.post("/notes/new", data=hidden(shown.text)).status_code == 303
    assert browser.post("/notes/new", data=hidden(shown.text)).status_code == 303
    assert texts(desk) == ["half a <thought>"]


def test_a_draft_is_sealed_and_forgotten_after_an_hour(embedded_desk: Desk, writer: Actor):
    desk = embedded_desk
    asked = hidden(desk.browser(writer).get("/notes/new").text)
    away = ran_out(desk, writer).post("/notes/new", data={**asked, "text": "canary"})
    with desk.reading() as tx:
        assert "canary" not in str(tx.connection.exec_driver_sql("SELECT * FROM drafts").all())
    desk.clock.advance(minutes=61)
    assert hidden(desk.browser(writer).get(returned_to(away.headers["Location"])).text)["text"] == ""


def test_a_forged_form_leaves_no_draft(embedded_desk: Desk, writer: Actor):
    assert ran_out(embedded_desk, writer).post("/notes/new", data={"text": "forged"}).status_code == 403
    with embedded_desk.reading() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM drafts").scalar() == 0


def test_who_pressed_a_button_comes_back_to_it(embedded_desk: Desk, writer: Actor, note: str):
    browser, path = ran_out(embedded_desk, writer), f"/notes/notes/{note}/close"
    pages = {
        "http://localhost/notes/list?page=2": "/notes/list?page=2",
        "http://elsewhere.example/x": f"/notes/notes/{note}",
        "": f"/notes/notes/{note}",
        "http://localhost//elsewhere.example": f"/notes/notes/{note}",
    }
    for referer, expected in pages.items():
        pressed = browser.post(path, data={"csrf_token": "csrf"}, headers={"Referer": referer})
        assert returned_to(pressed.headers["Location"]) == expected


# -- around every answer -------------------------------------------------------------------------------------------


def test_a_page_that_polls_gets_304_while_nothing_has_changed(embedded_desk: Desk, writer: Actor, note: str):
    browser, path = embedded_desk.browser(writer), f"/notes/notes/{note}"
    first = browser.get(path)
    again = browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    embedded_desk.api(writer).put(f"/notes/{note}", json={"text": "new"})
    assert browser.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/notes/new", "/notes/api/v1/notes", "/notes/nowhere", "/notes/livez", "/notes/system"]
)
def test_every_answer_is_guarded(embedded_desk: Desk, writer: Actor, path):
    headers = embedded_desk.browser(writer).get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self' https://www.wikipedia.org/"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")
    assert (headers["Referrer-Policy"], headers["Cross-Origin-Opener-Policy"]) == ("same-origin", "same-origin")
    assert headers["X-Request-Id"]
    assert "Server" not in headers
    assert "Strict-Transport-Security" not in headers, "the origin is plain HTTP on loopback"


def test_behind_tls_cookies_are_bound_to_the_host_and_hsts_is_set(embedded_desk: Desk, prepared, folder):
    settings = Settings(data=folder, origin="https://splot.example.org")
    app = kernel_notes.web(kernel_notes.make_runtime(settings, prepared))
    answer = app.test_client().get("/notes/livez")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    client = app.test_client()
    client.set_cookie("splot", embedded_desk.token(embedded_desk.actor("writer")))
    assert client.get("/notes/new").headers["Location"].startswith("/people/sign-in"), (
        "the plain name counts for nothing"
    )


def test_no_page_has_script_or_style_inside(embedded_desk: Desk, writer: Actor):
    for path in ("/notes/new", "/notes/nowhere"):
        page = embedded_desk.browser(writer).get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!www\.wikipedia\.org)', page)


def test_an_error_page_does_not_say_what_went_wrong_inside(embedded_desk: Desk, writer: Actor, monkeypatch):
    monkeypatch.setattr(kernel_notes, "write", lambda tx, text: 1 / 0)
    asked = hidden(embedded_desk.browser(writer).get("/notes/new").text)
    failed = embedded_desk.browser(writer).post("/notes/new", data={**asked, "text": "secret"})
    assert failed.status_code == 500
    assert "ZeroDivision" not in failed.text
    assert "secret" not in failed.text
    assert failed.headers["X-Request-Id"] in failed.text


def test_a_token_that_runs_out_in_a_second_is_renewed_not_refused(embedded_desk: Desk, writer: Actor):
    browser = embedded_desk.browser(writer, seconds=1)
    deadline = time.monotonic() + 5
    while browser.get("/notes/new").status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert returned_to(browser.get("/notes/new").headers["Location"]) == "/notes/new"
