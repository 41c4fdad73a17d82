"""What can be wrong with a request, raised where it is known, told to the caller once (web/problems.py)."""

from collections.abc import Sequence
from dataclasses import dataclass


class Refusal(Exception):
    """Base of everything a caller can be told."""


class NotFound(Refusal):
    """There is no such thing for this caller (404): missing and not hers look the same."""


class Forbidden(Refusal):
    """The caller's role never has this collection or action (403)."""


class Unauthenticated(Refusal):
    """No token, or one that is not valid (401)."""


class SignInRefused(Unauthenticated):
    """Username or password is not right (401); which of them is never said."""


class Stale(Refusal):
    """Someone else changed it in between (412)."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the version is now {version}")
        self.version = version


@dataclass(frozen=True)
class FieldError:
    """`pointer` is a JSON pointer (RFC 6901) into the body; `detail` says what would be right."""

    pointer: str
    detail: str


class Invalid(Refusal):
    """The body was understood and cannot be accepted (422)."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.pointer}: {error.detail}" for error in errors))
        self.errors = list(errors)

    @classmethod
    def at(cls, pointer: str, detail: str) -> "Invalid":
        return cls([FieldError(pointer, detail)])


class Conflict(Refusal):
    """The state of things does not allow it (409); `actions` are those that are possible."""

    def __init__(self, detail: str, *, actions: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.actions = list(actions)


class Unavailable(Refusal):
    """A part we depend on is away (503); try again after `retry_after` seconds."""

    def __init__(self, detail: str, *, retry_after: int = 5) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class TooMany(Refusal):
    """Too many attempts (429); try again after `retry_after` seconds."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


class BadRequest(Refusal):
    """The request cannot be read at all: 400, 413 or 415, with what would be right."""

    def __init__(self, detail: str, *, status: int = 400) -> None:
        super().__init__(detail)
        self.status = status
