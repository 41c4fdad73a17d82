"""What the API answers to what is wrong, foreign, late or sent twice."""

import json

import pytest

from services.mentoring.app import SERVICE
from services.mentoring.queries.gauges import gauges
from shared.database import new_id
from tests.service.mentoring.conftest import API, OFFER, Region


def pointers(answer) -> list[str]:
    return [error["pointer"] for error in answer["errors"]]


# -- who may -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", SERVICE.api.routes, ids=lambda route: f"{route.method} {route.path}")
def test_no_route_answers_without_a_token(embedded_region: Region, route):
    path = route.path.replace("<code:action>", "accept")
    for name in ("mentor_id", "mentee_id", "round_id", "match_id", "goal_id"):
        path = path.replace(f"<id:{name}>", new_id())
    client = embedded_region.world.api(None)
    send = {"GET": client.get, "POST": client.post, "PUT": client.put}[route.method]
    assert send(API + path).status_code == 401


def test_a_role_that_never_has_it_is_refused_and_a_foreign_thing_is_not_there(embedded_region: Region):
    region = embedded_region
    mentor, woman, match = region.proposed()
    caseworker = region.world.actor("caseworker", institution=new_id())
    other, _profile = region.a_mentor()
    for path in ("/mentors", "/mentees", "/rounds", "/matches"):
        region.get(caseworker, path, 403)
    region.post(mentor, "/mentors", OFFER, 403)
    region.get(mentor, "/rounds", 403)
    region.get(other, f"/matches/{match['id']}", 404)
    region.get(other, f"/mentors/{match['mentor_id']}", 404)
    region.act(other, "matches", match["id"], "accept", 404)
    region.get(region.herself(woman), f"/matches/{match['id']}", 404)
    assert region.get(region.herself(woman), "/matches")["items"] == []
    region.act(region.coordinator, "matches", match["id"], "accept", 403)
    region.act(mentor, "matches", match["id"], "confirm", 403, agreed="own-page")
    region.act(mentor, "matches", match["id"], "no-such-thing", 404)
    region.get(region.coordinator, f"/matches/{new_id()}", 404)


def test_a_mentor_sees_and_changes_only_her_own_profile(embedded_region: Region):
    region = embedded_region
    mentor, profile = region.a_mentor()
    region.a_mentor()
    assert [one["id"] for one in region.get(mentor, "/mentors")["items"]] == [profile["id"]]
    api = region.world.api(mentor)
    changed = api.put(f"{API}/mentors/{profile['id']}", json={**OFFER, "languages": ["pl", "ru"]})
    assert changed.get_json()["languages"] == ["pl", "ru"]
    region.world.settle()
    assert region.world.facts("mentoring.mentor.activated.v1")[-1].data["languages"] == ["pl", "ru"]
    stolen = api.put(f"{API}/mentors/{profile['id']}", json={**OFFER, "account_id": new_id()})
    assert pointers(stolen.get_json()) == ["/account_id"]
    region.act(mentor, "mentors", profile["id"], "complete-module", 403, module="mentoring")


# -- what is wrong with it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"languages": []}, "/languages"),
        ({"languages": ["Polish!"]}, "/languages/0"),
        ({"teryt": ["Białystok"]}, "/teryt/0"),
        ({"capacity": -1}, "/capacity"),
        ({"capacity": "2"}, "/capacity"),
        ({"mentors": ["children"]}, "/mentors/0"),
        ({"public_name": "a\x00b"}, "/public_name"),
        ({"unknown": 1}, "/unknown"),
    ],
)
def test_a_mentor_with_a_mistake_is_refused_at_its_place(embedded_region: Region, change, pointer):
    answer = embedded_region.post(embedded_region.coordinator, "/mentors", {**OFFER, **change}, 422)
    assert pointers(answer) == [pointer]


