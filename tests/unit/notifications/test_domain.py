"""The rules of notifications: who is told, when it goes, where it stands in the queue."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain import addresses, kinds, sending
from services.notifications.domain.kinds import FINISHES, KINDS, Group, group_of
from services.notifications.domain.rules import RULES, Audience, drafts, value_at
from services.notifications.domain.sending import Channel, Circumstances, Drop, Go, Preferences, Wait, decide
from shared import contracts
from shared.actor import Actor

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)


def example(event_type: str, **changes: Any) -> dict[str, Any]:
    return {**contracts.schema(event_type)["examples"][0], **changes}


# -- the tables ----------------------------------------------------------------------------------------------------


def test_every_rule_and_every_finish_listens_to_a_fact_that_exists() -> None:
    assert {*RULES, *FINISHES} <= set(contracts.types())


def test_every_kind_is_made_by_a_rule_and_every_rule_makes_a_known_kind() -> None:
    assert {rule.kind for rules in RULES.values() for rule in rules} == set(KINDS)


def test_everything_that_waits_for_a_fact_is_finished_by_one() -> None:
    finished = {kind for rules in FINISHES.values() for rule in rules for kind in rule.kinds}
    assert {kind for kind, one in KINDS.items() if not one.told} <= finished


@pytest.mark.parametrize("event_type", sorted(RULES))
def test_a_rule_names_only_fields_that_the_contract_has(event_type: str) -> None:
    properties = contracts.schema(event_type)["properties"]
    for rule in RULES[event_type]:
        named = [*rule.keep, rule.due, rule.subject, rule.about, rule.when[0] if rule.when else ""]
        for field in named:
            assert field in ("", "@key") or field.split(".")[0] in properties, (event_type, field)


@pytest.mark.parametrize("event_type", sorted(FINISHES))
def test_a_finish_names_only_fields_that_the_contract_has(event_type: str) -> None:
    properties = contracts.schema(event_type)["properties"]
    for rule in FINISHES[event_type]:
        for field in (rule.about, rule.subject):
            assert field in ("", "@key") or field.split(".")[0] in properties


def test_every_subject_has_a_page() -> None:
    assert {kind.subject for kind in KINDS.values()} == set(kinds.HREFS)


@pytest.mark.parametrize(
    ("roles", "subject", "place"),
    [
        (["participant"], "match", "/mentoring/mine"),
        (["mentor"], "match", "/mentoring/matches/1"),
        (["mentor"], "cooperative", "/mentoring/matches"),
        (["coordinator", "mentor"], "cooperative", "/cooperatives/cooperatives/1"),
        ([], "referral", "/referrals/referrals/1"),
    ],
)
def test_everyone_is_led_to_a_page_that_is_hers_to_open(roles: list[str], subject: str, place: str) -> None:
    assert kinds.href(subject, "1", roles=roles) == place


# -- what a fact calls for -----------------------------------------------------------------------------------------


def test_a_request_is_urgent_and_carries_the_deadline_of_the_answer() -> None:
    said = example("referrals.referral.requested.v1")
    (draft,) = drafts("referrals.referral.requested.v1", key="r", data=said)
    assert draft.to == (Audience.RECEIVER_INTAKE,)
    assert draft.urgent
    assert draft.due_at == datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
    assert draft.subject_id == "r"
    assert draft.about_id == said["participant_id"]


def test_an_item_keeps_codes_and_ids_and_nothing_else() -> None:
    said = example("referrals.referral.rejected.v1")
    (draft,) = drafts("referrals.referral.rejected.v1", key="r", data=said)
    assert set(draft.params) == {
        "code", "service_category", "sender_id", "receiver_id", "priority", "reason", "service_id",
    }  # fmt: skip


def test_only_the_cooperative_way_gives_the_adviser_a_task() -> None:
    said = example("programmes.path.way-chosen.v1")
    assert [d.kind for d in drafts("programmes.path.way-chosen.v1", key="p", data=said)] == ["cooperative-chosen"]
    other = {**said, "way": "own-business"}
    assert drafts("programmes.path.way-chosen.v1", key="p", data=other) == []


def test_only_no_free_place_at_all_is_told() -> None:
    said = example("referrals.service.capacity-changed.v1")
    assert len(drafts("referrals.service.capacity-changed.v1", key="s", data=said)) == 1
    some = {**said, "capacity": {**said["capacity"], "available": 1}}
    assert drafts("referrals.service.capacity-changed.v1", key="s", data=some) == []


def test_the_coordinator_hears_of_a_failure_only_before_anything_began() -> None:
    said = example("referrals.referral.failed.v1")
    told = drafts("referrals.referral.failed.v1", key="r", data={**said, "before_start": False})
    assert [draft.to for draft in told] == [(Audience.SENDER,)]


def test_a_deadline_that_is_a_day_ends_with_it_in_warsaw() -> None:
    said = example("referrals.agreement.ending.v1", valid_to="2026-12-31")
    (draft,) = drafts("referrals.agreement.ending.v1", key="a", data=said)
    assert draft.due_at == datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)


def test_the_key_of_a_fact_can_be_what_an_item_is_about() -> None:
    assert value_at("@key", key="k", data={}) == "k"
    assert value_at("mentee.id", key="k", data={"mentee": {"id": "m"}}) == "m"
    assert value_at("mentee.id", key="k", data={}) is None


# -- where it lies -------------------------------------------------------------------------------------------------


def test_someone_reads_her_own_items_and_the_queues_of_all_her_roles() -> None:
    her = Actor(id="a", roles=frozenset({"coordinator"}), memberships={"i": frozenset({"intake"})}, participant_id="p")
    assert addresses.of(her) == ["account:a", "participant:p", "i/intake", "/coordinator", "/intake"]


# -- where it stands -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "group"),
    [
        (NOON - timedelta(minutes=1), Group.OVERDUE),
        (NOON + timedelta(hours=2), Group.TODAY),
        (NOON + timedelta(days=4), Group.WEEK),
        (NOON + timedelta(days=9), Group.LATER),
        (None, Group.TODAY),
    ],
)
def test_an_item_stands_where_its_deadline_puts_it(due: datetime | None, group: Group) -> None:
    assert group_of("referral-requested", due_at=due, now=NOON) == group


def test_on_friday_next_week_is_near() -> None:
    friday = NOON + timedelta(days=4)
    assert group_of("referral-requested", due_at=friday + timedelta(days=5), now=friday) == Group.WEEK


def test_the_name_of_a_crisis_centre_is_not_told() -> None:
    assert kinds.may_be_named({"type": "pup", "confidential_location": False})
    assert not kinds.may_be_named({"type": "oik", "confidential_location": False})
    assert not kinds.may_be_named({"type": "ngo", "confidential_location": True})


# -- whether it goes -----------------------------------------------------------------------------------------------

STAFF = Circumstances(urgent=False, to_account=True)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Go()),
        ({"item_done": True}, Drop("already-done")),
        ({"account_disabled": True}, Drop("account-disabled")),
        ({"entitled": False}, Drop("not-entitled")),
        ({"preferences": Preferences(email=False)}, Drop("opted-out")),
        ({"preferences": Preferences(email=False), "urgent": True}, Go()),
        ({"item_done": True, "urgent": True}, Drop("already-done")),
        ({"entitled": False, "urgent": True}, Drop("not-entitled")),
        ({"to_account": False, "erased": True, "urgent": True}, Drop("erased")),
        ({"to_account": False, "preferences": Preferences(email=False)}, Go()),
    ],
)
def test_what_is_known_here_decides_first(changes: dict[str, Any], expected: Any) -> None:
    assert decide(Circumstances(**{**vars(STAFF), **changes}), NOON) == expected


def test_normal_mail_waits_for_the_morning_and_urgent_mail_does_not() -> None:
    assert decide(STAFF, NIGHT) == Wait(datetime(2026, 3, 3, 6, 0, tzinfo=UTC))
    assert decide(Circumstances(urgent=True, to_account=True), NIGHT) == Go()


def test_a_woman_has_no_quiet_hours_here_because_people_keeps_her_safe_ones() -> None:
    assert decide(Circumstances(urgent=False, to_account=False), NIGHT) == Go()


@given(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    st.integers(0, 23),
    st.integers(0, 23),
)
def test_quiet_hours_end_ahead_within_a_day_and_outside_of_themselves(moment: datetime, start: int, end: int) -> None:
    wishes = Preferences(quiet_from=f"{start:02}:00", quiet_to=f"{end:02}:00")
    until = sending.quiet_until(moment, wishes)
    if start == end:
        assert until is None
    if until is not None:
        assert moment < until <= moment + timedelta(hours=25)
        assert sending.quiet_until(until, wishes) is None


def test_attempts_come_later_and_later_and_then_end() -> None:
    waits = [sending.wait_after(n) for n in range(1, len(sending.BACK_OFF) + 1)]
    assert waits == sorted(w for w in waits if w is not None)
    assert sending.wait_after(len(sending.BACK_OFF) + 1) is None
    assert sum(sending.BACK_OFF, timedelta()) < sending.EXPIRY


def test_the_channel_she_called_safe_is_asked_for_first() -> None:
    assert sending.channels_for(["email"]) == [Channel.EMAIL, Channel.SMS]
    assert sending.channels_for(None) == [Channel.SMS, Channel.EMAIL]


@pytest.mark.parametrize("reason", contracts.codes("delivery-reasons"))
def test_another_channel_is_asked_for_only_where_the_channel_was_the_reason(reason: str) -> None:
    following = sending.next_channel([Channel.SMS], reason=reason, safe=None)
    assert following == (Channel.EMAIL if reason in ("contact-not-recorded", "no-safe-channel") else None)


def test_no_channel_is_asked_for_twice() -> None:
    assert sending.next_channel([Channel.SMS, Channel.EMAIL], reason="no-safe-channel", safe=None) is None


def test_a_reason_beyond_the_contract_means_that_nothing_is_known_to_be_safe() -> None:
    assert sending.told_reason("who-knows") == "no-safe-channel"
    assert sending.told_reason("do-not-contact") == "do-not-contact"
