"""Messages for the operator: what became of them and why, never for whom or where."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from services.notifications.domain import sending
from services.notifications.domain.sending import Channel, Status
from services.notifications.tables import deliveries
from shared import paging
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound
from shared.metrics import DEAD_LETTERS, DELIVERIES_OLDEST_AGE, Reading
from shared.paging import Page
from shared.statemachine import actions

KNOWN_ACTIONS = ("", *(action for _status, _party, action in sending.MOVES))
NOT_SHOWN = ("recipient_id", "claimed_by", "turn_at")


def known(tx: Transaction, _actor: Actor, *, delivery_id: str, action: str = "") -> None:
    """Raises NotFound unless there is such a message, and such an action."""
    if action not in KNOWN_ACTIONS:
        raise NotFound
    tx.one(select(deliveries.c.id).where(deliveries.c.id == delivery_id))


def _shown() -> Select[Any]:
    return select(*(column for column in deliveries.c if column.name not in NOT_SHOWN))


def listed(
    tx: Transaction, *, status: str | None = None, channel: str | None = None, limit: int, cursor: str | None
) -> Page:
    """Newest first."""
    statement = _shown()
    if status:
        statement = statement.where(deliveries.c.status == status)
    if channel:
        statement = statement.where(deliveries.c.channel == channel)
    page = paging.page(tx, statement, by=deliveries.c.id, limit=limit, cursor=cursor, newest_first=True)
    return page.map(resource)


def one(tx: Transaction, delivery_id: str) -> dict[str, Any]:
    return resource(tx.one(_shown().where(deliveries.c.id == delivery_id)))


def resource(row: Any) -> dict[str, Any]:
    """A message with what an operator may do about it."""
    told = {"message_id": row["item_id"], "recipient": row["recipient_kind"]}
    return {**row, **told, "actions": actions(sending.MOVES, status=row["status"], party=sending.OPERATOR)}


def any_due(tx: Transaction) -> bool:
    """Whether a sender has something to do now; asked without taking the writers' place."""
    due = (deliveries.c.status == Status.PENDING) & (deliveries.c.next_attempt_at <= tx.now)
    return tx.scalar(select(deliveries.c.id).where(due).limit(1)) is not None


def dead_letters(tx: Transaction) -> int:
    return int(tx.scalar(select(func.count()).where(deliveries.c.status == Status.FAILED)) or 0)


def gauges(tx: Transaction) -> Iterable[Reading]:
    """Ages and counts, per channel: 0 where nothing waits, so that an alert can end."""
    waiting = deliveries.c.status.in_((Status.PENDING, Status.SENDING)) & (deliveries.c.ready_at <= tx.now)
    oldest = _by_channel(tx, func.min(deliveries.c.ready_at), waiting)
    dead = _by_channel(tx, func.count(), deliveries.c.status == Status.FAILED)
    for channel in Channel:
        yield Reading(DELIVERIES_OLDEST_AGE, (channel.value,), _age(tx.now, oldest.get(channel)))
        yield Reading(DEAD_LETTERS, (channel.value,), float(dead.get(channel, 0)))


def _by_channel(tx: Transaction, figure: Any, which: Any) -> dict[str, Any]:
    counted = select(deliveries.c.channel, figure.label("figure")).where(which).group_by(deliveries.c.channel)
    return {row["channel"]: row["figure"] for row in tx.all(counted)}


def _age(now: datetime, since: datetime | None) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
