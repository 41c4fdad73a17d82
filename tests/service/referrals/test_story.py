"""A referral from sending to outcome, and what each side sees of it on the way."""

import pytest

from tests.service.referrals.conftest import BASE


def names_of(world, key):
    world.settle()
    return [fact.type.split(".")[2] for fact in world.facts() if fact.key == key]


def test_the_office_sends_the_foundation_takes_it_up_and_says_what_became_of_it(partnership):
    sent = partnership.refer()
    assert sent["status"] == "requested"
    for action, body in (("receive", {}), ("accept", {}), ("start", {}), ("complete", {"outcome": "goal-reached"})):
        partnership.act("intake", sent["id"], action, body)
    seen = partnership.get("caseworker", f"/referrals/{sent['id']}")
    assert (seen["status"], seen["outcome"]) == ("completed", "goal-reached")
    expected = ["requested", "received", "accepted", "started", "completed"]
    assert names_of(partnership.world, sent["id"]) == expected


def test_the_accepted_fact_carries_what_people_and_programmes_need(partnership):
    sent = partnership.refer(mentor_wished=True)
    partnership.act("intake", sent["id"], "accept")
    [fact] = partnership.facts("referral.accepted")
    assert fact.data["sharing"] == {"fields": ["name", "phone", "narrative"], "expires_on": "2027-03-01"}
    assert (fact.data["teryt"], fact.data["mentor_wished"], fact.data["childcare"]) == ("2061", True, True)
    assert fact.data["contact_by"] is not None


def test_no_fact_carries_what_was_typed(partnership):
    sent = partnership.refer()
    partnership.act("intake", sent["id"], "reject", {"reason": "no-capacity", "note": "Unser Kurs ist voll."})
    partnership.world.settle()
    everything = repr([fact.data for fact in partnership.world.facts()])
    assert "nights" not in everything
    assert "Unser" not in everything


def test_before_it_accepts_the_recipient_sees_the_minimum(partnership):
    sent = partnership.refer(barriers=["language"])
    seen = partnership.get("intake", f"/referrals/{sent['id']}")
    assert (seen["code"], seen["needs"], seen["languages"], seen["childcare"], seen["priority"]) == (
        sent["code"], ["language-course"], ["uk"], True, "routine",
    )  # fmt: skip
    assert not {"participant_id", "narrative", "sharing", "legal_basis", "barriers"} & set(seen)


def test_after_it_accepted_the_recipient_sees_what_she_agreed_to(partnership):
    sent = partnership.refer()
    accepted = partnership.act("intake", sent["id"], "accept")
    assert accepted["narrative"] == "She works nights."
    assert accepted["participant_id"] == partnership.woman


def test_what_she_did_not_agree_to_share_stays_with_the_sender(partnership):
    sharing = {"fields": ["name"], "agreed": "spoken", "expires_on": "2027-03-01"}
    sent = partnership.refer(sharing=sharing)
    accepted = partnership.act("intake", sent["id"], "accept")
    assert "narrative" not in accepted
    assert partnership.get("caseworker", f"/referrals/{sent['id']}")["narrative"] == "She works nights."


def test_when_what_she_agreed_to_has_run_out_the_recipient_sees_no_more_of_her(partnership):
    sent = partnership.refer()
    partnership.act("intake", sent["id"], "accept")
    partnership.act("intake", sent["id"], "start")
    partnership.world.later(days=400)
    assert "participant_id" not in partnership.get("intake", f"/referrals/{sent['id']}")


def test_a_filter_by_woman_finds_nothing_that_the_row_would_hide(partnership):
    sent = partnership.refer()
    by_woman = f"/referrals?participant_id={partnership.woman}"
    assert partnership.get("intake", by_woman)["items"] == []
    assert partnership.get("coordinator", by_woman)["items"] == []
    assert [one["id"] for one in partnership.get("caseworker", by_woman)["items"]] == [sent["id"]]


def test_the_coordinator_sees_all_without_identity_and_narrative(partnership):
    sent = partnership.refer()
    partnership.act("intake", sent["id"], "accept")
    [seen] = partnership.get("coordinator", "/referrals")["items"]
    assert seen["id"] == sent["id"]
    seen = partnership.get("coordinator", f"/referrals/{sent['id']}")
    assert not {"participant_id", "narrative"} & set(seen)


def test_a_shelter_that_sends_is_shown_as_a_partner_only(partnership):
    shelter = partnership.post(
        "administrator", "/institutions",
        {"type": "sow", "name": "Ośrodek", "teryt": "2061", "confidential_location": True}, expect=201,
    )["id"]  # fmt: skip
    accounts = partnership.accounts
    accounts["shelter"] = partnership.world.actor("caseworker", institution=shelter)
    accounts["shelter-admin"] = partnership.world.actor("institution-admin", institution=shelter)
    body = {"parties": [shelter, partnership.foundation_id], "fields": ["name"], "purposes": ["language-course"]}
    agreement = partnership.post("coordinator", "/agreements", {**body, "valid_from": "2026-01-01"}, expect=201)["id"]
    for who in ("shelter-admin", "admin"):
        partnership.post(who, f"/agreements/{agreement}/actions/sign")
    woman = partnership.register_woman(by=shelter)
    sharing = {"fields": ["name"], "agreed": "spoken", "expires_on": "2027-03-01"}
    sent = partnership.post(
        "shelter", "/referrals", partnership.body(participant_id=woman, sharing=sharing), expect=201
    )
    assert partnership.get("intake", f"/referrals/{sent['id']}")["sender_id"] is None


