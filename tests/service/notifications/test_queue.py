"""Who is told of what, and what finishes it."""

from typing import Any

import pytest

from shared.actor import Actor
from shared.database import new_id
from tests.service.notifications.conftest import Partnership


def test_a_referral_lies_in_the_receivers_queue_until_it_is_answered(partnership: Partnership) -> None:
    p, referral = partnership, new_id()
    p.referral("requested", referral, decide_by="2026-03-09T14:00:00Z")
    p.world.settle()
    (item,) = p.inbox(p.intake)
    assert set(item) == {
        "id", "kind", "subject", "title", "urgency", "created_at", "due_at", "read", "done",
    }  # fmt: skip
    assert item["subject"] == {"type": "referral", "id": referral, "href": f"/referrals/referrals/{referral}"}
    assert item["urgency"] == "urgent"
    assert item["due_at"] == "2026-03-09T14:00:00.000000Z"
    assert "7F3K-92" in item["title"]
    assert not item["done"]
    p.referral("accepted", referral)
    p.world.settle()
    assert p.inbox(p.intake)[0]["done"]
    assert p.open_kinds(p.caseworker) == ["referral-accepted"]


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        ("received", "referral-received"),
        ("accepted", "referral-accepted"),
        ("rejected", "referral-rejected"),
        ("information-asked", "referral-question"),
        ("waitlisted", "referral-waitlisted"),
        ("completed", "referral-completed"),
        ("failed", "referral-failed"),
        ("redirected", "referral-redirected"),
    ],
)
def test_the_sender_is_told_of_each_answer_and_what_it_overtakes_is_done(
    partnership: Partnership, fact: str, kind: str
) -> None:
    p, referral = partnership, new_id()
    for said in dict.fromkeys(("requested", "received", fact)):
        p.referral(said, referral)
    p.world.settle()
    assert p.open_kinds(p.caseworker) == [kind]
    assert p.open_kinds(p.intake) == (["referral-requested"] if fact == "received" else [])


def test_who_never_sent_it_is_told_nothing(partnership: Partnership) -> None:
    p = partnership
    stranger = p.staff("caseworker", new_id())
    p.referral("requested", new_id())
    p.world.settle()
    assert p.inbox(stranger) == []
    assert p.inbox(p.caseworker) == []


def test_the_whole_office_is_told_when_the_sender_has_left(partnership: Partnership) -> None:
    p, referral = partnership, new_id()
    colleague = p.staff("caseworker", p.office)
    p.referral("requested", referral)
    p.world.tell("people.account.disabled.v1", key=p.caseworker.id, data={"reason": "left"})
    p.world.settle()
    p.referral("rejected", referral)
    p.world.settle()
    assert p.open_kinds(colleague) == ["referral-rejected"]


def test_what_lay_with_someone_who_leaves_goes_to_her_institution(partnership: Partnership) -> None:
    p, referral = partnership, new_id()
    colleague = p.staff("caseworker", p.office)
    p.referral("requested", referral)
    p.referral("information-asked", referral)
    p.world.settle()
    assert p.open_kinds(colleague) == []
    p.leave(p.caseworker, new_id(), p.office, "caseworker")
    p.world.settle()
    assert p.open_kinds(colleague) == ["referral-question"]


def test_a_late_answer_is_told_to_the_receivers_administrator_the_sender_and_the_coordinator(
    partnership: Partnership,
) -> None:
    p, referral = partnership, new_id()
    p.referral("requested", referral)
    p.referral("overdue", referral, deadline="look", due_at="2026-03-01T14:00:00Z")
    p.world.settle()
    for told in (p.admin, p.caseworker, p.coordinator):
        assert p.open_kinds(told) == ["referral-overdue"]
    p.referral("received", referral)
    p.world.settle()
    assert p.open_kinds(p.admin) == p.open_kinds(p.coordinator) == []
    assert p.open_kinds(p.caseworker) == ["referral-received"]


def test_a_look_does_not_finish_a_late_decision(partnership: Partnership) -> None:
    p, referral = partnership, new_id()
    p.referral("requested", referral)
    p.referral("overdue", referral, deadline="decide")
    p.referral("received", referral)
    p.world.settle()
    assert p.open_kinds(p.admin) == ["referral-overdue"]


