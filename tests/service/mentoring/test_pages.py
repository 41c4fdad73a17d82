"""What people see and click: the same commands, in Polish, without a word of English or a name in a title."""

import re

import pytest

from shared import i18n
from shared.database import new_id
from tests.service.mentoring.conftest import Region

FORM = {"csrf_token": "csrf"}


def page(region: Region, actor, path: str, status: int = 200) -> str:
    answer = region.world.browser("mentoring", actor).get(path)
    assert answer.status_code == status, (path, answer.get_data(as_text=True)[:2000])
    return answer.get_data(as_text=True)


def send(region: Region, actor, path: str, status: int = 303, **form: object) -> str:
    """The form of a page; where it leads, or the page again."""
    answer = region.world.browser("mentoring", actor).post(path, data={**FORM, **form})
    assert answer.status_code == status, (path, answer.get_data(as_text=True)[:3000])
    return answer.headers.get("Location", "") or answer.get_data(as_text=True)


def version_in(html: str) -> str:
    return re.search(r'name="version" value="(\d+)"', html)[1]


def test_a_mentor_sees_who_and_why_and_says_yes_in_one_click(embedded_region: Region):
    region = embedded_region
    mentor, _woman, match = region.proposed(skills=["find-work"])
    html = page(region, mentor, "/mentoring/proposals")
    assert "7F3K-92" in html
    assert f"{match['score']} z 1000" in html
    points = re.search(r"splot-bars.*?</figure>", html, re.DOTALL)[0]
    assert sum(int(n) for n in re.findall(r">[^<]*: (\d+) z \d+<", points)) == match["score"]
    assert send(region, mentor, f"/mentoring/proposals/{match['id']}/accept") == "/mentoring/proposals"
    assert region.get(mentor, f"/matches/{match['id']}")["status"] == "accepted"


def test_saying_no_takes_a_reason_and_no_time_offers_a_pause(embedded_region: Region):
    region = embedded_region
    mentor, woman, match = region.proposed()
    address = f"/mentoring/proposals/{match['id']}/decline"
    assert "Nie mam teraz czasu" in page(region, mentor, address)
    assert "govuk-error-summary" in send(region, mentor, address, 422)
    assert send(region, mentor, address, reason="no-time") == "/mentoring/profile/pause"
    assert send(region, mentor, "/mentoring/profile/pause", until="2026-05-01") == "/mentoring/profile"
    assert region.get(mentor, "/mentors")["items"][0]["paused_until"] == "2026-05-01"
    assert send(region, mentor, "/mentoring/profile/resume") == "/mentoring/profile"
    assert region.mentee_of(woman)["status"] == "queued"


def test_she_confirms_on_her_own_page_which_says_neither_mentor_nor_who_she_is(embedded_region: Region):
    region = embedded_region
    mentor, woman, match = region.proposed(public_name="Olena")
    herself = region.herself(woman)
    assert "Olena" not in page(region, herself, "/mentoring/mine")
    region.act(mentor, "matches", match["id"], "accept")
    html = page(region, herself, "/mentoring/mine")
    assert "Olena" in html
    title = re.search(r"<title>(.*?)</title>", html)[1]
    assert title == "Moja osoba wspierająca – Splot"
    assert "govuk-exit-this-page" in html
    send(region, herself, f"/mentoring/mine/{match['id']}/confirm", version=version_in(html))
    assert region.match_of(woman)["status"] == "active"
    assert "znaleźć pracę" in page(region, herself, "/mentoring/mine")
    assert "Nie musisz mówić dlaczego" in page(region, herself, f"/mentoring/mine/{match['id']}/end")
    send(region, herself, f"/mentoring/mine/{match['id']}/end")
    assert region.match_of(woman)["status"] == "ended"


def test_she_says_no_without_a_reason(embedded_region: Region):
    region = embedded_region
    mentor, woman, match = region.proposed()
    region.act(mentor, "matches", match["id"], "accept")
    send(region, region.herself(woman), f"/mentoring/mine/{match['id']}/decline")
    assert region.match_of(woman)["declined_by"] == "mentee"


def test_the_record_of_a_match_takes_meetings_goals_and_an_end(embedded_region: Region):
    region = embedded_region
    mentor, woman, match = region.active()
    region.world.people.names[woman] = "Oksana"
    here = f"/mentoring/matches/{match['id']}"
    html = page(region, mentor, here)
    assert "Oksana" in html
    assert "Oksana" not in re.search(r"<title>(.*?)</title>", html)[1]
    meeting = {"held_on": "2026-03-02", "minutes": "45", "channel": "phone", "notes": "Między nami"}
    assert send(region, mentor, f"{here}/meetings/new", **meeting) == here
    assert "Między nami" in page(region, mentor, here)
    assert "Między nami" not in page(region, region.coordinator, here)
    send(region, mentor, f"{here}/goals/new", goal="meet-people", progress="20")
    goal = region.get(mentor, f"/matches/{match['id']}/goals")["items"][0]
    assert send(region, mentor, f"{here}/goals/{goal['id']}", progress="70") == here
    assert "70 %" in page(region, mentor, here)
    assert "govuk-error-summary" in send(region, mentor, f"{here}/end", 422)
    send(region, mentor, f"{here}/end", reason="goals-reached")
    assert region.match_of(woman)["status"] == "ended"


