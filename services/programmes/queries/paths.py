"""Individual paths with their steps and history."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select

from services.programmes.domain.paths import ADVISER, MOVES, Status
from services.programmes.tables import (
    activities,
    cooperative_copies,
    match_copies,
    path_history,
    path_steps,
    paths,
    referral_copies,
)
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound
from shared.policy import Scope
from shared.sealing import SubjectErased, SubjectUnknown
from shared.statemachine import actions

Row = Mapping[Any, Any]


def visible(tx: Transaction, actor: Actor, *, path_id: str, **_path: str) -> None:
    """To her adviser's institution, and to herself."""
    row = tx.one(select(paths.c.participant_id, paths.c.institution_id).where(paths.c.id == path_id))
    if not _hers(actor, row) and row["institution_id"] not in actor.institutions_as("intake"):
        raise NotFound


def visible_step(tx: Transaction, actor: Actor, *, path_id: str, step_id: str, **_path: str) -> None:
    visible(tx, actor, path_id=path_id)
    tx.one(select(path_steps.c.id).where(path_steps.c.id == step_id, path_steps.c.path_id == path_id))


def listed(actor: Actor, *, scope: Scope, **equal: str | None) -> Select[Any]:
    """`equal` may name participant_id, status, way, adviser_id."""
    found = select(paths)
    if scope is not Scope.ANY:
        own = paths.c.institution_id.in_(actor.institutions_as("intake"))
        found = found.where(own | (paths.c.participant_id == actor.participant_id) if actor.participant_id else own)
    for name, value in equal.items():
        if value:
            found = found.where(paths.c[name] == value)
    return found


def path(tx: Transaction, path_id: str) -> dict[str, Any]:
    return described(tx, [tx.one(select(paths).where(paths.c.id == path_id))])[0]


def described(tx: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The paths with steps and history, and what was sealed opened; two queries for a whole list."""
    ids = [row["id"] for row in rows]
    steps: dict[str, list[Row]] = defaultdict(list)
    for one in tx.all(select(path_steps).where(path_steps.c.path_id.in_(ids)).order_by(path_steps.c.id)):
        steps[one["path_id"]].append(one)
    history: dict[str, list[Row]] = defaultdict(list)
    for one in tx.all(select(path_history).where(path_history.c.path_id.in_(ids)).order_by(path_history.c.id)):
        history[one["path_id"]].append(one)
    tx.sealer.keys.load([row["participant_id"] for row in rows])
    return [_described(tx, row, steps[row["id"]], history[row["id"]]) for row in rows]


def _described(tx: Transaction, row: Row, steps: Sequence[Row], history: Sequence[Row]) -> dict[str, Any]:
    participant_id = row["participant_id"]
    may_act = not _hers(tx.actor, row)
    return {
        **row,
        "goals": _opened(tx, row["goals"], participant_id, ("paths", "goals", row["id"])),
        "steps": [
            {
                **step,
                "status": step["result"] or "open",
                "text": _opened(tx, step["text"], participant_id, ("path_steps", "text", step["id"])),
            }
            for step in steps
        ],
        "ways": [{"way": one["code"], "chosen_at": one["at"]} for one in history if one["what"] == "choose"],
        "history": history,
        "actions": actions(MOVES, status=row["status"], party=ADVISER) if may_act else [],
    }


def open_path_of(tx: Transaction, participant_id: str) -> dict[str, Any] | None:
    row = tx.first(select(paths).where(paths.c.participant_id == participant_id, paths.c.status != Status.ENDED))
    return described(tx, [row])[0] if row else None


def subjects(tx: Transaction, steps: Sequence[Row]) -> dict[str, str]:
    """What each step's subject is called: the public name of an activity or cooperative, the code of a referral."""
    ids = [step["subject_id"] for step in steps if step["subject_id"]]
    called: dict[str, str] = {}
    for table, column in (
        (activities, activities.c.name),
        (cooperative_copies, cooperative_copies.c.name),
        (referral_copies, referral_copies.c.code),
    ):
        for row in tx.all(select(table.c.id, column.label("called")).where(table.c.id.in_(ids))):
            called[row["id"]] = row["called"]
    return called


def match_of(tx: Transaction, participant_id: str) -> Row | None:
    """Her latest match that is still alive."""
    alive = match_copies.c.status.in_(("proposed", "accepted", "active"))
    found = select(match_copies).where(match_copies.c.participant_id == participant_id, alive)
    return tx.first(found.order_by(match_copies.c.id.desc()).limit(1))


def _hers(actor: Actor, row: Row) -> bool:
    return actor.participant_id is not None and row["participant_id"] == actor.participant_id


def _opened(tx: Transaction, token: str | None, participant_id: str, place: tuple[str, str, str]) -> str | None:
    """None also where her key is gone: another process may have destroyed it a moment ago."""
    if token is None:
        return None
    table, column, row = place
    try:
        return tx.sealer.open(token, subject=participant_id, table=table, column=column, row=row)
    except (SubjectErased, SubjectUnknown):
        return None
