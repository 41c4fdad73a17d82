"""The same by hand, in a browser, in Polish."""

import re

import pytest

from shared.database import new_id
from tests.service.cooperatives.conftest import NAME, PROOF, TODAY, Region

HERE = "/cooperatives/cooperatives"


class Hands:
    """A browser of one account that follows what a page offers."""

    def __init__(self, region: Region, actor):
        self.browser = region.world.browser("cooperatives", actor)

    def see(self, path: str, status: int = 200) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return str(answer.get_data(as_text=True))

    def send(self, path: str, status: int = 303, **fields) -> str:
        answer = self.browser.post(path, data={"csrf_token": "csrf", **fields})
        assert answer.status_code == status, answer.get_data(as_text=True)
        return str(answer.headers["Location"] if status == 303 else answer.get_data(as_text=True))


def test_the_story_by_clicking_from_the_chosen_way_to_a_vacancy(embedded_region: Region):
    region = embedded_region
    woman = new_id()
    region.registers(woman)
    region.world.people.names[woman] = "Oksana Melnyk"
    path = region.chooses(woman)
    adviser = Hands(region, region.adviser)
    assert 'href="/cooperatives/founding"' in adviser.see(HERE)
    waiting = adviser.see("/cooperatives/founding")
    assert "Oksana Melnyk · 7F3K-92" in waiting
    assert f"/cooperatives/founding/{path}/found" in waiting
    assert f"/cooperatives/founding/{path}/join" not in waiting, "there is no group yet"
    assert 'value="2061" selected' in adviser.see(f"/cooperatives/founding/{path}/found")
    one = adviser.send(f"/cooperatives/founding/{path}/found", name=NAME, teryt="2061")
    for _n in range(4):
        adviser.see(f"{one}/founders/new")
        adviser.send(f"{one}/founders/new", who="person", role="founder")
    assert "Oksana Melnyk" in adviser.see(f"{one}/people")
    version = region.get(region.adviser, one.replace(HERE, "/cooperatives"))["version"]
    adviser.send(f"{one}/accounts", representative_account_ids=[region.representative.id], version=version)

    hers = Hands(region, region.representative)
    assert hers.browser.get(HERE).headers["Location"] == one, "she goes straight to her own"
    record = hers.see(one)
    assert "Zapisz zebranie założycielskie" in record
    assert "Oksana" not in re.search(r"<title>(.*)</title>", record)[1]
    hers.see(f"{one}/status/founding-meeting-held")
    hers.send(f"{one}/status/founding-meeting-held", effective_date=TODAY)
    hers.send(f"{one}/status/krs-application-filed", effective_date=TODAY)
    refused = hers.send(f"{one}/status/registered", status=422, effective_date=TODAY, krs="12")
    assert "To nie jest poprawny numer" in refused
    assert 'value="12"' in refused, "nothing that was typed is lost"
    hers.send(f"{one}/status/registered", effective_date=TODAY, krs="0000912345", **PROOF)
    hers.send(f"{one}/status/active", effective_date=TODAY, **PROOF)
    assert "KRS 0000912345" in hers.see(one)

    hers.send(f"{one}/vacancies/new", title="Krawcowa", hours="30", positions="1", languages=["pl"])
    offered = re.search(rf'{one}/vacancies/([0-9a-f-]{{36}})"', hers.see(f"{one}/vacancies"))
    assert offered
    work = f"{one}/vacancies/{offered[1]}"
    assert "Miejsce obsadzone" in hers.see(work)
    public = f"/cooperatives/vacancies/{offered[1]}"
    assert "Skieruj" not in Hands(region, None).see(public)
    assert "Skieruj" in Hands(region, region.world.actor("caseworker", institution=new_id())).see(public)
    hers.send(f"{work}/fill", version="1")
    assert "Skieruj" not in Hands(region, region.world.actor("caseworker", institution=new_id())).see(public)
    assert "obsadzona" in hers.see(work)


def test_duties_and_the_checklist_are_recorded_by_hand(embedded_region: Region):
    region = embedded_region
    made = region.a_cooperative(status="registered", founders=3)
    hers, one = Hands(region, region.representative), f"{HERE}/{made['id']}"
    assert "rachunek bankowy" in hers.see(one)
    hers.see(f"{one}/checklist/bank-account")
    hers.send(f"{one}/checklist/bank-account", evidence="umowa 1/2026")
    assert "umowa 1/2026" in hers.see(one)
    hers.see(f"{one}/checklist/krs-number", 404)
    shown = hers.see(f"{one}/obligations")
    assert "lustracja" in shown
    assert "2 marca 2029" in shown
    duty = re.search(rf"{one}/obligations/([0-9a-f-]{{36}})/met", shown)
    assert duty
    hers.see(f"{one}/obligations/{duty[1]}/met")
    assert "Dokument" in hers.send(f"{one}/obligations/{duty[1]}/met", status=422)
    hers.send(f"{one}/obligations/{duty[1]}/met", evidence="umowy o pracę 1 i 2")
    hers.see(f"{one}/obligations/new")
    hers.send(f"{one}/obligations/new", kind="grant-durability", due_on="2027-01-01")
    hers.see(f"{one}/members/new")
    hers.send(f"{one}/members/new", who="person", role="member", ground="unemployed", ground_seen_on=TODAY)
    leaving = re.search(rf"{one}/members/([0-9a-f-]{{36}})/leave", hers.see(f"{one}/people"))
    assert leaving
    hers.see(f"{one}/members/{leaving[1]}/leave")
    hers.send(f"{one}/members/{leaving[1]}/leave")


