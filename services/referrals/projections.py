"""Copies of others' facts, which can be dropped and built again from the log."""

from services.referrals.tables import participants
from shared.consumer import Handler
from shared.database import Transaction
from shared.envelope import Fact

TABLES = (participants,)


def participant_registered(tx: Transaction, fact: Fact) -> None:
    known = {"code": fact.data["code"], "registered_by": fact.data["registered_by"]}
    entry = tx.insert(participants).values(id=fact.key, erased=False, **known)
    tx.execute(entry.on_conflict_do_update(index_elements=[participants.c.id], set_=known))


def participant_erased(tx: Transaction, fact: Fact) -> None:
    """A tombstone: it stays erased whatever comes after."""
    entry = tx.insert(participants).values(id=fact.key, code="", registered_by=None, erased=True)
    gone = {"code": "", "registered_by": None, "erased": True}
    tx.execute(entry.on_conflict_do_update(index_elements=[participants.c.id], set_=gone))


PROJECTIONS: dict[str, Handler] = {
    "people.participant.registered.v1": participant_registered,
    "people.participant.erased.v1": participant_erased,
}
