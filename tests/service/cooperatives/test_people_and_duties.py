"""Founders and members, erasure, duties, vacancies, mentors: what comes from other services and from time."""

import pytest

from services.cooperatives.queries.gauges import gauges
from shared.database import new_id
from shared.metrics import OBLIGATIONS_OVERDUE
from tests.service.cooperatives.conftest import API, NAME, PROOF, TODAY, Region


def test_she_chose_the_cooperative_way_and_her_adviser_founds_one_with_her(region: Region):
    woman = new_id()
    path = region.chooses(woman)
    assert [one["participant_id"] for one in region.get(region.adviser, "/founding")["items"]] == [woman]
    assert region.get(region.coordinator, "/founding", 403)
    stranger = region.world.actor("intake", institution=new_id())
    assert region.get(stranger, "/founding")["items"] == []
    region.post(stranger, f"/founding/{path}/found", {"name": NAME, "teryt": "2061"}, 404)
    assert region.get(region.coordinator, "/cooperatives")["items"] == [], "never one cooperative per woman by itself"

    made = region.post(region.adviser, f"/founding/{path}/found", {"name": NAME, "teryt": "2061"})
    assert (made["founders"], made["languages"]) == (1, ["uk"])
    assert region.told(made["id"]) == ["opened", "founder-joined"]
    joined = region.facts("cooperative.founder-joined")[0]
    assert (joined["participant_id"], joined["founder_kind"], joined["founders"]) == (woman, "participant", 1)
    assert region.get(region.adviser, "/founding")["items"] == []
    region.post(region.adviser, f"/founding/{path}/found", {"name": NAME, "teryt": "2061"}, 404)


def test_another_woman_joins_the_group_instead(region: Region):
    made = region.a_cooperative(founders=1)
    path = region.chooses(new_id())
    region.post(region.adviser, f"/founding/{path}/join", {"cooperative_id": made["id"]})
    assert region.get(region.adviser, f"/cooperatives/{made['id']}")["founders"] == 2
    foreign = region.chooses(new_id())
    region.post(region.adviser, f"/founding/{foreign}/join", {"cooperative_id": new_id()}, 404)


def test_a_fact_told_twice_or_a_changed_mind_leaves_one_task_or_none(region: Region):
    woman = new_id()
    path = region.chooses(woman)
    region.chooses(woman, path_id=path)
    assert len(region.get(region.adviser, "/founding")["items"]) == 1
    region.chooses(woman, path_id=path, way="own-business", previous_way="social-cooperative")
    assert region.get(region.adviser, "/founding")["items"] == []


def test_who_is_not_known_here_is_asked_for_and_an_unknown_woman_is_pointed_at(region: Region):
    made = region.a_cooperative(founders=0)
    woman, address = new_id(), f"/cooperatives/{made['id']}/founders"
    answer = region.post(region.adviser, address, {"participant_id": woman}, 422)
    assert answer["errors"][0]["pointer"] == "/participant_id"
    region.world.people.known.add(woman)
    region.post(region.adviser, address, {"participant_id": woman}, 201)
    region.post(region.adviser, address, {"participant_id": woman}, 409)
    region.world.people.away = True
    region.post(region.adviser, address, {"participant_id": new_id()}, 503)
    region.post(region.adviser, address, {}, 422)
    region.post(region.adviser, address, {"participant_id": woman, "person_id": new_id()}, 422)
    region.post(region.adviser, address, {"person_id": new_id(), "ground": "unemployed"}, 422)


def test_a_founder_leaves_before_registration_and_a_member_after_it(region: Region):
    made = region.a_cooperative(founders=6)
    founders = region.get(region.adviser, f"/cooperatives/{made['id']}/founders")["items"]
    address = f"/cooperatives/{made['id']}/founders/{founders[0]['id']}/actions/leave"
    assert region.post(region.adviser, address)["left_on"] == TODAY
    region.post(region.adviser, address, status=409)
    assert region.facts("cooperative.founder-left")[0]["founders"] == 5
    for to in ("founding_meeting_held", "krs_application_filed", "registered"):
        region.move(region.adviser, made["id"], to)
    region.post(region.adviser, f"/cooperatives/{made['id']}/founders", {"person_id": new_id()}, 409)
    members = region.get(region.adviser, f"/cooperatives/{made['id']}/members")["items"]
    assert [one["person_id"] for one in members] == [one["person_id"] for one in founders[1:]]
    region.post(region.representative, f"/cooperatives/{made['id']}/members", {"person_id": new_id()}, 201)
    region.post(region.adviser, f"/cooperatives/{made['id']}/members/{members[0]['id']}/actions/leave")
    told = region.facts("cooperative.members-changed")
    assert [(one["members_before"], one["members_after"]) for one in told] == [(0, 5), (5, 6), (6, 5)]
    assert "too-few-members" in told[-1]["alarms"]


