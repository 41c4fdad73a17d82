"""Individual paths: opened by an adviser or by an accepted referral, walked by actions, steps closed by facts."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update

from services.programmes import events
from services.programmes.domain.paths import (
    ADVISER,
    MOVES,
    Result,
    Status,
    Step,
    Way,
    after_completion,
)
from services.programmes.tables import path_history, path_steps, paths
from shared.database import Transaction, check_version
from shared.errors import Conflict, Invalid
from shared.i18n import gettext as _
from shared.statemachine import move

Row = Mapping[Any, Any]


def open_path(
    tx: Transaction,
    *,
    participant_id: str,
    institution_id: str,
    adviser_id: str | None,
    details: Mapping[Any, Any],
    referral_id: str | None = None,
) -> dict[str, Any]:
    """A woman has one open path at a time. Raises Conflict when she has one."""
    if open_path_of(tx, participant_id):
        raise Conflict(_("She has an open path already."))
    path_id = tx.new_id()
    goals = details.get("goals")
    row = {
        "id": path_id,
        "participant_id": participant_id,
        "institution_id": institution_id,
        "adviser_id": adviser_id,
        "status": Status.OPENED,
        "way": None,
        "goals": _sealed(tx, goals, participant_id, ("paths", "goals", path_id)) if goals else None,
        "mentor_wanted": details.get("mentor_wanted"),
        "wishes": details.get("wishes", []),
        "slots": details.get("slots", []),
        "languages": details.get("languages", []),
        "teryt": details.get("teryt"),
        "urgent": details.get("urgent", False),
        "resumes_on": None,
        "outcome": None,
        "opened_at": tx.now,
        "ended_at": None,
        "version": 1,
    }
    tx.execute(insert(paths).values(row))
    _note(tx, path_id, what="opened")
    tx.publish(events.path("opened", row, referral_id=referral_id))
    return add_step(tx, row, kind=Step.MENTOR)[0] if row["mentor_wanted"] else row


def open_path_of(tx: Transaction, participant_id: str) -> Row | None:
    """Her open path, held until the commit."""
    return tx.first(
        select(paths).where(paths.c.participant_id == participant_id, paths.c.status != Status.ENDED).with_for_update()
    )


def set_goals(tx: Transaction, *, path_id: str, goals: str, seen: int | None = None) -> dict[str, Any]:
    """What she wants to reach, in her own words; sealed, and told to nobody."""
    row = _locked(tx, path_id)
    check_version(row, seen)
    sealed = _sealed(tx, goals, row["participant_id"], ("paths", "goals", path_id))
    return tx.save(paths, row, goals=sealed)


def act(
    tx: Transaction, *, path_id: str, action: str, details: Mapping[Any, Any], seen: int | None = None
) -> dict[str, Any]:
    row = _locked(tx, path_id)
    check_version(row, seen)
    step = move(MOVES, status=row["status"], party=ADVISER, action=action, details=details)
    return _WORK[action](tx, row, step.to, details)


def add_step(tx: Transaction, path: Row, *, kind: str, **step: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The path and its new step. `step` may say subject_id, need, text (sealed), due_on, result."""
    step_id = tx.new_id()
    text = step.get("text")
    row = {
        "id": step_id,
        "path_id": path["id"],
        "kind": str(kind),
        "subject_id": step.get("subject_id"),
        "need": step.get("need"),
        "text": _sealed(tx, text, path["participant_id"], ("path_steps", "text", step_id)) if text else None,
        "due_on": step.get("due_on"),
        "result": None,
        "added_at": tx.now,
        "closed_at": None,
    }
    changes = {"mentor_wanted": True} if kind == Step.MENTOR else {}
    saved = tx.save(paths, path, **changes)
    tx.execute(insert(path_steps).values(row))
    tx.publish(events.step("step-added", saved, row))
    return saved, row


def close_step(tx: Transaction, path: Row, step: Row, *, result: str, status: str) -> dict[str, Any]:
    closed = {**step, "result": str(result), "closed_at": tx.now}
    saved = tx.save(paths, path, status=status)
    tx.execute(
        update(path_steps)
        .where(path_steps.c.id == step["id"])
        .values(result=str(result), closed_at=closed["closed_at"])
    )
    tx.publish(events.step("step-completed", saved, closed))
    return saved


def close_steps(tx: Transaction, *, kind: str, subject_id: str, participant_id: str | None, result: str) -> int:
    """Close the open steps about this subject (of this woman, where one is named); how many there were."""
    found = select(path_steps.c.path_id).where(
        path_steps.c.subject_id == subject_id, path_steps.c.kind == str(kind), path_steps.c.result.is_(None)
    )
    if participant_id:
        found = found.join(paths, paths.c.id == path_steps.c.path_id).where(paths.c.participant_id == participant_id)
    closed = 0
    for path_id in sorted(set(tx.execute(found).scalars())):
        closed += close_open_steps(tx, path_id=path_id, kind=kind, subject_id=subject_id, result=result)
    return closed


