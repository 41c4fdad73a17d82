"""The part of the main story that is mentoring's: queue, round, proposal, both say yes, meetings, goals, end."""

from datetime import datetime

from shared.database import new_id
from tests.service.mentoring.conftest import API, Region


def test_a_woman_on_a_path_gets_a_mentor_when_both_say_yes(region: Region):
    mentor, profile = region.a_mentor(skills=["find-work"])
    woman = region.a_woman()
    mentee = region.mentee_of(woman)
    assert (mentee["status"], mentee["languages"], mentee["institution_id"]) == ("queued", ["uk"], region.institution)

    round_ = region.a_round()
    assert round_["status"] == "published"
    assert [(one["mentee_id"], one["mentor_id"]) for one in round_["proposed"]] == [(mentee["id"], profile["id"])]

    match = region.get(mentor, "/matches")["items"][0]
    assert (match["status"], match["actions"]) == ("proposed", ["accept", "decline"])
    assert sum(part["points"] for part in match["parts"]) == match["score"]
    accepted = region.act(mentor, "matches", match["id"], "accept")
    assert (accepted["status"], accepted["actions"]) == ("accepted", [])

    herself = region.herself(woman)
    confirmed = region.act(herself, "matches", match["id"], "confirm", agreed="own-page")
    assert (confirmed["status"], confirmed["agreed"]) == ("active", "own-page")
    region.world.settle()
    told = [fact.type.split(".")[2] for fact in region.world.facts() if fact.key == match["id"]]
    assert told == ["proposed", "accepted", "started"]
    started = region.world.facts("mentoring.match.started.v1")[0].data
    assert started["mentee"] == {"kind": "participant", "id": woman}
    assert started["mentor_account_id"] == mentor.id


def test_she_waits_since_the_fact_that_put_her_in_the_queue(region: Region):
    woman = new_id()
    region.on_path(woman)
    told = region.world.facts("programmes.path.opened.v1")[0].time
    region.later(hours=5)
    assert datetime.fromisoformat(region.mentee_of(woman)["waiting_since"]) == told


def test_who_says_she_wants_no_mentor_is_not_queued_and_who_was_not_asked_is(region: Region):
    assert region.mentee_of(region.a_woman(mentor_wanted=False)) is None
    assert region.mentee_of(region.a_woman(mentor_wanted=None))["status"] == "queued"


def test_a_cooperative_is_queued_after_its_founding_meeting_and_its_representative_confirms(region: Region):
    mentor, _profile = region.a_mentor()
    representative, stranger = region.world.actor("cooperative"), region.world.actor("cooperative")
    cooperative = new_id()
    data = {
        "name": "Nitka Spółdzielnia Socjalna",
        "teryt": "2061",
        "krs": None,
        "status": "founding_meeting_held",
        "social_enterprise_status": "none",
        "languages": ["pl"],
        "founders": 3,
        "adviser_id": region.adviser.id,
        "adviser_institution_id": region.institution,
        "representative_account_ids": [representative.id],
        "before": "initiative_group",
        "after": "founding_meeting_held",
        "effective_date": "2026-03-01",
    }
    region.world.tell("cooperatives.cooperative.status-changed.v1", key=cooperative, data=data)
    region.world.settle()
    region.a_round()
    match = region.get(mentor, "/matches")["items"][0]
    assert match["mentee"] == {"kind": "cooperative", "id": cooperative}
    region.get(representative, f"/matches/{match['id']}", 404)
    region.act(mentor, "matches", match["id"], "accept")
    region.act(stranger, "matches", match["id"], "confirm", 404, agreed="own-page")
    assert region.act(representative, "matches", match["id"], "confirm", agreed="own-page")["status"] == "active"


def test_an_adviser_of_her_institution_records_a_spoken_yes_and_another_learns_nothing(region: Region):
    mentor, _woman, match = region.proposed()
    region.act(mentor, "matches", match["id"], "accept")
    foreign = region.world.actor("intake", institution=new_id())
    region.act(foreign, "matches", match["id"], "confirm", 404, agreed="spoken")
    assert region.get(foreign, "/matches")["items"] == region.get(foreign, "/mentees")["items"] == []
    region.act(region.adviser, "matches", match["id"], "confirm", 422, agreed="own-page")
    assert region.act(region.adviser, "matches", match["id"], "confirm", agreed="spoken")["agreed"] == "spoken"


