"""What time and other services' facts do: deadlines, expiry, withdrawal, erasure, vacancies. Each effect once."""

from itertools import permutations

import pytest
from sqlalchemy import select

from services.referrals import projections
from services.referrals.tables import history, referrals
from shared.database import new_id
from shared.envelope import to_record

VACANCY = {
    "cooperative_id": new_id(), "cooperative_name": "Nitka Spółdzielnia Socjalna", "title": "Krawcowa", "hours": 30,
    "flexible": True, "positions": 1, "teryt": "2061", "languages": ["pl"], "closes_on": None,
}  # fmt: skip


def test_a_passed_deadline_is_told_once(partnership):
    sent = partnership.refer()
    partnership.world.later(days=3)
    partnership.world.later(hours=1)
    [fact] = partnership.facts("referral.overdue")
    assert (fact.key, fact.data["deadline"], fact.data["due_at"]) == (sent["id"], "look", fact.data["look_by"])
    assert partnership.get("caseworker", f"/referrals/{sent['id']}")["overdue"] is True


def test_each_clock_is_told_by_itself_and_a_closed_referral_is_never_late(partnership):
    sent = partnership.refer()
    partnership.world.later(days=3)
    partnership.act("intake", sent["id"], "receive")
    partnership.world.later(days=10)
    assert [fact.data["deadline"] for fact in partnership.facts("referral.overdue")] == ["look", "decide"]
    partnership.act("intake", sent["id"], "reject", {"reason": "no-capacity"})
    partnership.world.later(days=30)
    assert len(partnership.facts("referral.overdue")) == 2


def test_what_nobody_accepted_ends_when_what_she_agreed_to_runs_out(partnership):
    sharing = {"fields": ["name"], "agreed": "spoken", "expires_on": "2026-03-05"}
    sent = partnership.refer(sharing=sharing)
    partnership.world.later(days=4)
    seen = partnership.get("caseworker", f"/referrals/{sent['id']}")
    assert (seen["status"], seen["reason"]) == ("cancelled", "expired")


def test_an_agreement_that_ends_is_told_a_month_before_and_ended_after_its_last_day(partnership):
    body = {
        "parties": [partnership.office_id, partnership.foundation_id], "fields": ["name"], "purposes": ["housing"],
        "valid_from": "2026-01-01", "valid_to": "2026-03-20",
    }  # fmt: skip
    agreement = partnership.post("coordinator", "/agreements", body, expect=201)["id"]
    for who in ("office-admin", "admin"):
        partnership.post(who, f"/agreements/{agreement}/actions/sign")
    partnership.world.later(hours=1)
    partnership.world.later(hours=1)
    assert [fact.data["days_left"] for fact in partnership.facts("agreement.ending")] == [18]
    partnership.world.later(days=19)
    [fact] = partnership.facts("agreement.ended")
    assert (fact.data["reason"], fact.data["ended_on"], fact.data["ended_by"]) == ("expired", "2026-03-20", None)


# -- she takes it back ---------------------------------------------------------------------------------------------


def withdraw(partnership, *, institutions=(), referral_ids=()):
    data = {"institution_ids": list(institutions), "referral_ids": list(referral_ids)}
    fact = partnership.world.tell("people.participant.sharing-withdrawn.v1", key=partnership.woman, data=data)
    partnership.world.settle()
    return fact


@pytest.mark.parametrize("by", ["institution", "referral"])
def test_when_she_takes_it_back_her_open_referrals_end_and_the_recipient_sees_only_that(partnership, by):
    sent = partnership.refer()
    partnership.act("intake", sent["id"], "accept")
    other = new_id()
    institutions = [partnership.foundation_id if by == "institution" else other]
    withdraw(partnership, institutions=institutions, referral_ids=[sent["id"] if by == "referral" else other])
    seen = partnership.get("intake", f"/referrals/{sent['id']}")
    assert (seen["status"], seen["reason"], seen["actions"]) == ("cancelled", "consent-withdrawn", [])
    assert not {"participant_id", "narrative"} & set(seen)
    [fact] = partnership.facts("referral.cancelled")
    assert fact.data["reason"] == "consent-withdrawn"


def test_a_withdrawal_delivered_again_changes_nothing(partnership):
    sent = partnership.refer()
    fact = withdraw(partnership, institutions=[partnership.foundation_id], referral_ids=[sent["id"]])
    partnership.world.log.append([to_record(fact)] * 3)
    assert len(partnership.facts("referral.cancelled")) == 1


def test_a_withdrawal_for_someone_else_touches_nothing(partnership):
    sent = partnership.refer()
    withdraw(partnership, institutions=[new_id()])
    assert partnership.get("caseworker", f"/referrals/{sent['id']}")["status"] == "requested"


# -- erasure -------------------------------------------------------------------------------------------------------


def erase(partnership):
    data = {"ground": "own-request"}
    fact = partnership.world.tell("people.participant.erased.v1", key=partnership.woman, data=data)
    partnership.world.settle()
    return fact


