"""Who a rule's audience is, for one fact: addresses of accounts, of a woman, of queues."""

from collections.abc import Callable, Mapping

from services.notifications.domain import addresses
from services.notifications.domain.addresses import Addressee
from services.notifications.domain.rules import Audience, Draft
from services.notifications.queries import people
from services.notifications.tables import Row
from shared.database import Transaction
from shared.envelope import Fact
from shared.parking import NotYet

Find = Callable[[Transaction, Fact], list[Addressee]]
CASEWORKER, INTAKE, ADMIN, COORDINATOR = "caseworker", "intake", "institution-admin", "coordinator"


def addressees(tx: Transaction, draft: Draft, fact: Fact) -> list[Addressee]:
    """Everyone the item is for, each once."""
    found = [one for audience in draft.to for one in FIND[audience](tx, fact)]
    return list({one.address: one for one in found}.values())


def _account_or_queue(tx: Transaction, account_id: str | None, *, institution_id: str, role: str) -> Addressee:
    """The person's own item while she is there; else her institution's queue."""
    queue = addresses.queue(institution_id, role)
    if account_id is None or people.has_left(tx, account_id, institution_id=institution_id):
        return Addressee(queue)
    return Addressee(addresses.account(account_id), fallback=queue)


def _queue(field: str, role: str) -> Find:
    return lambda _tx, fact: [Addressee(addresses.queue(fact.data[field], role))]


def _sender(tx: Transaction, fact: Fact) -> list[Addressee]:
    said = fact.data
    return [_account_or_queue(tx, said["sent_by"], institution_id=said["sender_id"], role=CASEWORKER)]


def _handler(tx: Transaction, fact: Fact) -> list[Addressee]:
    """Who has it at the receiver; nobody while nobody has looked at it."""
    said = fact.data
    if said["handled_by"] is None:
        return []
    return [_account_or_queue(tx, said["handled_by"], institution_id=said["receiver_id"], role=INTAKE)]


def _party_admins(_tx: Transaction, fact: Fact) -> list[Addressee]:
    return [Addressee(addresses.queue(party, ADMIN)) for party in fact.data["parties"]]


def _coordinator(_tx: Transaction, _fact: Fact) -> list[Addressee]:
    return [Addressee(addresses.holders(COORDINATOR))]


def _adviser(tx: Transaction, fact: Fact) -> list[Addressee]:
    said = fact.data
    if said["institution_id"] is None:
        return [Addressee(addresses.account(said["adviser_id"]))] if said["adviser_id"] else []
    return [_account_or_queue(tx, said["adviser_id"], institution_id=said["institution_id"], role=INTAKE)]


def _mentor(_tx: Transaction, fact: Fact) -> list[Addressee]:
    account_id = fact.data["mentor_account_id"]
    return [Addressee(addresses.account(account_id))] if account_id else []


def _mentee(tx: Transaction, fact: Fact) -> list[Addressee]:
    """The woman herself, or those who speak for the cooperative."""
    mentee = fact.data["mentee"]
    if mentee["kind"] == "participant":
        return [Addressee(addresses.participant(mentee["id"]))]
    return _representatives_of(tx, mentee["id"])


def _representatives(tx: Transaction, fact: Fact) -> list[Addressee]:
    return _representatives_of(tx, _cooperative_id(fact))


def _representatives_of(tx: Transaction, cooperative_id: str) -> list[Addressee]:
    return [Addressee(addresses.account(one)) for one in _cooperative(tx, cooperative_id)["representatives"]]


def _cooperative_mentor(tx: Transaction, fact: Fact) -> list[Addressee]:
    account_id = people.mentor_of(tx, _cooperative_id(fact))
    return [Addressee(addresses.account(account_id))] if account_id else []


def _cooperative_adviser(tx: Transaction, fact: Fact) -> list[Addressee]:
    known = _cooperative(tx, _cooperative_id(fact))
    adviser, institution_id = known["adviser_id"], known["adviser_institution_id"]
    if institution_id is None:
        return [Addressee(addresses.account(adviser))] if adviser else []
    return [_account_or_queue(tx, adviser, institution_id=institution_id, role=INTAKE)]


def _cooperative_id(fact: Fact) -> str:
    return str(fact.data.get("cooperative_id") or fact.key)


def _cooperative(tx: Transaction, cooperative_id: str) -> Row:
    known = people.cooperative(tx, cooperative_id)
    if known is None:
        raise NotYet("its cooperative")
    return known


def _labour_offices(tx: Transaction, fact: Fact) -> list[Addressee]:
    offices = people.labour_offices(tx, fact.data["teryt"])
    return [Addressee(addresses.queue(office, CASEWORKER)) for office in offices]


FIND: Mapping[Audience, Find] = {
    Audience.RECEIVER_INTAKE: _queue("receiver_id", INTAKE),
    Audience.RECEIVER_ADMIN: _queue("receiver_id", ADMIN),
    Audience.OWNER_ADMIN: _queue("institution_id", ADMIN),
    Audience.HANDLER: _handler,
    Audience.SENDER: _sender,
    Audience.PARTY_ADMINS: _party_admins,
    Audience.COORDINATOR: _coordinator,
    Audience.ADVISER: _adviser,
    Audience.MENTOR: _mentor,
    Audience.MENTEE: _mentee,
    Audience.REPRESENTATIVES: _representatives,
    Audience.COOPERATIVE_MENTOR: _cooperative_mentor,
    Audience.COOPERATIVE_ADVISER: _cooperative_adviser,
    Audience.LABOUR_OFFICES: _labour_offices,
}
