"""Individual paths: opened by a referral, walked by an adviser, completed by facts of others."""

import pytest
from sqlalchemy import inspect, text

from services.programmes.queries import reach
from services.programmes.tables import metadata
from shared.contracts import schema
from shared.database import new_id
from tests.service.programmes.builders import session


def facts(partnership, name):
    partnership.world.settle()
    return partnership.world.facts(f"programmes.path.{name}.v1")


def steps(partnership, woman):
    return {step["kind"]: step["status"] for step in partnership.path(woman)["steps"]}


def act(partnership, path, action, body=None, **more):
    return partnership.post(f"/paths/{path['id']}/actions/{action}", body or {}, **more)


def test_an_accepted_referral_opens_a_path_at_the_receiver_with_what_it_said(partnership):
    (woman,) = partnership.women(1)
    referral = partnership.refer(woman, needs=["language-course"], mentor_wished=True, priority="urgent")
    path = partnership.path(woman)
    assert (path["status"], path["institution_id"]) == ("opened", partnership.foundation)
    assert path["adviser_id"] == partnership.intake.id
    assert steps(partnership, woman) == {"mentor": "open", "referral": "open"}
    (opened,) = facts(partnership, "opened")
    assert opened.data["referral_id"] == referral
    assert (opened.data["mentor_wanted"], opened.data["urgent"]) == (True, True)
    assert (opened.data["languages"], opened.data["teryt"]) == (["uk"], "2061")


@pytest.mark.parametrize("needs", [["integration-event"], ["administrative-help", "housing"]])
def test_what_is_met_once_opens_no_path(partnership, needs):
    (woman,) = partnership.women(1)
    partnership.refer(woman, needs=needs)
    assert partnership.path(woman) is None


def test_one_fitting_need_is_enough(partnership):
    (woman,) = partnership.women(1)
    partnership.refer(woman, needs=["housing", "legal-advice"])
    assert partnership.path(woman)["status"] == "opened"


def test_a_second_referral_adds_a_step_and_no_path_even_for_a_single_event(partnership):
    (woman,) = partnership.women(1)
    partnership.refer(woman, needs=["language-course"], mentor_wished=None)
    partnership.refer(woman, needs=["integration-event"], service_category="integration-event", mentor_wished=None)
    path = partnership.path(woman)
    assert [step["need"] for step in path["steps"]] == ["language-course", "integration-event"]
    assert len(facts(partnership, "opened")) == 1


def test_a_referral_told_twice_changes_nothing(partnership):
    (woman,) = partnership.women(1)
    referral = partnership.refer(woman, mentor_wished=None)
    partnership.refer(woman, referral=referral, mentor_wished=None)
    assert len(partnership.path(woman)["steps"]) == 1


def test_a_path_opens_also_before_her_registration_has_arrived(partnership):
    woman = new_id()
    partnership.refer(woman)
    assert partnership.path(woman)["participant_id"] == woman


def test_a_later_wish_for_a_mentor_is_told_with_its_step(partnership):
    (woman,) = partnership.women(1)
    partnership.refer(woman, mentor_wished=None, needs=["language-course"])
    assert facts(partnership, "opened")[0].data["mentor_wanted"] is None
    partnership.refer(woman, mentor_wished=True, needs=["legal-advice"])
    told = [fact for fact in facts(partnership, "step-added") if fact.data["kind"] == "mentor"]
    assert [fact.data["mentor_wanted"] for fact in told] == [True]


@pytest.mark.parametrize(
    ("fact", "changes", "status"),
    [
        ("completed", {"status": "completed"}, "done"),
        ("failed", {"status": "failed"}, "not-done"),
        ("cancelled", {"status": "cancelled", "reason": "consent-withdrawn"}, "withdrawn"),
        ("cancelled", {"status": "cancelled", "reason": "no-longer-needed"}, "not-done"),
    ],
)
def test_the_end_of_a_referral_closes_its_step(partnership, fact, changes, status):
    (woman,) = partnership.women(1)
    referral = partnership.refer(woman, mentor_wished=None)
    partnership.refer(woman, referral=referral, fact=fact, **changes)
    assert steps(partnership, woman) == {"referral": status}


