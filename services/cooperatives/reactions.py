"""What other services' facts make the registry do. Never run when projections are rebuilt."""

from services.cooperatives.commands import erasure
from shared.consumer import Handler
from shared.database import Transaction
from shared.envelope import Fact


def erased(tx: Transaction, fact: Fact) -> None:
    erasure.purge(tx, participant_id=fact.key, erasure_event_id=fact.id)


EVENT_HANDLERS: dict[str, Handler] = {"people.participant.erased.v1": erased}
"""That a woman chose the cooperative way needs no command: the task is her copied path, until she founds or joins."""
