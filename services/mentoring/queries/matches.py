"""Matches with the two whom they join, seen by one of those who may."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, Select, select

from services.mentoring.domain import matches as rules
from services.mentoring.queries import people, visibility
from services.mentoring.tables import Row, goals, matches, meetings, mentees, mentors
from shared import statemachine
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound
from shared.sealing import SubjectErased, SubjectUnknown


class Pairing(NamedTuple):
    """A match with its mentor and its mentee."""

    match: Row
    mentor: Row
    mentee: Row


def one(tx: Transaction, actor: Actor, *, match_id: str) -> RowMapping:
    """The match, or NotFound."""
    found = _joined().where(matches.c.id == match_id, visibility.of_matches(tx, actor))
    return tx.one(found)


def to_act_on(tx: Transaction, actor: Actor, *, match_id: str, action: str) -> None:
    """NotFound also for an action that there is not."""
    one(tx, actor, match_id=match_id)
    if action not in rules.ACTIONS:
        raise NotFound


def for_update(tx: Transaction, *, match_id: str) -> Pairing:
    """The match and its two, held until the transaction ends, so that of two answers the second sees the first."""
    row = tx.one(select(matches).where(matches.c.id == match_id).with_for_update())
    tx.one(select(mentees.c.id).where(mentees.c.id == row["mentee_id"]).with_for_update())
    return pairing(tx, row)


def pairing(tx: Transaction, row: Row) -> Pairing:
    return pairings(tx, [row])[0]


def pairings(tx: Transaction, rows: Sequence[Row]) -> list[Pairing]:
    """Matches with their two, in the same order; two more queries for however many."""
    leaders = tx.all(select(mentors).where(mentors.c.id.in_({row["mentor_id"] for row in rows})))
    women = tx.all(select(mentees).where(mentees.c.id.in_({row["mentee_id"] for row in rows})))
    by_id = {one["id"]: one for one in [*leaders, *women]}
    return [Pairing(row, by_id[row["mentor_id"]], by_id[row["mentee_id"]]) for row in rows]


def _joined() -> Select[Any]:
    return select(matches).join(mentors).join(mentees)


def listed(tx: Transaction, actor: Actor, **filters: str | None) -> Select[Any]:
    """`filters`: status, mentee_id, mentor_id."""
    found = _joined().where(visibility.of_matches(tx, actor))
    for name, value in filters.items():
        if value:
            found = found.where(matches.c[name] == value)
    return found


def with_status(tx: Transaction, actor: Actor, *statuses: str, limit: int = 200) -> list[RowMapping]:
    """Her matches in one of the states, the newest first."""
    found = _joined().where(visibility.of_matches(tx, actor), matches.c.status.in_(statuses))
    return tx.all(found.order_by(matches.c.id.desc()).limit(limit))


def proposals(tx: Transaction, actor: Actor) -> list[RowMapping]:
    """What waits for this mentor's answer, the earliest deadline first."""
    found = _joined().where(
        visibility.of_matches(tx, actor), mentors.c.account_id == actor.id, matches.c.status == "proposed"
    )
    return tx.all(found.order_by(matches.c.expires_at, matches.c.id))


def parties(tx: Transaction, actor: Actor, found: Pairing) -> list[str]:
    """As what the actor may act in this match; empty for a reader."""
    mentor, mentee = found.mentor, found.mentee
    own = mentee["kind"] == "participant" and mentee["subject_id"] == actor.participant_id
    own = own and "participant" in actor.all_roles
    speaks_for = (
        mentee["kind"] == "cooperative"
        and "cooperative" in actor.all_roles
        and people.represents(tx, actor, cooperative_id=mentee["subject_id"])
    )
    held = {
        rules.MENTOR: "mentor" in actor.all_roles and mentor["account_id"] == actor.id,
        rules.MENTEE: own or speaks_for,
        rules.ADVISER: mentee["institution_id"] in actor.institutions_as("intake"),
        rules.COORDINATOR: "coordinator" in actor.all_roles,
    }
    return [party for party, is_one in held.items() if is_one]


