"""Rules about people, without a database."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.people import domain
from services.people.domain import Answer, Hours, Rule, may_reach
from shared import contracts
from shared.dates import WARSAW
from shared.web.context import IDLE_SECONDS

MONDAY_NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # 12:00 in Warsaw
SMS = Rule("sms", safe=True)


def reach(*rules: Rule, channel: str = "sms", now: datetime = MONDAY_NOON, do_not_contact: bool = False):
    return may_reach(rules, channel=channel, do_not_contact=do_not_contact, now=now)


# -- codes and identifiers -----------------------------------------------------------------------------------------


def test_a_code_has_no_letter_that_can_be_misread():
    code = domain.public_code(lambda letters: letters[-1])
    assert code == "ZZZZ-ZZ"
    assert not set("01ILOU") & set(domain.LETTERS)


@pytest.mark.parametrize("typed", ["7f3k92", "7F3K-92", " 7f3k - 92"])
def test_a_code_is_found_however_it_is_typed(typed):
    assert domain.typed_code(typed) == "7F3K-92"


@pytest.mark.parametrize("typed", ["500 000 001", "+48500000001", "0048 500-000-001", "(48) 500000001"])
def test_a_number_without_a_country_is_polish(typed):
    assert domain.phone_number(typed) == "+48500000001"


def test_a_foreign_number_keeps_its_country():
    assert domain.phone_number("+380 44 123 45 67") == "+380441234567"


@pytest.mark.parametrize("typed", ["12", "hello", "", "+48"])
def test_what_cannot_be_a_number_is_none(typed):
    assert domain.phone_number(typed) is None


@pytest.mark.parametrize("typed", ["a@b", "a b@example.org", "@example.org", "a@example."])
def test_what_cannot_be_an_address_is_none(typed):
    assert domain.email_address(typed) is None


def test_a_name_is_the_same_without_accents_case_and_hyphen():
    assert domain.name_words("Żółć-Nowak") == domain.name_words("zolc nowak") == ["zolc", "nowak"]
    assert domain.name_words("Олена") == ["олена"]


def test_one_matching_identifier_is_no_double():
    assert not domain.possibly_the_same(["name"])
    assert not domain.possibly_the_same(["phone", "phone"])
    assert domain.possibly_the_same(["name", "phone"])


# -- safe contact --------------------------------------------------------------------------------------------------


def test_what_she_allowed_is_allowed():
    assert reach(SMS).answer is Answer.SAFE
    assert reach(SMS).rule == 0


def test_nothing_recorded_means_no_message():
    assert reach().answer is Answer.NOT_RECORDED
    assert reach(SMS, channel="email").answer is Answer.NOT_RECORDED


def test_an_unsafe_channel_is_denied():
    assert reach(Rule("sms", safe=False)).answer is Answer.NOT_SAFE


def test_do_not_contact_beats_every_safe_channel():
    assert reach(SMS, do_not_contact=True).answer is Answer.DO_NOT_CONTACT


def test_outside_her_hours_it_is_too_early_and_the_next_beginning_is_told():
    verdict = reach(Rule("sms", safe=True, hours=domain.parse_hours("14-16")))
    assert verdict.answer is Answer.NOT_NOW
    assert verdict.not_before == datetime(2026, 3, 2, 14, 0, tzinfo=WARSAW)


def test_an_answer_that_has_run_out_is_no_answer():
    assert reach(Rule("sms", safe=True, ask_again_on="2026-03-02")).answer is Answer.NOT_SAFE
    assert reach(Rule("sms", safe=True, ask_again_on="2026-03-03")).answer is Answer.SAFE


def test_the_first_contact_that_is_possible_now_is_used():
    later = Rule("sms", safe=True, hours=domain.parse_hours("18-20"))
    assert reach(Rule("sms", safe=False), later, SMS).rule == 2


def test_every_refusal_is_a_reason_that_deliveries_know():
    assert {answer.value for answer in Answer} - {"safe"} <= set(contracts.codes("delivery-reasons"))


@given(
    st.lists(st.builds(Rule, st.sampled_from(["sms", "email"]), st.booleans())),
    st.sampled_from(["sms", "email", "phone", "letter"]),
)
def test_only_a_rule_of_the_channel_that_says_safe_ever_allows(rules, channel):
    verdict = reach(*rules, channel=channel)
    assert (verdict.rule is not None) == any(rule.channel == channel and rule.safe for rule in rules)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("09:00-15:00", "09:00-15:00"),
        ("9-15", "09:00-15:00"),
        ("9:30 – 15", "09:30-15:00"),
        ("mon-fri 9-15", "monday,tuesday,wednesday,thursday,friday 09:00-15:00"),
        ("monday, wednesday 9-12", "monday,wednesday 09:00-12:00"),
        ("sat-mon 22-6", "monday,saturday,sunday 22:00-06:00"),
    ],
)
def test_hours_are_understood_as_people_write_them(typed, kept):
    assert str(domain.parse_hours(typed)) == kept
    assert str(domain.parse_hours(kept)) == kept


@pytest.mark.parametrize("typed", ["", "always", "9", "9-9", "25-26", "9:99-10", "xyz 9-10", "mo 9-10"])
def test_what_is_no_hours_is_refused(typed):
    with pytest.raises(ValueError, match=r".*"):
        domain.parse_hours(typed)


def test_hours_past_midnight_belong_to_the_evening_before():
    night = Hours(time(22), time(6), days=(0,))
    assert night.cover(datetime(2026, 3, 2, 23, 0, tzinfo=WARSAW))
    assert night.cover(datetime(2026, 3, 3, 5, 0, tzinfo=WARSAW))
    assert not night.cover(datetime(2026, 3, 2, 5, 0, tzinfo=WARSAW))


@given(st.integers(0, 23), st.integers(0, 23), st.integers(0, 10_000))
def test_at_the_next_beginning_one_may_write(start, end, minutes):
    if start == end:
        return
    hours = Hours(time(start), time(end), days=(0, 3))
    moment = datetime(2026, 1, 5, tzinfo=WARSAW) + timedelta(minutes=minutes)
    begins = hours.next_start(moment)
    assert begins > moment
    assert hours.cover(begins)


# -- limits --------------------------------------------------------------------------------------------------------


def test_the_pages_warn_at_the_limit_that_is_kept_here():
    assert {who: domain.LIMITS[who].idle for who in IDLE_SECONDS} == IDLE_SECONDS


def test_waits_grow_after_the_free_attempts_and_stay_bearable():
    waits = [domain.wait_after(n, of="account").total_seconds() for n in range(40)]
    assert waits[:5] == [0] * 5
    assert waits[5:8] == [15, 30, 60]
    assert waits == sorted(waits)
    assert max(waits) == domain.LONGEST_WAIT
