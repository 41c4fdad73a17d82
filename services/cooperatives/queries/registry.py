"""The registry as those who keep it see it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Select, func, or_, select

from services.cooperatives.domain import people, states
from services.cooperatives.policy import POLICY
from services.cooperatives.queries.law import law
from services.cooperatives.tables import (
    Row,
    changes,
    checklist,
    cooperatives,
    founders,
    members,
    mentor_copies,
    obligations,
    representatives,
    transitions,
    vacancies,
)
from shared.actor import Actor
from shared.database import Transaction
from shared.dates import local
from shared.policy import Scope, may, permit

View = dict[str, Any]
PEOPLE = {"founders": founders, "members": members}


def today(tx: Transaction) -> str:
    """The day in Warsaw."""
    return local(tx.now).date().isoformat()


def visible(actor: Actor, action: str = "cooperatives.read") -> Select[Any]:
    """The cooperatives that the actor keeps; removed ones are nobody's."""
    found = select(cooperatives).where(cooperatives.c.removed_at.is_(None))
    if may(POLICY, action, actor) and permit(POLICY, action, actor) is Scope.ANY:
        return found
    represented = select(representatives.c.cooperative_id).where(representatives.c.account_id == actor.id)
    mine = cooperatives.c.id.in_(represented) if "cooperative" in actor.all_roles else cooperatives.c.id.is_(None)
    accompanied = cooperatives.c.adviser_institution_id.in_(actor.institutions_as("intake"))
    return found.where(or_(mine, accompanied))


def cooperative(tx: Transaction, actor: Actor, *, cooperative_id: str, **_part: str) -> Row:
    """Raises NotFound for one that is not the actor's, the same as for one that is not there."""
    return tx.one(visible(actor).where(cooperatives.c.id == cooperative_id))


def listed(actor: Actor, *, status: str | None, teryt: str | None, q: str | None) -> Select[Any]:
    return filtered(visible(actor, "cooperatives.list"), status=status, teryt=teryt, q=q)


def filtered(found: Select[Any], *, status: str | None, teryt: str | None, q: str | None) -> Select[Any]:
    """`q` is looked for in the name and in the numbers."""
    if status:
        found = found.where(cooperatives.c.status == status)
    if teryt:
        found = found.where(cooperatives.c.teryt == teryt)
    if q:
        found = found.where(cooperatives.c.search.contains(q.casefold(), autoescape=True))
    return found


def views(tx: Transaction, rows: Iterable[Row]) -> list[View]:
    """The resources of the rows, with what belongs to each read once for all."""
    rows = list(rows)
    ids = [row["id"] for row in rows]
    accounts, mentors = _accounts(tx, ids), _mentors(tx, ids)
    done, computed = _done(tx, ids), _computed(tx, rows)
    return [
        {
            **row,
            "social_enterprise_status": row["social"],
            "representative_account_ids": accounts.get(row["id"], []),
            "mentor": mentors.get(row["id"]),
            "actions": states.next_states(row["status"]),
            "social_enterprise_actions": states.next_social(row["social"], status=row["status"]),
            "warnings": states.open_items(row["status"], done[row["id"]] | computed[row["id"]]),
        }
        for row in rows
    ]


def view(tx: Transaction, row: Row) -> View:
    return views(tx, [row])[0]


