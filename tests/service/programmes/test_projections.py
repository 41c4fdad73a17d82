"""Copies of other services' facts: the same whatever comes twice, and whichever topic is ahead."""

from services.programmes.queries import region
from shared.contracts import schema
from shared.database import new_id
from tests.service.programmes.test_paths import tell_match


def tell(partnership, type_, key, **changes):
    partnership.world.tell(type_, key=key, data={**schema(type_)["examples"][0], **changes})
    partnership.world.settle()


def waiting(partnership):
    with partnership.world.transaction("programmes") as tx:
        return dict(region.waiting_women(tx))


def queue(partnership, mentee, woman, **changes):
    tell(partnership, "mentoring.mentee.queued.v1", mentee, mentee={"kind": "participant", "id": woman}, **changes)


def test_women_wait_by_how_long_and_how_urgently(partnership):
    for woman, since in zip(partnership.women(3), ("2026-03-01", "2026-01-01", "2025-10-01"), strict=True):
        queue(partnership, new_id(), woman, waiting_since=f"{since}T10:00:00Z", urgent=since < "2026")
    tell(partnership, "mentoring.mentee.queued.v1", new_id(), mentee={"kind": "cooperative", "id": new_id()})
    assert waiting(partnership) == {"all": 3, "over_30_days": 2, "over_120_days": 1, "urgent": 1}


def test_who_leaves_the_queue_waits_no_more(partnership):
    (woman,), mentee = partnership.women(1), new_id()
    queue(partnership, mentee, woman)
    tell(partnership, "mentoring.mentee.left.v1", mentee, mentee={"kind": "participant", "id": woman})
    assert waiting(partnership)["all"] == 0


def test_a_match_that_started_ends_the_wait_also_when_the_queue_is_heard_of_later(partnership):
    (woman,), mentee = partnership.women(1), schema("mentoring.match.started.v1")["examples"][0]["mentee_id"]
    tell_match(partnership, woman)
    queue(partnership, mentee, woman)
    assert waiting(partnership)["all"] == 0


def test_a_referral_is_late_until_it_is_decided(partnership):
    late = {"decide_by": "2026-02-20T22:59:59Z"}
    (woman,) = partnership.women(1)
    referral = partnership.refer(woman, fact="requested", status="requested", **late)
    partnership.refer(woman, referral=referral, fact="received", status="received", **late)
    with partnership.world.transaction("programmes") as tx:
        assert [row["id"] for row in region.late_answers(tx)] == [referral]
    partnership.refer(woman, referral=referral, **late)
    with partnership.world.transaction("programmes") as tx:
        assert region.late_answers(tx) == []


def test_a_service_is_shown_with_the_places_its_institution_said_last(partnership):
    service = new_id()
    tell(partnership, "referrals.service.published.v1", service)
    tell(partnership, "referrals.service.capacity-changed.v1", service)
    with partnership.world.transaction("programmes") as tx:
        assert [(row["available"], row["maximum"]) for row in region.capacity(tx)] == [(0, 20)]
    tell(partnership, "referrals.service.withdrawn.v1", service, status="inactive")
    with partnership.world.transaction("programmes") as tx:
        assert region.capacity(tx) == []


def test_nothing_is_parked_by_any_fact_that_the_service_listens_to(partnership):
    for type_ in sorted(partnership.world.runtimes["programmes"].service.handlers.types):
        tell(partnership, type_, new_id())
    with partnership.world.transaction("programmes") as tx:
        from shared.gauges import parked_state

        assert parked_state(tx)[0] == {}
