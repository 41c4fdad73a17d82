"""What may never happen: a place given twice, a pair that returns, a reason that is told, an answer after its time."""

import json
from concurrent.futures import ThreadPoolExecutor

from services.mentoring import projections
from services.mentoring.commands import results
from shared import contracts
from shared.database import new_id
from shared.envelope import Fact, to_record
from shared.sealing import Sealer
from tests.service.mentoring.conftest import API, Region


def everything_told(region: Region, *actors) -> str:
    """All facts in the log and all that these actors can read."""
    region.world.settle()
    told = [json.dumps(fact.data) for fact in region.world.facts()]
    answers = []
    for actor in actors:
        answers += [region.world.api(actor).get(API + path) for path in LISTS]
        answers += [region.world.browser("mentoring", actor).get("/mentoring" + path) for path in LISTS]
    return "\n".join([*told, *(answer.get_data(as_text=True) for answer in answers)])


LISTS = ("/matches", "/mentors", "/mentees", "/rounds", "/proposals")


# -- declined ----------------------------------------------------------------------------------------------------------


def test_a_declined_pair_never_returns_and_she_keeps_her_waiting_date(region: Region):
    mentor, woman, match = region.proposed()
    since = region.mentee_of(woman)["waiting_since"]
    region.later(days=2)
    region.act(mentor, "matches", match["id"], "decline", reason="expertise")
    assert region.mentee_of(woman)["waiting_since"] == since
    for _again in range(2):
        reasons = [one["reason"] for one in region.a_round()["unmatched"]]
        assert reasons == ["declined-before"]
    other, _profile = region.a_mentor()
    region.a_round()
    assert region.match_of(woman)["mentor_id"] == region.get(other, "/mentors")["items"][0]["id"]


def test_a_worry_about_safety_blocks_for_ever_and_is_told_to_nobody(region: Region):
    mentor, _woman, match = region.proposed()
    declined = region.act(mentor, "matches", match["id"], "decline", reason="safety")
    assert declined["reason"] == "not-suitable"
    assert region.a_round()["unmatched"][0]["reason"] == "not-suitable"
    told = region.world.facts("mentoring.match.declined.v1")[0].data
    assert (told["declined_by"], told["reason"]) == ("mentor", "not-suitable")
    said = everything_told(region, region.coordinator, mentor, region.adviser)
    assert "safety" not in said
    assert "bezpiecze" not in said


def test_when_she_says_no_nobody_learns_why_and_she_waits_on(region: Region):
    mentor, woman, match = region.proposed()
    region.act(mentor, "matches", match["id"], "accept")
    declined = region.act(region.herself(woman), "matches", match["id"], "decline")
    assert (declined["declined_by"], declined["reason"]) == ("mentee", None)
    assert region.mentee_of(woman)["status"] == "queued"
    assert region.get(mentor, "/mentors")["items"][0]["free"] == 2


def test_what_a_coordinator_withdrew_is_not_proposed_again(region: Region):
    mentor, _woman, match = region.proposed()
    region.act(region.coordinator, "matches", match["id"], "withdraw")
    assert region.a_round()["unmatched"][0]["reason"] == "not-suitable"
    assert region.get(mentor, "/matches")["items"] == []


# -- time --------------------------------------------------------------------------------------------------------------


def test_a_proposal_can_be_answered_until_the_last_moment_and_not_after(region: Region):
    mentor, _woman, match = region.proposed()
    assert match["expires_at"] == "2026-03-09T22:59:59.000000Z"  # five working days after Monday 2 March, in Warsaw
    region.world.clock.advance(days=7, hours=10, minutes=59, seconds=40)
    region.world.settle()
    assert region.match_of(_woman)["status"] == "proposed"
    region.world.clock.advance(seconds=30)
    region.act(mentor, "matches", match["id"], "accept", 409)
    region.later(seconds=10)
    assert region.match_of(_woman)["status"] == "expired"


def test_an_unanswered_proposal_frees_the_place_and_says_who_was_silent(region: Region):
    _mentor, woman, match = region.proposed()
    region.later(days=8)
    expired = region.world.facts("mentoring.match.expired.v1")[0].data
    assert (expired["silent"], expired["expires_at"]) == ("mentor", None)
    assert region.mentee_of(woman)["status"] in ("queued", "proposed")
    assert region.match_of(woman)["id"] != match["id"] or region.match_of(woman)["status"] == "expired"


