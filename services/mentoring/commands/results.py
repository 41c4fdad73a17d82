"""What the solver found: kept, looked at, published or discarded."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select, update

from services.mentoring import events
from services.mentoring.commands import matches, note
from services.mentoring.domain import rounds as rules
from services.mentoring.domain.matching import WEIGHTS_VERSION, Result
from services.mentoring.queries import matching as queries
from services.mentoring.tables import Row, mentees, round_proposals, round_unmatched, rounds
from shared.database import Transaction, check_version
from shared.errors import NotFound
from shared.statemachine import move


def solved(tx: Transaction, *, round_id: str, result: Result, solver: Mapping[str, Any]) -> Row:
    """Keep what the solver found, and ask the mentors at once where that was wished."""
    row = queries.one(tx, tx.actor, round_id=round_id)
    _keep(tx, round_id, result)
    state = tx.save(rounds, row, status="draft", solved_at=tx.now, solver=_described(solver, result))
    note(tx, round_id, "solved", party="service")
    return _publish(tx, state, party="service") if row["publish"] else _told(tx, state)


def failed(tx: Transaction, *, round_id: str, solver: Mapping[str, Any], error: str) -> Row:
    """There is no result; why is a code."""
    row = queries.one(tx, tx.actor, round_id=round_id)
    described = {**solver, "weights_version": WEIGHTS_VERSION, "error": error}
    saved = tx.save(rounds, row, status="failed", solved_at=tx.now, solver=described)
    note(tx, round_id, "failed", party="service")
    return _told(tx, saved)


def act(tx: Transaction, *, round_id: str, action: str, seen: int | None = None) -> Row:
    """publish or discard a draft."""
    row = tx.one(select(rounds).where(rounds.c.id == round_id).with_for_update())
    if action not in rules.ACTIONS:
        raise NotFound
    check_version(row, seen)
    step = move(rules.MOVES, status=row["status"], party=rules.COORDINATOR, action=action, details={})
    if action == "publish":
        return _publish(tx, row, party=rules.COORDINATOR)
    note(tx, round_id, action, party=rules.COORDINATOR)
    return tx.save(rounds, row, status=step.to)


def _described(solver: Mapping[str, Any], result: Result) -> dict[str, Any]:
    mentee_count, mentor_count = result.people
    sizes = {"mentees": mentee_count, "mentors": mentor_count, "nodes": result.nodes, "arcs": result.arcs}
    return {**solver, "weights_version": WEIGHTS_VERSION, **sizes}


def _keep(tx: Transaction, round_id: str, result: Result) -> None:
    proposals = [
        {"round_id": round_id, **asdict(one), "parts": [asdict(part) for part in one.parts], "match_id": None}
        for one in result.proposals
    ]
    unmatched = [
        {"round_id": round_id, "mentee_id": mentee_id, "reason": reason}
        for mentee_id, reason in sorted(result.unmatched.items())
    ]
    for table, rows in ((round_proposals, proposals), (round_unmatched, unmatched)):
        if rows:
            tx.execute(table.insert(), rows)
    for row in unmatched:
        _explain(tx, row["mentee_id"], row["reason"])


def _explain(tx: Transaction, mentee_id: str, reason: str) -> None:
    waits = (mentees.c.id == mentee_id, mentees.c.status == "queued")
    tx.execute(update(mentees).where(*waits).values(unmatched_reason=reason))


def _publish(tx: Transaction, row: Row, *, party: str) -> Row:
    """Ask the mentors. What no longer holds since the round was solved is left out, and says why."""
    bans = queries.current_bans(tx)
    for proposal in queries.proposals_of(tx, row["id"]):
        pair = (proposal["mentee_id"], proposal["mentor_id"])
        banned = pair in bans.unsuitable or pair in bans.declined
        match_id = None if banned else matches.propose(tx, proposal, round_id=row["id"])
        if match_id:
            hers = round_proposals.c.mentee_id == proposal["mentee_id"]
            this = round_proposals.c.round_id == row["id"]
            tx.execute(update(round_proposals).where(this, hers).values(match_id=match_id))
        else:
            _leave_out(tx, proposal, reason="not-suitable" if banned else "mentors-full")
    saved = tx.save(rounds, row, status="published", published_at=tx.now)
    note(tx, row["id"], "published", party=party)
    return _told(tx, saved)


def _leave_out(tx: Transaction, proposal: Row, *, reason: str) -> None:
    this = (round_proposals.c.round_id == proposal["round_id"], round_proposals.c.mentee_id == proposal["mentee_id"])
    tx.execute(delete(round_proposals).where(*this))
    tx.execute(
        round_unmatched.insert().values(round_id=proposal["round_id"], mentee_id=proposal["mentee_id"], reason=reason)
    )
    _explain(tx, proposal["mentee_id"], reason)


def _told(tx: Transaction, row: Row) -> Row:
    proposed = len(queries.proposals_of(tx, row["id"]))
    tx.publish(events.round_completed(row, proposed=proposed, reasons=queries.reasons_of(tx, row["id"])))
    return row