def test_a_question_goes_back_and_forth_and_is_read_by_the_two_only(partnership):
    sent = partnership.refer()
    partnership.act("intake", sent["id"], "receive")
    asked = partnership.act("intake", sent["id"], "ask", {"question": "Which days?"})
    assert (asked["status"], asked["business_status"]) == ("on-hold", "awaiting-information")
    partnership.act("caseworker", sent["id"], "answer", {"text": "Mondays."})
    for who in ("caseworker", "intake"):
        texts = [one.get("text") for one in partnership.get(who, f"/referrals/{sent['id']}/history")["items"]]
        assert texts == [None, None, "Which days?", "Mondays."]
    told = partnership.get("coordinator", f"/referrals/{sent['id']}/history")["items"]
    assert [one["action"] for one in told] == ["submit", "receive", "ask", "answer"]
    assert not [one for one in told if "text" in one]


def test_a_refusal_has_a_reason(partnership):
    sent = partnership.refer()
    refused = partnership.act("intake", sent["id"], "reject", {}, expect=422)
    assert refused["errors"][0]["pointer"] == "/reason"
    partnership.act("intake", sent["id"], "reject", {"reason": "redirected"}, expect=422)
    assert partnership.act("intake", sent["id"], "reject", {"reason": "no-capacity"})["reason"] == "no-capacity"


def test_the_waiting_list_shows_her_place(partnership):
    first, second = partnership.refer(), partnership.refer(participant_id=partnership.register_woman())
    assert partnership.act("intake", first["id"], "waitlist")["position"] == 1
    assert partnership.act("intake", second["id"], "waitlist")["position"] == 2
    assert [fact.data["position"] for fact in partnership.facts("referral.waitlisted")] == [1, 2]
    partnership.act("intake", first["id"], "accept")
    assert partnership.get("caseworker", f"/referrals/{second['id']}")["position"] == 1


def test_redirecting_refuses_and_gives_the_sender_a_draft_for_the_other_service(partnership):
    other = partnership.service(name="Kurs B1")
    sent = partnership.refer()
    redirected = partnership.act("intake", sent["id"], "redirect", {"service_id": other["id"]})
    assert (redirected["status"], redirected["business_status"]) == ("rejected", "redirected")
    draft = partnership.get("caseworker", f"/referrals/{redirected['replaced_by']}")
    assert (draft["status"], draft["replaces"], draft["service_id"]) == ("draft", sent["id"], other["id"])
    assert draft["narrative"] == "She works nights."
    partnership.get("intake", f"/referrals/{draft['id']}", expect=404)
    partnership.act("caseworker", draft["id"], "submit")
    facts = partnership.facts("referral.requested")
    assert facts[-1].data["replaces"] == sent["id"]


def test_a_refused_referral_is_continued_in_a_new_draft(partnership):
    sent = partnership.refer()
    partnership.act("intake", sent["id"], "reject", {"reason": "no-capacity"})
    reopened = partnership.act("caseworker", sent["id"], "reopen")
    assert reopened["status"] == "rejected"
    assert partnership.get("caseworker", f"/referrals/{reopened['replaced_by']}")["status"] == "draft"
    assert "reopen" not in reopened["actions"]


def test_a_decline_after_acceptance_is_told_as_such(partnership):
    sent = partnership.refer()
    partnership.act("intake", sent["id"], "accept")
    partnership.act("intake", sent["id"], "fail", {"reason": "no-capacity"})
    [fact] = partnership.facts("referral.failed")
    assert fact.data["before_start"] is True


def test_a_mistake_is_marked_with_a_comment_by_sender_or_coordinator(partnership):
    sent = partnership.refer()
    assert "mark-entered-in-error" not in partnership.get("intake", f"/referrals/{sent['id']}")["actions"]
    partnership.act("coordinator", sent["id"], "mark-entered-in-error", {}, expect=422)
    marked = partnership.act("coordinator", sent["id"], "mark-entered-in-error", {"comment": "Twice."})
    assert (marked["status"], marked["actions"]) == ("entered-in-error", [])


def test_a_draft_is_written_in_pieces_and_sent_when_it_is_complete(partnership):
    body = {"participant_id": partnership.woman}
    draft = partnership.post("caseworker", "/referrals", body, expect=201)
    assert draft["status"] == "draft"
    missing = partnership.act("caseworker", draft["id"], "submit", expect=422)
    assert {error["pointer"] for error in missing["errors"]} == {"/service_id", "/legal_basis", "/sharing"}
    whole = {k: v for k, v in partnership.body().items() if k not in ("participant_id", "submit")}
    answer = partnership.api("caseworker").put(f"{BASE}/referrals/{draft['id']}", json=whole)
    assert answer.status_code == 200
    assert partnership.act("caseworker", draft["id"], "submit")["status"] == "requested"
    assert partnership.api("caseworker").put(f"{BASE}/referrals/{draft['id']}", json=whole).status_code == 409


@pytest.mark.parametrize("who", ["coordinator", "intake", "admin", "stranger"])
def test_a_draft_is_seen_by_its_sender_only(partnership, who):
    draft = partnership.refer(submit=False)
    partnership.get(who, f"/referrals/{draft['id']}", expect=404)


def test_a_referral_within_one_institution_needs_no_agreement(partnership):
    accounts = partnership.accounts
    accounts["foundation"] = partnership.world.actor("caseworker", institution=partnership.foundation_id)
    woman = partnership.register_woman(by=partnership.foundation_id)
    sharing = {"fields": ["address"], "agreed": "spoken", "expires_on": "2027-03-01"}
    sent = partnership.post(
        "foundation", "/referrals", partnership.body(participant_id=woman, sharing=sharing), expect=201
    )
    assert {"cancel", "accept"} <= set(sent["actions"])