def test_an_adviser_records_that_she_agreed(embedded_region: Region):
    region = embedded_region
    mentor, woman, match = region.proposed()
    region.act(mentor, "matches", match["id"], "accept")
    here = f"/mentoring/matches/{match['id']}"
    assert f"{here}/confirm" in page(region, region.adviser, here)
    page(region, region.adviser, f"{here}/confirm")
    send(region, region.adviser, f"{here}/confirm")
    assert region.match_of(woman)["agreed"] == "spoken"


def test_a_coordinator_recruits_a_mentor_by_clicking(embedded_region: Region):
    region = embedded_region
    offer = {"languages": ["pl", "uk"], "teryt": ["2061"], "mentors": ["women"], "capacity": "2", "public_name": "Ala"}
    assert "govuk-error-summary" in send(region, region.coordinator, "/mentoring/mentors/new", 422, capacity="2")
    here = send(region, region.coordinator, "/mentoring/mentors/new", **offer)
    for button in ("invite-to-interview", "admit"):
        assert f"{here}/do/{button}" in page(region, region.coordinator, here)
        send(region, region.coordinator, f"{here}/do/{button}")
    send(region, region.coordinator, f"{here}/complete-module", module="safeguarding")
    send(region, region.coordinator, f"{here}/do/activate")
    assert "Ala" in page(region, region.coordinator, "/mentoring/mentors?status=active")
    page(region, region.coordinator, f"{here}/change")
    send(region, region.coordinator, f"{here}/leave", reason="moved-away")
    assert "odeszła" in page(region, region.coordinator, here)


def test_a_coordinator_looks_at_a_draft_and_publishes_it(embedded_region: Region):
    region = embedded_region
    region.a_mentor(public_name="Ala")
    region.a_woman()
    region.a_woman(languages=["ru"])
    here = send(region, region.coordinator, "/mentoring/rounds/new")
    assert 'data-live="/mentoring/rounds/' in page(region, region.coordinator, here)
    region.later(seconds=1)
    html = page(region, region.coordinator, here)
    assert "brak wspólnego języka" in html
    assert "Ala" in html
    send(region, region.coordinator, f"{here}/do/publish", version=version_in(html))
    assert "opublikowana" in page(region, region.coordinator, here)
    assert here in page(region, region.coordinator, "/mentoring/rounds")


def test_a_coordinator_sees_who_waits_and_an_adviser_only_her_own(embedded_region: Region):
    region = embedded_region
    woman = region.a_woman()
    mentee = region.mentee_of(woman)
    foreign = region.world.actor("intake", institution=new_id())
    for actor, seen in ((region.coordinator, True), (region.adviser, True), (foreign, False)):
        assert (mentee["id"] in page(region, actor, "/mentoring/mentees")) is seen
    page(region, foreign, f"/mentoring/mentees/{mentee['id']}", 404)
    page(region, region.adviser, f"/mentoring/mentees/{mentee['id']}")
    send(region, region.adviser, f"/mentoring/mentees/{mentee['id']}/leave", reason="own-wish")
    assert region.mentee_of(woman)["status"] == "left"
    send(region, region.adviser, "/mentoring/mentees/new", participant_id=woman)
    assert region.mentee_of(woman)["status"] == "queued"


def test_whoever_is_not_signed_in_is_sent_to_sign_in(embedded_region: Region):
    answer = embedded_region.world.browser("mentoring").get("/mentoring/proposals")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/people/")


@pytest.mark.parametrize("path", ["/proposals", "/profile", "/matches", "/mentors", "/rounds", "/mentees", "/mine"])
def test_a_caseworker_has_none_of_these_pages(embedded_region: Region, path):
    caseworker = embedded_region.world.actor("caseworker", institution=new_id())
    page(embedded_region, caseworker, f"/mentoring{path}", 404 if path == "/profile" else 403)


def test_no_page_shows_a_text_that_is_not_translated(embedded_region: Region):
    region = embedded_region
    mentor, woman, match = region.active()
    profile = region.get(mentor, "/mentors")["items"][0]
    other = region.a_woman()
    round_ = region.a_round()
    i18n.missing_terms.clear()
    record, waits = f"matches/{match['id']}", f"mentees/{region.mentee_of(other)['id']}"
    logs = (f"{record}/meetings/new", f"{record}/goals/new", f"{record}/end")
    hers = ("mentors", "mentors/new", f"mentors/{profile['id']}", f"mentors/{profile['id']}/leave")
    pages = [
        (mentor, ("proposals", "matches", record, *logs, "profile", "profile/change", "profile/pause")),
        (region.coordinator, (*hers, "rounds", "rounds/new", f"rounds/{round_['id']}", "matches", record)),
        (region.coordinator, ("mentees", "mentees/new", waits, f"{waits}/leave")),
        (region.herself(woman), ("mine",)),
    ]
    english = re.compile(r"\b(the|she|her|you|and|with|mentee|until|proposed|waits)\b", re.IGNORECASE)
    for actor, paths in pages:
        for path in paths:
            html = page(region, actor, f"/mentoring/{path}")
            text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
            assert not english.findall(text), (path, english.findall(text))
    assert i18n.missing_terms == set()
