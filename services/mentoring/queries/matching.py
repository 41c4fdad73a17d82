"""What a round is solved from, and what became of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, and_, exists, func, select

from services.mentoring.domain import rounds as rules
from services.mentoring.domain.matching import Bans, Mentee, Mentor
from services.mentoring.queries.people import today
from services.mentoring.tables import (
    Row,
    bans,
    exclusions,
    matches,
    mentees,
    mentor_modules,
    mentors,
    participant_copies,
    round_proposals,
    round_unmatched,
    rounds,
)
from shared import statemachine
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound

CLEARANCE = "safeguarding"


class Input(NamedTuple):
    mentees: list[Mentee]
    mentors: list[Mentor]
    bans: Bans


def matching_input(tx: Transaction, *, cause: str) -> Input:
    """Everyone who waits (in an urgent round: urgently) and every mentor who may be proposed today."""
    return Input(_who_waits(tx, cause), _who_mentors(tx), current_bans(tx))


def _who_waits(tx: Transaction, cause: str) -> list[Mentee]:
    at_rest = exists().where(
        participant_copies.c.id == mentees.c.subject_id,
        participant_copies.c.restricted | participant_copies.c.erased,
    )
    found = select(mentees).where(mentees.c.status == "queued", ~at_rest)
    if cause == rules.URGENT:
        found = found.where(mentees.c.urgent)
    return [
        Mentee(
            id=row["id"],
            kind=row["kind"],
            languages=tuple(row["languages"]),
            teryt=row["teryt"],
            slots=frozenset(row["slots"]),
            wishes=frozenset(row["wishes"]),
            gender=row["gender"],
            urgent=row["urgent"],
            days=max(0, (tx.now - row["waiting_since"]) // timedelta(days=1)),
        )
        for row in tx.all(found)
    ]


def _who_mentors(tx: Transaction) -> list[Mentor]:
    cleared = exists().where(
        mentor_modules.c.mentor_id == mentors.c.id,
        mentor_modules.c.module == CLEARANCE,
        mentor_modules.c.valid_until >= today(tx).isoformat(),
    )
    counted = select(matches.c.mentor_id, func.count().label("n")).where(matches.c.started_at.is_not(None))
    before = {row["mentor_id"]: row["n"] for row in tx.all(counted.group_by(matches.c.mentor_id))}
    return [
        Mentor(
            id=row["id"],
            languages=frozenset(row["languages"]),
            counties=frozenset(row["teryt"]),
            capacity=row["capacity"],
            free=row["capacity"] - row["taken"],
            mentors=frozenset(row["mentors"]),
            remote=row["remote"],
            slots=frozenset(row["slots"]),
            skills=frozenset(row["skills"]),
            gender=row["gender"],
            experience=before.get(row["id"], 0),
        )
        for row in tx.all(select(mentors).where(mentors.c.status == "active", cleared))
    ]


def current_bans(tx: Transaction) -> Bans:
    """Pairs of those who wait that must not be; blocks from outside look like any other unsuitable pair."""
    same = and_(bans.c.kind == mentees.c.kind, bans.c.subject_id == mentees.c.subject_id)
    waits = mentees.c.status == "queued"
    banned = tx.all(
        select(mentees.c.id.label("mentee_id"), bans.c.mentor_id, bans.c.rule).join(bans, same).where(waits)
    )
    kept_apart = tx.all(
        select(mentees.c.id.label("mentee_id"), mentors.c.id.label("mentor_id"))
        .join(exclusions, exclusions.c.one == mentees.c.token)
        .join(mentors, mentors.c.token == exclusions.c.other)
        .where(waits)
    )
    unsuitable = [row for row in banned if row["rule"] == "not-suitable"]
    return Bans(
        unsuitable=frozenset((row["mentee_id"], row["mentor_id"]) for row in [*unsuitable, *kept_apart]),
        declined=frozenset((row["mentee_id"], row["mentor_id"]) for row in banned if row not in unsuitable),
    )


def one(tx: Transaction, _actor: Actor, *, round_id: str) -> RowMapping:
    """The round, or NotFound."""
    return tx.one(select(rounds).where(rounds.c.id == round_id))


def to_act_on(tx: Transaction, actor: Actor, *, round_id: str, action: str) -> None:
    """NotFound also for an action that there is not."""
    one(tx, actor, round_id=round_id)
    if action not in rules.ACTIONS:
        raise NotFound


def to_solve(tx: Transaction) -> RowMapping | None:
    """The oldest round that waits for the solver."""
    return tx.first(select(rounds).where(rounds.c.status == "solving").order_by(rounds.c.id).limit(1))


def proposals_of(tx: Transaction, round_id: str) -> list[RowMapping]:
    found = select(round_proposals).where(round_proposals.c.round_id == round_id)
    return tx.all(found.order_by(round_proposals.c.mentee_id))


def unmatched_of(tx: Transaction, round_id: str) -> list[RowMapping]:
    found = select(round_unmatched).where(round_unmatched.c.round_id == round_id)
    return tx.all(found.order_by(round_unmatched.c.mentee_id))


def reasons_of(tx: Transaction, round_id: str) -> dict[str, int]:
    """How many a round left unmatched, by reason."""
    counted = select(round_unmatched.c.reason, func.count().label("n")).where(round_unmatched.c.round_id == round_id)
    return {row["reason"]: row["n"] for row in tx.all(counted.group_by(round_unmatched.c.reason))}


def view(tx: Transaction, row: Row) -> dict[str, Any]:
    """The round as the API gives it."""
    return {
        **views(tx, [row])[0],
        "proposed": proposals_of(tx, row["id"]),
        "unmatched": unmatched_of(tx, row["id"]),
    }


def views(tx: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rounds with the sizes of their results."""
    ids = [row["id"] for row in rows]
    sizes = {
        name: {
            row["round_id"]: row["n"]
            for row in tx.all(
                select(table.c.round_id, func.count().label("n"))
                .where(table.c.round_id.in_(ids))
                .group_by(table.c.round_id)
            )
        }
        for name, table in (("proposed", round_proposals), ("unmatched", round_unmatched))
    }
    return [
        {
            **row,
            "counts": {name: found.get(row["id"], 0) for name, found in sizes.items()},
            "actions": statemachine.actions(rules.MOVES, status=row["status"], party=rules.COORDINATOR),
        }
        for row in rows
    ]