def test_sending_it_elsewhere_finishes_the_refusal(partnership: Partnership) -> None:
    p, referral = partnership, new_id()
    p.referral("requested", referral)
    p.referral("rejected", referral)
    p.world.settle()
    assert p.open_kinds(p.caseworker) == ["referral-rejected"]
    p.referral("requested", new_id(), replaces=referral)
    p.world.settle()
    assert p.open_kinds(p.caseworker) == []


def test_an_answered_question_goes_back_to_the_receiver(partnership: Partnership) -> None:
    p, referral = partnership, new_id()
    for fact in ("requested", "information-asked", "information-given"):
        p.referral(fact, referral)
    p.world.settle()
    assert p.open_kinds(p.caseworker) == []
    assert p.open_kinds(p.intake) == ["referral-answered"]


def test_a_full_service_is_told_until_it_has_places_again(partnership: Partnership) -> None:
    p, service = partnership, new_id()
    full = {"unit": "place", "available": 0, "maximum": 12, "waiting_list": True}
    p.tell("referrals.service.capacity-changed.v1", service, institution_id=p.ngo, capacity=full)
    p.world.settle()
    assert p.open_kinds(p.admin) == p.open_kinds(p.coordinator) == ["service-full"]
    p.tell("referrals.service.capacity-changed.v1", service, institution_id=p.ngo, capacity={**full, "available": 2})
    p.world.settle()
    assert p.open_kinds(p.admin) == p.open_kinds(p.coordinator) == []


def test_an_ending_agreement_is_told_to_both_administrators_and_the_coordinator(partnership: Partnership) -> None:
    p, agreement = partnership, new_id()
    other = p.staff("institution-admin", p.office)
    p.tell("referrals.agreement.ending.v1", agreement, parties=[p.office, p.ngo])
    p.world.settle()
    for told in (p.admin, other, p.coordinator):
        assert p.open_kinds(told) == ["agreement-ending"]


def test_the_cooperative_way_is_the_advisers_task_until_she_has_founded_or_joined(partnership: Partnership) -> None:
    p, path, cooperative = partnership, new_id(), new_id()
    chosen = {"participant_id": p.woman, "institution_id": p.ngo, "adviser_id": p.intake.id}
    p.tell("programmes.path.way-chosen.v1", path, **chosen)
    p.world.settle()
    (item,) = p.inbox(p.intake)
    assert item["kind"] == "cooperative-chosen"
    assert item["subject"]["href"] == f"/programmes/paths/{path}"
    p.cooperative("opened", cooperative)
    p.cooperative("founder-joined", cooperative, participant_id=p.woman)
    p.world.settle()
    assert p.inbox(p.intake)[0]["done"]


def test_a_match_goes_from_the_mentor_to_the_adviser_and_the_woman_to_both(partnership: Partnership) -> None:
    p, match = partnership, new_id()
    her = p.account("participant", participant_id=p.woman)
    p.match("proposed", match, expires_at="2026-03-09T22:59:59Z")
    p.world.settle()
    assert [(i["kind"], i["due_at"]) for i in p.inbox(p.mentor)] == [("match-proposed", "2026-03-09T22:59:59.000000Z")]
    p.match("accepted", match)
    p.world.settle()
    assert p.open_kinds(p.mentor) == []
    assert p.open_kinds(p.intake) == ["match-accepted"]
    assert [(i["kind"], i["subject"]["href"]) for i in p.inbox(her)] == [("match-found", "/mentoring/mine")]
    p.match("started", match)
    p.world.settle()
    assert p.open_kinds(p.intake) == []
    assert p.open_kinds(p.mentor) == p.open_kinds(her) == ["match-started"]


@pytest.mark.parametrize("fact", ["declined", "expired"])
def test_the_coordinator_hears_of_a_match_that_comes_to_nothing_until_the_next_one(
    partnership: Partnership, fact: str
) -> None:
    p, match = partnership, new_id()
    p.match("proposed", match)
    p.match(fact, match)
    p.world.settle()
    assert p.open_kinds(p.coordinator) == [f"match-{fact}"]
    assert p.open_kinds(p.mentor) == []
    p.match("proposed", new_id())
    p.world.settle()
    assert p.open_kinds(p.coordinator) == []


