"""Health for machines, and the operator's page: no person, no data of anyone, and what to do about what is parked."""

from dataclasses import replace

import pytest

from shared import leases
from tests.kernel.desk import Desk
from tests.kernel.test_pages import hidden


def fail(_fact) -> None:
    raise ValueError("Maria Kowalska")


@pytest.fixture
def troubled(desk: Desk) -> Desk:
    desk.trouble.act = fail
    desk.consumer(attempts_allowed=1).take([desk.tell("a", 1), desk.tell("a", 2)])
    desk.trouble.act = lambda _fact: None
    return desk


def parked_path(desk: Desk, number: int = 0) -> str:
    return f"/notes/system/parked/{desk.parked()[number]['id']}"


def test_a_process_lives_and_is_ready_with_its_database(desk: Desk):
    client = desk.app.test_client()
    assert (client.get("/notes/livez").status_code, client.get("/notes/livez").json) == (200, {"status": "ok"})
    assert (client.get("/notes/readyz").status_code, client.get("/notes/readyz").json) == (200, {"status": "degraded"})
    desk.relay().run_once()
    assert client.get("/notes/readyz").json == {"status": "ok"}


@pytest.mark.parametrize(("state", "age"), [("event-log-away", 0), ("ok", 31)])
def test_without_the_event_log_it_is_degraded_and_still_gets_requests(desk: Desk, state, age):
    leases.beat(desk.runtime.engine, part="relay", now=desk.clock.at, state=state)
    desk.clock.advance(seconds=age)
    answer = desk.app.test_client().get("/notes/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "degraded"})


def test_without_its_database_it_is_not_ready_and_says_no_more(embedded_desk: Desk):
    desk = embedded_desk
    desk.runtime.engine.dispose()
    desk.runtime.__dict__["engine"] = _gone()
    answer = desk.app.test_client().get("/notes/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable"})
    away = desk.app.test_client().get("/notes/livez")
    assert away.status_code == 200


def _gone():
    from shared.database import open_engine

    return open_engine("postgresql://nobody@127.0.0.1:1/nothing")


@pytest.mark.parametrize("role", ["writer", "administrator", "data-officer", ""])
def test_only_an_operator_sees_the_page(troubled: Desk, role):
    browser = troubled.browser(troubled.actor(role) if role else troubled.actor())
    assert browser.get("/notes/system").status_code == 403
    for path in (f"{parked_path(troubled)}/retry", f"{parked_path(troubled)}/discard"):
        assert browser.post(path, data={"csrf_token": "csrf", "reason": "x"}).status_code == 403
    assert troubled.app.test_client().get("/notes/system").status_code == 303


def test_the_operator_sees_what_is_parked_and_no_message_that_quotes_data(troubled: Desk):
    page = troubled.browser(troubled.actor("operator")).get("/notes/system")
    assert page.status_code == 200
    assert troubled.parked()[0]["id"] in page.text
    assert "ValueError" in page.text
    assert "Kowalska" not in page.text
    assert troubled.browser(troubled.actor("operator")).get(parked_path(troubled)).status_code == 200


def test_she_retries(troubled: Desk):
    browser = troubled.browser(troubled.actor("operator"))
    assert browser.post(f"{parked_path(troubled)}/retry", data={"csrf_token": "csrf"}).status_code == 303
    consumer = troubled.consumer()
    consumer.retry_parked()
    consumer.retry_parked()
    assert (troubled.effects(), troubled.parked()) == ([("a", 1), ("a", 2)], [])


def test_she_discards_with_a_reason(troubled: Desk):
    browser, path = troubled.browser(troubled.actor("operator")), f"{parked_path(troubled)}/discard"
    asked = hidden(browser.get(path).text)
    assert browser.post(path, data={**asked, "reason": " "}).status_code == 422
    assert browser.post(path, data={**asked, "reason": "sent by hand"}).status_code == 303
    decided = troubled.parked()[0]
    assert (decided["state"], decided["reason"]) == ("discarded", "sent by hand")
    assert browser.post(path, data={**hidden(browser.get(path).text), "reason": "again"}).status_code == 409
    troubled.consumer().retry_parked()
    assert troubled.effects() == [("a", 2)]


def test_she_cannot_decide_on_one_behind_another(troubled: Desk):
    browser, path = troubled.browser(troubled.actor("operator")), parked_path(troubled, 1)
    assert browser.post(f"{path}/retry", data={"csrf_token": "csrf"}).status_code == 409
    discarded = browser.post(f"{path}/discard", data={**hidden(browser.get(f"{path}/discard").text), "reason": "x"})
    assert discarded.status_code == 409
    assert [row["state"] for row in troubled.parked()] == ["dead", "behind"]


def test_what_is_not_parked_is_404(troubled: Desk):
    browser = troubled.browser(troubled.actor("operator"))
    for path in ("/notes/system/parked/nothing", "/notes/system/parked/nothing/discard"):
        assert browser.get(path).status_code == 404
    assert browser.post("/notes/system/parked/nothing/retry", data={"csrf_token": "csrf"}).status_code == 404


def test_a_record_that_cannot_be_read_is_shown_too(desk: Desk):
    desk.consumer().take([replace(desk.tell("a", 1), value=b"<script>\x00")])
    browser = desk.browser(desk.actor("operator"))
    assert browser.get("/notes/system").status_code == 200
    shown = browser.get(parked_path(desk))
    assert shown.status_code == 200
    assert "<script>\x00" not in shown.text
    assert browser.post(f"{parked_path(desk)}/retry", data={"csrf_token": "csrf"}).status_code == 409
