"""A fact survives its journey; whatever else is in the log is malformed, never an exception of another kind."""

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.envelope import Fact, MalformedEnvelope, from_record, to_record
from shared.eventlog import Record

names = st.text(st.characters(min_codepoint=33, max_codepoint=0x17F).filter(str.isprintable), min_size=1, max_size=100)
texts = st.text(st.characters(exclude_categories=("Cs",)))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
facts = st.builds(
    Fact,
    id=names,
    type=st.just("referrals.referral.requested.v1"),
    key=names,
    sequence=st.integers(1, 2**31 - 1),
    epoch=st.integers(1, 2**31 - 1),
    time=st.datetimes(timezones=st.just(UTC)),
    data=st.dictionaries(texts, json_values, max_size=4),
    traceparent=st.just("") | names,
    source=names,
)


@given(facts)
def test_a_fact_arrives_as_it_left(fact: Fact):
    assert from_record(to_record(fact)) == fact


headers = st.lists(
    st.tuples(
        st.sampled_from(["ce_id", "ce_type", "ce_time", "ce_sequence", "ce_epoch", "ce_traceparent", "x"]),
        st.binary(max_size=30) | st.sampled_from([b"1", b"2026-03-02T12:00:00Z", b"a.b.c.v1"]),
    ),
    max_size=9,
)
values = st.binary(max_size=60) | st.sampled_from([b"{}", b'{"a":[[[1]]]}', b'{"a":"\\ud800"}', b'{"a":1e999}'])


@given(key=st.text(max_size=20), value=values, headers=headers)
def test_anything_else_is_malformed(key: str, value: bytes, headers: list[tuple[str, bytes]]):
    with suppress(MalformedEnvelope):
        kept = from_record(Record("t", key, value, tuple(headers)))
        assert "\x00" not in kept.id + kept.type + kept.key + kept.traceparent
        assert 1 <= kept.sequence < 2**31


def test_what_the_publisher_does_not_say_is_left_out():
    fact = Fact("i", "a.b.c.v1", "k", 1, 1, datetime(2026, 3, 2, tzinfo=UTC), {})
    names = {name for name, _value in to_record(fact).headers}
    assert "ce_traceparent" not in names
    assert from_record(to_record(fact)).source == "urn:splot:a"
