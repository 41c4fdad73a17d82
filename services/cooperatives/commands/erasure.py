"""A woman is erased: nothing here points to her any more; that somebody founded, when and as what, stays."""

from sqlalchemy import Table, update

from services.cooperatives import events
from services.cooperatives.tables import founders, members
from shared import metrics
from shared.database import Transaction


def purge(tx: Transaction, *, participant_id: str, erasure_event_id: str) -> None:
    """Repeating it changes nothing but says again that it is done."""
    tx.sealer.keys.destroy(participant_id)
    records = sum(_forget(tx, table, participant_id) for table in (founders, members))
    metrics.ERASURES.labels("cooperatives").inc()
    tx.publish(events.purged(participant_id, erasure_event_id=erasure_event_id, records=records))


def _forget(tx: Transaction, table: Table, participant_id: str) -> int:
    hers = table.c.participant_id == participant_id
    return tx.execute(update(table).where(hers).values(participant_id=None, version=table.c.version + 1)).rowcount