def test_what_is_no_json_is_refused_as_the_contract_says(embedded_region: Region):
    api = embedded_region.world.api(embedded_region.coordinator)
    for data, kind, status in (
        ("{", "application/json", 400),
        ("{}", "text/plain", 415),
        ("[]", "application/json", 422),
    ):
        assert api.post(f"{API}/mentors", data=data, content_type=kind).status_code == status


def test_recruitment_goes_step_by_step_and_names_what_is_possible(embedded_region: Region):
    region = embedded_region
    mentor = region.post(region.coordinator, "/mentors", OFFER, 201)
    assert mentor["actions"] == ["invite-to-interview", "reject", "leave"]
    refused = region.act(region.coordinator, "mentors", mentor["id"], "activate", 409)
    assert "invite-to-interview" in refused["actions"]
    for action in ("invite-to-interview", "admit"):
        region.act(region.coordinator, "mentors", mentor["id"], action)
    assert pointers(region.act(region.coordinator, "mentors", mentor["id"], "complete-module", 422)) == ["/module"]
    region.act(region.coordinator, "mentors", mentor["id"], "complete-module", module="self-advocacy")
    refused = region.act(region.coordinator, "mentors", mentor["id"], "activate", 409)
    assert "safeguarding" in refused["detail"]
    assert "activate" not in refused["actions"]
    region.act(region.coordinator, "mentors", mentor["id"], "complete-module", module="safeguarding")
    done = region.act(region.coordinator, "mentors", mentor["id"], "complete-module", module="law-of-cooperatives")
    assert "activate" in done["actions"]
    assert region.act(region.coordinator, "mentors", mentor["id"], "activate")["status"] == "active"


def test_who_is_not_admitted_is_told_with_a_reason(embedded_region: Region):
    region = embedded_region
    mentor = region.post(region.coordinator, "/mentors", OFFER, 201)
    assert pointers(region.act(region.coordinator, "mentors", mentor["id"], "reject", 422)) == ["/reason"]
    region.act(region.coordinator, "mentors", mentor["id"], "reject", reason="not-admitted")
    region.world.settle()
    told = region.world.facts("mentoring.mentor.left.v1")[0].data
    assert (told["status"], told["reason"]) == ("rejected", "not-admitted")


def test_an_account_is_a_mentors_once_only(embedded_region: Region):
    region = embedded_region
    account, _profile = region.a_mentor()
    twice = region.post(region.coordinator, "/mentors", {**OFFER, "account_id": account.id}, 422)
    assert pointers(twice) == ["/account_id"]


def test_a_decline_of_the_mentor_needs_one_of_the_reasons(embedded_region: Region):
    mentor, _woman, match = embedded_region.proposed()
    for body in ({}, {"reason": "goals-reached"}, {"reason": "nonsense"}):
        answer = embedded_region.act(mentor, "matches", match["id"], "decline", 422, **body)
        assert pointers(answer) == ["/reason"]


def test_meetings_lie_in_the_past_and_belong_to_an_active_match(embedded_region: Region):
    region = embedded_region
    mentor, woman, match = region.proposed()
    body = {"held_on": "2026-03-02", "minutes": 30, "channel": "phone"}
    region.post(mentor, f"/matches/{match['id']}/meetings", body, 409)
    region.act(mentor, "matches", match["id"], "accept")
    region.act(region.herself(woman), "matches", match["id"], "confirm", agreed="own-page")
    future = region.post(mentor, f"/matches/{match['id']}/meetings", {**body, "held_on": "2026-03-03"}, 422)
    assert pointers(future) == ["/held_on"]
    region.post(region.coordinator, f"/matches/{match['id']}/meetings", body, 403)
    region.get(region.adviser, f"/matches/{match['id']}/meetings", 403)


# -- whom to queue -----------------------------------------------------------------------------------------------------


