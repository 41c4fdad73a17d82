"""The directory: institutions, services, places free. What is confidential is only for those it belongs to."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, literal, or_, select

from services.referrals.domain import Row
from services.referrals.domain.institutions import INSTITUTION_MOVES, SERVICE_MOVES, searchable
from services.referrals.tables import agreement_parties, agreements, institutions, services
from shared import statemachine
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound

ADMIN = "institution-admin"
OVERSEES = frozenset({"administrator", "coordinator"})


def search(actor: Actor, **wanted: Any) -> Select[Any]:
    """Services on offer that fit, with the name of their institution."""
    found = _with_institution().where(services.c.status == "active", institutions.c.status == "active")
    return found.where(_not_confidential(actor), *_wanted(wanted))


def service(tx: Transaction, actor: Actor, service_id: str) -> Row:
    """One service, also one that is no longer offered. Raises NotFound."""
    return tx.one(_with_institution().where(services.c.id == service_id, _not_confidential(actor)))


def service_visible(tx: Transaction, actor: Actor, *, service_id: str) -> None:
    service(tx, actor, service_id)


def own_service(tx: Transaction, actor: Actor, *, service_id: str) -> None:
    """NotFound unless it belongs to an institution that she administers."""
    if service(tx, actor, service_id)["institution_id"] not in actor.institutions_as(ADMIN):
        raise NotFound


def services_of(tx: Transaction, institution_id: str) -> Sequence[Row]:
    """All services of an institution, those on offer first."""
    mine = _with_institution().where(services.c.institution_id == institution_id)
    return tx.all(mine.order_by(services.c.status, services.c.name))


def covered_for(sender_id: str, *, today: str) -> ColumnElement[bool]:
    """Services to which this institution may refer: its own, and those of its partners in force today."""
    mine, theirs = agreement_parties.alias(), agreement_parties.alias()
    partners = (
        select(theirs.c.institution_id)
        .join(mine, mine.c.agreement_id == theirs.c.agreement_id)
        .join(agreements, agreements.c.id == theirs.c.agreement_id)
        .where(mine.c.institution_id == sender_id, in_force(today))
        .where(cast(agreements.c.purposes, Text).contains(services.c.category))
    )
    return or_(
        services.c.institution_id == sender_id,
        services.c.institution_id.in_(partners.correlate(services)),
    )


def in_force(today: str) -> ColumnElement[bool]:
    last = or_(agreements.c.valid_to.is_(None), agreements.c.valid_to >= today)
    return and_(agreements.c.status == "signed", agreements.c.valid_from <= today, last)


def institutions_listed(actor: Actor, *, q: str | None, **wanted: Any) -> Select[Any]:
    found = select(institutions).where(_institution_not_confidential(actor))
    found = found.where(*(institutions.c[name] == value for name, value in wanted.items() if value is not None))
    return found.where(institutions.c.searchable.contains(searchable(q), autoescape=True)) if q else found


def institution(tx: Transaction, actor: Actor, institution_id: str) -> Row:
    """Raises NotFound."""
    known = institutions.c.id == institution_id
    return tx.one(select(institutions).where(known, _institution_not_confidential(actor)))


def institution_visible(tx: Transaction, actor: Actor, *, institution_id: str) -> None:
    institution(tx, actor, institution_id)


def own_institution(tx: Transaction, actor: Actor, *, institution_id: str) -> None:
    """NotFound unless she administers it, or all of them."""
    institution(tx, actor, institution_id)
    if not actor.all_roles & OVERSEES and institution_id not in actor.institutions_as(ADMIN):
        raise NotFound


def names(tx: Transaction, ids: set[str]) -> dict[str, str]:
    """Public names of institutions by id."""
    rows = tx.execute(select(institutions.c.id, institutions.c.name).where(institutions.c.id.in_(sorted(ids))))
    return {row.id: row.name for row in rows}


def all_names(tx: Transaction) -> list[tuple[str, str]]:
    """(id, name) of every institution at work, by name."""
    at_work = select(institutions.c.id, institutions.c.name).where(institutions.c.status == "active")
    return [(row.id, row.name) for row in tx.execute(at_work.order_by(institutions.c.searchable).limit(500))]


def service_view(row: Row, actor: Actor) -> dict[str, Any]:
    """The service as the API shows it."""
    mine = row["institution_id"] in actor.institutions_as(ADMIN) and row["vacancy_id"] is None
    possible = statemachine.actions(SERVICE_MOVES, status=row["status"], party="owner") if mine else []
    return {**row, "capacity": row, "actions": possible}


def institution_view(row: Row, actor: Actor) -> dict[str, Any]:
    party = "administrator" if "administrator" in actor.all_roles else ""
    return {**row, "actions": statemachine.actions(INSTITUTION_MOVES, status=row["status"], party=party)}


def _with_institution() -> Select[Any]:
    theirs = institutions.c.name.label("institution_name")
    return select(services, theirs).join(institutions, institutions.c.id == services.c.institution_id)


def _not_confidential(actor: Actor) -> ColumnElement[bool]:
    shown = and_(services.c.confidential_location.is_(False), institutions.c.confidential_location.is_(False))
    return or_(shown, services.c.institution_id.in_(actor.institutions_as()))


def _institution_not_confidential(actor: Actor) -> ColumnElement[bool]:
    own = institutions.c.id.in_(actor.institutions_as())
    return or_(institutions.c.confidential_location.is_(False), own, literal(bool(actor.all_roles & OVERSEES)))


def _wanted(wanted: dict[str, Any]) -> list[ColumnElement[bool]]:
    conditions: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "q": lambda q: or_(
            services.c.searchable.contains(searchable(q), autoescape=True),
            institutions.c.searchable.contains(searchable(q), autoescape=True),
        ),
        "category": lambda code: services.c.category == code,
        "teryt": lambda code: services.c.teryt == code,
        "institution_id": lambda found: services.c.institution_id == found,
        "language": lambda tag: cast(services.c.languages, Text).contains(f'"{tag}"'),
        "childcare": services.c.childcare.is_,
        "available": lambda yes: services.c.available > 0 if yes else services.c.available == 0,
    }
    return [condition(wanted[name]) for name, condition in conditions.items() if wanted.get(name) is not None]