def test_a_way_is_chosen_from_the_start_and_a_change_keeps_the_history(partnership):
    (woman,) = partnership.women(1)
    partnership.refer(woman, mentor_wished=None)
    path = partnership.path(woman)
    chosen = act(partnership, path, "choose", {"way": "social-cooperative"})
    assert (chosen["status"], chosen["way"]) == ("way-chosen", "social-cooperative")
    assert steps(partnership, woman) == {"referral": "open", "cooperative": "open"}
    changed = act(partnership, path, "choose", {"way": "own-business"})
    assert [one["way"] for one in changed["ways"]] == ["social-cooperative", "own-business"]
    assert steps(partnership, woman)["cooperative"] == "not-done"
    assert [fact.data["previous_way"] for fact in facts(partnership, "way-chosen")] == [None, "social-cooperative"]


def test_the_whole_way_of_a_path(partnership):
    (woman,) = partnership.women(1)
    path = partnership.post("/paths", {"participant_id": woman, "goals": "Własna pracownia"})
    assert (path["status"], path["goals"]) == ("opened", "Własna pracownia")
    assert act(partnership, path, "consult")["status"] == "consulting"
    refused = act(partnership, path, "pause", status=409)
    assert refused["actions"] == ["choose", "add-step", "complete-step", "end"]
    act(partnership, path, "choose", {"way": "vocational-course"})
    task = act(partnership, path, "add-step", {"kind": "task", "text": "Zebrać dyplomy", "due_on": "2026-04-01"})
    assert task["steps"][0]["text"] == "Zebrać dyplomy"
    done = act(partnership, path, "complete-step", {"step_id": task["steps"][0]["id"]})
    assert done["status"] == "in-progress"
    assert act(partnership, path, "pause", {"resumes_on": "2026-09-01"})["resumes_on"] == "2026-09-01"
    assert act(partnership, path, "resume")["status"] == "in-progress"
    problem = act(partnership, path, "end", status=422)
    assert problem["errors"][0]["pointer"] == "/outcome"
    ended = act(partnership, path, "end", {"outcome": "employed"})
    assert (ended["status"], ended["outcome"], ended["actions"]) == ("ended", "employed", [])
    again = partnership.post("/paths", {"participant_id": woman})
    assert again["id"] != path["id"]


def test_a_woman_has_one_open_path(partnership):
    (woman,) = partnership.women(1)
    partnership.post("/paths", {"participant_id": woman, "mentor_wanted": True, "wishes": ["find-work"]})
    partnership.post("/paths", {"participant_id": woman}, status=409)
    assert facts(partnership, "opened")[0].data["wishes"] == ["find-work"]
    problem = partnership.post("/paths", {"participant_id": new_id()}, status=422)
    assert problem["errors"][0]["pointer"] == "/participant_id"


def test_a_stale_decision_is_told_so_and_an_unknown_action_is_not_there(partnership):
    (woman,) = partnership.women(1)
    path = partnership.post("/paths", {"participant_id": woman})
    act(partnership, path, "consult", **{"If-Match": '"1"'})
    act(partnership, path, "choose", {"way": "own-business"}, status=412, **{"If-Match": '"1"'})
    act(partnership, path, "fly", status=404)
    problem = act(partnership, path, "complete-step", {"step_id": new_id()}, status=422)
    assert problem["errors"][0]["pointer"] == "/step_id"


def test_a_path_is_seen_by_her_institution_and_herself_only(partnership):
    woman, other = partnership.women(2)
    path = partnership.post("/paths", {"participant_id": woman, "goals": "Praca"})
    at = f"/paths/{path['id']}"
    herself = partnership.participant(woman)
    assert partnership.get(at, by=herself)["goals"] == "Praca"
    assert partnership.get(at, by=herself)["actions"] == []
    assert len(partnership.get("/paths", by=herself)["items"]) == 1
    assert partnership.get("/paths", by=partnership.participant(other))["items"] == []
    for stranger in (partnership.stranger, partnership.participant(other), partnership.coordinator):
        partnership.get(at, by=stranger, status=404)
    partnership.post(f"{at}/actions/consult", by=partnership.stranger, status=404)
    partnership.post(f"{at}/actions/consult", by=herself, status=403)
    partnership.get("/paths", by=partnership.coordinator, status=403)


