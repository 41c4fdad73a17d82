"""The same things by clicking: every step of the story has its page, its words and its refusals."""

import re

import pytest

from shared import i18n
from shared.database import new_id

AT = "/referrals/referrals"


@pytest.fixture
def partnership(embedded):
    return embedded


def visit(partnership, who, path, *, expect=200):
    browser = partnership.world.browser("referrals", partnership.accounts[who] if who else None)
    answer = browser.get(path)
    assert answer.status_code == expect, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def send(partnership, who, path, form=None, *, expect=303):
    browser = partnership.world.browser("referrals", partnership.accounts[who])
    answer = browser.post(path, data={"csrf_token": "csrf", **(form or {})})
    assert answer.status_code == expect, answer.get_data(as_text=True)[:3000]
    return answer.headers.get("Location") or answer.get_data(as_text=True)


def test_a_referral_is_written_question_by_question_and_sent(partnership):
    at = send(partnership, "caseworker", "/referrals/new", {"participant_id": partnership.woman})
    draft = at.removesuffix("/service")
    assert "Kurs polskiego A1" in visit(partnership, "caseworker", at)
    at = send(partnership, "caseworker", at, {"service_id": partnership.course_id})
    assert at == f"{draft}/need"
    at = send(partnership, "caseworker", at, {"needs": ["language-course"], "priority": "urgent"})
    assert at == f"{draft}/situation"
    at = send(
        partnership, "caseworker", at, {"languages": ["uk"], "childcare": "true", "narrative": "She works nights."}
    )
    assert at == f"{draft}/sharing"
    sharing = {
        "legal_basis.code": "gdpr-6-1-e", "sharing.fields": ["name", "narrative"], "sharing.agreed": "spoken",
        "sharing.expires_on": "2027-03-01",
    }  # fmt: skip
    at = send(partnership, "caseworker", at, sharing)
    assert at == f"{draft}/check"
    assert "She works nights." in visit(partnership, "caseworker", at)
    at = send(partnership, "caseworker", at)
    assert at == draft
    [fact] = partnership.facts("referral.requested")
    assert (fact.key, fact.data["priority"]) == (draft.split("/")[-1], "urgent")


def test_the_person_is_chosen_already_where_one_comes_from_her_page(partnership):
    page = visit(partnership, "caseworker", f"/referrals/new?participant_id={partnership.woman}")
    assert re.search(rf'value="{partnership.woman}" selected', page)


def test_a_question_without_an_answer_is_asked_again_with_what_was_typed(partnership):
    draft = partnership.refer(submit=False)["id"]
    page = send(partnership, "caseworker", f"{AT}/{draft}/sharing", {"legal_basis.reference": "art. 33"}, expect=422)
    assert "art. 33" in page
    assert "govuk-error-summary" in page


def test_sending_what_is_incomplete_says_what_is_missing(partnership):
    draft = partnership.refer(submit=False, sharing=None)["id"]
    page = send(partnership, "caseworker", f"{AT}/{draft}/check", expect=422)
    assert "To jest potrzebne przed wysłaniem." in page


def test_only_services_that_an_agreement_covers_are_offered(partnership):
    partnership.service(name="Mieszkanie", category="housing")
    draft = partnership.refer(submit=False)["id"]
    assert "Mieszkanie" not in visit(partnership, "caseworker", f"{AT}/{draft}/service")


def test_opening_the_page_changes_nothing_the_button_does(partnership):
    sent = partnership.refer()["id"]
    page = visit(partnership, "intake", f"{AT}/{sent}")
    assert f'action="{AT}/{sent}/actions/receive"' in page
    assert partnership.get("intake", f"/referrals/{sent}")["status"] == "requested"
    send(partnership, "intake", f"{AT}/{sent}/actions/receive")
    assert partnership.get("intake", f"/referrals/{sent}")["status"] == "received"


def test_the_recipients_page_shows_her_name_only_after_it_accepted(partnership):
    partnership.world.people.names[partnership.woman] = "Oksana Przykładowa"
    sent = partnership.refer()["id"]
    before = visit(partnership, "intake", f"{AT}/{sent}")
    assert "Oksana" not in before
    assert "She works nights." not in before
    send(partnership, "intake", f"{AT}/{sent}/actions/accept")
    after = visit(partnership, "intake", f"{AT}/{sent}")
    assert "Oksana" in after
    assert "She works nights." in after
    assert "Oksana" not in re.search(r"<title>.*?</title>", after)[0]


