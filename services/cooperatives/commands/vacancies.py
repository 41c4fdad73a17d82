"""Work that a cooperative offers; labour offices can refer women to it."""

from typing import Any

from sqlalchemy import insert, select

from services.cooperatives import events
from services.cooperatives.commands.telling import locked
from services.cooperatives.domain import states
from services.cooperatives.domain import vacancies as rules
from services.cooperatives.queries import registry
from services.cooperatives.tables import Row, cooperatives, vacancies
from shared.database import Transaction, check_version
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import gettext as _
from shared.statemachine import move


def open_vacancy(tx: Transaction, *, cooperative_id: str, details: dict[str, Any]) -> Row:
    row = locked(tx, cooperative_id)
    if row["status"] not in states.HIRING:
        raise Conflict(_("Only a registered cooperative that works can offer work."))
    if details["closes_on"] and details["closes_on"] < registry.today(tx):
        raise Invalid.at("/closes_on", _("This day is over."))
    opened = {
        **details,
        "id": tx.new_id(),
        "version": 1,
        "cooperative_id": row["id"],
        "teryt": details["teryt"] or row["teryt"],
        "status": str(rules.Vacancy.OPEN),
        "reason": None,
        "referral_id": None,
        "opened_at": tx.now,
        "ended_at": None,
    }
    tx.execute(insert(vacancies).values(**opened))
    tx.publish(events.vacancy("opened", opened, of=row))
    return opened


def act(
    tx: Transaction, *, cooperative_id: str, vacancy_id: str, action: str, seen: int | None, details: dict[str, Any]
) -> Row:
    """fill or close; anything else is not found."""
    if action not in rules.ACTIONS:
        raise NotFound
    row = locked(tx, cooperative_id)
    vacancy = registry.vacancy(tx, cooperative_id=cooperative_id, vacancy_id=vacancy_id)
    check_version(vacancy, seen)
    told = {"reason": details.get("reason") or rules.WITHDRAWN} if action == "close" else {}
    if action == "fill":
        told = {"referral_id": details.get("referral_id")}
    return _end(tx, vacancy, of=row, action=action, told=told)


def close_all(tx: Transaction, row: Row) -> None:
    """The cooperative comes to its end: nothing is offered any more."""
    found = registry.vacancies_of(row["id"]).where(vacancies.c.status == rules.Vacancy.OPEN)
    for vacancy in tx.all(found.order_by(vacancies.c.id)):
        _end(tx, vacancy, of=row, action="close", told={"reason": rules.COOPERATIVE_CLOSED})


def close_expired(tx: Transaction, *, limit: int) -> int:
    """Those whose last day is over. Returns how many were closed."""
    over = (vacancies.c.status == rules.Vacancy.OPEN) & (vacancies.c.closes_on < registry.today(tx))
    rows = tx.all(select(vacancies).where(over).order_by(vacancies.c.closes_on).limit(limit).with_for_update())
    for vacancy in rows:
        row = tx.one(select(cooperatives).where(cooperatives.c.id == vacancy["cooperative_id"]))
        _end(tx, vacancy, of=row, action="close", told={"reason": rules.EXPIRED})
    return len(rows)


def _end(tx: Transaction, vacancy: Row, *, of: Row, action: str, told: dict[str, Any]) -> Row:
    step = move(rules.MOVES, status=vacancy["status"], party=rules.KEEPER, action=action, details=told)
    ended = tx.save(vacancies, vacancy, status=str(step.to), ended_at=tx.now, **told)
    tx.publish(events.vacancy(str(step.fact), ended, of=of, **told))
    return ended
