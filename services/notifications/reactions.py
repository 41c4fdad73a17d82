"""What other services' facts make notifications do. Never run when projections are rebuilt."""

from services.notifications.commands import items
from services.notifications.domain import addresses
from services.notifications.domain.kinds import FINISHES
from services.notifications.domain.rules import RULES
from shared.consumer import Handler
from shared.database import Transaction
from shared.envelope import Fact


def take(tx: Transaction, fact: Fact) -> None:
    items.take(tx, fact)


def account_disabled(tx: Transaction, fact: Fact) -> None:
    items.hand_over(tx, fact.key)


def membership_ended(tx: Transaction, fact: Fact) -> None:
    said = fact.data
    items.hand_over(tx, said["account_id"], queue=addresses.queue(said["institution_id"], said["role"]))


def erased(tx: Transaction, fact: Fact) -> None:
    items.purge(tx, fact.key, erasure_event_id=fact.id)


EVENT_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(sorted({*RULES, *FINISHES}), take),
    "people.account.disabled.v1": account_disabled,
    "people.membership.ended.v1": membership_ended,
    "people.participant.erased.v1": erased,
}
