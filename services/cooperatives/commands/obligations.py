"""Duties: started by registration, told before they fall due, overdue, met with evidence."""

from collections.abc import Iterable

from sqlalchemy import delete, select, update

from services.cooperatives import events
from services.cooperatives.commands.telling import locked
from services.cooperatives.domain import duties, people, states
from services.cooperatives.queries import registry
from services.cooperatives.queries.law import law
from services.cooperatives.tables import Row, obligations
from shared.database import Transaction
from shared.errors import Conflict, Invalid
from shared.i18n import gettext as _

OPEN, MET, LAPSED = "open", "met", "lapsed"


def start(tx: Transaction, row: Row) -> None:
    """What the law asks from registration on, counted from its day."""
    founders = registry.current(tx, "founders", row["id"])
    day = row["registered_on"]
    employ = people.brings_employment_duty(founders, law=law(), today=day)
    _enter(tx, row, duties.after_registration(day, law=law(), employment_duty=employ))


def restart(tx: Transaction, row: Row) -> None:
    """The day of registration was corrected: what is still open and was derived is derived again."""
    derived = (obligations.c.source.is_not(None)) & (obligations.c.status == OPEN)
    tx.execute(delete(obligations).where(obligations.c.cooperative_id == row["id"], derived))
    start(tx, row)


def lapse(tx: Transaction, row: Row) -> None:
    """A cooperative that is no more owes nothing."""
    still_open = (obligations.c.cooperative_id == row["id"]) & (obligations.c.status == OPEN)
    ended = {"status": LAPSED, "next_telling_on": None, "version": obligations.c.version + 1}
    tx.execute(update(obligations).where(still_open).values(ended))


def add(tx: Transaction, *, cooperative_id: str, kind: str, due_on: str) -> Row:
    """A duty whose date stands in a contract or a decision."""
    row = locked(tx, cooperative_id)
    if row["status"] not in states.IN_BUSINESS:
        raise Conflict(_("Duties run while the cooperative is registered and works."))
    same = (obligations.c.kind == kind) & (obligations.c.due_on == due_on)
    if tx.first(registry.duties_of(cooperative_id).where(same)) is not None:
        raise Conflict(_("This duty is there already."))
    _enter(tx, row, [duties.Duty(kind, due_on, "")])
    return tx.one(registry.duties_of(cooperative_id).where(same))


def meet(
    tx: Transaction, *, cooperative_id: str, obligation_id: str, seen: int | None, met_on: str | None, evidence: str
) -> Row:
    """Also a late one can still be met. Starts the next one where the duty returns."""
    row = locked(tx, cooperative_id)
    duty = registry.duty(tx, cooperative_id=cooperative_id, obligation_id=obligation_id)
    registry_day = registry.today(tx)
    day = met_on or registry_day
    if duty["status"] != OPEN:
        raise Conflict(_("This duty is not open any more."))
    if day > registry_day:
        raise Invalid.at("/met_on", _("This day is still to come: record it when it has happened."))
    met = _save(tx, duty, seen=seen, status=MET, met_on=day, evidence=evidence, next_telling_on=None)
    tx.publish(events.obligation("met", met, met_on=day))
    _enter_following(tx, row, met, met_on=day)
    return met


def tell_due(tx: Transaction, *, limit: int) -> int:
    """Tell what falls due in 60, 30 or 7 days and what is overdue, each once. Returns how many were told."""
    today = registry.today(tx)
    found = select(obligations).where(obligations.c.next_telling_on <= today).order_by(obligations.c.next_telling_on)
    rows = tx.all(found.limit(limit).with_for_update())
    for row in rows:
        _tell(tx, row, today=today)
    return len(rows)


def _tell(tx: Transaction, row: Row, *, today: str) -> None:
    left = duties.days_left(row["due_on"], today=today)
    told = tx.save(obligations, row, next_telling_on=duties.next_telling(row["due_on"], after=today))
    if left >= 0:
        tx.publish(events.obligation("due", told, days_left=left))
        return
    tx.publish(events.obligation("overdue", told))
    if row["kind"] in ("first-report", "yearly-report"):  # next year's is owed whether or not this one ever comes
        _enter_following(tx, {"id": row["cooperative_id"]}, row, met_on=today)


def _enter_following(tx: Transaction, row: Row, duty: Row, *, met_on: str) -> None:
    following = duties.following(duty["kind"], due_on=duty["due_on"], met_on=met_on, law=law())
    _enter(tx, row, [following] if following else [])


def _enter(tx: Transaction, row: Row, owed: Iterable[duties.Duty]) -> None:
    for duty in owed:
        entering = tx.insert(obligations).values(
            id=tx.new_id(),
            version=1,
            cooperative_id=row["id"],
            kind=duty.kind,
            due_on=duty.due_on,
            source=duty.source or None,
            status=OPEN,
            next_telling_on=duties.next_telling(duty.due_on, after=None),
        )
        tx.execute(entering.on_conflict_do_nothing())


def _save(tx: Transaction, duty: Row, *, seen: int | None, **changes: str | None) -> Row:
    if seen is not None:
        duty = {**duty, "version": seen}
    return tx.save(obligations, duty, **changes)