def _accounts(tx: Transaction, ids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    chosen = select(representatives).where(representatives.c.cooperative_id.in_(ids))
    for row in tx.all(chosen.order_by(representatives.c.account_id)):
        found.setdefault(row["cooperative_id"], []).append(row["account_id"])
    return found


def representatives_of(tx: Transaction, cooperative_id: str) -> list[str]:
    return _accounts(tx, [cooperative_id]).get(cooperative_id, [])


def _mentors(tx: Transaction, ids: Collection[str]) -> dict[str, View]:
    found = select(mentor_copies).where(mentor_copies.c.cooperative_id.in_(ids), mentor_copies.c.ended.is_(False))
    return {row["cooperative_id"]: dict(row) for row in tx.all(found.order_by(mentor_copies.c.since))}


def _done(tx: Transaction, ids: Collection[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {one: set() for one in ids}
    for row in tx.all(select(checklist).where(checklist.c.cooperative_id.in_(ids))):
        found[row["cooperative_id"]].add(row["item"])
    return found


def _computed(tx: Transaction, rows: Collection[Row]) -> dict[str, set[str]]:
    """What the records themselves say of their checklists, by cooperative."""
    forming = [row["id"] for row in rows if row["status"] == states.Status.INITIATIVE_GROUP]
    there = select(founders).where(founders.c.cooperative_id.in_(forming), founders.c.left_on.is_(None))
    groups: dict[str, list[Row]] = {one: [] for one in forming}
    for one in tx.all(there) if forming else ():
        groups[one["cooperative_id"]].append(one)
    on = today(tx)
    enough = {one for one, group in groups.items() if people.enough_founders(group, law=law(), today=on)}
    return {
        row["id"]: {
            item
            for item, holds in (
                ("founders-enough", row["id"] in enough),
                ("krs-number", row["krs"]),
                ("regon-number", row["regon"]),
            )
            if holds
        }
        for row in rows
    }


def checklist_of(tx: Transaction, row: Row) -> list[View]:
    """Items of the present state: whether done, since when, by which document."""
    entered = {one["item"]: one for one in tx.all(select(checklist).where(checklist.c.cooperative_id == row["id"]))}
    computed = _computed(tx, [row])[row["id"]]
    return [
        {
            "item": item,
            "done": item in entered or item in computed,
            "computed": item in states.COMPUTED,
            "done_on": entered[item]["done_on"] if item in entered else None,
            "evidence": entered[item]["evidence"] if item in entered else None,
        }
        for item in states.CHECKLIST.get(states.Status(row["status"]), ())
    ]


def people_of(kind: str, cooperative_id: str) -> Select[Any]:
    """Founders or members, those who left included."""
    table = PEOPLE[kind]
    return select(table).where(table.c.cooperative_id == cooperative_id)


def current(tx: Transaction, kind: str, cooperative_id: str) -> list[Row]:
    return list(tx.all(people_of(kind, cooperative_id).where(PEOPLE[kind].c.left_on.is_(None))))


def alarms_of(tx: Transaction, row: Row) -> list[str]:
    """Only a cooperative in business has thresholds to keep."""
    if row["status"] not in states.IN_BUSINESS:
        return []
    there = current(tx, "members", row["id"])
    disadvantaged = sum(1 for one in there if one["ground"])
    return people.alarms(members=len(there), disadvantaged=disadvantaged, law=law(), today=today(tx))


def history(tx: Transaction, cooperative_id: str) -> list[View]:
    """Every transition on both axes, oldest first; corrected ones stay, marked as superseded."""
    found = select(transitions).where(transitions.c.cooperative_id == cooperative_id)
    return [dict(row) for row in tx.all(found.order_by(transitions.c.id))]


def detail_changes(tx: Transaction, cooperative_id: str) -> list[Row]:
    found = select(changes).where(changes.c.cooperative_id == cooperative_id)
    return list(tx.all(found.order_by(changes.c.sequence)))


def duties_of(cooperative_id: str) -> Select[Any]:
    return select(obligations).where(obligations.c.cooperative_id == cooperative_id)


def duty(tx: Transaction, *, cooperative_id: str, obligation_id: str) -> Row:
    return tx.one(duties_of(cooperative_id).where(obligations.c.id == obligation_id))


def duty_view(row: Row, *, on: str) -> View:
    """Overdue is what the day says of an open duty; it is not kept."""
    late = row["status"] == "open" and row["due_on"] < on
    return {
        **row,
        "status": "overdue" if late else row["status"],
        "actions": ["met"] if row["status"] == "open" else [],
    }


def vacancies_of(cooperative_id: str) -> Select[Any]:
    return select(vacancies).where(vacancies.c.cooperative_id == cooperative_id)


def vacancy(tx: Transaction, *, cooperative_id: str, vacancy_id: str) -> Row:
    return tx.one(vacancies_of(cooperative_id).where(vacancies.c.id == vacancy_id))


def vacancy_view(row: Row) -> View:
    return {**row, "actions": ["fill", "close"] if row["status"] == "open" else []}


def visible_duty(tx: Transaction, actor: Actor, *, cooperative_id: str, obligation_id: str) -> None:
    cooperative(tx, actor, cooperative_id=cooperative_id)
    duty(tx, cooperative_id=cooperative_id, obligation_id=obligation_id)


def visible_vacancy(tx: Transaction, actor: Actor, *, cooperative_id: str, vacancy_id: str, **_action: str) -> None:
    cooperative(tx, actor, cooperative_id=cooperative_id)
    vacancy(tx, cooperative_id=cooperative_id, vacancy_id=vacancy_id)


def visible_founder(tx: Transaction, actor: Actor, *, cooperative_id: str, person_id: str) -> None:
    cooperative(tx, actor, cooperative_id=cooperative_id)
    person(tx, "founders", cooperative_id=cooperative_id, person_id=person_id)


def visible_member(tx: Transaction, actor: Actor, *, cooperative_id: str, person_id: str) -> None:
    cooperative(tx, actor, cooperative_id=cooperative_id)
    person(tx, "members", cooperative_id=cooperative_id, person_id=person_id)


def visible_transition(tx: Transaction, actor: Actor, *, cooperative_id: str, transition_id: str) -> None:
    cooperative(tx, actor, cooperative_id=cooperative_id)
    there = (transitions.c.cooperative_id == cooperative_id) & (transitions.c.id == transition_id)
    tx.one(select(transitions.c.id).where(there))


def person(tx: Transaction, kind: str, *, cooperative_id: str, person_id: str) -> Row:
    return tx.one(people_of(kind, cooperative_id).where(PEOPLE[kind].c.id == person_id))


def joinable(tx: Transaction, actor: Actor) -> list[Row]:
    """Groups that the actor accompanies and that founders can still join."""
    found = visible(actor).where(cooperatives.c.status.in_([str(one) for one in states.FORMING]))
    return list(tx.all(found.order_by(cooperatives.c.name)))


def counted_by_state(tx: Transaction) -> Mapping[str, int]:
    count = func.count().label("count")
    counted = select(cooperatives.c.status, count).where(cooperatives.c.removed_at.is_(None))
    return {row["status"]: row["count"] for row in tx.all(counted.group_by(cooperatives.c.status))}
