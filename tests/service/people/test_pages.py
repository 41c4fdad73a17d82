"""Every page opens, asks, does what the API does, and keeps what was typed."""

import re

import pytest

from shared import i18n
from tests.service.people.conftest import PASSWORD, Town

CONTACT = {"csrf_token": "csrf", "language": "uk", "sms.value": "500 000 009", "sms.safe": "yes"}
WOMAN = {**CONTACT, "given_name": "Iryna", "family_name": "Wymyślona", "sms.value": "500 000 002"}
PUBLIC = ("/", "/people/privacy", "/people/accessibility", "/people/exit", "/people/sign-in", "/problems/422")


def text_of(response) -> str:
    return response.get_data(as_text=True)


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("language", ["pl", "en"])
def test_everyone_may_read_the_public_pages(small_town: Town, path, language):
    browser = small_town.world.browser("people")
    browser.set_cookie("splot-language", language)
    page = browser.get(path)
    assert page.status_code == 200
    assert "<h1" in text_of(page)


def test_home_leads_someone_signed_in_to_the_first_page_of_her_role(small_town: Town):
    home = small_town.world.browser("people", small_town.caseworker).get("/")
    assert (home.status_code, home.headers["Location"]) == (303, "/notifications/")


def test_a_caseworker_registers_a_woman_and_finds_her_again(small_town: Town):
    browser = small_town.world.browser("people", small_town.caseworker)
    assert browser.get("/people/participants").status_code == 200
    assert browser.get("/people/participants/new").status_code == 200
    made = browser.post("/people/participants/new", data=WOMAN)
    assert made.status_code == 303, text_of(made)
    record = text_of(browser.get(made.headers["Location"]))
    assert "Iryna Wymyślona" in record
    assert "/referrals/new?participant_id=" in record
    assert "Wymyślona" not in re.search(r"<title>(.*?)</title>", record)[1]
    found = browser.post("/people/participants/search", data={"csrf_token": "csrf", "name": "wymyslona iryna"})
    assert "Iryna Wymyślona" in text_of(found)
    assert "Iryna" not in text_of(
        browser.post("/people/participants/search", data={"csrf_token": "csrf", "name": "nobody"})
    )


