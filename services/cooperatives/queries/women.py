"""Women of the programme as far as this service knows them: codes and paths, never names."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, exists, select

from services.cooperatives.tables import Row, founders, members, participant_copies, path_copies
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound

WAY = "social-cooperative"
ENDED = "ended"


def is_erased(tx: Transaction, participant_id: str) -> bool:
    found = select(participant_copies.c.id).where(
        participant_copies.c.id == participant_id, participant_copies.c.erased.is_(True)
    )
    return tx.first(found) is not None


def is_known(tx: Transaction, actor: Actor, participant_id: str) -> bool:
    """Whether this actor may name her: a coordinator every woman, an adviser those on a path at her institution."""
    if "coordinator" in actor.all_roles:
        here = select(participant_copies.c.id).where(participant_copies.c.id == participant_id)
        return tx.first(here) is not None
    own = path_copies.c.institution_id.in_(actor.institutions_as("intake"))
    return tx.first(select(path_copies.c.id).where(path_copies.c.participant_id == participant_id, own)) is not None


def codes(tx: Transaction, ids: Iterable[str | None]) -> dict[str, str]:
    """Public codes by participant id, for pages where the name may not be shown."""
    wanted = [one for one in ids if one]
    found = select(participant_copies.c.id, participant_copies.c.code).where(
        participant_copies.c.id.in_(wanted), participant_copies.c.code.is_not(None)
    )
    return {row["id"]: row["code"] for row in tx.all(found)}


def tasks(actor: Actor) -> Select[Any]:
    """Paths whose way is a cooperative and who has neither founded nor joined one, at the actor's institutions."""
    hers = path_copies.c.participant_id
    nowhere = [
        ~exists().where(table.c.participant_id == hers, table.c.left_on.is_(None)) for table in (founders, members)
    ]
    return select(path_copies).where(
        path_copies.c.institution_id.in_(actor.institutions_as("intake")),
        path_copies.c.way == WAY,
        path_copies.c.status != ENDED,
        hers.is_not(None),
        *nowhere,
    )


def task(tx: Transaction, actor: Actor, *, path_id: str) -> Row:
    """Raises NotFound also when she has founded or joined already: then nothing is to be done."""
    row = tx.first(tasks(actor).where(path_copies.c.id == path_id))
    if row is None:
        raise NotFound
    return row
