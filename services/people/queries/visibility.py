"""Who may see what of whom, decided here alone and from our own tables; no caller's word counts."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, false, select, union

from services.people.domain import EVERYTHING, Status
from services.people.tables import grants, participants, withdrawals
from shared.actor import Actor
from shared.database import Transaction
from shared.dates import local
from shared.errors import NotFound

READERS = ("caseworker", "intake")
OFFICER = "data-officer"


def visible_fields(tx: Transaction, actor: Actor, ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The fields that the actor may see, by participant; whoever is missing does not exist for her."""
    if not ids:
        return {}
    own = actor.institutions_as(*READERS)
    living = select(participants.c.id, participants.c.registered_by).where(
        participants.c.id.in_(ids), participants.c.status == Status.ACTIVE
    )
    rows = tx.all(living)
    granted = _granted(tx, own, [row["id"] for row in rows])
    seen = {row["id"]: _fields(actor, row, own, granted.get(row["id"])) for row in rows}
    return {participant_id: fields for participant_id, fields in seen.items() if fields is not None}


def _fields(
    actor: Actor, row: Mapping[Any, Any], own: Collection[str], granted: frozenset[str] | None
) -> frozenset[str] | None:
    if row["registered_by"] in own or row["id"] == actor.participant_id:
        return EVERYTHING
    return granted


def _granted(tx: Transaction, institutions: Collection[str], ids: Collection[str]) -> dict[str, frozenset[str]]:
    if not institutions or not ids:
        return {}
    found: dict[str, frozenset[str]] = {}
    for row in tx.all(
        live_grants(tx).where(grants.c.institution_id.in_(institutions), grants.c.participant_id.in_(ids))
    ):
        known = found.get(row["participant_id"], frozenset())
        found[row["participant_id"]] = known | (frozenset(row["fields"]) & EVERYTHING)
    return found


def live_grants(tx: Transaction) -> Select[Any]:
    """Grants that hold today: accepted, not ended, not taken back by her, not past their last day in Warsaw."""
    taken_back = select(withdrawals.c.referral_id)
    return select(grants).where(
        grants.c.ended_at.is_(None),
        grants.c.expires_on >= local(tx.now).date().isoformat(),
        grants.c.referral_id.not_in(taken_back),
    )


def listed(tx: Transaction, actor: Actor) -> Select[Any]:
    """Every participant that the actor may know of: her institutions' own and those granted to them."""
    if OFFICER in actor.all_roles:
        return select(participants)
    own = actor.institutions_as(*READERS)
    if not own:
        return select(participants).where(false())
    registered = select(participants.c.id).where(participants.c.registered_by.in_(own))
    granted = live_grants(tx).with_only_columns(grants.c.participant_id).where(grants.c.institution_id.in_(own))
    return select(participants).where(
        participants.c.status == Status.ACTIVE, participants.c.id.in_(union(registered, granted).scalar_subquery())
    )


def known(tx: Transaction, actor: Actor, *, participant_id: str) -> None:
    """NotFound unless the actor may know that there is such a woman."""
    if OFFICER in actor.all_roles:
        tx.one(select(participants.c.id).where(participants.c.id == participant_id))
    elif participant_id not in visible_fields(tx, actor, [participant_id]):
        raise NotFound


def herself(tx: Transaction, actor: Actor) -> None:
    """NotFound unless the account is a participant's own."""
    if not actor.participant_id:
        raise NotFound
    known(tx, actor, participant_id=actor.participant_id)


def may_be_referred(tx: Transaction, actor: Actor, participant_id: str) -> bool:
    """Whether an institution of the actor's has registered her or works with her under a grant."""
    if not actor.institutions_as(*READERS) or participant_id == actor.participant_id:
        return False
    return participant_id in visible_fields(tx, actor, [participant_id])


def registered_by_own(actor: Actor, row: Mapping[Any, Any]) -> bool:
    return row["registered_by"] is not None and row["registered_by"] in actor.institutions_as("caseworker")
