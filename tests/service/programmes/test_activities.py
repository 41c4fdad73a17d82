"""Enrolment, the waiting list and attendance, through the API."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.database import new_id
from tests.service.programmes.builders import CARD, session


def test_a_card_is_published_as_the_source_has_it(partnership):
    made = partnership.post("/programmes", CARD, by=partnership.coordinator)
    assert {name: made[name] for name in CARD} == CARD
    assert made["own_contribution"] == {"amount": "0.00", "currency": "EUR"}
    partnership.world.settle()
    (told,) = partnership.world.facts("programmes.programme.published.v1")
    assert told.data == {
        "name": "Moc kobiet",
        "status": "finished",
        "reach": "local",
        "starts_on": "2021-01-16",
        "ends_on": "2023-01-15",
    }


def test_a_card_that_is_not_published_is_nobodys_but_the_coordinators(partnership):
    made = partnership.post("/programmes", {**CARD, "publish": False}, by=partnership.coordinator)
    partnership.get(f"/programmes/{made['id']}", status=404)
    assert partnership.get("/programmes")["items"] == []
    assert made["actions"] == ["publish"]
    partnership.post(f"/programmes/{made['id']}/actions/publish", by=partnership.coordinator)
    assert partnership.get(f"/programmes/{made['id']}")["name"] == "Moc kobiet"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"period": {"from": "2023-01-16", "to": "2021-01-15"}}, "/period/to"),
        ({"grant": {"amount": "69419.01", "currency": "EUR"}}, "/grant/amount"),
        ({"grant": {"amount": "1.00", "currency": "PLN"}}, "/grant/currency"),
        ({"cost": {"amount": "dużo", "currency": "EUR"}}, "/cost/amount"),
        ({"status": "zakończony"}, "/status"),
        ({"seat": {"place": "Białystok"}}, "/seat/voivodeship"),
        ({"colour": "teal"}, "/colour"),
    ],
)
def test_a_card_that_does_not_fit_together_says_where(partnership, changes, pointer):
    problem = partnership.post("/programmes", {**CARD, **changes}, by=partnership.coordinator, status=422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_a_finished_programme_takes_what_is_recorded_late_and_a_closed_one_nothing(partnership):
    programme = partnership.programme()
    activity = partnership.activity(programme)
    partnership.post(f"/programmes/{programme}/actions/close", by=partnership.coordinator)
    body = {"programme_id": programme, "kind": "other", "name": "…", "sessions": [session(1)]}
    partnership.post("/activities", body, status=409)
    (woman,) = partnership.women(1)
    partnership.enrol(activity["id"], woman, status=409)
    again = partnership.post(f"/programmes/{programme}/actions/close", by=partnership.coordinator, status=409)
    assert again["actions"] == []


def test_only_coordinators_write_cards_and_only_intake_holds_activities(partnership):
    partnership.post("/programmes", CARD, status=403)
    programme = partnership.programme()
    body = {"programme_id": programme, "kind": "language-course", "name": "A1", "sessions": [session(10)]}
    partnership.post("/activities", body, by=partnership.coordinator, status=403)
    partnership.get("/activities", by=partnership.world.actor("mentor"), status=403)


def test_an_activity_is_the_institutions_own(partnership):
    activity = partnership.activity(partnership.programme())
    for path in ("", "/enrolments", "/attendance"):
        partnership.get(f"/activities/{activity['id']}{path}", by=partnership.stranger, status=404)
    assert partnership.get("/activities", by=partnership.stranger)["items"] == []
    assert len(partnership.get("/activities", by=partnership.coordinator)["items"]) == 1


def test_an_activity_says_when_it_is_and_how_many_places_are_free(partnership):
    activity = partnership.activity(partnership.programme(), languages=["pl", "uk"], childcare=True)
    assert (activity["free"], activity["taken"], activity["waiting"]) == (12, 0, 0)
    assert [one["starts_at"][:10] for one in activity["sessions"]] == ["2026-03-10", "2026-03-17"]
    partnership.world.settle()
    (told,) = partnership.world.facts("programmes.activity.scheduled.v1")
    assert told.key == activity["id"]
    assert "place" not in str(told.data["sessions"])


def test_a_session_that_ends_before_it_starts_is_refused(partnership):
    backwards = {"starts_at": "2026-03-10T09:00:00Z", "ends_at": "2026-03-10T08:00:00Z"}
    body = {"kind": "other", "name": "…", "sessions": [session(1), backwards]}
    problem = partnership.post("/activities", {**body, "programme_id": partnership.programme()}, status=422)
    assert problem["errors"][0]["pointer"] == "/sessions/1/ends_at"
    problem = partnership.post("/activities", {**body, "programme_id": new_id()}, status=422)
    assert problem["errors"][0]["pointer"] == "/programme_id"


def test_a_woman_gets_a_place_and_it_is_told(partnership):
    activity, (woman,) = partnership.activity(partnership.programme()), partnership.women(1)
    made = partnership.enrol(activity["id"], woman)
    assert (made["status"], made["position"], made["clashes"]) == ("enrolled", None, [])
    assert made["actions"] == ["cancel"]
    partnership.world.settle()
    (told,) = partnership.world.facts("programmes.enrolment.made.v1")
    assert told.data["next_session_at"].startswith("2026-03-10T08:00:00")
    assert partnership.get(f"/activities/{activity['id']}/enrolments/{made['id']}")["id"] == made["id"]


def test_an_unknown_woman_cannot_be_enrolled_but_one_whom_people_knows_already_can(partnership):
    activity = partnership.activity(partnership.programme())
    problem = partnership.enrol(activity["id"], unheard := new_id(), status=422)
    assert problem["errors"][0]["pointer"] == "/participant_id"
    partnership.world.people.known.add(unheard)
    assert partnership.enrol(activity["id"], unheard)["status"] == "enrolled"


def test_without_people_an_unheard_of_woman_is_asked_for_later(partnership):
    activity = partnership.activity(partnership.programme())
    partnership.world.people.away = True
    partnership.enrol(activity["id"], new_id(), status=503)


def test_who_is_enrolled_cannot_be_enrolled_again_and_a_replay_is_the_same_answer(partnership):
    activity, (woman,) = partnership.activity(partnership.programme()), partnership.women(1)
    first = partnership.enrol(activity["id"], woman, **{"Idempotency-Key": "once"})
    assert partnership.enrol(activity["id"], woman, **{"Idempotency-Key": "once"}) == first
    partnership.enrol(activity["id"], woman, status=409)


def test_the_waiting_list_moves_up_by_itself(partnership):
    activity = partnership.activity(partnership.programme(), places=1)
    first, second, third = (partnership.enrol(activity["id"], woman) for woman in partnership.women(3))
    assert [one["status"] for one in (first, second, third)] == ["enrolled", "waiting", "waiting"]
    assert (second["position"], third["position"]) == (1, 2)
    partnership.post(f"/enrolments/{first['id']}/actions/cancel", {"reason": "found-work"})
    assert partnership.get(f"/enrolments/{second['id']}")["status"] == "enrolled"
    assert partnership.get(f"/enrolments/{third['id']}")["position"] == 1
    partnership.world.settle()
    told = [fact.data["status"] for fact in partnership.world.facts("programmes.enrolment.made.v1")]
    assert sorted(told) == ["enrolled", "enrolled", "waiting", "waiting"]


def test_more_places_move_the_list_up_and_no_waiting_list_means_full(partnership):
    programme = partnership.programme()
    activity = partnership.activity(programme, places=1)
    made = [partnership.enrol(activity["id"], woman) for woman in partnership.women(2)]
    answer = partnership.world.api(partnership.intake).put(
        f"/programmes/api/v1/activities/{activity['id']}", json={"places": 2}
    )
    assert answer.get_json()["waiting"] == 0
    assert partnership.get(f"/enrolments/{made[1]['id']}")["status"] == "enrolled"
    full = partnership.activity(programme, places=1, waiting_list=False)
    one, two = partnership.women(2)
    partnership.enrol(full["id"], one)
    partnership.enrol(full["id"], two, status=409)


def test_two_who_enrol_at_once_do_not_share_the_last_place(partnership):
    activity = partnership.activity(partnership.programme(), places=1)
    women = partnership.women(6)
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda woman: partnership.enrol(activity["id"], woman), women))
    assert sorted(one["status"] for one in made) == ["enrolled"] + ["waiting"] * 5


def test_a_clash_is_a_warning_and_no_refusal(partnership):
    programme, (woman,) = partnership.programme(), partnership.women(1)
    first = partnership.activity(programme)
    partnership.enrol(first["id"], woman)
    second = partnership.activity(programme, kind="self-help-group", sessions=[session(10, 9)])
    made = partnership.enrol(second["id"], woman)
    assert made["status"] == "enrolled"
    assert [clash["activity_id"] for clash in made["clashes"]] == [first["id"]]


def test_attendance_begins_attending_and_the_activity_is_held_when_all_sessions_are(partnership):
    activity, women = partnership.activity(partnership.programme()), partnership.women(3)
    made = [partnership.enrol(activity["id"], woman) for woman in women]
    at = f"/activities/{activity['id']}"
    one, two = (each["id"] for each in activity["sessions"])
    sheet = partnership.post(f"{at}/attendance", {"session_id": one, "present": women[:2], "head_count": 4})
    assert (sheet["version"], sorted(sheet["present"]), sheet["head_count"]) == (1, sorted(women[:2]), 4)
    states = [partnership.get(f"/enrolments/{each['id']}")["status"] for each in made]
    assert states == ["attending", "attending", "enrolled"]
    assert partnership.get(at)["status"] == "scheduled"
    partnership.post(f"{at}/attendance", {"session_id": two, "present": [], "head_count": 0})
    assert partnership.get(at)["status"] == "held"
    partnership.world.settle()
    assert len(partnership.world.facts("programmes.activity.held.v1")) == 2
    told = partnership.world.facts("programmes.attendance.recorded.v1")
    assert {(fact.data["present"], fact.data["head_count"]) for fact in told} == {(2, 4), (0, 0)}


def test_the_same_sheet_changes_nothing_and_another_is_a_correction(partnership):
    activity, (woman, other) = partnership.activity(partnership.programme()), partnership.women(2)
    for one in (woman, other):
        partnership.enrol(activity["id"], one)
    at, body = f"/activities/{activity['id']}/attendance", {"session_id": activity["sessions"][0]["id"]}
    first = partnership.post(at, {**body, "present": [woman, other]})
    assert partnership.post(at, {**body, "present": [other, woman], "head_count": 0}) == first
    corrected = partnership.post(at, {**body, "present": [other]}, **{"If-Match": '"1"'})
    assert (corrected["version"], corrected["present"]) == (2, [other])
    partnership.post(at, {**body, "present": []}, status=412, **{"If-Match": '"1"'})
    assert [sheet["version"] for sheet in partnership.get(at)["items"]] == [2]
    assert partnership.get(f"{at}/{body['session_id']}")["present"] == [other]
    partnership.world.settle()
    told = partnership.world.facts("programmes.attendance.recorded.v1")
    assert [(fact.sequence, fact.data["present"]) for fact in told] == [(1, 2), (2, 1)]


def test_who_is_not_enrolled_cannot_be_present_except_at_an_open_event(partnership):
    programme, (woman, other) = partnership.programme(), partnership.women(2)
    course = partnership.activity(programme)
    partnership.enrol(course["id"], woman)
    body = {"session_id": course["sessions"][0]["id"], "present": [woman, other]}
    problem = partnership.post(f"/activities/{course['id']}/attendance", body, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/present/1"]
    event = partnership.activity(programme, kind="integration-event", form="open-event")
    assert event["open"] is True
    body = {"session_id": event["sessions"][0]["id"], "present": [woman, other], "head_count": 40}
    partnership.post(f"/activities/{event['id']}/attendance", body)
    stranger = {**body, "present": [woman, new_id()]}
    problem = partnership.post(f"/activities/{event['id']}/attendance", stranger, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/present/1"]


def test_a_session_of_another_activity_is_refused(partnership):
    programme = partnership.programme()
    one, other = partnership.activity(programme), partnership.activity(programme)
    body = {"session_id": other["sessions"][0]["id"], "present": []}
    problem = partnership.post(f"/activities/{one['id']}/attendance", body, status=422)
    assert problem["errors"][0]["pointer"] == "/session_id"


def test_a_series_goes_on_with_another_date(partnership):
    activity = partnership.activity(partnership.programme())
    changed = partnership.post(f"/activities/{activity['id']}/sessions", session(24, place="ul. Lipowa 1"))
    assert len(changed["sessions"]) == 3
    assert changed["sessions"][2]["place"] == "ul. Lipowa 1"


def test_completing_dropping_out_and_what_is_not_possible(partnership):
    activity, (woman, other) = partnership.activity(partnership.programme()), partnership.women(2)
    made = {one: partnership.enrol(activity["id"], one)["id"] for one in (woman, other)}
    refused = partnership.post(f"/enrolments/{made[woman]}/actions/complete", status=409)
    assert refused["actions"] == ["cancel"]
    body = {"session_id": activity["sessions"][0]["id"], "present": [woman, other]}
    partnership.post(f"/activities/{activity['id']}/attendance", body)
    done = partnership.post(f"/enrolments/{made[woman]}/actions/complete", {"certificate": True})
    assert (done["status"], done["certificate"], done["ended_on"]) == ("completed", True, "2026-03-02")
    problem = partnership.post(f"/enrolments/{made[other]}/actions/drop-out", status=422)
    assert problem["errors"][0]["pointer"] == "/reason"
    left = partnership.post(f"/enrolments/{made[other]}/actions/drop-out", {"reason": "no-childcare"})
    assert (left["status"], left["reason"]) == ("dropped-out", "no-childcare")
    partnership.post(f"/enrolments/{made[other]}/actions/vanish", status=404)
    partnership.world.settle()
    assert len(partnership.world.facts("programmes.enrolment.completed.v1")) == 1


def test_a_cancelled_activity_ends_every_enrolment(partnership):
    activity = partnership.activity(partnership.programme(), places=1)
    made = [partnership.enrol(activity["id"], woman) for woman in partnership.women(2)]
    cancelled = partnership.post(f"/activities/{activity['id']}/actions/cancel", {"reason": "too-few-enrolled"})
    assert (cancelled["status"], cancelled["actions"]) == ("cancelled", [])
    for one in made:
        assert partnership.get(f"/enrolments/{one['id']}")["reason"] == "activity-cancelled"
    partnership.world.settle()
    (told,) = partnership.world.facts("programmes.activity.cancelled.v1")
    assert told.data["reason"] == "too-few-enrolled"


def test_what_cannot_be_read_is_refused_in_order(partnership):
    activity = partnership.activity(partnership.programme())
    at = f"/programmes/api/v1/activities/{activity['id']}/enrolments"
    api = partnership.world.api(partnership.intake)
    assert partnership.world.api(None).post(at, json={}).status_code == 401
    assert partnership.world.api(partnership.stranger).post(at, data="x").status_code == 404
    assert partnership.world.api(partnership.coordinator).post(at, data="x").status_code == 403
    assert api.post(at, data="x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert api.post(at, data="{", headers={"Content-Type": "application/json"}).status_code == 400
    assert api.post(at, json={"participant_id": 7}).status_code == 422
    stale = api.put(f"/programmes/api/v1/activities/{activity['id']}", json={"places": 3}, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
