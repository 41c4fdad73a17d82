"""What was done of a state's checklist. It warns only; nothing waits for it."""

from sqlalchemy import delete

from services.cooperatives.commands.telling import locked
from services.cooperatives.domain import states
from services.cooperatives.queries import registry
from services.cooperatives.tables import Row, checklist, cooperatives
from shared.database import Transaction
from shared.errors import Invalid, NotFound
from shared.i18n import gettext as _


def mark(
    tx: Transaction,
    *,
    cooperative_id: str,
    item: str,
    done_on: str | None,
    evidence: str | None,
    seen: int | None = None,
) -> Row:
    """Marked with its day and document; marking again corrects both. Raises NotFound for what is not on the list."""
    row = locked(tx, cooperative_id, seen=seen)
    _check(row, item)
    day = done_on or registry.today(tx)
    if day > registry.today(tx):
        raise Invalid.at("/done_on", _("This day is still to come: record it when it has happened."))
    values = {"done_on": day, "evidence": evidence, "recorded_by": tx.actor.id}
    entering = tx.insert(checklist).values(cooperative_id=row["id"], item=item, **values)
    tx.execute(entering.on_conflict_do_update(index_elements=["cooperative_id", "item"], set_=values))
    return tx.save(cooperatives, row)


def unmark(tx: Transaction, *, cooperative_id: str, item: str, seen: int | None = None) -> Row:
    row = locked(tx, cooperative_id, seen=seen)
    _check(row, item)
    tx.execute(delete(checklist).where(checklist.c.cooperative_id == row["id"], checklist.c.item == item))
    return tx.save(cooperatives, row)


def _check(row: Row, item: str) -> None:
    possible = states.CHECKLIST.get(states.Status(row["status"]), ())
    if item not in possible or item in states.COMPUTED:
        raise NotFound
