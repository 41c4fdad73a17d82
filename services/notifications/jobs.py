"""What time makes happen: messages go, or go no more; what a lost sender held is taken back."""

import structlog

from services.notifications.adapters import Outside
from services.notifications.adapters.faults import ForEver, Passing
from services.notifications.adapters.letters import Letter
from services.notifications.commands import deliveries
from services.notifications.domain import sending
from services.notifications.domain.sending import Channel, Go
from services.notifications.queries import deliveries as queries
from services.notifications.queries.people import ACCOUNT
from services.notifications.tables import Row
from shared.actor import service_actor
from shared.dates import parse_instant
from shared.errors import Unavailable
from shared.identity import Contact
from shared.jobs import Job
from shared.parking import describe
from shared.service import Runtime

BATCH = 10
"""Small, so that what is urgent waits at most for so few others."""
MANY = 100
log = structlog.get_logger()


def send_due(runtime: Runtime) -> int:
    """Claim a few due messages and see each through. Several senders may do this at once."""
    with runtime.database.reading(service_actor(runtime.service.name)) as tx:
        if not queries.any_due(tx):
            return 0
    holder = runtime.new_id()
    with runtime.transaction_as_service() as tx:
        claimed = deliveries.claim(tx, holder=holder, limit=BATCH)
    for delivery_id in claimed:
        send_one(runtime, delivery_id, holder=holder)
    return len(claimed)


def send_one(runtime: Runtime, delivery_id: str, *, holder: str) -> None:
    """Decide, ask `people`, hand over, mark: no transaction is open while anyone outside is spoken to."""
    with runtime.transaction_as_service() as tx:
        begun = deliveries.begin(tx, delivery_id, holder=holder)
    if begun is None or not isinstance(begun[1], Go):
        return
    row = begun[0]
    contact = _ask(runtime, row)
    if contact is not None:
        _hand_over(runtime, row, contact)


def _ask(runtime: Runtime, row: Row) -> Contact | None:
    """Where she may be reached now; None where she may not, or nobody can say: then it is put where it belongs."""
    recipient = {f"{row['recipient_kind']}_id": row["recipient_id"]}
    try:
        contact = runtime.identity.contact(
            recipient=recipient, channel=row["channel"], urgent=row["urgency"] == "urgent"
        )
    except Unavailable:
        with runtime.transaction_as_service() as tx:
            deliveries.postpone(tx, row, until=tx.now + sending.PATIENCE)
        return None
    if contact.allowed and contact.address:
        return contact
    _deny(runtime, row, contact)
    return None


def _deny(runtime: Runtime, row: Row, contact: Contact) -> None:
    with runtime.transaction_as_service() as tx:
        if not contact.allowed and contact.not_before:
            deliveries.postpone(tx, row, until=parse_instant(contact.not_before), ready=True)
        else:
            reason = "contact-not-recorded" if contact.allowed else sending.told_reason(contact.reason)
            deliveries.suppress(tx, row, reason=reason)


def _hand_over(runtime: Runtime, row: Row, contact: Contact) -> None:
    outside: Outside = runtime.outside
    try:
        reference = outside.senders[row["channel"]].send(_letter(runtime, row, contact))
    except ForEver as fault:
        with runtime.transaction_as_service() as tx:
            deliveries.refused(tx, row, reason=fault.reason, error=str(fault))
    except Passing as fault:
        with runtime.transaction_as_service() as tx:
            deliveries.failed_attempt(tx, row, error=str(fault))
    except Exception as fault:  # noqa: BLE001 - one message that breaks its sender must not hold up the others
        log.error("delivery.broken", delivery_id=row["id"], error=describe(fault))
        with runtime.transaction_as_service() as tx:
            deliveries.failed_attempt(tx, row, error=type(fault).__name__)
    else:
        with runtime.transaction_as_service() as tx:
            deliveries.sent(tx, row, reference=reference)


def _letter(runtime: Runtime, row: Row, contact: Contact) -> Letter:
    composer = runtime.outside.composer
    address = str(contact.address)
    link = composer.item(row["item_id"]) if row["recipient_kind"] == ACCOUNT else composer.start
    written: Letter
    if row["channel"] == Channel.SMS:
        written = composer.sms(row["id"], address=address, language=contact.language, link=link)
    else:
        written = composer.email(row["id"], address=address, language=contact.language, link=link, at=runtime.clock())
    return written


def expire(runtime: Runtime) -> int:
    with runtime.transaction_as_service() as tx:
        return deliveries.expire(tx, limit=MANY)


def release(runtime: Runtime) -> int:
    with runtime.transaction_as_service() as tx:
        return deliveries.release(tx, limit=MANY)


JOBS = (
    Job("send", 0.2, send_due),
    Job("expire", 30.0, expire),
    Job("release", 5.0, release),
)
