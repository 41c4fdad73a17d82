"""Every page × role × own or foreign record, and what every page's answer has to be like (safety.md, The site)."""

import re

import pytest

from shared import contracts
from tests.service.endpoints.asking import everything
from tests.service.endpoints.browsing import open_page, page_of, press, seen
from tests.service.endpoints.region import NASTY, Region
from tests.service.endpoints.routes import ROLES, Case, own, page_cases, where

every_page = pytest.mark.parametrize(**where(lambda case: "GET" in case.route.methods, page_cases()))
guarded = pytest.mark.parametrize(**where(lambda case: case.route.action, page_cases()))
guarded_pages = pytest.mark.parametrize(
    **where(lambda case: case.route.action and "GET" in case.route.methods, page_cases())
)
sending = pytest.mark.parametrize(**where(lambda case: "POST" in case.route.methods, page_cases()))
about_a_record = pytest.mark.parametrize(**where(lambda case: case.route.action and case.parameters, page_cases()))

HAS_A_PAGE_OF_HER_OWN = ("people GET,POST /participants/<id:participant_id>/safe-contact",)
"""The action is a participant's, too; the page is her caseworker's, and refuses her."""
FOREIGN_PLACES = re.compile(r"https?://(?!127\.0\.0\.1:8000|www\.w3\.org)")
UNTRANSLATED = re.compile(r"\b(the|and|with|your|this|is|are|of)\b")
NAMED = ("Imięone", "Imiętwo", NASTY)


def is_page(answer, *statuses: int) -> bool:
    return answer.status_code in statuses and answer.content_type.startswith("text/html")


# -- who may -----------------------------------------------------------------------------------------------------------


@guarded
def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(region: Region, case: Case):
    path = case.path(region.one)
    send = open_page if "GET" in case.route.methods else press
    answer = send(case, region.one, None)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/people/sign-in?return=")
    assert path.rpartition("/")[2] in answer.headers["Location"]


@guarded
def test_a_role_that_never_has_it_gets_a_page_that_says_so(region: Region, case: Case):
    for role in set(ROLES) - set(case.holders):
        answer = (open_page if "GET" in case.route.methods else press)(case, region.one, role)
        assert is_page(answer, *((403, 404) if case.route.subject else (403,))), f"{role}: {answer.status_code}"


@sending
def test_a_role_that_never_has_it_cannot_send_it_either(region: Region, case: Case):
    before = everything(case, region)
    for role in sorted(set(ROLES) - set(case.holders))[:2]:
        answer = press(case, region.one, role)
        assert is_page(answer, *((403, 404) if case.route.subject else (403,))), f"{role}: {answer.status_code}"
    assert everything(case, region) == before


@guarded_pages
def test_a_role_that_has_it_sees_it(region: Region, case: Case):
    statuses = {role: answer.status_code for role, answer in seen(case, region).items()}
    assert set(statuses.values()) & {200, 303}, f"nobody of side one sees it: {statuses}"
    if case.name not in HAS_A_PAGE_OF_HER_OWN:
        assert set(statuses.values()) <= {200, 303, 404, 409}, statuses
    if not case.route.subject:
        assert set(statuses.values()) <= {200, 303}, statuses


@about_a_record
def test_a_record_that_is_foreign_or_does_not_exist_is_404_and_nothing_happens(region: Region, case: Case):
    before = everything(case, region)
    for role in case.holders:
        for parameter in case.parameters:
            paths = [case.unknown(region.two, role, parameter)]
            foreign = case.foreign(region.two, region.one, role, parameter) if role in own(case) else None
            if foreign and foreign != case.path(region.two, role):
                paths.append(foreign)
            for path in paths:
                if "GET" in case.route.methods:
                    assert is_page(open_page(case, region.two, role, path=path), 404), f"{role} GET {path}"
                if "POST" in case.route.methods:
                    assert is_page(press(case, region.two, role, path=path), 404), f"{role} POST {path}"
    assert everything(case, region) == before


@sending
def test_what_does_not_come_from_a_page_of_ours_is_refused_and_nothing_happens(region: Region, case: Case):
    before = everything(case, region)
    role = next(iter(case.holders))
    for form in ({}, {"csrf_token": "x"}, {"csrf_token": "żółw"}):
        assert is_page(press(case, region.one, role, form=form), 403), f"with {form}"
    for origin in ("https://elsewhere.example", "null"):
        assert is_page(press(case, region.one, role, headers={"Origin": origin}), 403), f"from {origin}"
    assert everything(case, region) == before


# -- what an answer is like --------------------------------------------------------------------------------------------