def test_an_erased_woman_is_nowhere_and_what_she_founded_still_counts_her(region: Region):
    woman = new_id()
    region.registers(woman)
    path = region.chooses(woman)
    made = region.post(region.adviser, f"/founding/{path}/found", {"name": NAME, "teryt": "2061"})
    for _n in range(4):
        region.post(region.adviser, f"/cooperatives/{made['id']}/founders", {"person_id": new_id()}, 201)
    for to in ("founding_meeting_held", "krs_application_filed", "registered"):
        region.move(region.adviser, made["id"], to)
    fact = region.world.tell("people.participant.erased.v1", key=woman, data={"ground": "own-request"})
    region.world.settle()
    purged = [one for one in region.world.facts("cooperatives.participant-data.purged.v1") if one.key == woman]
    assert [one.data for one in purged] == [{"erasure_event_id": fact.id, "records": 2}]
    founders = region.get(region.adviser, f"/cooperatives/{made['id']}/founders")["items"]
    assert [one["participant_id"] for one in founders] == [None] * 5
    assert founders[0]["joined_on"] == TODAY
    with region.world.transaction("cooperatives") as tx:
        for table in ("founders", "members", "path_copies"):
            rows = tx.connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE participant_id = '{woman}'")
            assert rows.scalar() == 0
    region.chooses(woman, path_id=path)
    assert region.get(region.adviser, "/founding")["items"] == []
    region.world.people.known.add(woman)
    other = region.a_cooperative(founders=0)
    region.post(region.adviser, f"/cooperatives/{other['id']}/founders", {"participant_id": woman}, 422)


def test_registration_starts_the_duties_that_the_law_counts_from_it(region: Region):
    made = region.a_cooperative(status="registered", founders=3)
    duties = region.get(region.representative, f"/cooperatives/{made['id']}/obligations")["items"]
    assert [(one["kind"], one["due_on"]) for one in duties] == [
        ("employment-duty", "2027-03-02"),
        ("first-report", "2027-03-31"),
        ("audit", "2029-03-02"),
    ]
    assert all(one["source"].startswith("Ustawa z dnia ") for one in duties)
    full = region.a_cooperative(status="registered", founders=5)
    kinds = [one["kind"] for one in region.get(region.adviser, f"/cooperatives/{full['id']}/obligations")["items"]]
    assert "employment-duty" not in kinds


def test_a_duty_is_told_60_30_and_7_days_before_and_once_when_it_is_late(region: Region):
    made = region.a_cooperative(status="active", founders=5)
    region.world.clock.advance(days=330)
    region.world.settle()
    for _day in range(8):
        region.world.later(days=9)
    told = [one for one in region.facts("obligation.due") if one["kind"] == "first-report"]
    assert [one["days_left"] for one in told] == [55, 28, 1]
    assert [one["kind"] for one in region.facts("obligation.overdue")] == ["first-report"]
    duties = region.get(region.adviser, f"/cooperatives/{made['id']}/obligations")["items"]
    assert [(one["kind"], one["due_on"], one["status"]) for one in duties] == [
        ("first-report", "2027-03-31", "overdue"),
        ("audit", "2029-03-02", "open"),
        ("yearly-report", "2028-03-31", "open"),
    ]
    with region.world.transaction("cooperatives") as tx:
        assert {one.gauge: one.value for one in gauges(tx)}[OBLIGATIONS_OVERDUE] == 1


def test_a_duty_is_met_with_evidence_and_the_next_one_starts(region: Region):
    made = region.a_cooperative(status="active")
    address = f"/cooperatives/{made['id']}/obligations"
    report = next(one for one in region.get(region.adviser, address)["items"] if one["kind"] == "first-report")
    meet = f"{address}/{report['id']}/actions/met"
    region.post(region.representative, meet, {}, 422)
    region.post(region.representative, meet, {"evidence": "KRS filing 7/2026", "met_on": "2026-03-03"}, 422)
    met = region.post(region.representative, meet, {"evidence": "KRS filing 7/2026"})
    assert (met["status"], met["met_on"], met["actions"]) == ("met", TODAY, [])
    region.post(region.representative, meet, {"evidence": "again"}, 409)
    assert region.facts("obligation.met")[0]["met_on"] == TODAY
    kinds = [(one["kind"], one["due_on"]) for one in region.get(region.adviser, address)["items"]]
    assert ("yearly-report", "2028-03-31") in kinds
    by_hand = {"kind": "grant-durability", "due_on": "2026-04-01"}
    region.post(region.adviser, address, by_hand, 201)
    region.post(region.adviser, address, by_hand, 409)
    region.world.later(seconds=61)
    assert region.facts("obligation.due")[0]["days_left"] == 30


