import pytest

from shared import tracing

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_caller_s_trace_is_read_and_written_unchanged():
    assert tracing.parse(GIVEN).traceparent == GIVEN


def test_a_later_version_with_more_parts_is_read():
    assert tracing.parse("01" + GIVEN[2:] + "-more").trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    "malformed",
    [
        None, "", "Anna Nowak", GIVEN.upper(), GIVEN + "-more", "ff" + GIVEN[2:], GIVEN + "\n", GIVEN[:-3],
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
    ],
)  # fmt: skip
def test_a_malformed_trace_begins_a_new_one(malformed):
    trace = tracing.parse(malformed)
    assert trace.trace_id != "4bf92f3577b34da6a3ce929d0e0e4736"
    assert tracing.parse(trace.traceparent) == trace


def test_a_step_keeps_the_story_and_gets_its_own_span():
    trace = tracing.parse(GIVEN)
    step = tracing.child(trace)
    assert step.trace_id == trace.trace_id
    assert step.span_id != trace.span_id


def test_randomness_is_an_argument_and_all_zeros_are_drawn_again():
    draws = iter([bytes(16), b"\1" * 16, b"\2" * 8])
    assert tracing.new(lambda _size: next(draws)).traceparent == f"00-{'01' * 16}-{'02' * 8}-01"


def test_a_trace_is_current_until_its_block_ends():
    assert tracing.current() is None
    with tracing.use_trace(tracing.parse(GIVEN)) as outer:
        with tracing.use_trace(tracing.child(outer)) as inner:
            assert tracing.current() is inner
        assert tracing.current() is outer
    assert tracing.current() is None
