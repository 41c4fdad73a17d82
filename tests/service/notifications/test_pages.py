"""The pages: the work queue, wishes, and an operator's messages."""

import re

import pytest
from flask.testing import FlaskClient

from shared import i18n
from shared.actor import Actor
from shared.database import new_id
from tests.service.notifications.conftest import Partnership, Post

QUEUE = "/notifications/"


def page(p: Partnership, actor: Actor, path: str = QUEUE, language: str = "en") -> str:
    answer = browser(p, actor, language).get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def browser(p: Partnership, actor: Actor, language: str = "en") -> FlaskClient:
    client = p.world.browser("notifications", actor)
    client.set_cookie("splot-language", language)
    return client


def test_the_queue_shows_who_waits_for_whom_and_by_when_with_one_way_on(partnership: Partnership) -> None:
    p, referral = partnership, new_id()
    p.referral("requested", referral, decide_by="2026-03-02T14:00:00Z", priority="urgent")
    p.world.settle()
    shown = page(p, p.intake)
    assert "Referral 7F3K-92 waits for your answer" in shown
    assert "from: Urząd pracy" in shown
    assert "by 15:00" in shown
    assert f'href="/referrals/referrals/{referral}"' in shown
    assert "1 item waits for you." in shown
    assert shown.index("<h2") < shown.index("Today") < shown.index("7F3K-92")


def test_what_is_late_stands_first_and_says_how_late(partnership: Partnership) -> None:
    p = partnership
    p.referral("overdue", new_id(), deadline="decide", due_at="2026-02-26T22:59:59Z")
    p.referral("rejected", new_id(), code="9K1A-07", reason="no-capacity")
    p.world.settle()
    shown = page(p, p.caseworker)
    assert "2 working days overdue" in shown
    assert "we wait for: Fundacja Most" in shown
    assert shown.index("Overdue") < shown.index("No answer to referral") < shown.index("9K1A-07")


def test_a_refusal_says_how_many_other_services_have_places(partnership: Partnership) -> None:
    p = partnership
    p.tell("referrals.service.published.v1", new_id(), institution_id=p.ngo)
    p.referral("rejected", new_id())
    p.world.settle()
    assert "1 service has free places" in page(p, p.caseworker)


def test_a_crisis_centre_is_not_named_to_who_receives_its_referral(partnership: Partnership) -> None:
    p, centre = partnership, new_id()
    p.institution(centre, name="Ośrodek Interwencji", type="oik")
    p.referral("requested", new_id(), sender_id=centre)
    p.world.settle()
    shown = page(p, p.intake)
    assert "Ośrodek" not in shown
    assert "from: a partner institution" in shown


def test_what_only_tells_is_finished_by_a_click(partnership: Partnership) -> None:
    p = partnership
    p.referral("accepted", new_id())
    p.world.settle()
    (item,) = p.inbox(p.caseworker)
    done = f"/notifications/items/{item['id']}/done"
    assert f'action="{done}"' in page(p, p.caseworker)
    client = browser(p, p.caseworker)
    assert client.post(done).status_code == 403
    answer = client.post(done, data={"csrf_token": "csrf"}, follow_redirects=True)
    assert "The item is off your list." in answer.get_data(as_text=True)
    assert "Nothing waits for you." in page(p, p.caseworker)
    assert browser(p, p.intake).post(done, data={"csrf_token": "csrf"}).status_code == 404


def test_what_waits_for_a_fact_has_no_such_button(partnership: Partnership) -> None:
    p = partnership
    p.referral("requested", new_id())
    p.world.settle()
    assert "/done" not in page(p, p.intake)


@pytest.mark.parametrize(
    "role",
    ["caseworker", "intake", "institution-admin", "mentor", "cooperative", "coordinator", "data-officer", "operator",
     "administrator", "participant"],
)  # fmt: skip
def test_an_empty_queue_says_what_to_do_next(partnership: Partnership, role: str) -> None:
    p = partnership
    shown = page(p, p.world.actor(role))
    assert "Nothing waits for you." in shown
    assert "splot-empty" in shown
    assert re.search(r'splot-buttons"><a class="govuk-button[^>]*href="/', shown)


def test_beside_the_queue_stand_free_places_and_what_became_of_referrals(partnership: Partnership) -> None:
    p = partnership
    places = {"unit": "place", "available": 3, "maximum": 20, "waiting_list": True}
    p.tell("referrals.service.published.v1", new_id(), institution_id=p.ngo, name="Kurs A1", capacity=places)
    for fact in ("accepted", "rejected"):
        referral = new_id()
        p.referral("requested", referral)
        p.referral(fact, referral, status=fact)
    p.world.settle()
    for reader in (p.caseworker, p.intake):
        assert "Kurs A1" in page(p, reader)
    assert "1 accepted" in page(p, p.caseworker)
    assert "1 refused" in page(p, p.caseworker)
    assert "Sent this month" not in page(p, p.intake)