@every_page
def test_an_answer_is_kept_nowhere_and_runs_nothing_of_others(region: Region, case: Case):
    for role, answer in seen(case, region).items():
        policy = answer.headers["Content-Security-Policy"]
        assert "'unsafe-inline'" not in policy, role
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        is_open_data = case.route.path.endswith((".csv", ".geojson")) and case.route.action is None
        assert answer.headers["Cache-Control"] == "no-store" or is_open_data, role


@every_page
def test_names_cannot_become_code_and_no_page_has_any_of_its_own(region: Region, case: Case):
    for role, answer in seen(case, region).items():
        if answer.content_type.startswith("text/html"):
            page = page_of(answer.get_data(as_text=True))
            assert page.inline == [], role
            assert all(script.get("src", "").startswith("/static/") for script in page.of("script")), role
            outside = [
                value
                for tag, attributes in page.elements
                for name, value in attributes.items()
                if name in ("src", "srcset", "action", "poster") or (tag == "link" and name == "href")
                if FOREIGN_PLACES.match(value or "")
            ]
            assert [place for place in outside if place != region.world.settings.exit_url] == [], role


def test_nasty_names_are_shown_as_they_are(region: Region):
    """The test before this one looks at pages that do have such names in them."""
    shown = {
        case.name
        for case in page_cases()
        if "GET" in case.route.methods
        for answer in seen(case, region).values()
        if any(NASTY.partition('"')[0] in text for text in page_of(answer.get_data(as_text=True)).text)
    }
    assert len(shown) > 20, shown


@every_page
def test_the_title_says_where_one_is_and_names_nobody(region: Region, case: Case):
    for role, answer in seen(case, region).items():
        if is_page(answer, 200):
            title = page_of(answer.get_data(as_text=True)).title.strip()
            assert title, role
            assert not [name for name in NAMED[:2] if name in title], f"{role}: {title}"


@every_page
@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_page_says_in_which_language_it_is(region: Region, case: Case, language: str):
    role = next((r for r, answer in seen(case, region).items() if is_page(answer, 200)), None)
    if role is None:
        return
    answer = open_page(case, region.one, None if role == "nobody" else role, language=language)
    page = page_of(answer.get_data(as_text=True))
    assert page.of("html")[0]["lang"] == language
    if language == "pl":
        own_words = [text for text in page.text if NASTY[:8] not in text]
        english = [text for text in own_words if len(UNTRANSLATED.findall(text)) > 1]
        assert not english


@every_page
def test_every_form_of_a_page_has_the_token_and_every_picture_its_words(region: Region, case: Case):
    for role, answer in seen(case, region).items():
        if is_page(answer, 200):
            page = page_of(answer.get_data(as_text=True))
            posts = [form for form in page.of("form") if (form.get("method") or "get").lower() == "post"]
            tokens = [one for one in page.of("input") if one.get("name") == "csrf_token"]
            leaving = [form for form in posts if form.get("action") == region.world.settings.exit_url]
            assert len(tokens) >= len(posts) - len(leaving), role
            assert all("alt" in picture for picture in page.of("img")), role
            identifiers = [given["id"] for _tag, given in page.elements if given.get("id")]
            assert len(identifiers) == len(set(identifiers)), role


@every_page
def test_looking_changes_nothing_but_the_log_of_reads(region: Region, case: Case):
    role = next((r for r, answer in seen(case, region).items() if is_page(answer, 200)), None)
    if role is None:
        return
    before = everything(case, region)
    open_page(case, region.one, None if role == "nobody" else role)
    changed = {name for name, rows in everything(case, region).items() if rows != before[name]}
    assert changed <= ({"access_log", "access_log_waiting"} if case.route.writes else set())


@every_page
def test_an_odd_question_to_a_page_is_no_fault_of_the_server(region: Region, case: Case):
    role = next(iter(case.holders), None)
    for query in ("cursor=junk!&limit=x", "q=%00", "status=x&teryt=x&after=x&draft=%00"):
        answer = open_page(case, region.one, role, query=query)
        assert answer.status_code < 500, f"{role} {query}: {answer.get_data(as_text=True)[:500]}"


@pytest.mark.parametrize("role", ROLES)
def test_the_links_of_the_header_lead_each_role_to_pages(region: Region, role: str):
    for link in (*contracts.navigation((role,)), *contracts.footer()):
        service = link.href.strip("/").partition("/")[0] or "people"
        app = service if service in region.world.apps else "people"
        answer = region.world.browser(app, region.one.actors[role]).get(link.href)
        assert answer.status_code in (200, 303), f"{link.href}: {answer.status_code}"
