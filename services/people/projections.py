"""Local copies of what referrals tells: who the institutions are, and what each may see of whom until when."""

from sqlalchemy import update

from services.people.tables import grants, institution_copies
from shared.consumer import Handler
from shared.database import Transaction
from shared.envelope import Fact

WITHDRAWN = "consent-withdrawn"


def institution(tx: Transaction, fact: Fact) -> None:
    copy = {"name": fact.data["name"], "status": fact.data["status"]}
    entry = tx.insert(institution_copies).values(id=fact.key, **copy)
    tx.execute(entry.on_conflict_do_update(index_elements=[institution_copies.c.id], set_=copy))


def referral_accepted(tx: Transaction, fact: Fact) -> None:
    """From now on the receiver may see the agreed fields, until the agreed day."""
    grant = {
        "participant_id": fact.data["participant_id"],
        "institution_id": fact.data["receiver_id"],
        "fields": fact.data["sharing"]["fields"],
        "expires_on": fact.data["sharing"]["expires_on"],
        "granted_at": fact.time,
        "ended_at": None,
    }
    entry = tx.insert(grants).values(referral_id=fact.key, **grant)
    tx.execute(entry.on_conflict_do_update(index_elements=[grants.c.referral_id], set_=grant))


def referral_cancelled(tx: Transaction, fact: Fact) -> None:
    """Withdrawn by her: the receiver sees nothing any more."""
    if fact.data["reason"] == WITHDRAWN:
        _end(tx, fact)


def referral_corrected(tx: Transaction, fact: Fact) -> None:
    """Entered in error: there was nothing to share."""
    _end(tx, fact)


def _end(tx: Transaction, fact: Fact) -> None:
    tx.execute(update(grants).where(grants.c.referral_id == fact.key).values(ended_at=fact.time))


TABLES = (institution_copies, grants)
"""Everything here follows from the log alone."""

PROJECTIONS: dict[str, Handler] = {
    "referrals.institution.registered.v1": institution,
    "referrals.institution.changed.v1": institution,
    "referrals.institution.closed.v1": institution,
    "referrals.referral.accepted.v1": referral_accepted,
    "referrals.referral.cancelled.v1": referral_cancelled,
    "referrals.referral.corrected.v1": referral_corrected,
}
