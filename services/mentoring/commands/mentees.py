"""Who waits for a mentor: into the queue, back into it, and out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from services.mentoring import events
from services.mentoring.commands import matches as match_commands
from services.mentoring.commands import note, rounds, waiting
from services.mentoring.domain import rounds as round_rules
from services.mentoring.queries import people
from services.mentoring.queries.visibility import token
from services.mentoring.tables import Row, bans, exclusions, matches, meetings, mentees, path_copies
from shared.database import Transaction, check_version
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.i18n import gettext as _
from shared.metrics import ERASURES

WISHES = ("languages", "teryt", "wishes", "slots", "gender", "urgent")
NOTHING_STATED: Mapping[str, Any] = {
    "languages": [],
    "teryt": None,
    "wishes": [],
    "slots": [],
    "gender": None,
    "urgent": False,
    "institution_id": None,
    "adviser_id": None,
    "path_id": None,
}


def queue(tx: Transaction, *, kind: str, subject_id: str, since: datetime, **details: Any) -> dict[str, Any]:
    """She waits from now on, at the place in the queue that `since` gives her. Conflict when she waits already."""
    if people.open_mentee(tx, kind=kind, subject_id=subject_id):
        raise Conflict(_("There is an open place in the queue already."))
    row = {
        "id": tx.new_id(),
        "version": 1,
        "status": "queued",
        "kind": kind,
        "subject_id": subject_id,
        "token": token(tx, subject_id),
        **NOTHING_STATED,
        **details,
        "waiting_since": since,
        "reason": None,
        "unmatched_reason": None,
        "created_at": tx.now,
    }
    tx.execute(mentees.insert().values(row))
    waiting.entered(tx, row, party=_party(tx))
    return row


def queue_by_hand(
    tx: Transaction,
    *,
    participant_id: str | None,
    cooperative_id: str | None,
    institution_id: str | None,
    **wishes: Any,
) -> dict[str, Any]:
    """By a coordinator or an adviser. What is not stated comes from her path, or from the cooperative's registry."""
    if bool(participant_id) is bool(cooperative_id):
        raise Invalid.at("/participant_id", _("Name a participant or a cooperative, one of them."))
    stated = {name: wishes[name] for name in WISHES if wishes.get(name) is not None}
    if participant_id:
        known = _from_path(tx, participant_id, institution_id)
        kind, subject_id = "participant", participant_id
    else:
        known = _from_registry(tx, str(cooperative_id))
        kind, subject_id = "cooperative", str(cooperative_id)
    stated["urgent"] = bool(stated.get("urgent")) or bool(known.get("urgent"))
    return queue(tx, kind=kind, subject_id=subject_id, since=tx.now, **{**known, **stated})


def from_path(path: Row, *, path_id: str) -> dict[str, Any]:
    """What a path says of a mentee."""
    names = ("languages", "teryt", "wishes", "slots", "urgent", "institution_id", "adviser_id")
    return {**{name: path[name] for name in names}, "path_id": path_id}


def from_cooperative(cooperative: Row) -> dict[str, Any]:
    """What the registry says of a cooperative that needs a mentor."""
    return {
        "languages": cooperative["languages"],
        "teryt": cooperative["teryt"],
        "adviser_id": cooperative["adviser_id"],
        "institution_id": cooperative["adviser_institution_id"],
    }


def _from_path(tx: Transaction, participant_id: str, institution_id: str | None) -> dict[str, Any]:
    own = tx.actor.institutions_as("intake")
    coordinates = "coordinator" in tx.actor.all_roles
    paths = [p for p in people.paths_of(tx, participant_id) if coordinates or p["institution_id"] in own]
    if paths:
        return from_path(paths[0], path_id=paths[0]["id"])
    copy = people.participant(tx, participant_id)
    given = None if coordinates else tx.actor.acting_for(institution_id, ("intake",))
    return {
        "languages": copy["languages"] if copy else [],
        "institution_id": given,
        "adviser_id": None if coordinates else tx.actor.id,
    }


