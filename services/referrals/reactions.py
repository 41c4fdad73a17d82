"""What another service's fact makes this one do."""

from services.referrals.commands import directory, erasure
from shared.consumer import Handler
from shared.database import Transaction
from shared.envelope import Fact


def participant_erased(tx: Transaction, fact: Fact) -> None:
    erasure.purge(tx, fact.key, ground=fact.data["ground"], erasure_event_id=fact.id)


def sharing_withdrawn(tx: Transaction, fact: Fact) -> None:
    erasure.withdraw(tx, fact.key, institution_ids=fact.data["institution_ids"], referral_ids=fact.data["referral_ids"])


def vacancy_opened(tx: Transaction, fact: Fact) -> None:
    directory.offer_vacancy(tx, fact.key, fact.data)


def vacancy_gone(tx: Transaction, fact: Fact) -> None:
    directory.withdraw_vacancy(tx, fact.key)


EVENT_HANDLERS: dict[str, Handler] = {
    "people.participant.erased.v1": participant_erased,
    "people.participant.sharing-withdrawn.v1": sharing_withdrawn,
    "cooperatives.vacancy.opened.v1": vacancy_opened,
    "cooperatives.vacancy.filled.v1": vacancy_gone,
    "cooperatives.vacancy.closed.v1": vacancy_gone,
}