def test_a_struck_off_cooperative_owes_nothing_and_offers_nothing(region: Region):
    made = region.a_cooperative(status="active")
    region.post(region.adviser, f"/cooperatives/{made['id']}/vacancies", {"title": "Krawcowa", "hours": 30}, 201)
    region.move(region.adviser, made["id"], "struck_off")
    duties = region.get(region.adviser, f"/cooperatives/{made['id']}/obligations")["items"]
    assert {one["status"] for one in duties} == {"lapsed"}
    assert [one["reason"] for one in region.facts("vacancy.closed")] == ["cooperative-closed"]
    region.world.later(days=2000)
    assert region.facts("obligation.due") == region.facts("obligation.overdue") == []


def test_a_vacancy_is_told_filled_through_a_referral_or_closed_when_its_last_day_is_over(region: Region):
    group = region.a_cooperative()
    region.post(region.adviser, f"/cooperatives/{group['id']}/vacancies", {"title": "Krawcowa", "hours": 30}, 409)
    made = region.a_cooperative(status="active")
    address = f"/cooperatives/{made['id']}/vacancies"
    body = {"title": "Krawcowa", "hours": 30, "flexible": True, "languages": ["pl"], "closes_on": "2026-03-10"}
    opened = region.post(region.representative, address, body, 201)
    assert (opened["status"], opened["actions"], opened["teryt"]) == ("open", ["fill", "close"], "2061")
    told = region.facts("vacancy.opened")[0]
    assert (told["cooperative_id"], told["institution_id"]) == (made["id"], region.institution)
    referral = new_id()
    act = f"{address}/{opened['id']}/actions"
    region.post(region.representative, f"{act}/sell", {}, 404)
    filled = region.post(region.representative, f"{act}/fill", {"referral_id": referral})
    assert (filled["status"], filled["actions"]) == ("filled", [])
    assert region.facts("vacancy.filled")[0]["referral_id"] == referral
    assert region.post(region.representative, f"{act}/close", {}, 409)["actions"] == []
    region.post(region.representative, address, body, 201)
    region.world.later(days=9)
    assert [one["reason"] for one in region.facts("vacancy.closed")] == ["expired"]
    region.post(region.representative, address, body, 422)


@pytest.mark.parametrize("hours", [0, 49, "30", 7.5])
def test_hours_are_a_whole_number_of_a_lawful_week(embedded_region: Region, hours):
    made = embedded_region.a_cooperative(status="active")
    body = {"title": "Krawcowa", "hours": hours}
    embedded_region.post(embedded_region.adviser, f"/cooperatives/{made['id']}/vacancies", body, 422)


def test_a_mentor_of_the_cooperative_is_shown_until_mentoring_ends(region: Region):
    made = region.a_cooperative(status="registered")
    match, mentor = new_id(), new_id()
    data = {
        "mentor_id": mentor,
        "mentor_account_id": None,
        "mentee_id": new_id(),
        "mentee": {"kind": "cooperative", "id": made["id"]},
        "institution_id": None,
        "adviser_id": None,
        "path_id": None,
        "round_id": None,
        "status": "active",
        "score": 700,
        "expires_at": None,
    }
    region.world.tell("mentoring.match.started.v1", key=match, data={**data, "agreed": "own-page"})
    region.world.settle()
    shown = region.get(region.representative, f"/cooperatives/{made['id']}")["mentor"]
    assert (shown["match_id"], shown["mentor_id"]) == (match, mentor)
    ended = {**data, "status": "ended", "reason": "goals-reached"}
    region.world.tell("mentoring.match.ended.v1", key=match, data=ended)
    region.world.settle()
    assert region.get(region.representative, f"/cooperatives/{made['id']}")["mentor"] is None


def test_a_corrected_registration_moves_the_duties_that_were_counted_from_it(region: Region):
    made = region.a_cooperative(status="krs_application_filed")
    region.world.clock.advance(days=30)
    region.move(region.adviser, made["id"], "registered", effective_date="2026-04-01")
    line = region.get(region.adviser, f"/cooperatives/{made['id']}/transitions")["items"][-1]
    body = {"effective_date": "2026-03-20", "reason": "the extract says so", **PROOF}
    address = f"/cooperatives/{made['id']}/transitions/{line['id']}/corrections"
    assert region.post(region.adviser, address, body)["registered_on"] == "2026-03-20"
    duties = region.get(region.adviser, f"/cooperatives/{made['id']}/obligations")["items"]
    assert ("audit", "2029-03-20") in [(one["kind"], one["due_on"]) for one in duties]
    assert len(duties) == 2


def test_the_api_describes_itself(embedded_region: Region):
    described = embedded_region.world.api(None).get("/cooperatives/api/openapi.json").get_json()
    assert f"{API}/cooperatives/{{cooperative_id}}/transitions" in described["paths"]
