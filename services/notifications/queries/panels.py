"""What stands beside the queue, from local copies: free places, what became of this month's referrals."""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from sqlalchemy import ColumnElement, RowMapping, func, or_, select

from services.notifications.tables import institution_copies, referral_copies, service_copies
from shared.actor import Actor
from shared.database import Transaction
from shared.dates import WARSAW, local

MOST = 4
ANSWERED = {
    "accepted": ("accepted", "in-progress", "completed"),
    "waiting": ("requested", "received", "on-hold"),
    "refused": ("rejected", "failed"),
}


def places(tx: Transaction, actor: Actor) -> list[RowMapping]:
    """Services with a number of places: her own institution's, or those of the counties she refers in."""
    own = actor.institutions_as("intake", "institution-admin")
    near = actor.institutions_as("caseworker")
    shown = or_(service_copies.c.institution_id.in_(own), _in_counties_of(near))
    # One place, such as a job, is free or taken: that is no number to follow.
    counted = (service_copies.c.status == "active") & (service_copies.c.maximum > 1)
    newest = select(service_copies).where(shown, counted).order_by(service_copies.c.told_at.desc(), service_copies.c.id)
    return sorted(tx.all(newest.limit(MOST)), key=lambda row: str(row["name"]))


def _in_counties_of(institution_ids: tuple[str, ...]) -> ColumnElement[bool]:
    counties = select(institution_copies.c.teryt).where(institution_copies.c.id.in_(institution_ids))
    return service_copies.c.teryt.in_(counties) & service_copies.c.confidential_location.is_(False)


def sent_this_month(tx: Transaction, actor: Actor) -> Mapping[str, int]:
    """How many referrals her institutions sent since the first of the month, by what became of them."""
    own = actor.institutions_as("caseworker")
    if not own:
        return {}
    first = datetime.combine(local(tx.now).date().replace(day=1), time(), WARSAW).astimezone(UTC)
    sent = referral_copies.c.sender_id.in_(own) & (referral_copies.c.sent_at >= first)
    by_status = select(referral_copies.c.status, func.count().label("n")).group_by(referral_copies.c.status)
    counts = {row["status"]: row["n"] for row in tx.all(by_status.where(sent))}
    return {word: sum(counts.get(status, 0) for status in statuses) for word, statuses in ANSWERED.items()}
