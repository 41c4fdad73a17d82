"""From one state to another, on both axes, and what each change brings with it; corrections of what was recorded."""

from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from services.cooperatives.commands import obligations, people, registry, vacancies
from services.cooperatives.commands.telling import change, locked, note, tell
from services.cooperatives.domain import states
from services.cooperatives.queries.registry import today
from services.cooperatives.tables import Row, cooperatives, transitions
from shared.database import Transaction
from shared.errors import Conflict, FieldError, Invalid
from shared.i18n import format_date
from shared.i18n import gettext as _
from shared.statemachine import move

STATUS, SOCIAL = "status", "social-enterprise"
FIELDS = {STATUS: "status", SOCIAL: "social_enterprise_status"}
"""What the public feed calls the two axes."""
NUMBERS = ("krs", "nip", "regon")
S = states.Status


def change_status(tx: Transaction, *, cooperative_id: str, to: str, seen: int | None, details: dict[str, Any]) -> Row:
    """Raises Conflict naming the possible states, Invalid for a date that cannot be or what is missing."""
    row = locked(tx, cooperative_id, seen=seen)
    step = move(states.MOVES, status=row["status"], party=states.KEEPER, action=to, details=details)
    day = _checked_day(tx, row, axis=STATUS, day=details["effective_date"])
    numbers = {name: details[name] for name in NUMBERS if details.get(name)}
    if numbers and step.to != S.REGISTERED:
        raise Invalid([FieldError(f"/{name}", _("It gets this number when it is registered.")) for name in numbers])
    before = row
    registration = {"registered_on": day} if step.to == S.REGISTERED else {}
    row = registry.save(tx, row, status=str(step.to), status_since=day, **registration, **numbers)
    _enter(tx, row, axis=STATUS, before=before["status"], details=details)
    tell(tx, states.FACT, row, before=before["status"], after=row["status"], effective_date=day)
    told = [change("status", before["status"], row["status"])]
    note(tx, states.FACT, row, changed=told, effective_date=day)
    if numbers:
        registry.tell_details(tx, row, [change(name, before[name], row[name]) for name in numbers])
    return _consequences(tx, row)


def _consequences(tx: Transaction, row: Row) -> Row:
    if row["status"] == S.REGISTERED:
        obligations.start(tx, row)
        return people.founders_become_members(tx, row)
    if row["status"] in states.ENDING:
        vacancies.close_all(tx, row)
    if row["status"] in states.ENDED:
        obligations.lapse(tx, row)
    return row


def change_social_status(
    tx: Transaction, *, cooperative_id: str, to: str, seen: int | None, details: dict[str, Any]
) -> Row:
    """The second axis; only a cooperative in business is on it."""
    row = locked(tx, cooperative_id, seen=seen)
    possible = states.next_social(row["social"], status=row["status"])
    if to not in possible:
        raise Conflict(_("This is not possible now."), actions=possible)
    step = move(states.SOCIAL_MOVES, status=row["social"], party=states.KEEPER, action=to, details=details)
    day = _checked_day(tx, row, axis=SOCIAL, day=details["effective_date"])
    before = row["social"]
    row = tx.save(cooperatives, row, social=str(step.to), social_since=day)
    _enter(tx, row, axis=SOCIAL, before=before, details=details)
    tell(tx, states.SOCIAL_FACT, row, before=before, after=row["social"], effective_date=day)
    told = [change("social_enterprise_status", before, row["social"])]
    note(tx, states.SOCIAL_FACT, row, changed=told, effective_date=day)
    return row


def correct(
    tx: Transaction, *, cooperative_id: str, transition_id: str, seen: int | None, details: dict[str, Any]
) -> Row:
    """A new version of a line of the history; the old one stays and says that it was superseded.

    The open duties of a cooperative whose registration is corrected are counted anew.
    """
    row = locked(tx, cooperative_id, seen=seen)
    old = tx.one(
        select(transitions).where(transitions.c.id == transition_id, transitions.c.cooperative_id == cooperative_id)
    )
    if old["superseded"]:
        raise Conflict(_("This line was corrected already: correct its newest version."))
    _check_between(tx, old, day=details["effective_date"])
    tx.execute(update(transitions).where(transitions.c.id == old["id"]).values(superseded=True))
    kept = {name: details.get(name) or old[name] for name in ("effective_date", "legal_basis", "evidence")}
    fresh = {"id": tx.new_id(), "recorded_at": tx.now, "recorded_by": tx.actor.id, "corrects": old["id"]}
    new = {**old, **kept, **fresh, "superseded": False, "reason": details["reason"]}
    tx.execute(insert(transitions).values(**new))
    return _corrected(tx, row, old=old, new=new)


def _corrected(tx: Transaction, row: Row, *, old: Row, new: Row) -> Row:
    dates: dict[str, Any] = {}
    since = "status_since" if old["axis"] == STATUS else "social_since"
    if _following(tx, old) is None:
        dates[since] = new["effective_date"]
    registration = old["axis"] == STATUS and old["after"] == S.REGISTERED
    if registration:
        dates["registered_on"] = new["effective_date"]
    row = tx.save(cooperatives, row, **dates)
    if old["effective_date"] != new["effective_date"]:
        told = [
            change("effective_date", old["effective_date"], new["effective_date"]),
            change(FIELDS[old["axis"]], old["after"], new["after"]),
        ]
        note(tx, "corrected", row, changed=told, effective_date=new["effective_date"])
        if registration:
            obligations.restart(tx, row)
    return row


def _checked_day(tx: Transaction, row: Row, *, axis: str, day: str) -> str:
    """Not in the future, and not before the change before it."""
    if day > today(tx):
        raise Invalid.at("/effective_date", _("This day is still to come: record it when it has happened."))
    last = _held(tx, row["id"], axis)
    if last and day < last[-1]["effective_date"]:
        raise Invalid.at("/effective_date", _not_before(last[-1]))
    return day


def _check_between(tx: Transaction, old: Row, *, day: str) -> None:
    before, after = _preceding(tx, old), _following(tx, old)
    if day > today(tx) or (after and day > after["effective_date"]):
        raise Invalid.at("/effective_date", _("What came after it was before this day."))
    if before and day < before["effective_date"]:
        raise Invalid.at("/effective_date", _not_before(before))


def _not_before(row: Row) -> str:
    day = format_date(date.fromisoformat(row["effective_date"]))
    return _("Not before %(day)s, when the last change took effect.", day=day)


def _held(tx: Transaction, cooperative_id: str, axis: str) -> list[Row]:
    found = select(transitions).where(
        transitions.c.cooperative_id == cooperative_id,
        transitions.c.axis == axis,
        transitions.c.superseded.is_(False),
    )
    return list(tx.all(found.order_by(transitions.c.position)))


def _preceding(tx: Transaction, row: Row) -> Row | None:
    held = _held(tx, row["cooperative_id"], row["axis"])
    return next((one for one in reversed(held) if one["position"] < row["position"]), None)


def _following(tx: Transaction, row: Row) -> Row | None:
    held = _held(tx, row["cooperative_id"], row["axis"])
    return next((one for one in held if one["position"] > row["position"]), None)


def _enter(tx: Transaction, row: Row, *, axis: str, before: str, details: dict[str, Any]) -> None:
    proof = {name: details.get(name) for name in ("legal_basis", "evidence")}
    after = row["status"] if axis == STATUS else row["social"]
    registry.enter(tx, row, axis=axis, before=before, after=after, effective_date=details["effective_date"], **proof)