def test_a_stale_form_shows_both_sides_and_keeps_what_was_typed(embedded_region: Region):
    region = embedded_region
    made = region.a_cooperative(status="registered")
    hers, one = Hands(region, region.representative), f"{HERE}/{made['id']}"
    hers.see(f"{one}/details")
    region.put(region.adviser, f"/cooperatives/{made['id']}", {"name": f"Złota {NAME}", "teryt": "2061"})
    typed = {"name": f"Srebrna {NAME}", "teryt": "2061", "version": str(made["version"])}
    both = hers.send(f"{one}/details", status=412, **typed)
    assert f"Złota {NAME}" in both
    assert f"Srebrna {NAME}" in both
    fresh = region.get(region.adviser, f"/cooperatives/{made['id']}")["version"]
    hers.send(f"{one}/details", **{**typed, "version": str(fresh), "pkd": "13.92.z, 14.11.Z"})
    saved = region.get(region.adviser, f"/cooperatives/{made['id']}")
    assert [pkd["code"] for pkd in saved["pkd"]] == ["13.92.Z", "14.11.Z"]


def test_what_is_not_hers_is_not_there(embedded_region: Region):
    region = embedded_region
    made = region.a_cooperative()
    path = region.chooses(new_id())
    stranger = Hands(region, region.world.actor("intake", institution=new_id()))
    for part in ("", "/people", "/obligations", "/vacancies", "/details", "/status/abandoned", "/founders/new"):
        stranger.see(f"{HERE}/{made['id']}{part}", 404)
    stranger.see(f"/cooperatives/founding/{path}/found", 404)
    assert "Nikt nie czeka na grupę" in stranger.see("/cooperatives/founding")
    Hands(region, region.world.actor("mentor")).see(HERE, 403)
    assert region.world.browser("cooperatives").get(HERE).status_code == 303
    Hands(region, region.representative).see(f"{HERE}/{made['id']}/remove", 403)
    coordinator = Hands(region, region.coordinator)
    coordinator.see(f"{HERE}/{made['id']}/remove")
    version = str(made["version"])
    coordinator.send(f"{HERE}/{made['id']}/remove", reason="mistaken-record", version=version)
    coordinator.see(f"{HERE}/{made['id']}", 404)


def test_a_line_of_the_history_is_corrected_and_the_second_axis_moves(embedded_region: Region):
    region = embedded_region
    made = region.a_cooperative(status="active")
    adviser, one = Hands(region, region.adviser), f"{HERE}/{made['id']}"
    line = region.get(region.adviser, f"/cooperatives/{made['id']}/transitions")["items"][-1]["id"]
    form = adviser.see(f"{one}/transitions/{line}/correct")
    assert PROOF["evidence"] in form
    adviser.send(f"{one}/transitions/{line}/correct", effective_date=TODAY, reason="literówka", **PROOF)
    assert "literówka" in adviser.see(one)
    assert "wniosek złożony" in adviser.see(f"{one}/social-enterprise")
    adviser.send(f"{one}/social-enterprise", to="applied", effective_date=TODAY, **PROOF)
    assert "wniosek złożony" in adviser.see(f"/cooperatives/register/{made['id']}")


def test_everyone_sees_the_register_with_filters_and_a_map(embedded_region: Region):
    region = embedded_region
    made = region.a_cooperative(status="active")
    everyone = Hands(region, None)
    shown = everyone.see("/cooperatives/register")
    assert NAME in shown
    assert shown.count("<path d=") == 17
    assert "index, follow" in shown
    assert NAME not in everyone.see("/cooperatives/register?teryt=2005")
    assert NAME in everyone.see("/cooperatives/register?q=nitka&status=active")
    assert "działa" in everyone.see(f"/cooperatives/register/{made['id']}")
    everyone.see("/cooperatives/register/0000000001", 404)
    everyone.see("/cooperatives/register?cursor=%C4%85", 422)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_page_is_in_the_readers_language(embedded_region: Region, language: str):
    region = embedded_region
    made = region.a_cooperative(status="active", founders=3)
    region.post(region.adviser, f"/cooperatives/{made['id']}/vacancies", {"title": "Krawcowa", "hours": 30}, 201)
    region.chooses(new_id())
    browser = region.world.browser("cooperatives", region.adviser)
    browser.set_cookie("splot-language", language)
    one = f"{HERE}/{made['id']}"
    parts = ("", "/people", "/obligations", "/vacancies", "/details", "/accounts", "/members/new", "/status/suspended")
    paths = [HERE, f"{HERE}/new", "/cooperatives/founding", "/cooperatives/register"]
    paths += [one + part for part in parts] + [f"/cooperatives/register/{made['id']}"]
    foreign = {
        "pl": ("Save", "Founders", "Since", "Duties", "Status:</"),
        "en": ("Zapisz", "Założycielki", "Obowiązki"),
    }
    for path in paths:
        page = browser.get(path)
        assert page.status_code == 200, path
        text = re.sub(r"<[^>]+>", " ", page.get_data(as_text=True))
        assert [word for word in foreign[language] if word in text] == [], path
