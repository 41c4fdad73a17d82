"""W3C trace context: one `traceparent` follows a request through the outbox to every effect it has."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

RandomBytes = Callable[[int], bytes]

SAMPLED = "01"
TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True)
class Trace:
    """Which story this work belongs to (trace_id) and which step of it this is (span_id)."""

    trace_id: str
    span_id: str
    flags: str = SAMPLED

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def new(random: RandomBytes = os.urandom) -> Trace:
    return Trace(trace_id=_identifier(16, random), span_id=_identifier(8, random))


def child(trace: Trace, random: RandomBytes = os.urandom) -> Trace:
    """The next step of the same story."""
    return replace(trace, span_id=_identifier(8, random))


def parse(traceparent: str | None, random: RandomBytes = os.urandom) -> Trace:
    """The trace a caller sent; a new one where there is none or it is malformed."""
    match = TRACEPARENT.fullmatch(traceparent or "")
    if not match or (match[1] == "00" and match[5]):
        return new(random)
    return Trace(trace_id=match[2], span_id=match[3], flags=match[4])


def current() -> Trace | None:
    return _current.get()


@contextmanager
def use_trace(trace: Trace) -> Iterator[Trace]:
    """What happens inside belongs to this trace."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)


def _identifier(size: int, random: RandomBytes) -> str:
    drawn = random(size)
    while not any(drawn):  # all zeros mean "no trace" to others
        drawn = random(size)
    return drawn.hex()