def test_when_people_is_away_the_code_stands_for_her(partnership):
    sent = partnership.refer()["id"]
    partnership.world.people.away = True
    assert "7F3K-92" in visit(partnership, "caseworker", f"{AT}/{sent}")


@pytest.mark.parametrize(
    ("who", "before", "action", "form", "status"),
    [
        ("intake", [], "reject", {"reason": "no-capacity"}, "rejected"),
        ("intake", ["receive"], "ask", {"question": "Which days?"}, "on-hold"),
        ("intake", [], "waitlist", {}, "on-hold"),
        ("intake", ["accept"], "start", {}, "in-progress"),
        ("intake", ["accept"], "fail", {"reason": "no-capacity"}, "failed"),
        ("intake", ["accept", "start"], "hold", {}, "on-hold"),
        ("intake", ["accept", "start", "hold"], "resume", {}, "in-progress"),
        ("intake", ["accept", "start"], "complete", {"outcome": "employed"}, "completed"),
        ("caseworker", [], "cancel", {"reason": "no-longer-needed"}, "cancelled"),
        ("caseworker", [], "mark-entered-in-error", {"comment": "Twice."}, "entered-in-error"),
    ],
)
def test_every_action_has_its_button_or_page(partnership, who, before, action, form, status):
    sent = partnership.refer()["id"]
    for step in before:
        partnership.act("intake", sent, step)
    at = f"{AT}/{sent}/actions/{action}"
    assert at in visit(partnership, who, f"{AT}/{sent}")
    if form:
        visit(partnership, who, at)
        send(partnership, who, at, expect=422)
    send(partnership, who, at, form)
    assert partnership.get(who, f"/referrals/{sent}")["status"] == status
    visit(partnership, who, f"{AT}/{sent}")


def test_the_question_is_shown_where_it_is_answered(partnership):
    sent = partnership.refer()["id"]
    partnership.act("intake", sent, "receive")
    partnership.act("intake", sent, "ask", {"question": "Which days?"})
    assert "Which days?" in visit(partnership, "caseworker", f"{AT}/{sent}/actions/answer")
    send(partnership, "caseworker", f"{AT}/{sent}/actions/answer", {"text": "Mondays."})
    assert "Mondays." in visit(partnership, "intake", f"{AT}/{sent}")


def test_redirecting_offers_other_covered_services_and_the_sender_asks_her_first(partnership):
    other = partnership.service(name="Kurs B1")["id"]
    sent = partnership.refer()["id"]
    at = f"{AT}/{sent}/actions/redirect"
    page = visit(partnership, "intake", at)
    assert "Kurs B1" in page
    assert partnership.course_id not in page
    send(partnership, "intake", at, {"service_id": other})
    draft = partnership.get("caseworker", f"/referrals/{sent}")["replaced_by"]
    browser = partnership.world.browser("referrals", partnership.accounts["caseworker"])
    assert browser.get(f"{AT}/{draft}").headers["Location"] == f"{AT}/{draft}/sharing"
    assert "Zapytaj ją ponownie" in visit(partnership, "caseworker", f"{AT}/{draft}/sharing")


def test_a_decision_on_an_old_version_shows_both_sides(partnership):
    sent = partnership.refer()["id"]
    partnership.act("intake", sent, "receive")
    form = {"reason": "no-capacity", "version": "1"}
    assert "Ktoś" in send(partnership, "intake", f"{AT}/{sent}/actions/reject", form, expect=412)


def test_a_form_sent_twice_has_one_effect(partnership):
    sent = partnership.refer()["id"]
    form = {"reason": "no-capacity", "version": "1", "idempotency_key": new_id()}
    first = send(partnership, "intake", f"{AT}/{sent}/actions/reject", form)
    assert send(partnership, "intake", f"{AT}/{sent}/actions/reject", form) == first


def test_a_click_takes_a_place_and_gives_it_back(partnership):
    at = f"/referrals/services/{partnership.course_id}/places"
    for way, free in (("fewer", 2), ("more", 3)):
        assert f"{at}/{way}" in visit(partnership, "admin", "/referrals/institution")
        send(partnership, "admin", f"{at}/{way}")
        assert partnership.get("admin", f"/services/{partnership.course_id}")["capacity"]["available"] == free


