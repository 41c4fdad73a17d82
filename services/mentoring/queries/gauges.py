"""Figures of mentoring for the metrics."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, select

from services.mentoring.tables import matches, mentees
from shared.contracts import codes
from shared.database import Transaction
from shared.metrics import MENTEES_UNMATCHED, MENTEES_WAITING, PROPOSALS_OPEN, Reading

AGES = (("up-to-30-days", 30), ("up-to-60-days", 60), ("up-to-120-days", 120), ("over-120-days", None))


def gauges(tx: Transaction) -> Iterable[Reading]:
    yield from _waiting(tx)
    proposed = tx.scalar(select(func.count()).where(matches.c.status == "proposed"))
    yield Reading(PROPOSALS_OPEN, (), proposed or 0)
    reason = mentees.c.unmatched_reason
    counted = select(reason, func.count().label("n")).where(mentees.c.status == "queued", reason.is_not(None))
    found = {row["unmatched_reason"]: row["n"] for row in tx.all(counted.group_by(reason))}
    for code in codes("unmatched-reasons"):
        yield Reading(MENTEES_UNMATCHED, (code,), found.get(code, 0))


def _waiting(tx: Transaction) -> Iterable[Reading]:
    """Those without a mentor by how long they have waited."""
    counted = select(func.count()).where(mentees.c.status.in_(("queued", "proposed")))
    younger = 0
    for age, days in AGES:
        until = counted if days is None else counted.where(mentees.c.waiting_since > tx.now - timedelta(days=days))
        upto = tx.scalar(until) or 0
        yield Reading(MENTEES_WAITING, (age,), upto - younger)
        younger = upto
