"""Founders before registration, members after it: who joined, who left, how many there are."""

from typing import Any

from sqlalchemy import Table, insert, select

from services.cooperatives import events
from services.cooperatives.commands.telling import change, locked, note, tell
from services.cooperatives.domain import people, states
from services.cooperatives.queries import registry
from services.cooperatives.queries.women import is_erased
from services.cooperatives.tables import Row, cooperatives, founders, members
from shared.database import Transaction, check_version
from shared.errors import Conflict, Invalid
from shared.i18n import gettext as _

KEPT = ("kind", "participant_id", "person_id", "ground", "ground_seen_on", "shares")


def add_founder(tx: Transaction, *, cooperative_id: str, seen: int | None = None, details: dict[str, Any]) -> Row:
    """Raises Conflict after registration, and for someone who founds it already."""
    row = locked(tx, cooperative_id, seen=seen)
    if row["status"] not in states.FORMING:
        raise Conflict(_("Founders join before registration; now members join."))
    joined = _enter(tx, founders, row, details)
    row = tx.save(cooperatives, row, founders=row["founders"] + 1)
    tell(tx, "founder-joined", row, **events.founder(joined, joined_on=joined["joined_on"]))
    return joined


def founder_leaves(
    tx: Transaction, *, cooperative_id: str, person: str, left_on: str | None, seen: int | None = None
) -> Row:
    row = locked(tx, cooperative_id)
    there = _there(tx, "founders", row, person=person, seen=seen)
    if row["status"] not in states.FORMING:
        raise Conflict(_("Who founded a registered cooperative stays its founder; she can leave as a member."))
    gone = _leave(tx, "founders", there, left_on=left_on)
    row = tx.save(cooperatives, row, founders=row["founders"] - 1)
    tell(tx, "founder-left", row, **events.founder(gone, left_on=gone["left_on"]))
    return gone


def add_member(tx: Transaction, *, cooperative_id: str, seen: int | None = None, details: dict[str, Any]) -> Row:
    row = locked(tx, cooperative_id, seen=seen)
    _check_in_business(row)
    joined = _enter(tx, members, row, details)
    _count_members(tx, row, as_of=joined["joined_on"])
    return joined


def member_leaves(
    tx: Transaction, *, cooperative_id: str, person: str, left_on: str | None, seen: int | None = None
) -> Row:
    row = locked(tx, cooperative_id)
    there = _there(tx, "members", row, person=person, seen=seen)
    _check_in_business(row)
    gone = _leave(tx, "members", there, left_on=left_on)
    _count_members(tx, row, as_of=gone["left_on"])
    return gone


def founders_become_members(tx: Transaction, row: Row) -> Row:
    """Who founded it is a member from registration on."""
    for one in registry.current(tx, "founders", row["id"]):
        role = "member" if one["role"] == "founder" else one["role"]
        kept = {name: one[name] for name in KEPT}
        _insert(tx, members, row, {**kept, "role": role, "joined_on": row["status_since"]})
    return _count_members(tx, row, as_of=row["status_since"])


def _count_members(tx: Transaction, row: Row, *, as_of: str) -> Row:
    before, after = row["members"], len(registry.current(tx, "members", row["id"]))
    row = tx.save(cooperatives, row, members=after)
    alarms = registry.alarms_of(tx, row)
    tell(tx, "members-changed", row, members_before=before, members_after=after, as_of=as_of, alarms=alarms)
    note(tx, "members-changed", row, changed=[change("members", before, after)], effective_date=as_of)
    return row


def _check_in_business(row: Row) -> None:
    if row["status"] not in states.IN_BUSINESS:
        raise Conflict(_("Members join and leave while the cooperative is registered and works."))


def _enter(tx: Transaction, table: Table, row: Row, details: dict[str, Any]) -> Row:
    today = registry.today(tx)
    given = {**details, "joined_on": details["joined_on"] or today}
    if given["joined_on"] > today:
        raise Invalid.at("/joined_on", _("This day is still to come: record it when it has happened."))
    woman = given["participant_id"]
    if woman and is_erased(tx, woman):
        raise Invalid.at("/participant_id", _("There is no such participant."))
    if _is_there(tx, table, row, given):
        raise Conflict(_("She is there already."))
    kind = people.PARTICIPANT if woman else given["kind"]
    return _insert(tx, table, row, {**given, "kind": kind})


def _is_there(tx: Transaction, table: Table, row: Row, given: dict[str, Any]) -> bool:
    column = table.c.participant_id if given["participant_id"] else table.c.person_id
    same = column == (given["participant_id"] or given["person_id"])
    there = select(table.c.id).where(table.c.cooperative_id == row["id"], same, table.c.left_on.is_(None))
    return tx.first(there) is not None


def _insert(tx: Transaction, table: Table, row: Row, values: dict[str, Any]) -> Row:
    entered = {**values, "id": tx.new_id(), "version": 1, "cooperative_id": row["id"], "left_on": None}
    tx.execute(insert(table).values(**entered))
    return entered


def _there(tx: Transaction, kind: str, row: Row, *, person: str, seen: int | None) -> Row:
    """Her entry, as the caller saw it. Raises NotFound, Stale."""
    there = registry.person(tx, kind, cooperative_id=row["id"], person_id=person)
    check_version(there, seen)
    return there


def _leave(tx: Transaction, kind: str, there: Row, *, left_on: str | None) -> Row:
    if there["left_on"]:
        raise Conflict(_("She has left already."))
    day = left_on or registry.today(tx)
    if not there["joined_on"] <= day <= registry.today(tx):
        raise Invalid.at("/left_on", _("Not before she joined, and not in the future."))
    return tx.save(registry.PEOPLE[kind], there, left_on=day)