def test_meetings_keep_private_notes_sealed_and_show_them_to_the_mentor_only(region: Region):
    mentor, woman, match = region.active()
    body = {
        "held_on": "2026-03-02",
        "minutes": 60,
        "channel": "in-person",
        "notes": "A private remark",
        "next_step": "A plan",
    }
    made = region.post(mentor, f"/matches/{match['id']}/meetings", body, 201)
    assert made["notes"] == "A private remark"

    def seen(actor):
        found = region.get(actor, f"/matches/{match['id']}/meetings")["items"][0]
        return found["notes"], found["next_step"]

    assert seen(mentor) == ("A private remark", "A plan")
    assert seen(region.herself(woman)) == (None, "A plan")
    assert seen(region.coordinator) == (None, None)
    region.world.settle()
    assert region.world.facts("mentoring.meeting.recorded.v1")[0].data["minutes"] == 60
    with region.world.transaction("mentoring") as tx:
        kept = tx.connection.exec_driver_sql("SELECT notes, next_step FROM meetings").one()
    assert "remark" not in kept[0]
    assert "plan" not in kept[1]


def test_goals_begin_with_her_wishes_and_their_progress_is_kept(region: Region):
    mentor, woman, match = region.active()
    address = f"/matches/{match['id']}/goals"
    goals = region.get(mentor, address)["items"]
    assert {one["goal"]: one["progress"] for one in goals} == {"find-work": 0, "learn-polish": 0}
    region.post(mentor, address, {"goal": "find-work"}, 409)
    region.post(mentor, address, {"goal": "meet-people", "progress": 10}, 201)
    changed = region.world.api(mentor).put(f"{API}{address}/{goals[0]['id']}", json={"progress": 50})
    assert (changed.status_code, changed.get_json()["progress"]) == (200, 50)
    assert len(region.get(region.herself(woman), address)["items"]) == 3


def test_a_match_ends_with_a_reason_and_its_place_is_free_again(region: Region):
    mentor, woman, match = region.active()
    region.act(mentor, "matches", match["id"], "end", 422)
    ended = region.act(mentor, "matches", match["id"], "end", reason="goals-reached")
    assert ended["status"] == "ended"
    assert region.mentee_of(woman)["status"] == "finished"
    assert region.get(mentor, "/mentors")["items"][0]["free"] == 2


def test_who_loses_her_mentor_waits_again(region: Region):
    mentor, woman, match = region.active()
    region.act(mentor, "matches", match["id"], "end", reason="rematch")
    assert region.mentee_of(woman)["status"] == "queued"


def test_a_draft_is_looked_at_before_it_is_published(region: Region):
    mentor, _profile = region.a_mentor()
    region.a_woman()
    draft = region.a_round(publish=False)
    assert (draft["status"], draft["actions"], len(draft["proposed"])) == ("draft", ["publish", "discard"], 1)
    assert region.get(mentor, "/matches")["items"] == []
    published = region.act(region.coordinator, "rounds", draft["id"], "publish")
    assert published["status"] == "published"
    assert published["proposed"][0]["match_id"] == region.get(mentor, "/matches")["items"][0]["id"]
    region.act(region.coordinator, "rounds", draft["id"], "discard", 409)


def test_a_discarded_draft_asks_nobody(region: Region):
    mentor, _profile = region.a_mentor()
    woman = region.a_woman()
    draft = region.a_round(publish=False)
    region.act(region.coordinator, "rounds", draft["id"], "discard")
    assert region.get(mentor, "/matches")["items"] == []
    assert region.mentee_of(woman)["status"] == "queued"


def test_who_was_not_matched_is_told_why(region: Region):
    region.a_mentor(languages=["pl"])
    woman = region.a_woman()
    round_ = region.a_round()
    assert round_["unmatched"] == [{"mentee_id": region.mentee_of(woman)["id"], "reason": "no-shared-language"}]
    assert region.mentee_of(woman)["unmatched_reason"] == "no-shared-language"
    completed = region.world.facts("mentoring.round.completed.v1")[-1].data
    assert completed["unmatched_by_reason"] == {"no-shared-language": 1}


def test_an_urgent_woman_does_not_wait_for_the_daily_round(region: Region):
    mentor, _profile = region.a_mentor()
    patient, urgent = region.a_woman(), region.a_woman(urgent=True)
    region.later(seconds=1)
    assert region.match_of(urgent)["status"] == "proposed"
    assert region.mentee_of(patient)["status"] == "queued"
    assert len(region.get(mentor, "/matches")["items"]) == 1


def test_every_morning_those_who_waited_overnight_are_matched(region: Region):
    region.a_mentor()
    woman = region.a_woman()
    region.later(hours=16)
    assert region.mentee_of(woman)["status"] == "queued"
    region.later(hours=2)
    assert region.mentee_of(woman)["status"] == "proposed"
    assert [one["cause"] for one in region.get(region.coordinator, "/rounds")["items"]] == ["daily"]
