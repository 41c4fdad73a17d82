"""The work queue of one person: what lies at her addresses, what of it is read, what is done."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from services.notifications.domain import addresses
from services.notifications.domain.kinds import href
from services.notifications.queries import wording
from services.notifications.queries.wording import Names
from services.notifications.tables import Row, items, readings
from shared import paging
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound

MOST_SHOWN = 200
"""On the page; who has more open at once is helped by the oldest first."""
ERASED = "erased"


def visible(tx: Transaction, actor: Actor, *, item_id: str) -> None:
    """Raises NotFound unless the item lies at one of hers."""
    tx.one(select(items.c.id).where(items.c.id == item_id, _hers(actor)))


def _hers(actor: Actor) -> ColumnElement[bool]:
    kept = or_(items.c.done_by.is_(None), items.c.done_by != ERASED)
    return items.c.address.in_(addresses.of(actor)) & kept


def _open() -> ColumnElement[bool]:
    return items.c.done_at.is_(None) & readings.c.done_at.is_(None)


def _rows(actor: Actor) -> Select[Any]:
    marks = (readings.c.read_at.label("read_by_her"), readings.c.done_at.label("done_by_her"))
    mine = and_(readings.c.item_id == items.c.id, readings.c.account_id == actor.id)
    return select(items, *marks).outerjoin(readings, mine).where(_hers(actor))


def listed(tx: Transaction, actor: Actor, *, done: bool | None, limit: int, cursor: str | None) -> dict[str, Any]:
    """One page, newest first, with how many open ones she has not read."""
    statement = _rows(actor)
    if done is not None:
        statement = statement.where(_open() if not done else ~_open())
    page = paging.page(tx, statement, by=items.c.id, limit=limit, cursor=cursor, newest_first=True)
    names = wording.names_for(tx, page.items)
    shown = [resource(row, names, actor) for row in page.items]
    return {"items": shown, "unread": unread(tx, actor), "next": page.next}


def one(tx: Transaction, actor: Actor, item_id: str) -> dict[str, Any]:
    row = tx.first(_rows(actor).where(items.c.id == item_id))
    if row is None:
        raise NotFound
    return resource(row, wording.names_for(tx, [row]), actor)


def place(tx: Transaction, actor: Actor, item_id: str) -> str:
    """The address of the record that the item is about."""
    return str(one(tx, actor, item_id)["subject"]["href"])


def resource(row: Row, names: Names, actor: Actor) -> dict[str, Any]:
    """An item as its reader sees it."""
    return {
        "id": row["id"],
        "kind": row["kind"],
        "subject": {
            "type": row["subject_type"],
            "id": row["subject_id"],
            "href": href(row["subject_type"], row["subject_id"], roles=actor.all_roles),
        },
        "title": wording.title(row, names),
        "urgency": row["urgency"],
        "created_at": row["created_at"],
        "due_at": row["due_at"],
        "read": row["read_by_her"] is not None,
        "done": row["done_at"] is not None or row["done_by_her"] is not None,
    }


def unread(tx: Transaction, actor: Actor) -> int:
    mine = _rows(actor).where(_open(), readings.c.read_at.is_(None)).subquery()
    return int(tx.scalar(select(func.count()).select_from(mine)) or 0)


def waiting(tx: Transaction, actor: Actor) -> list[Row]:
    """All that is open, the nearest deadline first, then the oldest."""
    dated_first = items.c.due_at.is_(None)
    ordered = _rows(actor).where(_open()).order_by(dated_first, items.c.due_at, items.c.created_at)
    return list(tx.all(ordered.limit(MOST_SHOWN)))
