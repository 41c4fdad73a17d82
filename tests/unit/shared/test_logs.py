"""Nothing that anyone typed, or is called, comes out of the log."""

import io
import json
import logging
import warnings

import pytest
import structlog

from shared import logs, tracing

NAME = "Oksana Kowalczuk"


@pytest.fixture
def written(capsys):
    """All lines written so far, as JSON objects; checks that the name is in none of them."""
    before, text = logging.root.handlers[:], ""
    logs.configure("json", service="referrals")

    def lines():
        nonlocal text
        text += capsys.readouterr().err
        assert "oksana" not in text.lower()
        assert "kowalczuk" not in text.lower()
        return [json.loads(line) for line in text.splitlines()]

    yield lines
    logging.root.handlers[:] = before
    logging.captureWarnings(False)
    structlog.reset_defaults()


def fail_with(name):
    raise ValueError(f"no phone for {name}")


def test_a_line_carries_event_ids_and_codes(written):
    logs.get_logger().info(
        "relay.waiting", event_id="e-1", attempts=3, duration_ms=1.5, error="OSError at Relay.run:40"
    )
    (line,) = written()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "relay.waiting", "service": "referrals", "level": "info", "event_id": "e-1", "attempts": 3,
        "duration_ms": 1.5, "error": "OSError at Relay.run:40",
    }  # fmt: skip


def test_a_field_that_is_not_on_the_list_is_dropped(written):
    logs.get_logger().info(
        "saved", given_name="Oksana", family_name="Kowalczuk", exception=NAME, frames=[NAME], stack=NAME
    )
    assert set(written()[0]) == {"event", "service", "level", "timestamp"}


@pytest.mark.parametrize("value", [NAME, [NAME], {"name": NAME}, NAME.encode(), ValueError(NAME)])
def test_a_listed_field_holds_a_code_or_nothing(written, value):
    logs.get_logger().info("saved", key=value, error=value)
    assert written()[0]["key"] == written()[0]["error"] == "(withheld)"


def test_a_sentence_is_no_event_name(written):
    logs.get_logger().info(f"saved {NAME}")
    assert written()[0]["event"] == "(withheld)"


def test_bound_fields_pass_the_same_guards(written):
    with logs.bound(request_id="r-1", person=NAME):
        logs.get_logger().info("asked")
    logs.get_logger().info("asked-later")
    assert [line.get("request_id") for line in written()] == ["r-1", None]


def test_a_line_names_its_story(written):
    with tracing.use_trace(tracing.new()) as trace:
        logs.get_logger().info("asked")
    assert written()[0]["trace_id"] == trace.trace_id


def test_an_exception_is_its_class_and_its_places_never_its_message(written):
    try:
        try:
            fail_with(NAME)
        except ValueError as cause:
            raise RuntimeError(NAME) from cause
    except RuntimeError:
        logs.get_logger().exception("request-failed", route="/referrals/<id>")
    (line,) = written()
    assert line["error"] == "RuntimeError"
    assert line["frames"][1] == "caused by ValueError"
    assert line["frames"][-1].endswith(" fail_with")


def test_a_library_s_message_comes_without_its_arguments(written):
    logging.getLogger("kafka.client").warning("cannot reach %s for %s", "host", NAME)
    logging.getLogger("gunicorn.error").info("Listening for %(who)s", {"who": NAME})
    assert [line["event"] for line in written()] == ["cannot reach %s for %s", "Listening for %(who)s"]
    assert written()[0]["logger"] == "kafka.client"
    assert written()[0]["location"].startswith("test_logs:")


def test_a_library_s_ready_made_sentence_is_withheld(written):
    sentence = f"INSERT {NAME}"
    logging.getLogger("sqlalchemy.engine").error(sentence)
    logging.getLogger("alembic").info(ValueError(NAME))
    assert [line["event"] for line in written()] == ["(withheld)"] * 2


def test_a_library_s_exception_and_extra_fields_are_guarded_too(written):
    try:
        fail_with(NAME)
    except ValueError:
        logging.getLogger("flask.app").exception("on %s", NAME, extra={"person": NAME, "key": NAME})
    (line,) = written()
    assert line["error"] == "ValueError"
    assert "key" not in line


def test_a_library_that_brought_its_own_handler_loses_it(written):
    own, stream = logging.getLogger("gunicorn.access"), io.StringIO()
    own.addHandler(logging.StreamHandler(stream))
    own.propagate = False
    logs.configure("json", service="referrals")
    own.warning("GET %s", NAME)
    assert stream.getvalue() == ""
    assert written()[0]["event"] == "GET %s"


def test_a_warning_is_guarded(written):
    logging.captureWarnings(False)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.configure("json", service="referrals")
        warnings.warn(NAME, stacklevel=1)
        logging.captureWarnings(False)
    assert [line["logger"] for line in written()] == ["py.warnings"]


def test_what_is_below_the_level_is_not_written(written):
    logs.get_logger().debug("asked")
    logging.getLogger("kafka").info("asked %s", 1)
    assert written() == []


def test_a_terminal_gets_readable_lines_with_the_same_guards(capsys, written):
    logs.configure("console")
    logs.get_logger().info("asked", key="k-1", person=NAME)
    text = capsys.readouterr().err
    assert "asked" in text
    assert "k-1" in text
    assert NAME not in text