def test_enrolment_is_a_step_that_completes_itself(partnership):
    (woman,) = partnership.women(1)
    partnership.refer(woman, mentor_wished=None)
    act(partnership, partnership.path(woman), "choose", {"way": "vocational-course"})
    activity = partnership.activity(partnership.programme())
    made = partnership.enrol(activity["id"], woman)
    assert made["path_id"] == partnership.path(woman)["id"]
    assert steps(partnership, woman)["activity"] == "open"
    body = {"session_id": activity["sessions"][0]["id"], "present": [woman]}
    partnership.post(f"/activities/{activity['id']}/attendance", body)
    partnership.post(f"/enrolments/{made['id']}/actions/complete")
    assert steps(partnership, woman)["activity"] == "done"
    assert partnership.path(woman)["status"] == "in-progress"


def test_leaving_an_activity_closes_its_step_as_not_done(partnership):
    (woman,) = partnership.women(1)
    partnership.refer(woman, mentor_wished=None)
    made = partnership.enrol(partnership.activity(partnership.programme())["id"], woman)
    partnership.post(f"/enrolments/{made['id']}/actions/cancel")
    assert steps(partnership, woman)["activity"] == "not-done"


def tell_match(partnership, woman, fact="started", status="active", match=""):
    type_ = f"mentoring.match.{fact}.v1"
    data = {**schema(type_)["examples"][0], "mentee": {"kind": "participant", "id": woman}, "status": status}
    partnership.world.tell(type_, key=match or new_id(), data=data)
    partnership.world.settle()


def test_a_match_that_started_completes_the_mentor_step(partnership):
    (woman,) = partnership.women(1)
    partnership.refer(woman, mentor_wished=True)
    tell_match(partnership, woman, "proposed", "proposed")
    assert steps(partnership, woman)["mentor"] == "open"
    tell_match(partnership, woman)
    assert steps(partnership, woman)["mentor"] == "done"


def tell_cooperative(partnership, cooperative, fact, **changes):
    type_ = f"cooperatives.cooperative.{fact}.v1"
    data = {**schema(type_)["examples"][0], **changes}
    partnership.world.tell(type_, key=cooperative, data=data)
    partnership.world.settle()


def test_a_cooperative_that_works_completes_the_step_of_its_founders_only(partnership):
    founder, other = partnership.women(2)
    for woman in (founder, other):
        partnership.refer(woman, mentor_wished=None)
        act(partnership, partnership.path(woman), "choose", {"way": "social-cooperative"})
    cooperative = new_id()
    tell_cooperative(partnership, cooperative, "founder-joined", participant_id=founder)
    tell_cooperative(partnership, cooperative, "status-changed", status="registered", after="registered")
    assert steps(partnership, founder)["cooperative"] == "open"
    tell_cooperative(partnership, cooperative, "status-changed", status="active", after="active")
    assert steps(partnership, founder)["cooperative"] == "done"
    assert steps(partnership, other)["cooperative"] == "open"


def anywhere(partnership, needle):
    """Names of the service's own tables in which the text stands."""
    with partnership.world.transaction("programmes") as tx:
        names = set(inspect(tx.connection).get_table_names()) & set(metadata.tables)
        return {
            name
            for name in names
            if any(needle in str(tuple(row)) for row in tx.execute(text(f'SELECT * FROM "{name}"')))
        }


