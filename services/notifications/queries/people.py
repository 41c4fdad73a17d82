"""Who someone is to notifications: accounts and their queues, women by their channels, names of institutions."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, exists, select

from services.notifications.domain import addresses
from services.notifications.domain.sending import Preferences
from services.notifications.tables import (
    account_copies,
    cooperative_copies,
    institution_copies,
    membership_copies,
    mentor_copies,
    participant_copies,
    preferences,
    role_copies,
)
from shared.database import Transaction

ACCOUNT, PARTICIPANT = "account", "participant"


class Recipient(NamedTuple):
    kind: str
    id: str


def recipients(tx: Transaction, address: str) -> list[Recipient]:
    """Who is told of what lies at the address: those known here at this moment."""
    kind, _colon, person_id = address.partition(":")
    if person_id:
        return [Recipient(kind, person_id)]
    institution_id, _slash, role = address.partition("/")
    found = _members(institution_id, role) if institution_id else _holders(role)
    return [Recipient(ACCOUNT, one) for one in tx.execute(found.order_by("account_id")).scalars()]


def _members(institution_id: str, role: str) -> Any:
    at, has = membership_copies.c.institution_id, membership_copies.c.role
    here = (at == institution_id) & (has == role) & membership_copies.c.ended.is_(False)
    return select(membership_copies.c.account_id).distinct().where(here, ~_disabled(membership_copies.c.account_id))


def _holders(role: str) -> Any:
    return select(role_copies.c.account_id).where(role_copies.c.role == role, ~_disabled(role_copies.c.account_id))


def _disabled(account_id: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(account_copies.c.id == account_id, account_copies.c.active.is_(False))


def is_disabled(tx: Transaction, account_id: str) -> bool:
    found = tx.first(select(account_copies.c.active).where(account_copies.c.id == account_id))
    return found is not None and not found["active"]


def has_left(tx: Transaction, account_id: str, *, institution_id: str) -> bool:
    """Whether she is disabled or was a member of the institution and is no more. Who is not known yet has not left."""
    mine = (membership_copies.c.account_id == account_id) & (membership_copies.c.institution_id == institution_id)
    ended = list(tx.execute(select(membership_copies.c.ended).where(mine)).scalars())
    return is_disabled(tx, account_id) or (bool(ended) and all(ended))


def reads(tx: Transaction, recipient: Recipient, address: str) -> bool:
    """Whether what lies at the address is still the recipient's to read."""
    return recipient in recipients(tx, address)


def wishes(tx: Transaction, account_id: str) -> Preferences:
    row = tx.first(select(preferences).where(preferences.c.account_id == account_id))
    return Preferences(row["email"], row["quiet_from"], row["quiet_to"]) if row else Preferences()


def participant(tx: Transaction, participant_id: str) -> RowMapping | None:
    return tx.first(select(participant_copies).where(participant_copies.c.id == participant_id))


def cooperative(tx: Transaction, cooperative_id: str) -> RowMapping | None:
    return tx.first(select(cooperative_copies).where(cooperative_copies.c.id == cooperative_id))


def mentor_of(tx: Transaction, cooperative_id: str) -> str | None:
    found: str | None = tx.scalar(
        select(mentor_copies.c.account_id).where(mentor_copies.c.cooperative_id == cooperative_id)
    )
    return found


def labour_offices(tx: Transaction, teryt: str) -> list[str]:
    """Those whose seat is in the county; where it has none of its own, all of the region."""
    office = (institution_copies.c.type == "pup") & (institution_copies.c.status == "active")
    ids = select(institution_copies.c.id).where(office).order_by(institution_copies.c.id)
    near = list(tx.execute(ids.where(institution_copies.c.teryt == teryt)).scalars())
    return near or list(tx.execute(ids).scalars())


def institutions(tx: Transaction, ids: Iterable[str]) -> dict[str, RowMapping]:
    rows = tx.all(select(institution_copies).where(institution_copies.c.id.in_(sorted(set(ids)))))
    return {row["id"]: row for row in rows}


def codes(tx: Transaction, participant_ids: Iterable[str]) -> dict[str, str]:
    """The codes by which women are spoken of, where they are known here."""
    wanted = participant_copies.c.id.in_(sorted(set(participant_ids)))
    rows = tx.all(select(participant_copies).where(wanted, participant_copies.c.code.is_not(None)))
    return {row["id"]: row["code"] for row in rows}


def cooperative_names(tx: Transaction, ids: Iterable[str]) -> dict[str, str]:
    rows = tx.all(select(cooperative_copies).where(cooperative_copies.c.id.in_(sorted(set(ids)))))
    return {row["id"]: row["name"] for row in rows}


def address_of(recipient: Recipient) -> str:
    return (addresses.participant if recipient.kind == PARTICIPANT else addresses.account)(recipient.id)
