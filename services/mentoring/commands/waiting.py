"""The queue itself: to enter it, and to come back to it at the old place."""

from datetime import datetime

from sqlalchemy import select

from services.mentoring import events
from services.mentoring.commands import note, rounds
from services.mentoring.domain import rounds as rules
from services.mentoring.tables import Row, mentees
from shared.database import Transaction


def entered(tx: Transaction, row: Row, *, party: str) -> None:
    """Tell that she waits; an urgent one has a round of her own at once."""
    note(tx, row["id"], "queued", party=party)
    tx.publish(events.mentee_queued(row))
    if row["urgent"]:
        rounds.start(tx, publish=True, cause=rules.URGENT)


def again(tx: Transaction, mentee_id: str, *, party: str, since: datetime | None = None) -> None:
    """She waits again: since when she waited before, unless a new wait begins."""
    row = tx.one(select(mentees).where(mentees.c.id == mentee_id))
    entered(tx, tx.save(mentees, row, status="queued", waiting_since=since or row["waiting_since"]), party=party)
