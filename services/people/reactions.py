"""What facts make people do: answer an erasure like every other service, and note who else has."""

from services.people import commands
from shared import contracts
from shared.consumer import Handler
from shared.database import Transaction
from shared.envelope import Fact


def participant_erased(tx: Transaction, fact: Fact) -> None:
    commands.confirm_own_purge(tx, participant_id=fact.key, erasure_event_id=fact.id)


def participant_data_purged(tx: Transaction, fact: Fact) -> None:
    service = fact.type.partition(".")[0]
    commands.note_purge(tx, participant_id=fact.key, service=service, records=fact.data["records"])


EVENT_HANDLERS: dict[str, Handler] = {
    "people.participant.erased.v1": participant_erased,
    **{f"{service}.participant-data.purged.v1": participant_data_purged for service in contracts.services()},
}
