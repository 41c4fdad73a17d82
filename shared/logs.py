"""Logs carry names of events, ids and codes; what anyone typed, or is called, cannot get in.

Four guards: an event has a name, not a sentence; fields that are not on the list are dropped, and so are values that
look like text; an exception is its class and where it happened, never its message; a library's message is its template
without the arguments.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from shared import tracing

FIELDS = frozenset(
    {
        "event",
        "service",
        "level",
        "timestamp",
        "logger",
        "location",
        "request_id",
        "trace_id",
        "event_id",
        "event_type",
        "key",
        "sequence",
        "actor_id",
        "consumer",
        "route",
        "method",
        "status",
        "code",
        "duration_ms",
        "part",
        "job",
        "host",
        "port",
        "pid",
        "signal",
        "topic",
        "partition",
        "offset",
        "channel",
        "provider",
        "error",
        "attempts",
        "count",
        "total",
        "state",
        "result",
        "reason_code",
        "version",
        "revision",
        "age_seconds",
        "lag",
    }
)

EVENT_NAME = re.compile(r"[a-z][a-z0-9]*([-._][a-z0-9]+)*")
CODE = re.compile(r"[!-~]{1,200}")
FAULT = re.compile(r"[A-Za-z_]\w*( at [\w.<>]+:\d+)?", re.ASCII)
WITHHELD = "(withheld)"
FRAMES = 30
DEEPEST_CAUSE = 5
LIBRARY_LEVELS = {"gunicorn": logging.INFO, "alembic": logging.INFO}

Logger = FilteringBoundLogger


class _Template(str):
    """A library's message before its arguments are put in."""

    __slots__ = ()


def configure(output: str = "auto", *, service: str = "", level: int = logging.INFO) -> None:
    """Sends everything that is logged in this process to standard error, in one form. May be called again.

    `output` is json, console, or auto: console on a terminal. `service` is named in every line that names none itself;
    a process of several services leaves it out.
    """
    on_terminal = sys.stderr.isatty() if output == "auto" else output == "console"
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _Origin(service),
            structlog.processors.add_log_level,
            keep_listed_fields,
            describe_exception,
            *_renderers(on_terminal),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _take_over_standard_logging()


def get_logger() -> Logger:
    return cast(Logger, structlog.get_logger())


def bound(**fields: Any) -> AbstractContextManager[None]:
    """Every line logged inside carries these fields too."""
    return cast("AbstractContextManager[None]", structlog.contextvars.bound_contextvars(**fields))


def keep_listed_fields(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Drops what is not on the list and withholds what looks like text."""
    kept = {name: _safe(name, value) for name, value in line.items() if name in FIELDS and name != "event"}
    kept["event"] = _named(line.get("event"))
    if line.get("exc_info"):
        kept["exc_info"] = line["exc_info"]
    return kept


def describe_exception(_logger: Any, _method: str, line: EventDict) -> EventDict:
    """Replaces the exception by its class and its frames, and those of its causes."""
    fault = _exception(line.pop("exc_info", None))
    if fault is not None:
        line["error"] = type(fault).__name__
        line["frames"] = list(_frames(fault))
    return line


class _Origin:
    """Which service and which story a line belongs to."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: Any, _method: str, line: EventDict) -> EventDict:
        if self._service:
            line.setdefault("service", self._service)
        if (trace := tracing.current()) is not None:
            line.setdefault("trace_id", trace.trace_id)
        return line


class StandardBridge(logging.Handler):
    """Brings what libraries log through the same guards."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            get_logger().log(
                max(record.levelno, logging.DEBUG),
                _template(record),
                logger=record.name,
                location=f"{record.module}:{record.lineno}",
                exc_info=record.exc_info or None,
            )
        except Exception:  # noqa: BLE001 - logging must never end the work it reports on
            sys.stderr.write('{"event":"log-line-failed"}\n')


def _take_over_standard_logging() -> None:
    logging.captureWarnings(True)
    for known in logging.root.manager.loggerDict.values():
        if isinstance(known, logging.Logger):
            known.handlers.clear()
            known.propagate = True
    logging.root.handlers[:] = [StandardBridge()]
    logging.root.setLevel(logging.WARNING)
    for name, level in LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(level)


def _template(record: logging.LogRecord) -> str:
    # Without arguments the message may have been put together before, with anything in it; the location still tells.
    return _Template(record.msg if record.args and isinstance(record.msg, str) else WITHHELD)


def _named(event: Any) -> str:
    if isinstance(event, _Template) or (isinstance(event, str) and EVENT_NAME.fullmatch(event)):
        return str(event)
    return WITHHELD


def _safe(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    shape = FAULT if name == "error" else CODE
    return str(value) if isinstance(value, str) and shape.fullmatch(value) else WITHHELD


def _exception(given: Any) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return cast("BaseException | None", given[1])
    return sys.exc_info()[1] if given else None


def _frames(fault: BaseException) -> Iterator[str]:
    """`module:line function`, innermost last; each cause is announced by its class."""
    for depth, error in enumerate(_causes(fault)):
        if depth:
            yield f"caused by {type(error).__name__}"
        yield from _places(error.__traceback__)


def _causes(fault: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = fault
    for _ in range(DEEPEST_CAUSE):
        if following is None:
            return
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _places(trace: TracebackType | None) -> list[str]:
    places = [
        f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(trace)
    ]
    return places[-FRAMES:]


def _renderers(on_terminal: bool) -> tuple[Processor, ...]:
    if not on_terminal:
        return structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.JSONRenderer()
    return structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False), structlog.dev.ConsoleRenderer()
