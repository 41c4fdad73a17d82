"""Institutions join, change and leave; what they offer is published, changed and withdrawn."""

from typing import Any

from sqlalchemy import insert, select

from services.referrals import events
from services.referrals.commands import agreements as agreements_of
from services.referrals.domain import Row
from services.referrals.domain import institutions as domain
from services.referrals.queries import directory
from services.referrals.tables import institutions, services
from shared import statemachine
from shared.database import Transaction, check_version
from shared.errors import Conflict, Invalid
from shared.i18n import gettext as _

ADMIN = (directory.ADMIN,)
CAPACITY = ("unit", "available", "maximum", "waiting_list")


def register_institution(tx: Transaction, **said: Any) -> Row:
    row = {"id": tx.new_id(), "version": 1, "status": "active", "closed_on": None, **_institution(said)}
    tx.execute(insert(institutions).values(row))
    tx.publish(events.institution("registered", row))
    return row


def change_institution(tx: Transaction, institution_id: str, *, seen: int | None = None, **said: Any) -> Row:
    row = directory.institution(tx, tx.actor, institution_id)
    check_version(row, seen)
    if row["status"] != "active":
        raise Conflict(_("This institution has left the partnership."))
    changed = tx.save(institutions, row, **_institution(said))
    tx.publish(events.institution("changed", changed))
    return changed


def close_institution(tx: Transaction, institution_id: str, *, seen: int | None = None) -> Row:
    """It leaves the partnership: what it offers is withdrawn and its agreements end."""
    row = directory.institution(tx, tx.actor, institution_id)
    check_version(row, seen)
    step = statemachine.move(
        domain.INSTITUTION_MOVES, status=row["status"], party="administrator", action="close", details={}
    )
    closed = tx.save(institutions, row, status=step.to, closed_on=agreements_of.today(tx))
    offered = services.c.institution_id == row["id"], services.c.status == "active"
    for service in tx.all(select(services).where(*offered)):
        _withdraw(tx, service)
    agreements_of.end_all(tx, row["id"])
    tx.publish(events.institution("closed", closed))
    return closed


def publish_service(tx: Transaction, *, institution_id: str | None, capacity: dict[str, Any], **said: Any) -> Row:
    """A new service in the directory. Raises Invalid for an institution that she does not administer."""
    owner = tx.actor.acting_for(institution_id, ADMIN)
    row = {
        "id": tx.new_id(), "version": 1, "institution_id": owner, "vacancy_id": None, "status": "active",
        "capacity_at": tx.now, **_service(said), **_capacity(capacity),
    }  # fmt: skip
    tx.execute(insert(services).values(row))
    tx.publish(events.service("published", row))
    return row


def change_service(tx: Transaction, service_id: str, *, seen: int | None = None, **said: Any) -> Row:
    row = _own(tx, service_id, seen)
    changed = tx.save(services, row, **_service(said))
    tx.publish(events.service("changed", changed))
    return changed


def change_capacity(tx: Transaction, service_id: str, *, seen: int | None = None, **said: Any) -> Row:
    row = _own(tx, service_id, seen)
    changed = tx.save(services, row, capacity_at=tx.now, **_capacity(said))
    tx.publish(events.service("capacity-changed", changed, previously_available=row["available"]))
    return changed


def one_place(tx: Transaction, service_id: str, *, more: bool) -> Row:
    """One place more or fewer is free, within what there is."""
    row = _own(tx, service_id, None)
    highest = row["available"] + 1 if row["maximum"] is None else row["maximum"]
    wanted = min(max(row["available"] + (1 if more else -1), 0), highest)
    return change_capacity(tx, service_id, **{**{name: row[name] for name in CAPACITY}, "available": wanted})


def act_on_service(tx: Transaction, service_id: str, *, action: str, seen: int | None = None) -> Row:
    """Withdraw it from the directory, or publish it again."""
    row = _own(tx, service_id, seen)
    step = statemachine.move(domain.SERVICE_MOVES, status=row["status"], party="owner", action=action, details={})
    changed = tx.save(services, row, status=step.to)
    tx.publish(events.service(str(step.fact), changed))
    return changed


def offer_vacancy(tx: Transaction, vacancy_id: str, vacancy: dict[str, Any]) -> None:
    """A cooperative's vacancy is a place to refer to, at the institution that answers for it; without one it is not."""
    row = tx.first(select(services).where(services.c.id == vacancy_id))
    if vacancy["institution_id"] is None:
        return
    said = {**_vacancy(vacancy), "capacity_at": tx.now}
    if row is None:
        offered = {"id": vacancy_id, "version": 1, "vacancy_id": vacancy_id, "status": "active", **said}
        tx.execute(insert(services).values(offered))
        tx.publish(events.service("published", offered))
    elif row["status"] != "active":
        tx.publish(events.service("published", tx.save(services, row, status="active", **said)))


def withdraw_vacancy(tx: Transaction, vacancy_id: str) -> None:
    row = tx.first(select(services).where(services.c.id == vacancy_id))
    if row is not None and row["status"] == "active":
        _withdraw(tx, row, available=0)


def _withdraw(tx: Transaction, row: Row, **more: Any) -> None:
    tx.publish(events.service("withdrawn", tx.save(services, row, status="inactive", **more)))


def _own(tx: Transaction, service_id: str, seen: int | None) -> Row:
    directory.own_service(tx, tx.actor, service_id=service_id)
    row = tx.one(select(services).where(services.c.id == service_id))
    check_version(row, seen)
    if row["vacancy_id"] is not None:
        raise Conflict(_("A vacancy is changed by its cooperative."))
    return row


def _institution(said: dict[str, Any]) -> dict[str, Any]:
    """Columns from the body, numbers in their one form."""
    numbers = {"nip": domain.tax_number, "regon": domain.statistical_number, "krs": domain.court_number}
    plain = {name: number(said[name]) if said[name] else None for name, number in numbers.items()}
    return {**said, **plain, "searchable": domain.searchable(said["name"])}


def _service(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "searchable": domain.searchable(said["name"], said["description"])}


def _capacity(said: dict[str, Any]) -> dict[str, Any]:
    if said["maximum"] is not None and said["available"] > said["maximum"]:
        raise Invalid.at("/available", _("There cannot be more free places than there are."))
    return {name: said[name] for name in CAPACITY}


def _vacancy(vacancy: dict[str, Any]) -> dict[str, Any]:
    name = f"{vacancy['title']} ({vacancy['cooperative_name']})"
    return {
        "institution_id": vacancy["institution_id"],
        "name": name,
        "description": "",
        "category": "social-cooperative",
        "teryt": vacancy["teryt"],
        "languages": vacancy["languages"],
        "childcare": False,
        "confidential_location": False,
        "unit": "place",
        "available": vacancy["positions"],
        "maximum": vacancy["positions"],
        "waiting_list": False,
        "searchable": domain.searchable(name),
    }