def _from_registry(tx: Transaction, cooperative_id: str) -> dict[str, Any]:
    cooperative = people.cooperative(tx, cooperative_id)
    mine = "coordinator" in tx.actor.all_roles or (
        cooperative is not None and cooperative["adviser_institution_id"] in tx.actor.institutions_as("intake")
    )
    if cooperative is None or not mine:
        raise Invalid.at("/cooperative_id", _("There is no such cooperative."))
    return from_cooperative(cooperative)


def update_from_path(tx: Transaction, row: Row, details: Mapping[str, Any]) -> None:
    """What her path says now holds for her place in the queue, too; her date stays."""
    changes = {name: value for name, value in details.items() if row[name] != value}
    if not changes:
        return
    saved = tx.save(mentees, row, **changes)
    if saved["status"] == "queued" and changes.get("urgent"):
        rounds.start(tx, publish=True, cause=round_rules.URGENT)


def act(tx: Transaction, *, mentee_id: str, action: str, details: Mapping[str, Any], seen: int | None = None) -> Row:
    """`leave`: she does not want a mentor any more."""
    row = people.mentee(tx, tx.actor, mentee_id=mentee_id)
    if action != "leave":
        raise NotFound
    if not tx.actor.all_roles & {"coordinator", "intake"}:
        raise Forbidden
    check_version(row, seen)
    if row["status"] not in people.MENTEE_OPEN:
        raise Conflict(_("This is not possible now."))
    return leave(tx, row, reason=details.get("reason") or "own-wish", party=_party(tx))


def leave(tx: Transaction, row: Row, *, reason: str, party: str) -> dict[str, Any]:
    """Out of the queue; an open proposal is taken back, a match ends."""
    match_commands.release_mentee(tx, mentee_id=row["id"], reason=reason)
    fresh = tx.one(select(mentees).where(mentees.c.id == row["id"]))
    saved = tx.save(mentees, fresh, status="left", reason=reason, unmatched_reason=None)
    note(tx, row["id"], "left", party=party)
    tx.publish(events.mentee_left(saved, reason=reason))
    return saved


def purge(tx: Transaction, participant_id: str, *, erasure_event_id: str) -> None:
    """Nothing of her is left but codes and dates without her; her key is gone."""
    hers = (mentees.c.kind == "participant", mentees.c.subject_id == participant_id)
    rows = tx.all(select(mentees).where(*hers))
    for row in rows:
        if row["status"] in people.MENTEE_OPEN:
            leave(tx, row, reason="erased", party="service")
    ids = [row["id"] for row in rows]
    matched = select(matches.c.id).where(matches.c.mentee_id.in_(ids))
    cleared = tx.execute(
        update(meetings).where(meetings.c.match_id.in_(matched)).values(notes=None, next_step=None)
    ).rowcount
    empty = {**NOTHING_STATED, "subject_id": None, "token": None, "urgent": False}
    tx.execute(update(mentees).where(mentees.c.id.in_(ids)).values(version=mentees.c.version + 1, **empty))
    forgotten = tx.execute(delete(bans).where(bans.c.subject_id == participant_id)).rowcount
    mine = token(tx, participant_id)
    tx.execute(delete(exclusions).where((exclusions.c.one == mine) | (exclusions.c.other == mine)))
    paths = tx.execute(delete(path_copies).where(path_copies.c.participant_id == participant_id)).rowcount
    tx.sealer.keys.destroy(participant_id)
    ERASURES.labels("mentoring").inc()
    records = len(ids) + cleared + forgotten + paths
    tx.publish(events.purged(participant_id, erasure_event_id=erasure_event_id, records=records))


def _party(tx: Transaction) -> str:
    if tx.actor.is_service:
        return "service"
    return "coordinator" if "coordinator" in tx.actor.all_roles else "adviser"
