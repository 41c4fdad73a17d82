"""Accounts and the roles they hold, in an institution or without one."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from services.people import events
from services.people.commands.passwords import hashed
from services.people.commands.sessions import end_sessions
from services.people.queries import accounts as queries
from services.people.queries.accounts import ACTIVE, DISABLED
from services.people.tables import accounts, memberships, participants
from shared import contracts
from shared.database import Transaction, check_version
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.i18n import gettext as _

Row = Mapping[Any, Any]
SHORTEST_PASSWORD = 12


def create_account(  # noqa: PLR0913 - one argument for each field of an account
    tx: Transaction,
    *,
    username: str,
    password: str,
    roles: Sequence[str] = (),
    memberships: Mapping[str, Sequence[str]] | None = None,
    participant_id: str | None = None,
    display_name: str | None = None,
    email: str | None = None,
    language: str = "pl",
) -> dict[str, Any]:
    """An account that can sign in at once. `memberships` are roles by institution id. Raises Invalid, Forbidden.

    An administrator and the service itself may give any role, an institution's administrator roles in her own only.
    """
    held = {institution: list(names) for institution, names in (memberships or {}).items()}
    _may_give(tx, roles, held)
    username = username.strip().casefold()
    _check(tx, username=username, password=password, roles=roles, held=held, participant_id=participant_id)
    account_id = tx.new_id()
    row = {
        "id": account_id,
        "username": username,
        "password_hash": hashed(password),
        "status": ACTIVE,
        "roles": sorted(set(roles)),
        "language": language,
        "participant_id": participant_id,
        "display_name_sealed": _seal(tx, account_id, "display_name", display_name),
        "email_sealed": _seal(tx, account_id, "email", email),
        "created_at": tx.now,
        "version": 1,
    }
    tx.execute(insert(accounts).values(row))
    tx.publish(events.account_activated(row))
    for institution_id, names in held.items():
        for role in names:
            _grant(tx, row, institution_id=institution_id, role=role)
    return queries.resources(tx, [row])[0]


def disable_account(
    tx: Transaction, *, account_id: str, reason: str = "left", seen: int | None = None
) -> dict[str, Any]:
    """The account can no longer be used; its sessions end at once. Raises NotFound, Stale, Conflict."""
    row = queries.by_id(tx, account_id)
    check_version(row, seen)
    if row["status"] != ACTIVE or account_id == tx.actor.id:
        raise Conflict(_("This account cannot be disabled now."))
    return queries.resources(tx, [close_account(tx, row, reason=reason)])[0]


def close_account(tx: Transaction, row: Row, *, reason: str) -> Row:
    """Disable it, end what hangs on it, and destroy the key of what was kept of its person."""
    end_sessions(tx, account_id=row["id"], reason="account-disabled")
    for membership in tx.all(_open_memberships(row["id"])):
        _end(tx, membership)
    emptied = {"display_name_sealed": None, "email_sealed": None, "password_hash": None}
    username = row["id"] if reason == "erased" else row["username"]
    row = tx.save(accounts, row, status=DISABLED, username=username, **emptied)
    tx.publish(events.account_disabled(row["id"], reason=reason))
    tx.sealer.keys.destroy(row["id"])
    return row


def grant_membership(tx: Transaction, *, account_id: str, institution_id: str, role: str) -> dict[str, Any]:
    """Give an account a role in an institution; nothing happens when it has it. Raises NotFound, Forbidden."""
    _may_give(tx, (), {institution_id: [role]})
    row = queries.by_id(tx, account_id)
    if row["status"] != ACTIVE:
        raise Conflict(_("This account is disabled."))
    if tx.first(_open_memberships(account_id, institution_id, role)) is None:
        _grant(tx, row, institution_id=institution_id, role=role)
        row = tx.save(accounts, row)
    return queries.resources(tx, [row])[0]


def end_membership(tx: Transaction, *, account_id: str, institution_id: str, role: str) -> dict[str, Any]:
    """Take a role in an institution from an account; its sessions end. Raises NotFound, Forbidden."""
    _may_give(tx, (), {institution_id: [role]})
    row = queries.by_id(tx, account_id)
    membership = tx.first(_open_memberships(account_id, institution_id, role))
    if membership is None:
        raise NotFound
    _end(tx, membership)
    end_sessions(tx, account_id=account_id, reason="credentials-changed")
    return queries.resources(tx, [tx.save(accounts, row)])[0]


def _may_give(tx: Transaction, roles: Sequence[str], held: Mapping[str, Sequence[str]]) -> None:
    actor = tx.actor
    if actor.is_service or "administrator" in actor.all_roles:
        return
    if roles or not held or not set(held) <= set(actor.institutions_as("institution-admin")):
        raise Forbidden


def _check(
    tx: Transaction,
    *,
    username: str,
    password: str,
    roles: Sequence[str],
    held: Mapping[str, Sequence[str]],
    participant_id: str | None,
) -> None:
    if len(password.strip()) < SHORTEST_PASSWORD:
        raise Invalid.at("/password", _("At least %(n)s characters, please.", n=SHORTEST_PASSWORD))
    if queries.by_username(tx, username) is not None:
        raise Invalid.at("/username", _("This username is taken."))
    if not roles and not any(held.values()):
        raise Invalid.at("/roles", _("Choose at least one role."))
    if not set(roles) <= set(contracts.codes("personal-roles")):
        raise Invalid.at("/roles", _("This role is held in an institution."))
    if not {name for names in held.values() for name in names} <= set(contracts.codes("institution-roles")):
        raise Invalid.at("/institutions", _("This role is not held in an institution."))
    if ("participant" in roles) != (participant_id is not None):
        raise Invalid.at("/participant_id", _("A participant's own account, and no other, needs to know whose it is."))
    if participant_id is not None:
        _check_participant(tx, participant_id)


def _check_participant(tx: Transaction, participant_id: str) -> None:
    known = tx.scalar(select(participants.c.status).where(participants.c.id == participant_id))
    taken = tx.first(select(accounts.c.id).where(accounts.c.participant_id == participant_id))
    if known != "active" or taken is not None:
        raise Invalid.at("/participant_id", _("There is no such participant without an account."))


def _seal(tx: Transaction, account_id: str, column: str, text: str | None) -> str | None:
    if not text:
        return None
    return tx.sealer.seal(text, subject=account_id, table="accounts", column=column, row=account_id)


def _open_memberships(account_id: str, institution_id: str | None = None, role: str | None = None) -> Any:
    statement = select(memberships).where(memberships.c.account_id == account_id, memberships.c.ended_at.is_(None))
    if institution_id is not None:
        statement = statement.where(memberships.c.institution_id == institution_id, memberships.c.role == role)
    return statement


def _grant(tx: Transaction, account: Row, *, institution_id: str, role: str) -> None:
    row = {
        "id": tx.new_id(),
        "account_id": account["id"],
        "institution_id": institution_id,
        "role": role,
        "granted_at": tx.now,
    }
    tx.execute(insert(memberships).values(row))
    tx.publish(events.membership_granted(row, language=account["language"]))


def _end(tx: Transaction, membership: Row) -> None:
    tx.execute(update(memberships).where(memberships.c.id == membership["id"]).values(ended_at=tx.now))
    tx.publish(events.membership_ended(membership))
