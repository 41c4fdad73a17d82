"""The coordinator's overview, from this service's copies of the others' facts: codes, counts and public names."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Integer, case, func, select

from services.programmes.domain.paths import STAGES, Status
from services.programmes.tables import (
    institution_copies,
    match_copies,
    mentee_copies,
    paths,
    referral_copies,
    round_copies,
    service_copies,
)
from shared.database import Transaction

Row = Mapping[Any, Any]

UNANSWERED = ("requested", "received")
LONG_WAIT, SHORT_WAIT = timedelta(days=120), timedelta(days=30)
MOST = 50


def late_answers(tx: Transaction) -> list[Row]:
    """Referrals past the day by which they should have been decided, the longest first."""
    found = (
        select(referral_copies, institution_copies.c.name.label("receiver"))
        .outerjoin(institution_copies, institution_copies.c.id == referral_copies.c.receiver_id)
        .where(referral_copies.c.status.in_(UNANSWERED), referral_copies.c.decide_by < tx.now)
    )
    return list(tx.all(found.order_by(referral_copies.c.decide_by).limit(MOST)))


def waiting_women(tx: Transaction) -> Row:
    """How many women wait for a mentor: all, over 30 days, over 120 days, urgent; who has an active match does not."""

    def when(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0).cast(Integer)

    waited = mentee_copies.c.waiting_since
    mentored = select(match_copies.c.id).where(
        match_copies.c.mentee_id == mentee_copies.c.id, match_copies.c.status == "active"
    )
    return tx.one(
        select(
            func.count().label("all"),
            when(waited < tx.now - SHORT_WAIT).label("over_30_days"),
            when(waited < tx.now - LONG_WAIT).label("over_120_days"),
            when(mentee_copies.c.urgent.is_(True)).label("urgent"),
        ).where(mentee_copies.c.waiting.is_(True), mentee_copies.c.kind == "participant", ~mentored.exists())
    )


def latest_round(tx: Transaction) -> Row | None:
    return tx.first(select(round_copies).order_by(round_copies.c.at.desc()).limit(1))


def capacity(tx: Transaction) -> list[Row]:
    """Active services with a number of places to follow, the fullest first; a single place, such as a job, is none."""
    found = (
        select(service_copies, institution_copies.c.name.label("institution"))
        .outerjoin(institution_copies, institution_copies.c.id == service_copies.c.institution_id)
        .where(service_copies.c.status == "active", service_copies.c.maximum > 1)
    )
    return list(tx.all(found.order_by(service_copies.c.available, service_copies.c.id).limit(MOST)))


def stages(tx: Transaction) -> dict[str, int]:
    """How many paths have come at least that far; a paused one counts as in progress."""
    found = select(paths.c.status, func.count().label("count")).group_by(paths.c.status)
    counts = {row["status"]: row["count"] for row in tx.all(found)}
    counts[Status.IN_PROGRESS] = counts.get(Status.IN_PROGRESS, 0) + counts.pop(Status.PAUSED, 0)
    return {str(stage): counts.get(stage, 0) for stage in STAGES}