def test_the_cooperative_way_leads_to_where_one_is_founded_or_joined(partnership: Partnership) -> None:
    p, path = partnership, new_id()
    chosen = {"institution_id": p.ngo, "participant_id": p.woman, "adviser_id": p.intake.id}
    p.tell("programmes.path.way-chosen.v1", path, **chosen)
    p.world.settle()
    shown = page(p, p.intake)
    assert 'href="/cooperatives/founding"' in shown
    assert f'href="/programmes/paths/{path}"' in shown


def test_a_queue_that_polls_itself_gets_nothing_new_while_nothing_changes(partnership: Partnership) -> None:
    p = partnership
    p.referral("requested", new_id())
    p.world.settle()
    client = browser(p, p.intake)
    first = client.get(QUEUE)
    assert client.get(QUEUE, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_tab_says_nothing_of_anyone(partnership: Partnership) -> None:
    p = partnership
    p.referral("requested", new_id())
    p.world.settle()
    assert re.search(r"<title>(.*?)</title>", page(p, p.intake))[1] == "To do – Splot"  # type: ignore[index]


def test_in_polish_every_item_is_in_polish(partnership: Partnership) -> None:
    p = partnership
    i18n.missing_terms.clear()
    for fact in ("requested", "accepted", "rejected", "information-asked", "waitlisted", "completed", "failed",
                 "redirected", "overdue"):  # fmt: skip
        p.referral(fact, new_id())
    match = new_id()
    p.match("proposed", match)
    p.match("accepted", match)
    for fact in ("declined", "expired", "started"):
        p.match(fact, new_id())
    key, representative = new_id(), p.account("cooperative")
    p.cooperative("status-changed", key, representative_account_ids=[representative.id])
    p.tell("cooperatives.vacancy.opened.v1", new_id())
    p.tell("cooperatives.obligation.due.v1", new_id(), cooperative_id=key)
    p.tell("referrals.agreement.ending.v1", new_id(), parties=[p.office, p.ngo])
    p.tell("programmes.path.way-chosen.v1", new_id(), institution_id=p.ngo, participant_id=p.woman, adviser_id=None)
    p.world.settle()
    p.world.later(seconds=10)
    readers = (p.caseworker, p.intake, p.admin, p.coordinator, p.mentor, representative)
    shown = " ".join(page(p, reader, language="pl") for reader in readers)
    for polish in ("czeka na Twoją odpowiedź", "Odmowa:", "Brak odpowiedzi", "Nowe miejsce pracy", "czekamy na:"):
        assert polish in shown
    titles = [item["title"] for reader in readers for item in p.inbox(reader)]
    assert len(titles) > 20
    for english in ("Referral", "waits for", "since ", "Accepted", "Answer", "Open<", "working day"):
        assert english not in shown
    assert not i18n.missing_terms


# -- wishes --------------------------------------------------------------------------------------------------------


def test_wishes_are_asked_for_kept_and_checked(partnership: Partnership) -> None:
    p, path = partnership, "/notifications/preferences"
    assert 'value="20:00"' in page(p, p.intake, path)
    client = browser(p, p.intake)
    wrong = {"csrf_token": "csrf", "version": "0", "quiet_hours.from": "8", "quiet_hours.to": "07:00"}
    answer = client.post(path, data=wrong)
    assert answer.status_code == 422
    assert "Expected a time such as 20:00." in answer.get_data(as_text=True)
    right = {**wrong, "quiet_hours.from": "18:00", "email": "true"}
    assert client.post(path, data=right).status_code == 303
    assert p.get(p.intake, "/preferences")["quiet_hours"] == {"from": "18:00", "to": "07:00"}


# -- an operator's messages ----------------------------------------------------------------------------------------


def test_an_operator_finds_a_given_up_message_and_decides(partnership: Partnership, post: Post) -> None:
    p = partnership
    post.refuse = ["554 never", "554 never"]
    p.referral("requested", new_id())
    p.send()
    assert "1 message was given up." in page(p, p.operator)
    (one,) = p.deliveries()
    listed = page(p, p.operator, "/notifications/deliveries?status=failed&channel=email")
    record = f"/notifications/deliveries/{one['id']}"
    assert record in listed
    assert "SMTP 554" in page(p, p.operator, record)
    client = browser(p, p.operator)
    assert client.post(f"{record}/retry", data={"csrf_token": "csrf"}).status_code == 303
    p.send()
    assert "Why the message can be done without" in page(p, p.operator, f"{record}/discard")
    empty = client.post(f"{record}/discard", data={"csrf_token": "csrf"})
    assert empty.status_code == 422
    assert client.post(f"{record}/discard", data={"csrf_token": "csrf", "reason": "moved"}).status_code == 303
    assert "moved" in page(p, p.operator, record)


def test_messages_are_the_operators_only(partnership: Partnership) -> None:
    p = partnership
    assert browser(p, p.intake).get("/notifications/deliveries").status_code == 403
    assert "No message has been made yet." in page(p, p.operator, "/notifications/deliveries")
    assert browser(p, p.operator).get("/notifications/deliveries?status=odd").status_code == 422
