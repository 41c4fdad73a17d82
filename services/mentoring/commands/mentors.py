"""Recruitment of mentors, their profile, pausing and leaving."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, update

from services.mentoring import events
from services.mentoring.commands import matches as match_commands
from services.mentoring.commands import note
from services.mentoring.domain import recruitment
from services.mentoring.queries import people
from services.mentoring.queries.visibility import token
from services.mentoring.tables import Row, mentor_modules, mentors
from shared.database import Transaction, check_version
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.i18n import gettext as _
from shared.statemachine import move

OFFER = ("languages", "teryt", "remote", "mentors", "skills", "slots", "gender", "capacity", "public_name")


def apply(tx: Transaction, *, account_id: str | None, **offer: Any) -> dict[str, Any]:
    """Enter someone who offers to be a mentor; an account may be a mentor's once only (422)."""
    _not_taken(tx, account_id)
    row = {
        "id": tx.new_id(),
        "version": 1,
        "status": "applied",
        "account_id": account_id,
        "token": token(tx, account_id) if account_id else None,
        **{name: offer[name] for name in OFFER},
        "taken": 0,
        "paused_until": None,
        "reason": None,
        "applied_at": tx.now,
    }
    tx.execute(mentors.insert().values(row))
    note(tx, row["id"], "applied", party=recruitment.COORDINATOR)
    tx.publish(events.mentor("applied", row))
    return row


def change(
    tx: Transaction, *, mentor_id: str, account_id: str | None = None, seen: int | None = None, **offer: Any
) -> dict[str, Any]:
    """What she offers is now this. A capacity below what is taken is refused (409); the account is a coordinator's."""
    row = people.mentor(tx, tx.actor, mentor_id=mentor_id)
    check_version(row, seen)
    changes = {name: offer[name] for name in OFFER}
    if "coordinator" in tx.actor.all_roles and account_id != row["account_id"]:
        _not_taken(tx, account_id)
        changes |= {"account_id": account_id, "token": token(tx, account_id) if account_id else None}
    elif account_id not in (None, row["account_id"]):
        raise Invalid.at("/account_id", _("Whose profile it is, is changed by a coordinator."))
    _resize(tx, row, changes["capacity"])
    saved = tx.save(mentors, row, **changes)
    note(tx, row["id"], "changed", party=_party(tx))
    if saved["status"] == "active":
        tx.publish(events.mentor("activated", saved))
    return saved


def _resize(tx: Transaction, row: Row, capacity: int) -> None:
    """In the database, so that a proposal at the same moment cannot slip in between."""
    fits = update(mentors).where(mentors.c.id == row["id"], mentors.c.taken <= capacity).values(capacity=capacity)
    if tx.execute(fits).rowcount != 1:
        raise Conflict(_("More places than this are taken: end or withdraw a match first."))


def _not_taken(tx: Transaction, account_id: str | None) -> None:
    if account_id and tx.first(select(mentors.c.id).where(mentors.c.account_id == account_id)):
        raise Invalid.at("/account_id", _("This account belongs to another mentor already."))


def act(tx: Transaction, *, mentor_id: str, action: str, details: Mapping[str, Any], seen: int | None = None) -> Row:
    """One step of recruitment, or pause, resume, leave. NotFound for an action that there is not at all."""
    row = people.mentor(tx, tx.actor, mentor_id=mentor_id)
    if action not in recruitment.ACTIONS:
        raise NotFound
    party = _party(tx)
    if not any((whose, what) == (party, action) for _status, whose, what in recruitment.MOVES):
        raise Forbidden
    check_version(row, seen)
    step = move(recruitment.MOVES, status=row["status"], party=party, action=action, details=details)
    changes = BEFORE[action](tx, row, details) if action in BEFORE else {}
    saved = tx.save(mentors, row, status=step.to, **changes)
    note(tx, row["id"], action, party=party)
    if step.fact:
        tx.publish(events.mentor(step.fact, saved, **_told(step.fact, saved)))
    if step.to in ("paused", "left"):
        _let_go(tx, saved)
    return saved


def resume_due(tx: Transaction) -> int:
    """Mentors whose pause is over can be proposed again."""
    over = (mentors.c.status == "paused", mentors.c.paused_until < people.today(tx).isoformat())
    rows = tx.all(select(mentors).where(*over).order_by(mentors.c.id).limit(50))
    for row in rows:
        saved = tx.save(mentors, row, status="active", paused_until=None)
        note(tx, row["id"], "resume", party="service")
        tx.publish(events.mentor("resumed", saved))
    return len(rows)


def _party(tx: Transaction) -> str:
    return recruitment.party(coordinates="coordinator" in tx.actor.all_roles)


def _told(fact: str, row: Row) -> dict[str, Any]:
    return {"left": {"reason": row["reason"]}, "paused": {"until": row["paused_until"]}}.get(fact, {})


def _let_go(tx: Transaction, row: Row) -> None:
    """Whoever waits for her answer is proposed to another; on leaving, those she mentors are, too."""
    match_commands.release_mentor(tx, mentor_id=row["id"], leaves=row["status"] == "left")


def _with_reason(allowed: tuple[str, ...], details: Mapping[str, Any]) -> dict[str, Any]:
    if details["reason"] not in allowed:
        raise Invalid.at("/reason", _("Expected one of: %(codes)s.", codes=", ".join(allowed)))
    return {"reason": details["reason"]}


def _complete(tx: Transaction, row: Row, details: Mapping[str, Any]) -> dict[str, Any]:
    module = str(details["module"])
    on = details.get("completed_on") or people.today(tx).isoformat()
    if on > people.today(tx).isoformat():
        raise Invalid.at("/completed_on", _("This day is still to come."))
    usual = recruitment.valid_until(module, date.fromisoformat(on))
    until = details.get("valid_until") or (usual.isoformat() if usual else None)
    if until is not None and until < on:
        raise Invalid.at("/valid_until", _("This is before the module was completed."))
    done = {"completed_on": on, "valid_until": until}
    entering = tx.insert(mentor_modules).values(mentor_id=row["id"], module=module, **done)
    tx.execute(entering.on_conflict_do_update(index_elements=["mentor_id", "module"], set_=done))
    return {}


def _ready(tx: Transaction, row: Row, _details: Mapping[str, Any]) -> dict[str, Any]:
    held = people.held_modules(people.modules_of(tx, [row["id"]])[row["id"]], on=people.today(tx))
    if missing := recruitment.missing_modules(row["mentors"], held):
        raise Conflict(
            _("Before this she completes: %(modules)s.", modules=", ".join(missing)),
            actions=people.mentor_actions(tx.actor, row, missing=missing),
        )
    return {}


def _pause(tx: Transaction, _row: Row, details: Mapping[str, Any]) -> dict[str, Any]:
    until = details.get("until")
    if until is not None and until < people.today(tx).isoformat():
        raise Invalid.at("/until", _("This day is over already."))
    return {"paused_until": until}


BEFORE: Mapping[str, Callable[[Transaction, Row, Mapping[str, Any]], dict[str, Any]]] = {
    "reject": lambda _tx, _row, details: _with_reason(recruitment.REJECT_REASONS, details),
    "leave": lambda _tx, _row, details: _with_reason(recruitment.LEAVE_REASONS, details),
    "complete-module": _complete,
    "activate": _ready,
    "pause": _pause,
    "resume": lambda _tx, _row, _details: {"paused_until": None},
}
"""What an action checks and changes beside the status."""
