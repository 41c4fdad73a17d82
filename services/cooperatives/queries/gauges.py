"""Figures of the registry for the metrics."""

from collections.abc import Iterable
from datetime import date, datetime, time

from sqlalchemy import func, select

from services.cooperatives.domain.states import Status
from services.cooperatives.queries.registry import counted_by_state, today
from services.cooperatives.tables import obligations
from shared.database import Transaction
from shared.dates import WARSAW
from shared.metrics import COOPERATIVES, OBLIGATIONS_OVERDUE, OLDEST_UNFINISHED_AGE, Reading

TELLING = "tell-obligations"
"""The job that tells what falls due."""


def gauges(tx: Transaction) -> Iterable[Reading]:
    counts = counted_by_state(tx)
    for status in Status:
        yield Reading(COOPERATIVES, (str(status),), counts.get(status, 0))
    late = (obligations.c.status == "open") & (obligations.c.due_on < today(tx))
    yield Reading(OBLIGATIONS_OVERDUE, (), tx.scalar(select(func.count()).select_from(obligations).where(late)))
    yield Reading(OLDEST_UNFINISHED_AGE, ("cooperatives", TELLING), _untold_for(tx))


def _untold_for(tx: Transaction) -> float:
    """Seconds since the beginning of the oldest day on which something should have been told."""
    day = tx.scalar(select(func.min(obligations.c.next_telling_on)))
    if day is None or day > today(tx):
        return 0.0
    began = datetime.combine(date.fromisoformat(day), time.min, WARSAW)
    return max(0.0, (tx.now - began).total_seconds())
