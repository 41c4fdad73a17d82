"""Mentors and mentees."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, Select, func, select

from services.mentoring.domain import recruitment
from services.mentoring.queries import visibility
from services.mentoring.tables import (
    Row,
    cooperative_copies,
    cooperative_representatives,
    history,
    mentees,
    mentor_modules,
    mentors,
    participant_copies,
    path_copies,
)
from shared import statemachine
from shared.actor import Actor
from shared.database import Transaction
from shared.dates import local
from shared.errors import Invalid, NotFound
from shared.i18n import gettext as _

MENTEE_OPEN = ("queued", "proposed", "mentored")


def mentor(tx: Transaction, actor: Actor, *, mentor_id: str) -> RowMapping:
    """The mentor, or NotFound."""
    return tx.one(select(mentors).where(mentors.c.id == mentor_id, visibility.of_mentors(tx, actor)))


def mentor_to_act_on(tx: Transaction, actor: Actor, *, mentor_id: str, action: str) -> None:
    """NotFound also for an action that there is not."""
    mentor(tx, actor, mentor_id=mentor_id)
    if action not in recruitment.ACTIONS:
        raise NotFound


def own_mentor(tx: Transaction, actor: Actor) -> RowMapping | None:
    """The profile of the actor herself; None while no profile is linked to her account."""
    return tx.first(select(mentors).where(mentors.c.account_id == actor.id))


def has_profile(tx: Transaction, actor: Actor) -> None:
    """NotFound for a mentor's account without a profile."""
    if "mentor" in actor.all_roles and own_mentor(tx, actor) is None:
        raise NotFound


def listed_mentors(tx: Transaction, actor: Actor, *, status: str | None = None) -> Select[Any]:
    found = select(mentors).where(visibility.of_mentors(tx, actor))
    return found.where(mentors.c.status == status) if status else found


def modules_of(tx: Transaction, mentor_ids: Sequence[str]) -> dict[str, list[RowMapping]]:
    """What each of the mentors has completed in the academy."""
    found: dict[str, list[RowMapping]] = {mentor_id: [] for mentor_id in mentor_ids}
    for row in tx.all(select(mentor_modules).where(mentor_modules.c.mentor_id.in_(mentor_ids))):
        found[row["mentor_id"]].append(row)
    return found


def held_modules(rows: Sequence[Row], *, on: date) -> list[str]:
    """Codes of what is completed and valid on the day."""
    return [row["module"] for row in rows if row["valid_until"] is None or row["valid_until"] >= on.isoformat()]


def today(tx: Transaction) -> date:
    return local(tx.now).date()


def mentor_view(tx: Transaction, row: Row, *, modules: Sequence[Row] | None = None) -> dict[str, Any]:
    """The mentor as the API gives her, with what this actor may do now."""
    done = modules_of(tx, [row["id"]])[row["id"]] if modules is None else modules
    missing = recruitment.missing_modules(row["mentors"], held_modules(done, on=today(tx)))
    return {
        **row,
        "free": row["capacity"] - row["taken"],
        "actions": mentor_actions(tx.actor, row, missing=missing),
        "modules": _academy(row, done),
    }


def mentor_actions(actor: Actor, row: Row, *, missing: Sequence[str]) -> list[str]:
    coordinates = "coordinator" in actor.all_roles
    possible = statemachine.actions(
        recruitment.MOVES, status=row["status"], party=recruitment.party(coordinates=coordinates)
    )
    return [action for action in possible if action != "activate" or not missing]


def _academy(row: Row, done: Sequence[Row]) -> list[dict[str, Any]]:
    by_module = {one["module"]: one for one in done}
    nothing = {"completed_on": None, "valid_until": None}
    return [
        {
            "module": code,
            "needed": bool(module.needed_for & set(row["mentors"])),
            **{name: by_module.get(code, nothing)[name] for name in nothing},
        }
        for code, module in recruitment.MODULES.items()
    ]


