"""Copies of other services' facts: women by code, their paths, accounts, mentors. Each can be rebuilt from the log."""

from typing import Any

from sqlalchemy import Table, delete, update

from services.cooperatives.queries.women import is_erased
from services.cooperatives.tables import (
    account_copies,
    adviser_copies,
    mentor_copies,
    participant_copies,
    path_copies,
)
from shared.consumer import Handler
from shared.database import Transaction
from shared.envelope import Fact

PATHS = ("opened", "way-chosen", "step-added", "step-completed", "paused", "resumed", "ended")


TABLES = (
    account_copies,
    adviser_copies,
    mentor_copies,
    participant_copies,
    path_copies,
)
"""What `splot rebuild` empties before it reads the log again."""


def registered(tx: Transaction, fact: Fact) -> None:
    if not is_erased(tx, fact.key):
        _keep(tx, participant_copies, {"id": fact.key}, {"code": fact.data["code"], "erased": False})


def erased(tx: Transaction, fact: Fact) -> None:
    """Leaves a tombstone, which later facts about her meet."""
    _keep(tx, participant_copies, {"id": fact.key}, {"code": None, "erased": True})
    tx.execute(update(path_copies).where(path_copies.c.participant_id == fact.key).values(participant_id=None))


def path(tx: Transaction, fact: Fact) -> None:
    """`since` is when she chose her way; other facts of the path leave it."""
    said = fact.data
    values = {name: said.get(name) for name in ("institution_id", "adviser_id", "status", "way", "teryt")}
    woman = said["participant_id"]
    values |= {"participant_id": None if is_erased(tx, woman) else woman, "languages": said.get("languages") or []}
    since = {"since": fact.time}
    entering = tx.insert(path_copies).values(id=fact.key, **values, **since)
    changed = values | (since if fact.type == "programmes.path.way-chosen.v1" else {})
    tx.execute(entering.on_conflict_do_update(index_elements=["id"], set_=changed))


def account(tx: Transaction, fact: Fact) -> None:
    _keep(tx, account_copies, {"id": fact.key}, {"represents": "cooperative" in fact.data["roles"]})


def account_disabled(tx: Transaction, fact: Fact) -> None:
    _keep(tx, account_copies, {"id": fact.key}, {"represents": False})


def membership(tx: Transaction, fact: Fact) -> None:
    if fact.data["role"] == "intake":
        entering = tx.insert(adviser_copies).values(
            account_id=fact.data["account_id"], institution_id=fact.data["institution_id"]
        )
        tx.execute(entering.on_conflict_do_nothing())


def membership_ended(tx: Transaction, fact: Fact) -> None:
    if fact.data["role"] == "intake":
        hers = (adviser_copies.c.account_id == fact.data["account_id"]) & (
            adviser_copies.c.institution_id == fact.data["institution_id"]
        )
        tx.execute(delete(adviser_copies).where(hers))


def match(tx: Transaction, fact: Fact) -> None:
    """Only mentors of cooperatives matter here."""
    mentee = fact.data["mentee"]
    if mentee["kind"] != "cooperative":
        return
    values = {
        "cooperative_id": mentee["id"],
        "mentor_id": fact.data["mentor_id"],
        "ended": fact.data["status"] != "active",
    }
    entering = tx.insert(mentor_copies).values(match_id=fact.key, since=fact.time, **values)
    tx.execute(entering.on_conflict_do_update(index_elements=["match_id"], set_=values))


def _keep(tx: Transaction, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    entering = tx.insert(table).values(**key, **values)
    tx.execute(entering.on_conflict_do_update(index_elements=list(key), set_=values))


PROJECTIONS: dict[str, Handler] = {
    "people.participant.registered.v1": registered,
    "people.participant.erased.v1": erased,
    "people.account.activated.v1": account,
    "people.account.disabled.v1": account_disabled,
    "people.membership.granted.v1": membership,
    "people.membership.ended.v1": membership_ended,
    **{f"programmes.path.{fact}.v1": path for fact in PATHS},
    "mentoring.match.started.v1": match,
    "mentoring.match.ended.v1": match,
}
