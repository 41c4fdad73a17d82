"""Passwords: argon2id, two at a time, so that signing in never takes the memory or the processors from everyone."""

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import Unavailable
from shared.i18n import gettext as _

HASHER = PasswordHasher(memory_cost=19456, time_cost=2, parallelism=1)
AT_ONCE = BoundedSemaphore(2)
PATIENCE_SECONDS = 10.0


@contextmanager
def turn() -> Iterator[None]:
    """Wait for one of the places. Raises Unavailable when none becomes free."""
    if not AT_ONCE.acquire(timeout=PATIENCE_SECONDS):
        raise Unavailable(_("Many people are signing in at once."))
    try:
        yield
    finally:
        AT_ONCE.release()


def hashed(password: str) -> str:
    return HASHER.hash(_typed(password))


def matches(kept: str | None, password: str) -> bool:
    """Takes as long for an account that does not exist, or has no password, as for one that does."""
    try:
        HASHER.verify(kept or _nobodys(), _typed(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Made with weaker parameters than today's: to be hashed again at the next sign-in."""
    return HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return HASHER.hash(secrets.token_urlsafe())


def _typed(password: str) -> str:
    """The same text however a keyboard composes its letters, without the blanks that copying adds."""
    return unicodedata.normalize("NFC", password.strip())
