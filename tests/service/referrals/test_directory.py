"""Institutions, services, capacity, agreements: who may change them, who finds them, which facts go out."""

import pytest

from shared.database import new_id
from tests.service.referrals.conftest import BASE


def found(partnership, filters="", who="caseworker"):
    return [one["name"] for one in partnership.get(who, f"/services?{filters}")["items"]]


def test_the_administrator_registers_an_institution_with_its_numbers_in_one_form(partnership):
    body = {"type": "ngo", "name": "Fundacja Nić", "teryt": "2062", "nip": "856-73-46-215", "regon": "12345678500000"}
    made = partnership.post("administrator", "/institutions", body, expect=201)
    assert (made["nip"], made["regon"], made["status"]) == ("8567346215", "123456785", "active")
    assert partnership.facts("institution.registered")[-1].data["name"] == "Fundacja Nić"


@pytest.mark.parametrize(
    ("number", "value"),
    [("nip", "0000000000"), ("regon", "000000000"), ("krs", "12"), ("type", "shop"), ("teryt", "9")],
)
def test_a_wrong_number_or_code_is_named(partnership, number, value):
    body = {"type": "ngo", "name": "Fundacja", "teryt": "2061", number: value}
    refused = partnership.post("administrator", "/institutions", body, expect=422)
    assert refused["errors"][0]["pointer"] == f"/{number}"


@pytest.mark.parametrize("who", ["caseworker", "admin", "coordinator", "mentor"])
def test_only_the_administrator_registers_institutions(partnership, who):
    partnership.post(who, "/institutions", {"type": "ngo", "name": "Fundacja", "teryt": "2061"}, expect=403)


def test_an_institution_that_leaves_takes_its_services_and_agreements_along(partnership):
    partnership.post("administrator", f"/institutions/{partnership.foundation_id}/actions/close")
    assert found(partnership) == []
    assert [fact.data["reason"] for fact in partnership.facts("agreement.ended")] == ["institution-closed"]
    assert partnership.facts("institution.closed")[0].data["closed_on"] == "2026-03-02"
    partnership.post("administrator", f"/institutions/{partnership.foundation_id}/actions/close", expect=409)


def test_the_story_finds_a_course_with_free_places_and_childcare_in_her_language(partnership):
    filters = "category=language-course&language=uk&childcare=true&available=true&teryt=2061"
    [course] = partnership.get("caseworker", f"/services?{filters}")["items"]
    assert course["institution_id"] == partnership.foundation_id
    assert course["capacity"]["available"] == 3
    assert course["capacity"]["waiting_list"] is False


@pytest.mark.parametrize(
    ("filters", "there"),
    [
        ("q=POLSKIEGO", True), ("q=fundacja%20most", True), ("q=%25", False), ("q=hiszpański", False),
        ("language=ru", False), ("teryt=2062", False), ("childcare=false", False), ("available=false", False),
    ],
)  # fmt: skip
def test_the_directory_is_searched(partnership, filters, there):
    assert bool(found(partnership, filters)) is there


def test_a_full_service_is_not_among_those_with_places(partnership):
    answer = partnership.api("admin").put(
        f"{BASE}/services/{partnership.course_id}/capacity",
        json={"available": 0, "maximum": 20, "unit": "place", "waiting_list": True},
    )
    assert answer.status_code == 200
    assert found(partnership, "available=true") == []
    [fact] = partnership.facts("service.capacity-changed")
    assert (fact.data["previously_available"], fact.data["capacity"]["available"]) == (3, 0)


def test_more_places_cannot_be_free_than_there_are(partnership):
    answer = partnership.api("admin").put(
        f"{BASE}/services/{partnership.course_id}/capacity", json={"available": 21, "maximum": 20}
    )
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/available")


def test_only_its_own_administrator_changes_a_service(partnership):
    path = f"{BASE}/services/{partnership.course_id}/capacity"
    for who, status in (("office-admin", 404), ("caseworker", 404), ("stranger", 404)):
        assert partnership.api(who).put(path, json={"available": 1}).status_code == status
    partnership.post("caseworker", "/services", {}, expect=403)


def test_a_service_of_another_institution_cannot_be_published(partnership):
    body = {
        "institution_id": partnership.office_id, "name": "Kurs", "category": "language-course", "teryt": "2061",
        "capacity": {"available": 1},
    }  # fmt: skip
    refused = partnership.post("admin", "/services", body, expect=422)
    assert refused["errors"][0]["pointer"] == "/institution_id"


