"""Every way in which a request can be wrong, told as the contract says, and leaving nothing behind."""

import threading

import pytest

from shared.database import new_id
from tests.service.referrals.conftest import BASE


def pointers(refused):
    return [error["pointer"] for error in refused["errors"]]


def test_without_a_token_nothing_is_answered(partnership):
    assert partnership.world.api(None).get(f"{BASE}/referrals").status_code == 401
    assert partnership.world.api(None).post(f"{BASE}/referrals", json={}).status_code == 401


@pytest.mark.parametrize("who", ["mentor", "operator", "admin", "coordinator", "intake"])
def test_roles_that_never_send_are_refused(partnership, who):
    partnership.post(who, "/referrals", partnership.body(), expect=403)


def test_what_is_foreign_looks_as_if_it_were_not_there_also_to_roles_that_have_nothing_here(partnership):
    sent = partnership.refer()
    for who in ("stranger", "mentor", "operator"):
        partnership.get(who, f"/referrals/{sent['id']}", expect=404)
        partnership.get(who, f"/referrals/{sent['id']}/history", expect=404)
        partnership.act(who, sent["id"], "accept", expect=404)
    partnership.get("stranger", "/referrals/" + new_id(), expect=404)
    assert partnership.get("stranger", "/referrals")["items"] == []
    partnership.get("mentor", "/referrals", expect=403)


def test_an_institution_administrator_follows_its_referrals_but_does_not_act(partnership):
    sent = partnership.refer()
    seen = partnership.get("admin", f"/referrals/{sent['id']}")
    assert (seen["actions"], "participant_id" in seen) == ([], False)
    partnership.act("admin", sent["id"], "accept", expect=403)


def test_the_receiver_cannot_do_what_is_the_senders_and_is_told_what_it_can(partnership):
    sent = partnership.refer()
    refused = partnership.act("intake", sent["id"], "cancel", {"reason": "duplicate"}, expect=409)
    assert refused["actions"] == ["receive", "accept", "waitlist", "reject", "redirect"]