def test_silence_of_the_mentee_never_consents(region: Region):
    mentor, _woman, match = region.proposed()
    region.act(mentor, "matches", match["id"], "accept")
    region.later(days=20)
    assert region.get(region.coordinator, f"/matches/{match['id']}")["status"] == "expired"
    assert [f.data["silent"] for f in region.world.facts("mentoring.match.expired.v1")][:1] == ["mentee"]


def test_a_pause_ends_by_itself(region: Region):
    mentor, profile = region.a_mentor()
    region.act(mentor, "mentors", profile["id"], "pause", until="2026-03-10")
    region.later(days=8)
    assert region.get(mentor, f"/mentors/{profile['id']}")["status"] == "paused"
    region.later(days=1)
    assert region.get(mentor, f"/mentors/{profile['id']}")["status"] == "active"


def test_a_lapsed_clearance_keeps_a_mentor_out_of_the_round(region: Region):
    _mentor, profile = region.a_mentor()
    region.act(
        region.coordinator,
        "mentors",
        profile["id"],
        "complete-module",
        module="safeguarding",
        completed_on="2025-01-01",
        valid_until="2026-03-01",
    )
    region.a_woman()
    assert region.a_round()["unmatched"][0]["reason"] == "no-mentors"


# -- places ------------------------------------------------------------------------------------------------------------


def test_open_proposals_reserve_a_place_and_accepted_pairs_never_move(region: Region):
    mentor, _profile = region.a_mentor(capacity=1)
    first = region.a_woman()
    region.a_round()
    region.a_mentor(skills=["find-work", "learn-polish"], capacity=0)
    second = region.a_woman(urgent=False, wishes=["find-work"])
    assert region.a_round()["unmatched"][0]["reason"] == "mentors-full"
    region.act(mentor, "matches", region.match_of(first)["id"], "accept")
    better, _profile = region.a_mentor(skills=["find-work", "learn-polish"])
    region.a_round()
    assert region.match_of(first)["status"] == "accepted"
    assert region.get(better, "/matches")["items"][0]["mentee_id"] == region.mentee_of(second)["id"]


def test_two_drafts_published_at_once_cannot_take_the_same_last_place(region: Region):
    mentor, profile = region.a_mentor(capacity=1)
    first = region.a_woman()
    drafts = [region.a_round(publish=False)["id"]]
    region.act(region.adviser, "mentees", region.mentee_of(first)["id"], "leave")
    second = region.a_woman()
    drafts.append(region.a_round(publish=False)["id"])
    region.post(region.adviser, "/mentees", {"participant_id": first}, 201)
    third = region.a_round(publish=False)
    assert len(third["proposed"]) == 1

    def publish(round_id: str) -> str:
        with region.world.transaction("mentoring", region.coordinator) as tx:
            return results.act(tx, round_id=round_id, action="publish")["status"]

    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(publish, [*drafts, third["id"]])) == {"published"}
    assert len(region.get(mentor, "/matches")["items"]) == 1
    assert region.get(mentor, f"/mentors/{profile['id']}")["free"] == 0
    assert {region.mentee_of(one)["status"] for one in (first, second)} == {"proposed", "queued"}


def test_of_two_answers_at_once_one_counts_and_the_other_hears_what_is_possible(region: Region):
    mentor, _woman, match = region.proposed()

    def answer(action: str) -> int:
        path = f"{API}/matches/{match['id']}/actions/{action}"
        return (
            region.world.api(mentor).post(path, json={"reason": "no-time"} if action == "decline" else {}).status_code
        )

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(answer, ["accept", "decline", "accept", "decline"]))
    assert codes[0] == 200
    assert set(codes[1:]) <= {409, 404}
    free = region.get(mentor, "/mentors")["items"][0]["free"]
    assert free == (1 if region.get(region.coordinator, f"/matches/{match['id']}")["status"] == "accepted" else 2)


def test_places_cannot_go_below_what_is_taken(region: Region):
    mentor, _woman, match = region.proposed()
    offer = {"languages": ["pl"], "teryt": ["2061"], "mentors": ["women"], "capacity": 0}
    answer = region.world.api(mentor).put(f"{API}/mentors/{match['mentor_id']}", json=offer)
    assert answer.status_code == 409
    assert (
        region.world.api(mentor).put(f"{API}/mentors/{match['mentor_id']}", json={**offer, "capacity": 1}).status_code
        == 200
    )


