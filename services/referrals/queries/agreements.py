"""Agreements as their parties see them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, select

from services.referrals.domain import Row
from services.referrals.domain.agreements import MOVES
from services.referrals.policy import STAFF
from services.referrals.tables import agreement_parties, agreements
from shared import statemachine
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound

SIGNS = "institution-admin"


def listed(actor: Actor, *, status: str | None = None) -> Select[Any]:
    found = select(agreements)
    if "coordinator" not in actor.all_roles:
        own = select(agreement_parties.c.agreement_id).where(
            agreement_parties.c.institution_id.in_(actor.institutions_as(*STAFF))
        )
        found = found.where(agreements.c.id.in_(own))
    return found.where(agreements.c.status == status) if status else found


def parties(tx: Transaction, ids: Iterable[str]) -> dict[str, list[Row]]:
    """The parties of several agreements, each list in order."""
    found: dict[str, list[Row]] = {}
    rows = select(agreement_parties).where(agreement_parties.c.agreement_id.in_(list(ids)))
    for row in tx.all(rows.order_by(agreement_parties.c.institution_id)):
        found.setdefault(row["agreement_id"], []).append(row)
    return found


def agreement(tx: Transaction, agreement_id: str) -> tuple[Row, Sequence[Row]]:
    """The agreement and its parties. Raises NotFound."""
    row = tx.one(select(agreements).where(agreements.c.id == agreement_id))
    return row, parties(tx, [agreement_id])[agreement_id]


def visible(tx: Transaction, actor: Actor, *, agreement_id: str) -> None:
    """NotFound unless she coordinates or belongs to one of its parties."""
    _row, bound = agreement(tx, agreement_id)
    ids = {party["institution_id"] for party in bound}
    if "coordinator" not in actor.all_roles and not ids & set(actor.institutions_as(*STAFF)):
        raise NotFound


def view(row: Row, bound: Sequence[Row], actor: Actor) -> dict[str, Any]:
    return {
        **row,
        "parties": [party["institution_id"] for party in bound],
        "signed_by": [party["institution_id"] for party in bound if party["signed_at"]],
        "actions": possible(row, bound, actor),
    }


def possible(row: Row, bound: Sequence[Row], actor: Actor) -> list[str]:
    found = [
        action
        for party in acts_for(bound, actor)
        for action in statemachine.actions(MOVES, status=row["status"], party=side(party))
    ]
    return list(dict.fromkeys(found))


def acts_for(bound: Sequence[Row], actor: Actor) -> Sequence[Row]:
    """The parties for which she may sign and end."""
    own = set(actor.institutions_as(SIGNS))
    return [party for party in bound if "coordinator" in actor.all_roles or party["institution_id"] in own]


def side(party: Row) -> str:
    return "signed" if party["signed_at"] else "unsigned"