def mentor_views(tx: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Many mentors with one more query."""
    done = modules_of(tx, [row["id"] for row in rows])
    return [mentor_view(tx, row, modules=done[row["id"]]) for row in rows]


def mentee(tx: Transaction, actor: Actor, *, mentee_id: str) -> RowMapping:
    """The mentee, or NotFound."""
    return tx.one(select(mentees).where(mentees.c.id == mentee_id, visibility.of_mentees(tx, actor)))


def mentee_to_act_on(tx: Transaction, actor: Actor, *, mentee_id: str, action: str) -> None:
    """NotFound also for an action that there is not."""
    mentee(tx, actor, mentee_id=mentee_id)
    if action != "leave":
        raise NotFound


def listed_mentees(tx: Transaction, actor: Actor, **filters: str | None) -> Select[Any]:
    """`filters`: status, kind, participant_id, cooperative_id."""
    found = select(mentees).where(visibility.of_mentees(tx, actor))
    for name in ("participant_id", "cooperative_id"):
        if wanted := filters.pop(name, None):
            found = found.where(mentees.c.subject_id == wanted, mentees.c.kind == name.removesuffix("_id"))
    for name, value in filters.items():
        if value:
            found = found.where(mentees.c[name] == value)
    return found


def mentee_view(actor: Actor, row: Row) -> dict[str, Any]:
    """The mentee as the API gives her."""
    may_act = actor.all_roles & {"coordinator", "intake"}
    kind = row["kind"]
    return {
        **row,
        "participant_id": row["subject_id"] if kind == "participant" else None,
        "cooperative_id": row["subject_id"] if kind == "cooperative" else None,
        "actions": ["leave"] if may_act and row["status"] in MENTEE_OPEN else [],
    }


def waiting(tx: Transaction, actor: Actor, *, limit: int) -> list[RowMapping]:
    """Who waits, the longest first."""
    found = select(mentees).where(visibility.of_mentees(tx, actor), mentees.c.status.in_(("queued", "proposed")))
    return tx.all(found.order_by(mentees.c.urgent.desc(), mentees.c.waiting_since, mentees.c.id).limit(limit))


def count_waiting(tx: Transaction, actor: Actor) -> int:
    found = select(func.count()).where(visibility.of_mentees(tx, actor), mentees.c.status == "queued")
    return int(tx.scalar(found) or 0)


def open_mentee(tx: Transaction, *, kind: str, subject_id: str) -> RowMapping | None:
    """Her open place in the queue or in a match, where she has one."""
    mine = (mentees.c.kind == kind, mentees.c.subject_id == subject_id)
    return tx.first(select(mentees).where(*mine, mentees.c.status.in_(MENTEE_OPEN)))


def last_mentee(tx: Transaction, *, kind: str, subject_id: str) -> RowMapping | None:
    mine = (mentees.c.kind == kind, mentees.c.subject_id == subject_id)
    return tx.first(select(mentees).where(*mine).order_by(mentees.c.id.desc()).limit(1))


def participant(tx: Transaction, participant_id: str) -> RowMapping | None:
    return tx.first(select(participant_copies).where(participant_copies.c.id == participant_id))


def existing(tx: Transaction, actor: Actor, participant_id: str | None, *, ask: Callable[[str], bool]) -> None:
    """Invalid unless she exists for this caller. `ask` asks `people`, where local facts do not say it."""
    if participant_id is None:
        return
    copy = participant(tx, participant_id)
    erased = copy is not None and copy["erased"]
    if erased or not (_knows(tx, actor, participant_id) or ask(participant_id)):
        raise Invalid.at("/participant_id", _("There is no such participant."))


def _knows(tx: Transaction, actor: Actor, participant_id: str) -> bool:
    copy = participant(tx, participant_id)
    if "coordinator" in actor.all_roles:
        return copy is not None
    own = actor.institutions_as("intake")
    return any(path["institution_id"] in own for path in paths_of(tx, participant_id))


def paths_of(tx: Transaction, participant_id: str) -> list[RowMapping]:
    """Her paths that go on, the newest first."""
    hers = (path_copies.c.participant_id == participant_id, path_copies.c.status != "ended")
    return tx.all(select(path_copies).where(*hers).order_by(path_copies.c.id.desc()))


def cooperative(tx: Transaction, cooperative_id: str) -> RowMapping | None:
    return tx.first(select(cooperative_copies).where(cooperative_copies.c.id == cooperative_id))


def represents(tx: Transaction, actor: Actor, *, cooperative_id: str) -> bool:
    mine = (
        cooperative_representatives.c.cooperative_id == cooperative_id,
        cooperative_representatives.c.account_id == actor.id,
    )
    return tx.first(select(cooperative_representatives).where(*mine)) is not None


def public_labels(tx: Transaction, rows: Sequence[Row]) -> dict[str, str]:
    """What mentees are called where no name may stand: a woman's code, a cooperative's public name; by mentee id."""
    women = [row["subject_id"] for row in rows if row["kind"] == "participant" and row["subject_id"]]
    groups = [row["subject_id"] for row in rows if row["kind"] == "cooperative"]
    found = {
        row["id"]: row["code"]
        for row in tx.all(select(participant_copies).where(participant_copies.c.id.in_(women)))
        if row["code"]
    }
    found |= {
        row["id"]: row["name"] for row in tx.all(select(cooperative_copies).where(cooperative_copies.c.id.in_(groups)))
    }
    return {row["id"]: found.get(row["subject_id"]) or short_code(row["id"]) for row in rows}


def short_code(record_id: str) -> str:
    """Something to call a record that has no name: the random end of its id."""
    return record_id.replace("-", "")[-6:].upper()


def told(tx: Transaction, subject_id: str) -> list[RowMapping]:
    """What has happened to a record, in order."""
    return tx.all(select(history).where(history.c.subject_id == subject_id).order_by(history.c.at, history.c.id))