def close_open_steps(tx: Transaction, *, path_id: str, kind: str, subject_id: str | None, result: str) -> int:
    path: Row = _locked(tx, path_id)
    open_ones = open_steps(tx, path_id, kind=kind, subject_id=subject_id)
    for step in open_ones:
        status = after_completion(path["status"]) if result == Result.DONE else path["status"]
        path = close_step(tx, path, step, result=result, status=status)
    return len(open_ones)


def open_steps(tx: Transaction, path_id: str, *, kind: str | None = None, subject_id: str | None = None) -> list[Row]:
    found = select(path_steps).where(path_steps.c.path_id == path_id, path_steps.c.result.is_(None))
    if kind:
        found = found.where(path_steps.c.kind == str(kind))
    if subject_id:
        found = found.where(path_steps.c.subject_id == subject_id)
    return list(tx.all(found.order_by(path_steps.c.id)))


# -- what each action does; each gets the path as it was, and where the table leads it --------------------------------


def _consult(tx: Transaction, row: Row, to: str, _details: Mapping[Any, Any]) -> dict[str, Any]:
    _note(tx, row["id"], what="consult")
    return tx.save(paths, row, status=to, adviser_id=row["adviser_id"] or tx.actor.id)


def _start(tx: Transaction, row: Row, to: str, _details: Mapping[Any, Any]) -> dict[str, Any]:
    _note(tx, row["id"], what="start")
    return tx.save(paths, row, status=to)


def _choose(tx: Transaction, row: Row, to: str, details: Mapping[Any, Any]) -> dict[str, Any]:
    way, before = details["way"], row["way"]
    if way == before:
        return dict(row)
    saved = tx.save(paths, row, status=to, way=way, adviser_id=row["adviser_id"] or tx.actor.id)
    _note(tx, row["id"], what="choose", code=way, previous=before)
    tx.publish(events.path("way-chosen", saved, previous_way=before))
    for step in open_steps(tx, row["id"], kind=Step.COOPERATIVE):
        saved = close_step(tx, saved, step, result=Result.NOT_DONE, status=to)
    return add_step(tx, saved, kind=Step.COOPERATIVE)[0] if way == Way.SOCIAL_COOPERATIVE else saved


def _add_step(tx: Transaction, row: Row, _to: str, details: Mapping[Any, Any]) -> dict[str, Any]:
    if details["kind"] == Step.MENTOR:
        if open_steps(tx, row["id"], kind=Step.MENTOR):
            raise Conflict(_("She waits for a mentor already."))
        told = {name: details[name] for name in ("wishes", "slots") if name in details}
        row = tx.save(paths, row, **told)
    step = {name: details[name] for name in ("subject_id", "need", "text", "due_on") if name in details}
    return add_step(tx, row, kind=details["kind"], **step)[0]


def _complete_step(tx: Transaction, row: Row, to: str, details: Mapping[Any, Any]) -> dict[str, Any]:
    wanted = [step for step in open_steps(tx, row["id"]) if step["id"] == details["step_id"]]
    if not wanted:
        raise Invalid.at("/step_id", _("This path has no such open step."))
    result = details.get("result") or Result.DONE
    status = to if result == Result.DONE else row["status"]
    return close_step(tx, row, wanted[0], result=result, status=status)


def _pause(tx: Transaction, row: Row, to: str, details: Mapping[Any, Any]) -> dict[str, Any]:
    saved = tx.save(paths, row, status=to, resumes_on=details.get("resumes_on"))
    _note(tx, row["id"], what="pause")
    tx.publish(events.path("paused", saved, resumes_on=saved["resumes_on"]))
    return saved


def _resume(tx: Transaction, row: Row, to: str, _details: Mapping[Any, Any]) -> dict[str, Any]:
    saved = tx.save(paths, row, status=to, resumes_on=None)
    _note(tx, row["id"], what="resume")
    tx.publish(events.path("resumed", saved))
    return saved


def _end(tx: Transaction, row: Row, to: str, details: Mapping[Any, Any]) -> dict[str, Any]:
    for step in open_steps(tx, row["id"]):
        row = close_step(tx, row, step, result=Result.NOT_DONE, status=row["status"])
    saved = tx.save(paths, row, status=to, outcome=details["outcome"], ended_at=tx.now)
    _note(tx, row["id"], what="end", code=details["outcome"])
    tx.publish(events.path("ended", saved, outcome=details["outcome"]))
    return saved


_WORK = {
    "consult": _consult,
    "start": _start,
    "choose": _choose,
    "add-step": _add_step,
    "complete-step": _complete_step,
    "pause": _pause,
    "resume": _resume,
    "end": _end,
}


def _locked(tx: Transaction, path_id: str) -> Row:
    return tx.one(select(paths).where(paths.c.id == path_id).with_for_update())


def _note(tx: Transaction, path_id: str, *, what: str, code: str | None = None, previous: str | None = None) -> None:
    row = {"id": tx.new_id(), "path_id": path_id, "at": tx.now, "by": tx.actor.id}
    tx.execute(insert(path_history).values(**row, what=what, code=code, previous=previous))


def _sealed(tx: Transaction, text: str, participant_id: str, place: tuple[str, str, str]) -> str:
    table, column, row = place
    return tx.sealer.seal(text, subject=participant_id, table=table, column=column, row=row)