def test_a_number_without_an_answer_is_asked_about_and_nothing_typed_is_lost(small_town: Town):
    browser = small_town.world.browser("people", small_town.caseworker)
    answer = browser.post(
        "/people/participants/new", data={**WOMAN, "sms.safe": "", "phone.value": "12", "phone.safe": "no"}
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#sms.safe"' in page
    assert "Iryna" in page
    again = browser.post("/people/participants/new", data={**WOMAN, "phone.value": "12", "phone.safe": "no"})
    assert again.status_code == 422
    assert 'href="#phone.value"' in text_of(again)


def test_the_safe_contact_form_keeps_what_it_does_not_ask_for(small_town: Town):
    second = {"channel": "sms", "value": "500 000 003", "safe": False, "note": "her mother's"}
    woman = small_town.register(contacts=[{"channel": "sms", "value": "500 000 002", "safe": True}, second])
    browser = small_town.world.browser("people", small_town.caseworker)
    path = f"/people/participants/{woman['id']}/safe-contact"
    assert "+48500000002" in text_of(browser.get(path))
    assert browser.post(path, data={**CONTACT, "version": "1"}).status_code == 303
    shown = small_town.world.api(small_town.caseworker).get(f"/people/api/v1/participants/{woman['id']}").json
    assert [(way["value"], way["safe"]) for way in shown["contacts"]] == [
        ("+48500000009", True),
        ("+48500000003", False),
    ]
    stale = browser.post(path, data={**CONTACT, "version": "1", "sms.value": "500 000 010"})
    assert stale.status_code == 412
    assert "500 000 010" in text_of(stale)


@pytest.mark.parametrize(
    ("language", "typed"), [("pl", "poniedziałek-piątek 9-15"), ("pl", "pon-pią 9-15"), ("en", "mon-fri 09:00-15:00")]
)
def test_days_are_typed_and_shown_in_the_readers_language(small_town: Town, language, typed):
    browser = small_town.world.browser("people", small_town.caseworker)
    browser.set_cookie("splot-language", language)
    here = browser.post("/people/participants/new", data={**WOMAN, "sms.hours": typed}).headers["Location"]
    shown = {"pl": "poniedziałek-piątek 09:00-15:00", "en": "Monday-Friday 09:00-15:00"}[language]
    assert shown in text_of(browser.get(here))
    assert f'value="{shown}"' in text_of(browser.get(f"{here}/safe-contact"))
    assert browser.post(f"{here}/safe-contact", data={**CONTACT, "sms.hours": shown}).status_code == 303


def test_a_receiving_institution_sees_the_record_but_cannot_change_how_she_is_reached(small_town: Town):
    woman = small_town.register()
    small_town.accepted(woman, fields=("phone",))
    browser = small_town.world.browser(
        "people", small_town.world.actor("caseworker", institution=small_town.foundation)
    )
    record = text_of(browser.get(f"/people/participants/{woman['id']}"))
    assert "+48500000001" in record
    assert "Oksana" not in record
    assert browser.get(f"/people/participants/{woman['id']}/safe-contact").status_code == 403


def test_a_participant_says_how_she_may_be_reached_and_reads_who_saw_her_data(small_town: Town):
    woman = small_town.register()
    small_town.accepted(woman)
    small_town.world.api(small_town.intake).get(f"/people/api/v1/participants/{woman['id']}")
    browser = small_town.world.browser("people", small_town.herself(woman))
    page = text_of(browser.get("/people/me/contact"))
    assert "splot-exit" in page
    saved = browser.post("/people/me/contact", data={**CONTACT, "do_not_contact": "true"})
    assert saved.status_code == 303
    record = text_of(browser.get("/people/me/record"))
    assert "Fundacja Most" in record
    withdrawn = browser.post(f"/people/me/sharing/{small_town.foundation}/withdraw", data={"csrf_token": "csrf"})
    assert withdrawn.status_code == 303
    gone = small_town.world.api(small_town.intake).get(f"/people/api/v1/participants/{woman['id']}")
    assert gone.status_code == 404
    assert browser.get("/people/me/export").json["participant"]["id"] == woman["id"]


def test_the_officer_reads_the_log_exports_erases_and_sees_who_has_confirmed(small_town: Town):
    woman = small_town.register()
    small_town.world.api(small_town.caseworker).get(f"/people/api/v1/participants/{woman['id']}")
    small_town.world.later(seconds=2)
    browser = small_town.world.browser("people", small_town.officer)
    log = text_of(browser.get(f"/people/access-log?code={woman['code']}"))
    assert woman["code"] in log
    assert "Oksana" not in log
    assert browser.post("/people/access-log/check", data={"csrf_token": "csrf"}).status_code == 303
    record = text_of(browser.get(f"/people/participants/{woman['id']}"))
    assert "Oksana" not in record
    assert browser.get(f"/people/participants/{woman['id']}/export").json["participant"]["given_name"] == "Oksana"
    path = f"/people/participants/{woman['id']}/erase"
    assert browser.get(path).status_code == 200
    assert (
        browser.post(path, data={"csrf_token": "csrf", "ground": "own-request"}).headers["Location"]
        == "/people/erasures"
    )
    small_town.world.settle()
    assert woman["code"] in text_of(browser.get("/people/erasures"))
    assert browser.get(f"/people/participants/{woman['id']}").status_code == 200


def test_an_administrator_of_an_institution_makes_and_disables_accounts_of_its_staff(small_town: Town):
    admin = small_town.world.actor(
        "institution-admin",
        institution=small_town.foundation,
        institution_names={small_town.foundation: "Fundacja Most"},
    )
    browser = small_town.world.browser("people", admin)
    assert browser.get("/people/accounts").status_code == 200
    asked = {"csrf_token": "csrf", "username": "maria", "password": PASSWORD, "language": "pl", "roles": ["intake"]}
    made = browser.post("/people/accounts/new", data={**asked, "institution_id": small_town.foundation})
    assert made.status_code == 303, text_of(made)
    here = made.headers["Location"]
    assert "maria" in text_of(browser.get(here))
    assert browser.get(f"{here}/disable").status_code == 200
    assert browser.post(f"{here}/disable", data={"csrf_token": "csrf", "reason": "left"}).status_code == 303
    other = small_town.world.actor("institution-admin", institution=small_town.office)
    assert small_town.world.browser("people", other).get(here).status_code == 404


def test_no_text_of_these_pages_is_untranslated_in_polish(small_town: Town):
    i18n.missing_terms.clear()
    woman = small_town.register(
        contacts=[{"channel": "sms", "value": "500 000 002", "safe": True, "hours": "mon-fri 9-15"}]
    )
    small_town.accepted(woman)
    for actor, paths in (
        (small_town.caseworker, (f"/people/participants/{woman['id']}", "/people/participants")),
        (small_town.officer, ("/people/access-log", "/people/erasures")),
        (small_town.herself(woman), ("/people/me/record", "/people/me/contact")),
    ):
        browser = small_town.world.browser("people", actor)
        for path in paths:
            assert browser.get(path).status_code == 200, path
    assert not i18n.missing_terms
