"""Signing in: the one use case of several transactions, because a refusal has to be counted though nothing else stays,
and because no transaction may wait for the password's hash.
"""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import select, update

from services.people.commands import passwords
from services.people.commands.sessions import Session, start_session
from services.people.domain import ATTEMPTS_FORGOTTEN_AFTER, wait_after
from services.people.queries import accounts as queries
from services.people.tables import accounts, attempts
from shared.actor import ANONYMOUS
from shared.database import Database, Transaction
from shared.errors import SignInRefused, TooMany
from shared.metrics import SIGN_IN_FAILURES

Subjects = Mapping[str, str]
"""Keyed hashes of what is counted: the username, whether it exists or not, and the address."""


def sign_in(database: Database, *, username: str, password: str, address: str, api: bool = False) -> Session:
    """A session for who knows the password. Raises SignInRefused, the same for whatever is wrong, or TooMany."""
    username = username.strip().casefold()
    with passwords.turn():
        with database.reading(ANONYMOUS) as tx:
            subjects = _subjects(tx, username, address)
            _check_waits(tx, subjects)
            account = queries.by_username(tx, username)
        kept = account["password_hash"] if account else None
        known = passwords.matches(kept, password)
        with database.transaction(ANONYMOUS) as tx:
            if account is None or not known or account["status"] != queries.ACTIVE:
                session = _count_failure(tx, subjects)
            else:
                session = _begin(tx, account, password, subjects, api=api)
    if session is None:
        SIGN_IN_FAILURES.labels("credentials").inc()
        raise SignInRefused
    return session


def _begin(tx: Transaction, account: Mapping[str, Any], password: str, subjects: Subjects, *, api: bool) -> Session:
    tx.execute(
        update(attempts)
        .where(attempts.c.kind == "account", attempts.c.subject == subjects["account"])
        .values(failures=0)
    )
    if passwords.is_outdated(account["password_hash"]):
        fresh = passwords.hashed(password)
        tx.execute(update(accounts).where(accounts.c.id == account["id"]).values(password_hash=fresh))
    return start_session(tx, account=account, api=api)


def _subjects(tx: Transaction, username: str, address: str) -> Subjects:
    return {
        "account": tx.sealer.keyed_hash(username.encode(), purpose="attempts"),
        "address": tx.sealer.keyed_hash(address.encode(), purpose="attempts"),
    }


def _check_waits(tx: Transaction, subjects: Subjects) -> None:
    now = tx.now
    ends = [
        row["last_at"] + wait_after(row["failures"], of=row["kind"])
        for row in tx.all(select(attempts).where(attempts.c.subject.in_(list(subjects.values()))))
        if row["last_at"] + ATTEMPTS_FORGOTTEN_AFTER > now
    ]
    if ends and (end := max(ends)) > now:
        SIGN_IN_FAILURES.labels("too-many").inc()
        raise TooMany(retry_after=_seconds(now, end))


def _seconds(now: datetime, end: datetime) -> int:
    return max(1, ceil((end - now).total_seconds()))


def _count_failure(tx: Transaction, subjects: Subjects) -> Session | None:
    """Failures in a row; those of long ago begin anew. No session comes of it."""
    for kind, subject in subjects.items():
        known = tx.first(select(attempts).where(attempts.c.kind == kind, attempts.c.subject == subject))
        recent = known is not None and known["last_at"] + ATTEMPTS_FORGOTTEN_AFTER > tx.now
        entry = tx.insert(attempts).values(kind=kind, subject=subject, failures=1, last_at=tx.now)
        again = attempts.c.failures + 1 if recent else 1
        tx.execute(
            entry.on_conflict_do_update(
                index_elements=[attempts.c.kind, attempts.c.subject], set_={"failures": again, "last_at": tx.now}
            )
        )
    return None
