"""Programme cards."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select

from services.programmes.policy import POLICY
from services.programmes.tables import programmes
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound
from shared.policy import may


def visible(tx: Transaction, actor: Actor, *, programme_id: str, **_path: str) -> None:
    """A card is everybody's who works with programmes once it is published; before, those may see it who write it."""
    row = programme(tx, programme_id)
    if not may(POLICY, "programmes.read", actor):
        raise NotFound
    if not row["published_at"] and not may(POLICY, "programmes.write", actor):
        raise NotFound


def programme(tx: Transaction, programme_id: str) -> Mapping[Any, Any]:
    return tx.one(select(programmes).where(programmes.c.id == programme_id))


def listed(actor: Actor, *, status: str | None = None) -> Select[Any]:
    found = select(programmes)
    if not may(POLICY, "programmes.write", actor):
        found = found.where(programmes.c.published_at.is_not(None))
    return found.where(programmes.c.status == status) if status else found


def names(tx: Transaction, *, taking_records: bool = False) -> list[tuple[str, str]]:
    """(id, name) of published programmes, oldest first; only those that still take records, where asked."""
    found = select(programmes.c.id, programmes.c.name).where(programmes.c.published_at.is_not(None))
    if taking_records:
        found = found.where(programmes.c.closed_at.is_(None))
    return [(row["id"], row["name"]) for row in tx.all(found.order_by(programmes.c.id))]
