"""A woman chose the cooperative way: her adviser opens a group with her as first founder, or she joins one."""

from typing import Any

from services.cooperatives.commands import people, registry
from services.cooperatives.queries import registry as queries
from services.cooperatives.queries import women
from services.cooperatives.tables import Row
from shared.database import Transaction


def found(tx: Transaction, *, path_id: str, details: dict[str, Any]) -> Row:
    """A new initiative group with the woman of the path as its first founder."""
    task = women.task(tx, tx.actor, path_id=path_id)
    given = {"languages": task["languages"], **details}
    row = registry.open_cooperative(tx, **given, institution_id=task["institution_id"])
    _join(tx, row["id"], task)
    return queries.cooperative(tx, tx.actor, cooperative_id=row["id"])


def join(tx: Transaction, *, path_id: str, cooperative_id: str) -> Row:
    """The woman of the path joins a group that the adviser's institution accompanies."""
    return _join(tx, cooperative_id, women.task(tx, tx.actor, path_id=path_id))


def _join(tx: Transaction, cooperative_id: str, task: Row) -> Row:
    nothing = dict.fromkeys(("person_id", "ground", "ground_seen_on", "shares", "joined_on"))
    details = {**nothing, "participant_id": task["participant_id"], "role": "founder", "kind": "participant"}
    return people.add_founder(tx, cooperative_id=cooperative_id, details=details)