def test_an_erased_woman_leaves_codes_and_dates_only(partnership):
    sent = partnership.refer()
    partnership.act("intake", sent["id"], "receive")
    partnership.act("intake", sent["id"], "ask", {"question": "Which days?"})
    fact = erase(partnership)
    with partnership.world.transaction("referrals") as tx:
        row = tx.one(select(referrals))
        texts = tx.execute(select(history.c.text_sealed)).scalars().all()
    assert (row["status"], row["narrative_sealed"], row["legal_reference_sealed"]) == ("cancelled", None, None)
    assert set(texts) == {None}
    [purged] = partnership.facts("participant-data.purged")
    assert purged.key == partnership.woman
    assert purged.data == {"erasure_event_id": fact.id, "records": 1}
    seen = partnership.get("caseworker", f"/referrals/{sent['id']}")
    assert (seen["actions"], seen.get("narrative")) == ([], None)


def test_an_erased_woman_cannot_be_referred(partnership):
    erase(partnership)
    refused = partnership.post("caseworker", "/referrals", partnership.body(), expect=422)
    assert refused["errors"][0]["pointer"] == "/participant_id"


def test_an_erasure_delivered_again_is_confirmed_once(partnership):
    partnership.refer()
    fact = erase(partnership)
    partnership.world.log.append([to_record(fact)] * 3)
    assert len(partnership.facts("participant-data.purged")) == 1


def test_projections_rebuilt_from_the_log_are_the_same(partnership):
    erase(partnership)

    def state():
        with partnership.world.transaction("referrals") as tx:
            return [tx.all(select(table).order_by(table.c.id)) for table in projections.TABLES]

    before, facts = state(), partnership.world.facts()
    with partnership.world.transaction("referrals") as tx:
        for table in projections.TABLES:
            tx.execute(table.delete())
        for fact in facts:
            if fact.type in projections.PROJECTIONS:
                projections.PROJECTIONS[fact.type](tx, fact)
    assert state() == before


def test_in_whatever_order_duplicates_come_the_projection_converges(embedded):
    world, woman = embedded.world, new_id()
    registered = {
        "code": "AAAA-11", "language": "uk", "do_not_contact": False, "safe_channels": [], "languages": [],
        "registered_by": embedded.office_id,
    }  # fmt: skip
    facts = [
        world.tell("people.participant.registered.v1", key=woman, data=registered),
        world.tell("people.participant.erased.v1", key=woman, data={"ground": "retention"}),
    ]
    outcomes = set()
    for order in permutations([*facts, *facts]):
        with world.transaction("referrals") as tx:
            tx.execute(projections.participants.delete())
            for fact in order:
                projections.PROJECTIONS[fact.type](tx, fact)
            outcomes.add(tx.scalar(select(projections.participants.c.erased)))
    assert outcomes == {True}


# -- vacancies -----------------------------------------------------------------------------------------------------


def tell_vacancy(partnership, fact, *, key, **more):
    data = {**VACANCY, "institution_id": partnership.foundation_id, **more}
    partnership.world.tell(f"cooperatives.vacancy.{fact}.v1", key=key, data=data)
    partnership.world.settle()


def test_a_vacancy_is_a_place_to_refer_to_until_it_is_filled(partnership):
    vacancy = new_id()
    tell_vacancy(partnership, "opened", key=vacancy, status="open")
    [found] = partnership.get("caseworker", "/services?category=social-cooperative&available=true")["items"]
    assert (found["id"], found["vacancy_id"], found["capacity"]["available"]) == (vacancy, vacancy, 1)
    tell_vacancy(partnership, "filled", key=vacancy, status="filled", referral_id=None)
    assert partnership.get("caseworker", "/services?category=social-cooperative")["items"] == []
    assert [fact.key for fact in partnership.facts("service.withdrawn")] == [vacancy]


def test_a_vacancy_that_nobody_answers_for_is_no_place_to_refer_to(partnership):
    tell_vacancy(partnership, "opened", key=new_id(), status="open", institution_id=None)
    assert partnership.get("caseworker", "/services?category=social-cooperative")["items"] == []


def test_a_vacancy_is_changed_by_its_cooperative_only(partnership):
    vacancy = new_id()
    tell_vacancy(partnership, "opened", key=vacancy, status="open")
    partnership.post("admin", f"/services/{vacancy}/actions/withdraw", expect=409)


def test_the_gauge_counts_open_referrals_by_lateness(partnership):
    from services.referrals.queries.referrals import gauges

    partnership.refer()

    def counted():
        with partnership.world.transaction("referrals") as tx:
            return [(reading.labels, reading.value) for reading in gauges(tx)]

    assert counted() == [(("requested", "on-time"), 1)]
    partnership.world.clock.advance(days=3)
    assert counted() == [(("requested", "late"), 1)]
