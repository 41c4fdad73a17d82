"""Accounts, what roles they hold, and their sessions."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from services.people.queries.participants import institution_names
from services.people.tables import accounts, institution_copies, memberships, sessions
from shared.actor import Actor
from shared.database import Transaction
from shared.paging import Page, page

Row = Mapping[Any, Any]
ACTIVE, DISABLED = "active", "disabled"


def by_username(tx: Transaction, username: str) -> Row | None:
    return tx.first(select(accounts).where(accounts.c.username == username))


def by_id(tx: Transaction, account_id: str) -> Row:
    """Raises NotFound."""
    return tx.one(select(accounts).where(accounts.c.id == account_id))


def held(tx: Transaction, ids: Collection[str]) -> dict[str, dict[str, list[str]]]:
    """Roles by institution, by account."""
    rows = tx.all(
        select(memberships)
        .where(memberships.c.account_id.in_(ids), memberships.c.ended_at.is_(None))
        .order_by(memberships.c.institution_id, memberships.c.role)
    )
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        found.setdefault(row["account_id"], {}).setdefault(row["institution_id"], []).append(row["role"])
    return found


def actor_of(tx: Transaction, account: Row, *, session_id: str | None) -> Actor:
    """Whom a token of this account stands for now."""
    roles = held(tx, [account["id"]]).get(account["id"], {})
    return Actor(
        id=account["id"],
        username=account["username"],
        roles=frozenset(account["roles"]),
        memberships={institution: frozenset(names) for institution, names in roles.items()},
        institution_names=institution_names(tx, list(roles)),
        participant_id=account["participant_id"],
        language=account["language"],
        session_id=session_id,
    )


def resources(tx: Transaction, rows: Collection[Row]) -> list[dict[str, Any]]:
    roles = held(tx, [row["id"] for row in rows])
    return [_resource(tx, row, roles.get(row["id"], {})) for row in rows]


def _resource(tx: Transaction, row: Row, roles: Mapping[str, list[str]]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("id", "username", "status", "language", "participant_id", "version")},
        "roles": sorted(row["roles"]),
        "institutions": [{"id": institution, "roles": names} for institution, names in roles.items()],
        "display_name": _open(tx, row, "display_name"),
        "email": _open(tx, row, "email"),
        "actions": ["disable"] if row["status"] == ACTIVE and row["id"] != tx.actor.id else [],
    }


def email_of(tx: Transaction, row: Row) -> str | None:
    return _open(tx, row, "email")


def _open(tx: Transaction, row: Row, column: str) -> str | None:
    token = row[f"{column}_sealed"]
    if token is None or row["status"] != ACTIVE:
        return None
    return tx.sealer.open(token, subject=row["id"], table="accounts", column=column, row=row["id"])


def listed(tx: Transaction, *, administrator: bool, limit: int, cursor: str | None) -> Page:
    """All accounts for an administrator; else those with a role in the actor's own institutions."""
    statement = select(accounts)
    if not administrator:
        statement = statement.where(accounts.c.id.in_(_own_staff(tx.actor)))
    found = page(tx, statement, by=accounts.c.id, limit=limit, cursor=cursor, newest_first=True)
    return Page(resources(tx, found.items), found.next)


def may_manage(tx: Transaction, actor: Actor, *, account_id: str) -> None:
    """NotFound unless the account is under the actor's administration."""
    statement = select(accounts.c.id).where(accounts.c.id == account_id)
    if "administrator" not in actor.all_roles:
        statement = statement.where(accounts.c.id.in_(_own_staff(actor)))
    tx.one(statement)


def _own_staff(actor: Actor) -> Any:
    return select(memberships.c.account_id).where(
        memberships.c.institution_id.in_(actor.institutions_as("institution-admin")), memberships.c.ended_at.is_(None)
    )


def open_sessions(tx: Transaction, account_id: str) -> Sequence[Row]:
    """Browser sessions that could still be renewed, the newest first."""
    return tx.all(
        select(sessions)
        .where(
            sessions.c.account_id == account_id,
            sessions.c.ended_at.is_(None),
            sessions.c.kind != "api",
            sessions.c.expires_at > tx.now,
        )
        .order_by(sessions.c.id.desc())
    )


def usernames(tx: Transaction, ids: Collection[str]) -> dict[str, str]:
    rows = tx.execute(select(accounts.c.id, accounts.c.username).where(accounts.c.id.in_(ids)))
    return {row.id: row.username for row in rows}


def institutions(tx: Transaction) -> Sequence[Row]:
    """Those that work in the partnership, by name."""
    working = select(institution_copies).where(institution_copies.c.status == ACTIVE)
    return tx.all(working.order_by(institution_copies.c.name))
