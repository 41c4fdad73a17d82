"""Sessions: begun at sign-in, kept alive by renewing, ended by a fact that every service obeys."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from services.people import events
from services.people.domain import ATTEMPTS_FORGOTTEN_AFTER, LIMITS, session_kind
from services.people.queries import accounts as queries
from services.people.tables import attempts, sessions
from shared.actor import Actor
from shared.auth import API_SECONDS, BROWSER_SECONDS, revoked_sessions
from shared.database import Transaction
from shared.errors import NotFound

Row = Mapping[Any, Any]
GRACE = timedelta(seconds=BROWSER_SECONDS)
"""What happens elsewhere is seen here only when the token is renewed: a session idles at most this much longer."""
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Session:
    """`secret` is what the browser keeps, at `people` only; an API session has none."""

    id: str
    actor: Actor
    secret: str = ""


def start_session(tx: Transaction, *, account: Row, api: bool = False) -> Session:
    """A new session with a secret that was never used before."""
    session_id, secret = tx.new_id(), "" if api else secrets.token_urlsafe(32)
    actor = queries.actor_of(tx, account, session_id=session_id)
    kind = "api" if api else session_kind(actor.all_roles)
    tx.execute(
        insert(sessions).values(
            id=session_id,
            account_id=account["id"],
            kind=kind,
            secret_hash=_hash(tx, secret) if secret else None,
            started_at=tx.now,
            active_at=tx.now,
            expires_at=tx.now + timedelta(seconds=LIMITS[kind].absolute),
        )
    )
    return Session(session_id, actor, secret)


def renew(tx: Transaction, *, secret: str, is_activity: bool) -> Session | None:
    """The session that this secret keeps, for another token; None when it is over. A poll is no sign of life."""
    row = _by_secret(tx, secret)
    if row is None or row["ended_at"] is not None or row["expires_at"] <= tx.now:
        return None
    if row["active_at"] + timedelta(seconds=LIMITS[row["kind"]].idle) + GRACE < tx.now:
        return None
    account = queries.by_id(tx, row["account_id"])
    if account["status"] != queries.ACTIVE:
        return None
    if is_activity:
        tx.execute(update(sessions).where(sessions.c.id == row["id"]).values(active_at=tx.now))
    return Session(row["id"], queries.actor_of(tx, account, session_id=row["id"]), secret)


def end_by_secret(tx: Transaction, *, secret: str, reason: str) -> None:
    """End the session that this secret keeps; nothing happens when there is none."""
    row = _by_secret(tx, secret)
    if row is not None and row["ended_at"] is None:
        _end(tx, row, reason=reason)


def end_session(tx: Transaction, *, session_id: str, reason: str) -> None:
    """End a session of the actor's own. Raises NotFound."""
    row = tx.one(select(sessions).where(sessions.c.id == session_id, sessions.c.account_id == tx.actor.id))
    if row["ended_at"] is not None:
        raise NotFound
    _end(tx, row, reason=reason)


def end_sessions(tx: Transaction, *, account_id: str, reason: str, but: str | None = None) -> int:
    """End all sessions of an account, or all but one; answers how many."""
    statement = select(sessions).where(
        sessions.c.account_id == account_id, sessions.c.ended_at.is_(None), sessions.c.expires_at > tx.now
    )
    rows = [row for row in tx.all(statement) if row["id"] != but]
    for row in rows:
        _end(tx, row, reason=reason)
    return len(rows)


def forget_old(tx: Transaction) -> int:
    """Forget sessions that ran out a day ago and failed attempts that no longer count."""
    gone = tx.execute(delete(sessions).where(sessions.c.expires_at < tx.now - KEPT)).rowcount
    return gone + tx.execute(delete(attempts).where(attempts.c.last_at < tx.now - ATTEMPTS_FORGOTTEN_AFTER)).rowcount


def _end(tx: Transaction, row: Row, *, reason: str) -> None:
    tx.execute(update(sessions).where(sessions.c.id == row["id"]).values(ended_at=tx.now))
    entry = tx.insert(revoked_sessions).values(session_id=row["id"], at=tx.now)
    tx.execute(entry.on_conflict_do_nothing())
    seconds = API_SECONDS if row["kind"] == "api" else BROWSER_SECONDS
    tx.publish(events.session_revoked(row, expires_at=tx.now + timedelta(seconds=seconds), reason=reason))


def _by_secret(tx: Transaction, secret: str) -> Row | None:
    return tx.first(select(sessions).where(sessions.c.secret_hash == _hash(tx, secret)))


def _hash(tx: Transaction, secret: str) -> str:
    return tx.sealer.keyed_hash(secret.encode(), purpose="session")