def test_who_pauses_is_not_asked_and_her_open_proposal_goes_to_another(region: Region):
    mentor, woman, match = region.proposed()
    region.act(mentor, "mentors", match["mentor_id"], "pause")
    withdrawn = region.get(region.coordinator, f"/matches/{match['id']}")
    assert (withdrawn["status"], withdrawn["reason"]) == ("withdrawn", "mentor-unavailable")
    assert region.mentee_of(woman)["status"] == "queued"


def test_when_a_mentor_leaves_those_she_mentored_wait_anew(region: Region):
    _mentor, woman, match = region.active()
    region.later(days=30)
    region.act(region.coordinator, "mentors", match["mentor_id"], "leave", reason="own-wish")
    ended = region.get(region.coordinator, f"/matches/{match['id']}")
    assert (ended["status"], ended["reason"]) == ("ended", "mentor-left")
    assert region.mentee_of(woman)["status"] == "queued"
    assert region.mentee_of(woman)["waiting_since"] > "2026-03-31"


# -- facts of others ---------------------------------------------------------------------------------------------------


def test_a_fact_that_comes_twice_has_one_effect(region: Region):
    woman = region.a_woman()
    fact = region.world.facts("programmes.path.opened.v1")[0]
    region.world.log.append([to_record(fact), to_record(fact)])
    region.later(seconds=5)
    assert len(region.get(region.coordinator, f"/mentees?participant_id={woman}")["items"]) == 1
    assert len(region.world.facts("mentoring.mentee.queued.v1")) == 1


def test_a_step_of_a_path_brings_what_she_says_now_and_keeps_her_date(region: Region):
    woman = new_id()
    path = region.on_path(woman, languages=[])
    region.world.settle()
    before = region.mentee_of(woman)
    step = {"step_id": new_id(), "kind": "activity", "subject_id": new_id(), "need": "language-course", "due_on": None}
    said = {**region.path(woman), "status": "consulting", "languages": ["ru"], **step}
    region.later(days=3)
    region.world.tell("programmes.path.step-added.v1", key=path, data=said)
    region.world.settle()
    after = region.mentee_of(woman)
    assert (after["id"], after["languages"], after["waiting_since"]) == (before["id"], ["ru"], before["waiting_since"])


def test_who_has_left_is_not_queued_again_by_any_step_but_by_one_about_a_mentor(region: Region):
    woman = new_id()
    path = region.on_path(woman)
    region.world.settle()
    region.act(region.adviser, "mentees", region.mentee_of(woman)["id"], "leave")
    step = {"step_id": new_id(), "kind": "activity", "subject_id": None, "need": "language-course", "due_on": None}
    said = {**region.path(woman), "status": "consulting", **step}
    region.world.tell("programmes.path.step-added.v1", key=path, data=said)
    region.world.settle()
    assert region.mentee_of(woman)["status"] == "left"
    region.world.tell("programmes.path.step-added.v1", key=path, data={**said, "kind": "mentor", "need": "mentoring"})
    region.world.settle()
    assert region.mentee_of(woman)["status"] == "queued"


def test_the_end_of_her_path_takes_her_out_of_the_queue_and_takes_the_proposal_back(region: Region):
    mentor, _profile = region.a_mentor()
    woman = new_id()
    path = region.on_path(woman)
    region.world.settle()
    region.a_round()
    said = {**region.path(woman), "status": "ended", "outcome": "employed"}
    region.world.tell("programmes.path.ended.v1", key=path, data=said)
    region.world.settle()
    assert (region.mentee_of(woman)["status"], region.mentee_of(woman)["reason"]) == ("left", "path-ended")
    assert region.match_of(woman)["status"] == "withdrawn"
    assert region.get(mentor, "/mentors")["items"][0]["free"] == 2
    assert region.world.facts("mentoring.mentee.left.v1")[0].data["reason"] == "path-ended"


def test_a_restricted_woman_is_not_proposed(region: Region):
    region.a_mentor()
    woman = region.a_woman()
    data = {"restricted": True, "ground": "objection"}
    region.world.tell("people.participant.restricted.v1", key=woman, data=data)
    region.world.settle()
    assert region.a_round()["proposed"] == []