def a_cooperative(p: Partnership) -> tuple[str, Actor]:
    representative, key = p.account("cooperative"), new_id()
    p.cooperative("opened", key, representative_account_ids=[representative.id])
    p.world.settle()
    return key, representative


def test_a_changed_status_is_told_to_representative_mentor_and_adviser(partnership: Partnership) -> None:
    p = partnership
    key, representative = a_cooperative(p)
    p.match("started", new_id(), mentee={"kind": "cooperative", "id": key})
    p.world.settle()
    p.cooperative("status-changed", key, representative_account_ids=[representative.id], after="registered")
    p.world.settle()
    for told in (representative, p.mentor, p.intake, p.coordinator):
        assert "cooperative-status" in p.open_kinds(told)


def test_a_vacancy_is_told_to_the_labour_offices_of_the_county_until_it_is_filled(partnership: Partnership) -> None:
    p, vacancy = partnership, new_id()
    far = new_id()
    p.tell("referrals.institution.registered.v1", far, type="pup", teryt="2001", name="Urząd w Augustowie")
    elsewhere = p.staff("caseworker", far)
    p.tell("cooperatives.vacancy.opened.v1", vacancy, teryt="2061")
    p.world.settle()
    assert p.open_kinds(p.caseworker) == ["vacancy-opened"]
    assert p.open_kinds(elsewhere) == []
    p.tell("cooperatives.vacancy.filled.v1", vacancy)
    p.world.settle()
    assert p.open_kinds(p.caseworker) == []


def test_an_obligation_waits_for_the_cooperative_and_is_finished_when_it_is_met(partnership: Partnership) -> None:
    p, cooperative, obligation = partnership, new_id(), new_id()
    representative = p.account("cooperative")
    p.tell("cooperatives.obligation.due.v1", obligation, cooperative_id=cooperative, due_on="2026-03-31")
    p.world.settle()
    p.cooperative("opened", cooperative, representative_account_ids=[representative.id])
    p.world.settle()
    p.world.later(seconds=10)
    assert p.open_kinds(representative) == p.open_kinds(p.coordinator) == ["obligation-due"]
    p.tell("cooperatives.obligation.overdue.v1", obligation, cooperative_id=cooperative, due_on="2026-03-31")
    p.world.settle()
    assert p.open_kinds(representative) == ["obligation-overdue"]
    p.tell("cooperatives.obligation.met.v1", obligation, cooperative_id=cooperative)
    p.world.settle()
    assert p.open_kinds(representative) == p.open_kinds(p.coordinator) == []


def test_an_erased_woman_leaves_nothing_to_read(partnership: Partnership) -> None:
    p, referral = partnership, new_id()
    p.referral("requested", referral)
    p.world.settle()
    erased = p.world.tell("people.participant.erased.v1", key=p.woman, data={"ground": "own-request"})
    p.world.settle()
    assert p.inbox(p.intake) == []
    (purged,) = p.world.facts("notifications.participant-data.purged.v1")
    assert (purged.key, purged.data) == (p.woman, {"erasure_event_id": erased.id, "records": 1})
    p.referral("accepted", referral)
    p.world.settle()
    assert p.inbox(p.caseworker) == []


# -- through the API -----------------------------------------------------------------------------------------------


def an_item(p: Partnership) -> dict[str, Any]:
    p.referral("requested", new_id())
    p.world.settle()
    return p.inbox(p.intake)[0]


def test_reading_and_finishing_are_each_persons_own(partnership: Partnership) -> None:
    p, item = partnership, an_item(partnership)
    colleague = p.staff("intake", p.ngo)
    assert p.get(p.intake, "/inbox")["unread"] == 1
    assert p.post(p.intake, f"/inbox/{item['id']}/actions/read")["read"]
    assert p.get(p.intake, "/inbox")["unread"] == 0
    assert p.post(p.intake, f"/inbox/{item['id']}/actions/done")["done"]
    assert p.open_kinds(p.intake) == []
    assert p.get(colleague, "/inbox")["unread"] == 1
    assert p.open_kinds(colleague) == ["referral-requested"]