def test_a_service_is_published_changed_and_withdrawn_by_pages(partnership):
    form = {"name": "Kurs zawodowy", "category": "vocational-course", "teryt": "2061", "capacity.available": "4"}
    at = send(partnership, "admin", "/referrals/services/new", form)
    send(partnership, "admin", f"{at}/change", {**form, "name": "Kurs krawiecki"})
    send(partnership, "admin", f"{at}/capacity", {"available": "5", "maximum": "8", "unit": "place"})
    page = visit(partnership, None, at)
    assert "Kurs krawiecki" in page
    assert "5 wolnych miejsc z 8" in page
    send(partnership, "admin", f"{at}/withdraw")
    assert "Kurs krawiecki" not in visit(partnership, None, "/referrals/services")


def test_an_agreement_is_drawn_up_signed_and_ended_by_pages(partnership):
    form = {
        "parties": [partnership.office_id, partnership.foundation_id], "fields": ["name"], "purposes": ["housing"],
        "valid_from": "2026-01-01",
    }  # fmt: skip
    at = send(partnership, "coordinator", "/referrals/agreements/new", form)
    for party in (partnership.office_id, partnership.foundation_id):
        assert f"{at}/sign/{party}" in visit(partnership, "coordinator", at)
        send(partnership, "coordinator", f"{at}/sign/{party}")
    visit(partnership, "coordinator", f"{at}/end")
    form = {"institution_id": partnership.office_id, "reason": "replaced"}
    send(partnership, "coordinator", f"{at}/end", form)
    assert "zakończone" in visit(partnership, "caseworker", at)


def test_the_administrator_registers_changes_and_closes_institutions_by_pages(partnership):
    form = {"type": "ngo", "name": "Fundacja Nić", "teryt": "2062"}
    at = send(partnership, "administrator", "/referrals/institutions/new", form)
    send(partnership, "administrator", f"{at}/change", {**form, "name": "Fundacja Nitka", "krs": "0000123456"})
    assert "Fundacja Nitka" in visit(partnership, "administrator", "/referrals/institutions?q=nitka")
    visit(partnership, "administrator", f"{at}/close")
    send(partnership, "administrator", f"{at}/close")
    assert "poza partnerstwem" in visit(partnership, "administrator", at)


@pytest.mark.parametrize("filters", ["", "?category=language-course", "?category=nonsense&language=%00", "?cursor=zzz"])
def test_the_directory_answers_anyone_whatever_is_asked(partnership, filters):
    expect = 422 if "cursor" in filters else 200
    visit(partnership, None, f"/referrals/services{filters}", expect=expect)


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        (None, AT, 303), ("mentor", AT, 403), ("intake", "/referrals/new", 403),
        ("caseworker", "/referrals/institution", 403),
        ("caseworker", "/referrals/institutions/new", 403), ("intake", "/referrals/agreements/new", 403),
        ("caseworker", AT, 200), ("intake", f"{AT}?side=received&overdue=true", 200), ("coordinator", AT, 200),
        ("caseworker", "/referrals/agreements", 200), ("admin", "/referrals/agreements/new", 200),
        ("admin", "/referrals/services/new", 200), ("operator", "/referrals/system", 200),
    ],
)  # fmt: skip
def test_pages_are_for_those_they_are_for(partnership, who, path, status):
    visit(partnership, who, path, expect=status)


def test_what_is_foreign_is_not_found(partnership):
    sent = partnership.refer()["id"]
    for path in (f"{AT}/{sent}", f"{AT}/{sent}/actions/reject", f"/referrals/agreements/{partnership.agreement_id}"):
        visit(partnership, "stranger", path, expect=404)


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_no_code_is_shown_for_want_of_a_word(partnership, language):
    i18n.missing_terms.clear()
    sent = partnership.refer()["id"]
    paths = {
        None: ["/referrals/services", f"/referrals/services/{partnership.course_id}"],
        "caseworker": [AT, f"{AT}/{sent}", "/referrals/new", f"{AT}/{sent}/actions/cancel"],
        "intake": [f"{AT}/{sent}", f"{AT}/{sent}/actions/reject"],
        "admin": [f"/referrals/{page}" for page in ("institution", "agreements", "agreements/new", "services/new")],
        "administrator": ["/referrals/institutions", "/referrals/institutions/new"],
    }  # fmt: skip
    for who, those in paths.items():
        browser = partnership.world.browser("referrals", partnership.accounts[who] if who else None)
        browser.set_cookie("splot-language", language)
        assert [browser.get(path).status_code for path in those] == [200] * len(those)
    assert i18n.missing_terms == set()
