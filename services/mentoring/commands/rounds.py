"""Matching rounds are started by a coordinator, by the clock, or by an urgent mentee."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import select

from services.mentoring.commands import note
from services.mentoring.domain import rounds as rules
from services.mentoring.tables import mentees, rounds
from shared.database import Transaction
from shared.dates import WARSAW, local


def start(tx: Transaction, *, publish: bool, cause: str = rules.BY_HAND) -> dict[str, Any]:
    """A round that waits for the solver. An urgent or daily one that waits already is enough."""
    if cause != rules.BY_HAND:
        same = (rounds.c.status == "solving", rounds.c.cause == cause)
        if waiting := tx.first(select(rounds).where(*same)):
            return dict(waiting)
    row: dict[str, Any] = {
        "id": tx.new_id(),
        "version": 1,
        "status": "solving",
        "cause": cause,
        "publish": publish,
        "created_by": tx.actor.id,
        "created_at": tx.now,
        "solved_at": None,
        "published_at": None,
        "solver": {},
    }
    tx.execute(rounds.insert().values(row))
    note(tx, row["id"], "created", party="service" if tx.actor.is_service else rules.COORDINATOR)
    return row


def start_daily(tx: Transaction) -> int:
    """Once a day, for those who were in the queue in the morning."""
    morning = datetime.combine(local(tx.now).date(), time(rules.DAILY_AT), WARSAW)
    if tx.now < morning:
        return 0
    done = select(rounds.c.id).where(rounds.c.cause == rules.DAILY, rounds.c.created_at >= morning)
    waits = select(mentees.c.id).where(mentees.c.status == "queued", mentees.c.created_at < morning)
    if tx.first(done.limit(1)) or not tx.first(waits.limit(1)):
        return 0
    start(tx, publish=True, cause=rules.DAILY)
    return 1