def test_a_polled_inbox_costs_nothing_while_nothing_changes(partnership: Partnership) -> None:
    p, item = partnership, an_item(partnership)
    first = p.world.api(p.intake).get("/notifications/api/v1/inbox")
    same = {"If-None-Match": first.headers["ETag"]}
    assert p.world.api(p.intake).get("/notifications/api/v1/inbox", headers=same).status_code == 304
    p.post(p.intake, f"/inbox/{item['id']}/actions/read")
    assert p.world.api(p.intake).get("/notifications/api/v1/inbox", headers=same).status_code == 200


def test_a_long_inbox_comes_in_pages_newest_first(partnership: Partnership) -> None:
    p = partnership
    for _ in range(5):
        an_item(p)
    first = p.get(p.intake, "/inbox", limit=3)
    rest = p.get(p.intake, "/inbox", limit=3, cursor=first["next"])
    ids = [item["id"] for item in [*first["items"], *rest["items"]]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 5
    assert rest["next"] is None


def test_what_is_wrong_is_said(partnership: Partnership) -> None:
    p, item = partnership, an_item(partnership)
    api = "/notifications/api/v1"
    assert p.world.api(None).get(f"{api}/inbox").status_code == 401
    assert p.world.api(p.caseworker).post(f"{api}/inbox/{item['id']}/actions/done").status_code == 404
    assert p.world.api(p.intake).post(f"{api}/inbox/{new_id()}/actions/read").status_code == 404
    assert p.world.api(p.intake).post(f"{api}/inbox/{item['id']}/actions/burn").status_code == 404
    assert p.world.api(p.intake).get(f"{api}/deliveries").status_code == 403
    assert p.world.api(p.intake).get(f"{api}/inbox?limit=900").status_code == 422
    assert p.world.api(p.intake).get(f"{api}/inbox?cursor=%ff").status_code == 422
    assert p.world.api(p.intake).post(
        f"{api}/inbox/{item['id']}/actions/read", data="{", content_type="application/json"
    ).status_code == 400  # fmt: skip
    extra = p.world.api(p.intake).post(f"{api}/inbox/{item['id']}/actions/read", json={"x": 1})
    assert (extra.status_code, extra.get_json()["errors"][0]["pointer"]) == (422, "/x")


def test_wishes_are_hers_and_are_checked(partnership: Partnership) -> None:
    p, api = partnership, "/notifications/api/v1/preferences"
    usual = p.get(p.intake, "/preferences")
    assert usual == {"version": 0, "email": True, "quiet_hours": {"from": "20:00", "to": "07:00"}}
    wished = {"email": False, "quiet_hours": {"from": "16:00", "to": "08:00"}}
    changed = p.world.api(p.intake).put(api, json=wished, headers={"If-Match": '"0"'})
    assert (changed.status_code, changed.get_json()) == (200, {**wished, "version": 1})
    stale = p.world.api(p.intake).put(api, json=wished, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    bad = p.world.api(p.intake).put(api, json={**wished, "quiet_hours": {"from": "25:00", "to": "07:00"}})
    assert (bad.status_code, bad.get_json()["errors"][0]["pointer"]) == (422, "/quiet_hours/from")
    assert p.get(p.admin, "/preferences") == usual


# -- once, in any order --------------------------------------------------------------------------------------------


def test_every_fact_five_times_over_makes_one_item_and_one_message(partnership: Partnership) -> None:
    p, referral = partnership, new_id()
    p.referral("requested", referral)
    p.match("proposed", new_id())
    p.tell("cooperatives.vacancy.opened.v1", new_id(), teryt="2061")
    p.send()
    records = p.world.log.read(p.world.log.topics())
    for _ in range(5):
        p.world.log.append([record for record in records if not record.topic.startswith("splot.notifications")])
    p.send()
    assert len(p.inbox(p.intake)) == len(p.inbox(p.mentor)) == len(p.inbox(p.caseworker)) == 1
    assert len(p.letters()) == len({str(letter["Message-ID"]) for letter in p.letters()}) == 3


def test_an_answer_that_arrives_before_its_referral_is_not_lost(partnership: Partnership) -> None:
    """Other facts of one referral cannot overtake each other; what others say of her may come before she is known."""
    p, match, woman = partnership, new_id(), new_id()
    p.match("accepted", match, mentee={"kind": "participant", "id": woman})
    p.world.settle()
    p.register(woman, code="9K1A-07")
    p.world.settle()
    assert "9K1A-07" in p.inbox(p.intake)[0]["title"]