def test_confidential_places_are_shown_to_their_own_people_only(partnership):
    hidden = partnership.service(name="Schronienie", confidential_location=True)
    assert "Schronienie" not in found(partnership)
    assert "Schronienie" not in found(partnership, who="coordinator")
    partnership.get("caseworker", f"/services/{hidden['id']}", expect=404)
    assert "Schronienie" in found(partnership, who="admin")
    page = partnership.world.browser("referrals").get("/referrals/services")
    assert "Schronienie" not in page.get_data(as_text=True)


def test_a_withdrawn_service_can_be_published_again(partnership):
    withdrawn = partnership.post("admin", f"/services/{partnership.course_id}/actions/withdraw")
    assert (withdrawn["status"], withdrawn["actions"]) == ("inactive", ["publish"])
    partnership.post("admin", f"/services/{partnership.course_id}/actions/publish")
    assert found(partnership) == ["Kurs polskiego A1"]


# -- agreements ----------------------------------------------------------------------------------------------------


def draw_up(partnership, who="coordinator", *, expect=201, **changed):
    body = {
        "parties": [partnership.office_id, partnership.foundation_id], "fields": ["name"], "purposes": ["housing"],
        "valid_from": "2026-01-01", **changed,
    }  # fmt: skip
    return partnership.post(who, "/agreements", body, expect=expect)


def test_an_agreement_is_in_force_once_every_party_has_signed(partnership):
    agreement = draw_up(partnership)
    assert agreement["status"] == "draft"
    first = partnership.post("admin", f"/agreements/{agreement['id']}/actions/sign")
    assert (first["status"], first["signed_by"], first["actions"]) == ("draft", [partnership.foundation_id], ["end"])
    last = partnership.post("office-admin", f"/agreements/{agreement['id']}/actions/sign")
    assert last["status"] == "signed"
    facts = [fact for fact in partnership.facts("agreement.signed") if fact.key == agreement["id"]]
    assert [fact.data["in_force"] for fact in facts] == [False, True]


def test_a_coordinator_signs_for_a_party_she_names(partnership):
    path = f"/agreements/{draw_up(partnership)['id']}/actions/sign"
    partnership.post("coordinator", path, expect=422)
    signed = partnership.post("coordinator", path, {"institution_id": partnership.office_id})
    assert signed["signed_by"] == [partnership.office_id]
    partnership.post("coordinator", path, {"institution_id": partnership.office_id}, expect=409)


def test_an_administrator_draws_up_only_what_binds_her_own_institution(partnership):
    other = partnership.post(
        "administrator", "/institutions", {"type": "ngo", "name": "Inna", "teryt": "2061"}, expect=201
    )["id"]
    refused = draw_up(partnership, "admin", parties=[other, partnership.office_id], expect=422)
    assert refused["errors"][0]["pointer"] == "/parties"


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"parties": ["019b8d67-0e60-77f6-8394-ae98efa1a55a"]}, "/parties"),
        ({"fields": ["shoe-size"]}, "/fields/0"),
        ({"purposes": []}, "/purposes"),
        ({"valid_to": "2025-01-01"}, "/valid_to"),
        ({"deadlines": {"look": 0}}, "/deadlines/look"),
    ],
)
def test_what_is_wrong_with_an_agreement_is_named(partnership, changed, pointer):
    assert draw_up(partnership, expect=422, **changed)["errors"][0]["pointer"] == pointer


def test_an_unknown_party_is_named_by_its_place(partnership):
    refused = draw_up(partnership, parties=[partnership.office_id, new_id()], expect=422)
    assert refused["errors"][0]["pointer"] == "/parties/1"


def test_agreements_are_seen_by_their_parties_and_the_coordinator(partnership):
    path = f"/agreements/{partnership.agreement_id}"
    for who in ("caseworker", "intake", "coordinator"):
        assert partnership.get(who, path)["status"] == "signed"
    for who in ("stranger", "mentor"):
        partnership.get(who, path, expect=404)
    partnership.post("caseworker", f"{path}/actions/end", expect=403)
    assert partnership.get("stranger", "/agreements")["items"] == []


def test_the_deadlines_of_the_agreement_hold(partnership):
    partnership.post("admin", f"/agreements/{partnership.agreement_id}/actions/end")
    agreement = draw_up(partnership, purposes=["language-course"], deadlines={"look": 10})["id"]
    for who in ("admin", "office-admin"):
        partnership.post(who, f"/agreements/{agreement}/actions/sign")
    sharing = {"fields": ["name"], "agreed": "spoken", "expires_on": "2027-03-01"}
    assert partnership.refer(sharing=sharing)["look_by"].startswith("2026-03-16")