def test_a_woman_whom_nobody_knows_is_asked_for_at_people(embedded_region: Region):
    region = embedded_region
    woman = new_id()
    unknown = region.post(region.coordinator, "/mentees", {"participant_id": woman}, 422)
    assert pointers(unknown) == ["/participant_id"]
    region.world.people.known.add(woman)
    queued = region.post(region.coordinator, "/mentees", {"participant_id": woman, "languages": ["uk"]}, 201)
    assert (queued["participant_id"], queued["languages"]) == (woman, ["uk"])
    region.post(region.coordinator, "/mentees", {"participant_id": woman}, 409)
    region.world.people.away = True
    region.post(region.coordinator, "/mentees", {"participant_id": new_id()}, 503)


def test_an_adviser_queues_whom_her_institution_knows_and_nobody_else(embedded_region: Region):
    region = embedded_region
    woman = region.a_woman(mentor_wanted=False)
    foreign = region.world.actor("intake", institution=new_id())
    assert pointers(region.post(foreign, "/mentees", {"participant_id": woman}, 422)) == ["/participant_id"]
    queued = region.post(region.adviser, "/mentees", {"participant_id": woman}, 201)
    assert (queued["institution_id"], queued["wishes"]) == (region.institution, ["find-work", "learn-polish"])


def test_one_of_the_two_is_named_and_a_cooperative_is_known(embedded_region: Region):
    region = embedded_region
    assert pointers(region.post(region.coordinator, "/mentees", {}, 422)) == ["/participant_id"]
    unknown = region.post(region.coordinator, "/mentees", {"cooperative_id": new_id()}, 422)
    assert pointers(unknown) == ["/cooperative_id"]


# -- twice, stale, in pages --------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_mentor_and_another_body_is_refused(region: Region):
    first, second = (
        region.post(region.coordinator, "/mentors", OFFER, 201, headers={"Idempotency-Key": "k"}) for _twice in range(2)
    )
    assert first == second
    region.post(region.coordinator, "/mentors", {**OFFER, "capacity": 3}, 422, headers={"Idempotency-Key": "k"})
    assert len(region.get(region.coordinator, "/mentors")["items"]) == 1


def test_a_stale_version_is_refused_and_the_current_one_taken(embedded_region: Region):
    region = embedded_region
    mentor, _woman, match = region.proposed()
    api = region.world.api(mentor)
    address = f"{API}/matches/{match['id']}/actions/accept"
    assert api.get(f"{API}/matches/{match['id']}").headers["ETag"] == f'"{match["version"]}"'
    assert api.post(address, json={}, headers={"If-Match": '"9"'}).status_code == 412
    assert api.post(address, json={}, headers={"If-Match": f'"{match["version"]}"'}).status_code == 200


def test_lists_come_in_pages_that_miss_and_repeat_nobody(region: Region):
    made = [region.post(region.coordinator, "/mentors", OFFER, 201)["id"] for _one in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = region.get(region.coordinator, f"/mentors?limit=2{cursor and f'&cursor={cursor}'}")
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert seen == made
    assert region.get(region.coordinator, "/mentors?status=applied&limit=200")["next"] is None
    region.get(region.coordinator, "/mentors?limit=201", 422)
    region.get(region.coordinator, "/mentors?name=x", 422)


def test_the_gauges_count_who_waits_by_age_what_is_open_and_why_not(region: Region):
    region.a_woman()
    region.later(days=40)
    region.a_woman()
    region.a_round()
    with region.world.transaction("mentoring") as tx:
        found = {(one.gauge.name, *one.labels): one.value for one in gauges(tx)}
    assert found["splot_mentees_waiting", "up-to-30-days"] == 1
    assert found["splot_mentees_waiting", "up-to-60-days"] == 1
    assert found["splot_mentees_unmatched", "no-mentors"] == 2
    assert found[("splot_proposals_open",)] == 0


def test_the_api_describes_itself(embedded_region: Region):
    described = embedded_region.world.browser("mentoring").get("/mentoring/api/openapi.json").get_json()
    assert f"{API}/matches/{{match_id}}/actions/{{action}}" in json.dumps(described)