def test_whoever_decides_on_an_old_version_is_stopped(partnership):
    sent = partnership.refer()
    partnership.act("intake", sent["id"], "receive")
    path = f"/referrals/{sent['id']}/actions/accept"
    partnership.post("intake", path, expect=412, **{"If-Match": '"1"'})
    partnership.post("intake", path, **{"If-Match": '"2"'})


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"service_id": "no id"}, "/service_id"),
        ({"service_id": "0190b5a2-7c3e-7d4f-8a1b-2c3d4e5f6a7b"}, "/service_id"),
        ({"needs": ["gold"]}, "/needs/0"),
        ({"languages": ["Ukrainian"]}, "/languages/0"),
        ({"languages": ["en-us"]}, "/languages/0"),
        ({"priority": "soon"}, "/priority"),
        ({"childcare": "yes"}, "/childcare"),
        ({"colour": "red"}, "/colour"),
        ({"narrative": "x" * 5001}, "/narrative"),
        ({"narrative": "a\x00b"}, "/narrative"),
        ({"legal_basis": {"code": "because"}}, "/legal_basis/code"),
        ({"legal_basis": None}, "/legal_basis"),
        ({"sharing": None}, "/sharing"),
        ({"sharing": {"fields": ["name"], "agreed": "spoken", "expires_on": "soon"}}, "/sharing/expires_on"),
        ({"sharing": {"fields": ["name"], "agreed": "spoken", "expires_on": "2026-03-01"}}, "/sharing/expires_on"),
        (
            {"sharing": {"fields": ["name", "email"], "agreed": "spoken", "expires_on": "2027-03-01"}},
            "/sharing/fields/1",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_place_and_nothing_is_kept(partnership, changed, pointer):
    refused = partnership.post("caseworker", "/referrals", partnership.body(**changed), expect=422)
    assert pointers(refused) == [pointer]
    assert partnership.get("caseworker", "/referrals")["items"] == []
    assert partnership.facts("referral.requested") == []


def test_malformed_too_large_or_of_another_kind(partnership):
    client = partnership.api("caseworker")
    json = {"Content-Type": "application/json"}
    assert client.post(f"{BASE}/referrals", data="{", headers=json).status_code == 400
    assert client.post(f"{BASE}/referrals", data="x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert client.post(f"{BASE}/referrals", data=b" " * 300_000, headers=json).status_code == 413


def test_a_service_that_no_agreement_covers_is_refused(partnership):
    other = partnership.service(category="housing")
    refused = partnership.post("caseworker", "/referrals", partnership.body(service_id=other["id"]), expect=422)
    assert pointers(refused) == ["/service_id"]


def test_an_ended_agreement_covers_nothing_new(partnership):
    partnership.post("office-admin", f"/agreements/{partnership.agreement_id}/actions/end")
    refused = partnership.post("caseworker", "/referrals", partnership.body(), expect=422)
    assert pointers(refused) == ["/service_id"]


def test_a_withdrawn_service_takes_no_referrals(partnership):
    partnership.post("admin", f"/services/{partnership.course_id}/actions/withdraw")
    refused = partnership.post("caseworker", "/referrals", partnership.body(), expect=422)
    assert pointers(refused) == ["/service_id"]


def test_a_second_open_referral_of_hers_to_the_service_is_refused(partnership):
    first = partnership.refer()
    partnership.post("caseworker", "/referrals", partnership.body(), expect=409)
    partnership.act("caseworker", first["id"], "cancel", {"reason": "no-longer-needed"})
    partnership.refer()


def test_a_draft_cannot_be_sent_beside_an_open_one(partnership):
    draft = partnership.refer(submit=False)
    partnership.refer()
    partnership.act("caseworker", draft["id"], "submit", expect=409)


def test_two_at_once_have_one_effect(partnership):
    answers = []

    def send():
        answers.append(partnership.api("caseworker").post(f"{BASE}/referrals", json=partnership.body()).status_code)

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(answers) == [201, 409, 409, 409]
    assert len(partnership.facts("referral.requested")) == 1


def test_the_same_key_and_body_give_the_first_answer_again(partnership):
    body, key = partnership.body(), {"Idempotency-Key": "k1"}
    first = partnership.post("caseworker", "/referrals", body, expect=201, **key)
    assert partnership.post("caseworker", "/referrals", body, expect=201, **key) == first
    partnership.post("caseworker", "/referrals", {**body, "childcare": False}, expect=422, **key)
    assert len(partnership.facts("referral.requested")) == 1


def test_an_unknown_woman_is_refused_and_people_is_asked_only_then(partnership):
    partnership.refer()
    assert partnership.world.people.asked == []
    refused = partnership.post("caseworker", "/referrals", partnership.body(participant_id=new_id()), expect=422)
    assert pointers(refused) == ["/participant_id"]


def test_a_woman_whose_fact_has_not_arrived_is_known_to_people(partnership):
    woman = new_id()
    partnership.world.people.known.add(woman)
    partnership.refer(participant_id=woman)


def test_another_institutions_woman_is_as_good_as_unknown(partnership):
    woman = partnership.register_woman(by=new_id())
    refused = partnership.post("caseworker", "/referrals", partnership.body(participant_id=woman), expect=422)
    assert pointers(refused) == ["/participant_id"]


def test_when_people_is_away_she_is_told_to_try_again(partnership):
    partnership.world.people.away = True
    answer = partnership.api("caseworker").post(f"{BASE}/referrals", json=partnership.body(participant_id=new_id()))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_lists_go_on_where_they_stopped(partnership):
    sent = [partnership.refer(participant_id=partnership.register_woman())["id"] for _ in range(3)]
    first = partnership.get("caseworker", "/referrals?limit=2")
    rest = partnership.get("caseworker", f"/referrals?limit=2&cursor={first['next']}")
    assert [one["id"] for one in first["items"] + rest["items"]] == sent[::-1]
    assert rest["next"] is None
    partnership.get("caseworker", "/referrals?limit=1000", expect=422)
    partnership.get("caseworker", "/referrals?cursor=%00", expect=422)


def test_lists_are_filtered(partnership):
    first, second = partnership.refer(), partnership.refer(participant_id=partnership.register_woman())
    partnership.act("intake", first["id"], "receive")

    def found(filters):
        return [one["id"] for one in partnership.get("intake", f"/referrals?{filters}")["items"]]

    assert found("status=received") == [first["id"]]
    assert found("side=sent") == []
    assert found(f"q={second['code'].lower()}") == [second["id"]]
    assert found("overdue=true") == []
    assert found("open=true") == [second["id"], first["id"]]
