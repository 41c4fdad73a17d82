"""What every change of a cooperative does: a fact to the others and, where it is public, an entry in the open feed."""

from typing import Any

from sqlalchemy import insert

from services.cooperatives import events
from services.cooperatives.queries import registry
from services.cooperatives.tables import Row, change_counter, changes, cooperatives
from shared.database import Transaction, check_version

Changes = list[dict[str, Any]]


def locked(tx: Transaction, cooperative_id: str, *, seen: int | None = None) -> Row:
    """The cooperative as nobody else can change it now. Raises NotFound where it is not the actor's, and Stale."""
    found = registry.visible(tx.actor).where(cooperatives.c.id == cooperative_id)
    row = tx.one(found.with_for_update(of=cooperatives))
    check_version(row, seen)
    return row


def tell(tx: Transaction, fact: str, row: Row, **more: Any) -> None:
    accounts = registry.representatives_of(tx, row["id"])
    tx.publish(events.cooperative(fact, row, representatives=accounts, **more))


def note(tx: Transaction, fact: str, row: Row, *, changed: Changes, effective_date: str | None = None) -> None:
    """The next entry of the public feed. The counter's row lock keeps the sequence without gaps."""
    counting = tx.insert(change_counter).values(id=1, last=1)
    counting = counting.on_conflict_do_update(
        index_elements=[change_counter.c.id], set_={"last": change_counter.c.last + 1}
    ).returning(change_counter.c.last)
    tx.execute(
        insert(changes).values(
            sequence=tx.execute(counting).scalar_one(),
            cooperative_id=row["id"],
            fact=fact,
            effective_date=effective_date,
            changes=changed,
            krs=row["krs"],
            at=tx.now,
        )
    )


def change(field: str, before: Any, after: Any) -> dict[str, Any]:
    return {"field": field, "before": _text(before), "after": _text(after)}


def _text(value: Any) -> str | None:
    if isinstance(value, list | tuple):
        return ", ".join(one if isinstance(one, str) else f"{one['code']} ({one['version']})" for one in value) or None
    return None if value is None else str(value)