def test_an_erased_woman_leaves_codes_and_dates_without_her(region: Region):
    mentor, woman, match = region.active()
    meeting = {"held_on": "2026-03-02", "minutes": 30, "channel": "phone", "notes": "Private", "next_step": "Plan"}
    region.post(mentor, f"/matches/{match['id']}/meetings", meeting, 201)
    told = region.world.tell("people.participant.erased.v1", key=woman, data={"ground": "own-request"})
    region.world.settle()
    purged = region.world.facts("mentoring.participant-data.purged.v1")[0]
    assert (purged.key, purged.data["erasure_event_id"]) == (woman, told.id)
    kept = region.get(mentor, f"/matches/{match['id']}")
    assert (kept["status"], kept["reason"], kept["mentee"]["id"]) == ("ended", "mentee-left", None)
    assert region.get(mentor, f"/matches/{match['id']}/meetings")["items"][0]["notes"] is None
    assert woman not in json.dumps(region.get(region.coordinator, "/mentees"))
    region.on_path(woman)
    region.later(seconds=5)
    assert region.mentee_of(woman) is None
    region.post(region.coordinator, "/mentees", {"participant_id": woman}, 422)


def test_the_facts_are_as_their_contracts_say(region: Region):
    mentor, _woman, match = region.active()
    region.act(mentor, "matches", match["id"], "end", reason="goals-reached")
    region.world.settle()
    ours = [fact for fact in region.world.facts() if fact.type.startswith("mentoring.")]
    for fact in ours:
        contracts.validate(fact.type, fact.data)
    assert len({fact.type for fact in ours}) >= 9


# -- kept apart --------------------------------------------------------------------------------------------------------


def kept_apart(region: Region, one: str, other: str, *, excluded: bool = True, key: str = "") -> Fact:
    """What `people` publishes: sealed for this service, the same length whatever is inside."""
    runtime = region.world.runtimes["mentoring"]
    text = json.dumps({"parties": [one, other], "excluded": excluded}).ljust(188)
    sealed = Sealer(runtime.keys, runtime.ring, service="mentoring").seal_for_service(text, purpose=projections.PAIRS)
    body = sealed.partition(".")[2]
    filler = "A" * 288
    others = dict.fromkeys(("referrals", "cooperatives", "notifications", "programmes"), filler)
    told = region.world.tell(
        "people.pair.excluded.v1", key=key or new_id(), data={"sealed": {"mentoring": body, **others}}
    )
    region.world.settle()
    return told


def test_a_pair_that_is_kept_apart_is_not_proposed_and_looks_like_any_other(region: Region):
    mentor, _profile = region.a_mentor()
    woman = region.a_woman()
    told = kept_apart(region, woman, mentor.id)
    assert region.a_round()["unmatched"][0]["reason"] == "not-suitable"
    kept_apart(region, woman, mentor.id, excluded=False, key=told.key)
    assert len(region.a_round()["proposed"]) == 1


def test_an_open_match_of_such_a_pair_ends_and_neither_finds_the_other(region: Region):
    mentor, woman, match = region.active()
    kept_apart(region, mentor.id, woman)
    assert region.get(region.coordinator, f"/matches/{match['id']}")["status"] == "ended"
    region.get(mentor, f"/matches/{match['id']}", 404)
    region.get(region.herself(woman), f"/matches/{match['id']}", 404)
    assert region.get(mentor, "/matches")["items"] == []
    assert region.a_round()["unmatched"][0]["reason"] == "not-suitable"
    said = everything_told(region, mentor, region.coordinator)
    assert "excluded" not in said.replace("sealed", "")


def test_an_institution_that_is_kept_apart_does_not_find_her(region: Region):
    woman = region.a_woman()
    mentee = region.mentee_of(woman)
    kept_apart(region, region.institution, woman)
    region.get(region.adviser, f"/mentees/{mentee['id']}", 404)
    assert region.get(region.adviser, "/mentees")["items"] == []


def test_who_is_kept_apart_cannot_be_read_from_the_database(region: Region):
    mentor, _profile = region.a_mentor()
    woman = region.a_woman()
    kept_apart(region, woman, mentor.id)
    with region.world.transaction("mentoring") as tx:
        rows = str(tx.connection.exec_driver_sql("SELECT * FROM exclusions").all())
    assert woman not in rows
    assert mentor.id not in rows


def test_projections_can_be_filled_again(region: Region):
    region.a_woman()
    fact = region.world.facts("programmes.path.opened.v1")[0]
    with region.world.transaction("mentoring") as tx:
        for _twice in range(2):
            projections.path(tx, fact)
        count = tx.connection.exec_driver_sql("SELECT count(*) FROM path_copies").scalar()
    assert count == 1


def test_a_conflict_names_what_is_possible(region: Region):
    mentor, _woman, match = region.active()
    answer = region.act(mentor, "matches", match["id"], "accept", 409)
    assert answer["actions"] == ["end"]