def actions(tx: Transaction, actor: Actor, found: Pairing) -> list[str]:
    possible = [
        action
        for party in parties(tx, actor, found)
        for action in statemachine.actions(rules.MOVES, status=found.match["status"], party=party)
    ]
    return list(dict.fromkeys(possible))


def view(tx: Transaction, row: Row) -> dict[str, Any]:
    """The match as the API gives it to this actor: reasons only as far as they may be told."""
    return views(tx, [row])[0]


def views(tx: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [_view(tx, found) for found in pairings(tx, rows)]


def _view(tx: Transaction, found: Pairing) -> dict[str, Any]:
    mentee = found.mentee
    return {
        **found.match,
        "actions": actions(tx, tx.actor, found),
        "mentee": {"kind": mentee["kind"], "id": mentee["subject_id"]},
        "languages": mentee["languages"],
        "wishes": mentee["wishes"],
        "urgent": mentee["urgent"],
        "reason": rules.told(found.match["reason"]),
    }


def meetings_of(tx: Transaction, actor: Actor, found: Pairing, *, limit: int = 200) -> list[dict[str, Any]]:
    """The newest first. Notes are opened for the mentor, the next step for her and her mentee."""
    held = parties(tx, actor, found)
    rows = tx.all(
        select(meetings).where(meetings.c.match_id == found.match["id"]).order_by(meetings.c.id.desc()).limit(limit)
    )
    return [meeting_view(tx, row, subject=found.mentee["subject_id"], parties=held) for row in rows]


def meeting_view(tx: Transaction, row: Row, *, subject: str | None, parties: Sequence[str]) -> dict[str, Any]:
    opened = {"notes": rules.MENTOR in parties, "next_step": bool({rules.MENTOR, rules.MENTEE} & set(parties))}
    texts = {name: _open(tx, row, name, subject) if may else None for name, may in opened.items()}
    return {**row, **texts}


def _open(tx: Transaction, row: Row, column: str, subject: str | None) -> str | None:
    if row[column] is None or subject is None:
        return None
    try:
        return tx.sealer.open(row[column], subject=subject, table="meetings", column=column, row=row["id"])
    except (SubjectErased, SubjectUnknown):
        return None


def goals_of(tx: Transaction, match_id: str) -> list[RowMapping]:
    return tx.all(select(goals).where(goals.c.match_id == match_id).order_by(goals.c.id))


def goal(tx: Transaction, *, match_id: str, goal_id: str) -> RowMapping:
    """The goal, or NotFound."""
    return tx.one(select(goals).where(goals.c.match_id == match_id, goals.c.id == goal_id))


def visible_goal(tx: Transaction, actor: Actor, *, match_id: str, goal_id: str) -> None:
    one(tx, actor, match_id=match_id)
    if tx.first(select(goals.c.id).where(goals.c.match_id == match_id, goals.c.id == goal_id)) is None:
        raise NotFound


def open_of_mentor(tx: Transaction, mentor_id: str) -> list[RowMapping]:
    """Open matches of a mentor."""
    return tx.all(
        select(matches).where(matches.c.mentor_id == mentor_id, matches.c.status.in_(rules.OPEN)).order_by(matches.c.id)
    )


def open_of_mentee(tx: Transaction, mentee_id: str) -> RowMapping | None:
    return tx.first(
        select(matches).where(matches.c.mentee_id == mentee_id, matches.c.status.in_(rules.OPEN)).with_for_update()
    )


def overdue(tx: Transaction, *, limit: int) -> list[RowMapping]:
    """Matches whose answer did not come in time."""
    late = (matches.c.status.in_(tuple(rules.AWAITING)), matches.c.expires_at < tx.now)
    return tx.all(select(matches).where(*late).order_by(matches.c.id).limit(limit))
