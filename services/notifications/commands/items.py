"""Items of the work queue: a fact makes them and finishes them, their readers mark them."""

from sqlalchemy import ColumnElement, func, literal, select, update

from services.notifications.commands import deliveries
from services.notifications.commands.audience import addressees
from services.notifications.domain import addresses
from services.notifications.domain.addresses import Addressee
from services.notifications.domain.kinds import FINISHES, Finish
from services.notifications.domain.rules import Draft, drafts, value_at
from services.notifications.events import data_purged
from services.notifications.queries import people
from services.notifications.tables import Row, items, readings
from shared.database import Instant, Transaction
from shared.envelope import Fact

ERASED = "erased"


def take(tx: Transaction, fact: Fact) -> None:
    """What a fact does to the queues: it finishes items, and it makes new ones."""
    for rule in FINISHES.get(fact.type, ()):
        _finish(tx, rule, fact)
    for draft in drafts(fact.type, key=fact.key, data=fact.data):
        if not _is_erased(tx, draft.about_id):
            for addressee in addressees(tx, draft, fact):
                _place(tx, draft, addressee, fact)


def _is_erased(tx: Transaction, about_id: str | None) -> bool:
    known = people.participant(tx, about_id) if about_id else None
    return known is not None and bool(known["erased"])


def _finish(tx: Transaction, rule: Finish, fact: Fact) -> None:
    sought = value_at(rule.about or rule.subject or "@key", key=fact.key, data=fact.data)
    if sought is None:
        return
    where = (items.c.about_id if rule.about else items.c.subject_id) == sought
    open_ones = items.c.kind.in_(rule.kinds) & items.c.done_at.is_(None)
    _close(tx, where & open_ones & _with_param(rule), done_by=fact.type)


def _with_param(rule: Finish) -> ColumnElement[bool]:
    if rule.where is None:
        return items.c.done_at.is_(None)
    name, value = rule.where
    has: ColumnElement[bool] = items.c.params[name].as_string() == value
    return has


def _close(tx: Transaction, which: ColumnElement[bool], *, done_by: str) -> None:
    done = {"done_at": tx.now, "done_by": done_by, "version": items.c.version + 1}
    tx.execute(update(items).where(which).values(done))


def _place(tx: Transaction, draft: Draft, addressee: Addressee, fact: Fact) -> None:
    """One item at one address, and a message to each who reads there. Made once, however often the fact comes."""
    row = {
        "id": tx.new_id(),
        "version": 1,
        "kind": draft.kind,
        "address": addressee.address,
        "fallback": addressee.fallback,
        "subject_type": draft.subject_type,
        "subject_id": draft.subject_id,
        "about_id": draft.about_id,
        "params": draft.params,
        "urgency": "urgent" if draft.urgent else "normal",
        "caused_by": fact.id,
        "created_at": fact.time,
        "due_at": draft.due_at,
    }
    placing = tx.insert(items).on_conflict_do_nothing().returning(items.c.id)
    if tx.execute(placing, row).first() is not None and draft.by_mail:
        deliveries.announce(tx, row, origin=_origin(fact))


def _origin(fact: Fact) -> str:
    """On whose account the messages go, for fairness: the institution that acts, else the service that tells."""
    said = fact.data
    return str(said.get("sender_id") or said.get("institution_id") or fact.type.partition(".")[0])


def mark(tx: Transaction, item_id: str, *, action: str) -> None:
    """The reader has read it, or is done with it herself; it stays open for the others who share it."""
    now = tx.now
    marks = {"read_at": now} | ({"done_at": now} if action == "done" else {})
    entering = tx.insert(readings).values(item_id=item_id, account_id=tx.actor.id, **marks)
    first = {name: func.coalesce(readings.c[name], literal(at, Instant)) for name, at in marks.items()}
    tx.execute(entering.on_conflict_do_update(index_elements=["item_id", "account_id"], set_=first))


def hand_over(tx: Transaction, account_id: str, *, queue: str | None = None) -> None:
    """Open items of someone who has left go to the queue of her institution: to all of hers, or to this one."""
    hers = (items.c.address == addresses.account(account_id)) & items.c.done_at.is_(None)
    to_queue = items.c.fallback == queue if queue else items.c.fallback.is_not(None)
    moved = tx.all(select(items).where(hers, to_queue))
    for row in moved:
        _move(tx, row)


def _move(tx: Transaction, row: Row) -> None:
    taken = select(items.c.id).where(
        items.c.caused_by == row["caused_by"], items.c.kind == row["kind"], items.c.address == row["fallback"]
    )
    if tx.scalar(taken) is None:
        tx.save(items, row, address=row["fallback"])


def purge(tx: Transaction, participant_id: str, *, erasure_event_id: str) -> None:
    """Nothing about an erased woman stays to be read or sent; codes of what was done stay without her."""
    hers = (items.c.about_id == participant_id) | (items.c.address == addresses.participant(participant_id))
    ids = list(tx.execute(select(items.c.id).where(hers)).scalars())
    _close(tx, items.c.id.in_(ids) & items.c.done_at.is_(None), done_by=ERASED)
    tx.execute(update(items).where(items.c.id.in_(ids)).values(params={}, about_id=None))
    for item_id in ids:
        deliveries.drop(tx, item_id, reason=ERASED)
    tx.sealer.keys.destroy(participant_id)
    tx.publish(data_purged(participant_id, erasure_event_id=erasure_event_id, records=len(ids)))