def test_an_erased_woman_leaves_nothing_but_counts(partnership):
    woman, next_one = partnership.women(2)
    programme = partnership.programme()
    partnership.refer(woman, mentor_wished=True)
    path = partnership.path(woman)
    answer = partnership.world.api(partnership.intake).put(
        f"/programmes/api/v1/paths/{path['id']}", json={"goals": "Tajemnica"}
    )
    assert answer.get_json()["goals"] == "Tajemnica"
    held = partnership.activity(programme, places=1)
    partnership.enrol(held["id"], woman)
    waiting = partnership.enrol(held["id"], next_one)
    body = {"session_id": held["sessions"][0]["id"], "present": [woman]}
    partnership.post(f"/activities/{held['id']}/attendance", body)
    erased = partnership.world.tell("people.participant.erased.v1", key=woman, data={"ground": "own-request"})
    partnership.world.settle()

    (told,) = partnership.world.facts("programmes.participant-data.purged.v1")
    assert (told.key, told.data["erasure_event_id"]) == (woman, erased.id)
    assert told.data["records"] == 3
    assert anywhere(partnership, woman) == {"participant_copies"}, "a tombstone, so that nothing comes back"
    assert partnership.get(f"/enrolments/{waiting['id']}")["status"] == "enrolled"
    ended = partnership.get(f"/paths/{path['id']}")
    assert (ended["status"], ended["goals"]) == ("ended", None)
    with partnership.world.transaction("programmes") as tx:
        assert reach.reach(tx, programme).distinct_women == 1


def test_what_arrives_about_an_erased_woman_is_let_go(partnership):
    (woman,) = partnership.women(1)
    partnership.world.tell("people.participant.erased.v1", key=woman, data={"ground": "own-request"})
    partnership.world.settle()
    partnership.refer(woman)
    tell_match(partnership, woman)
    assert partnership.path(woman) is None
    assert anywhere(partnership, woman) == {"participant_copies"}
    partnership.world.people.known.add(woman)
    partnership.enrol(partnership.activity(partnership.programme())["id"], woman, status=422)


def test_reach_counts_women_who_were_there_once_and_others_by_number(partnership):
    programme, women = partnership.programme(), partnership.women(20)
    course = partnership.activity(programme, places=None)
    academy = partnership.activity(programme, kind="mentoring", form="leaders-academy")
    club = partnership.activity(programme, kind="self-help-group", form="club", places=None)
    event = partnership.activity(programme, kind="integration-event", form="open-event")
    for activity, enrolled in ((course, women[:12]), (academy, women[8:14]), (club, women)):
        for woman in enrolled:
            partnership.enrol(activity["id"], woman)
    for activity, present, others in (
        (course, women[:10], 0),
        (academy, women[8:14], 0),
        (club, women[:3], 0),
        (event, women[12:15], 70),
    ):
        for one in activity["sessions"]:
            body = {"session_id": one["id"], "present": present, "head_count": others}
            partnership.post(f"/activities/{activity['id']}/attendance", body)
    report = partnership.get(f"/reports/reach?programme={programme}", by=partnership.coordinator)
    assert report == {
        "distinct_women": 15,
        "academy": 6,
        "club_members": 20,
        "head_count": 140,
        "by_kind": {"integration-event": None, "language-course": 10, "mentoring": 6, "self-help-group": None},
    }
    partnership.get(f"/reports/reach?programme={programme}", status=403)
    partnership.get(f"/reports/reach?programme={new_id()}", by=partnership.coordinator, status=404)
    partnership.get("/reports/reach", by=partnership.coordinator, status=422)


def test_moc_kobiet_reached_441_women_with_16_in_the_academy_and_600_in_the_club(partnership):
    programme, women = partnership.programme(), partnership.women(600)
    event = partnership.activity(programme, kind="integration-event", form="open-event", sessions=[session(10)])
    body = {"session_id": event["sessions"][0]["id"], "present": women[:441], "head_count": 120}
    assert len(partnership.post(f"/activities/{event['id']}/attendance", body)["present"]) == 441
    assert partnership.post(f"/activities/{event['id']}/attendance", {**body, "present": women})["version"] == 2
    corrected = partnership.post(f"/activities/{event['id']}/attendance", body)
    assert corrected["version"] == 3
    report = partnership.get(f"/reports/reach?programme={programme}", by=partnership.coordinator)
    assert (report["distinct_women"], report["head_count"]) == (441, 120)
