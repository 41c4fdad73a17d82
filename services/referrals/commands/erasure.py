"""She takes back what she agreed to, or her data are erased."""

from sqlalchemy import null, select, update

from services.referrals import events
from services.referrals.commands import referrals as commands
from services.referrals.domain.referrals import ERASED, Party
from services.referrals.queries import referrals as queries
from services.referrals.tables import history, referrals
from shared.database import Transaction
from shared.metrics import ERASURES


def withdraw(tx: Transaction, participant_id: str, *, institution_ids: list[str], referral_ids: list[str]) -> None:
    """Her open referrals to these institutions end at once."""
    for row in queries.open_of(tx, participant_id):
        if row["receiver_id"] in institution_ids or row["id"] in referral_ids:
            details = {"reason": "consent-withdrawn"}
            commands.perform(tx, row, party=Party.SYSTEM, action="cancel", details=details)


def purge(tx: Transaction, participant_id: str, *, ground: str, erasure_event_id: str) -> None:
    """Destroy her key, forget what was sealed with it, end what is open, and confirm. Repeating it changes nothing."""
    tx.sealer.keys.destroy(participant_id)
    for row in queries.open_of(tx, participant_id):
        details = {"reason": ERASED.get(ground, "other")}
        commands.perform(tx, row, party=Party.SYSTEM, action="cancel", details=details)
    hers = select(referrals.c.id).where(referrals.c.participant_id == participant_id)
    tx.execute(update(history).where(history.c.referral_id.in_(hers)).values(text_sealed=null()))
    forgotten = (
        update(referrals)
        .where(referrals.c.participant_id == participant_id)
        .values(narrative_sealed=null(), legal_reference_sealed=null(), purged=True)
    )
    records = tx.execute(forgotten).rowcount
    ERASURES.labels("referrals").inc()
    tx.publish(events.participant_data_purged(participant_id, erasure_event_id=erasure_event_id, records=records))
