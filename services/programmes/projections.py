"""Copies of other services' facts, for pages and checks here; each can be dropped and rebuilt from the log.

A fact about an erased woman may be read again after her erasure: what belongs to her is then not copied.
"""

from typing import Any

from sqlalchemy import Table, update

from services.programmes.queries.people import is_erased
from services.programmes.tables import (
    cooperative_copies,
    institution_copies,
    match_copies,
    mentee_copies,
    participant_copies,
    referral_copies,
    round_copies,
    service_copies,
)
from shared.consumer import Handler
from shared.database import Transaction
from shared.dates import parse_instant
from shared.envelope import Fact

TABLES = (
    cooperative_copies,
    institution_copies,
    match_copies,
    mentee_copies,
    participant_copies,
    referral_copies,
    round_copies,
    service_copies,
)
"""What `splot rebuild` empties before it reads the log again."""


def participant_registered(tx: Transaction, fact: Fact) -> None:
    if not is_erased(tx, fact.key):
        values = {"code": fact.data["code"], "languages": fact.data["languages"], "erased": False}
        _keep(tx, participant_copies, fact.key, values)


def participant_erased(tx: Transaction, fact: Fact) -> None:
    """Leaves a tombstone, which later facts about her meet."""
    _keep(tx, participant_copies, fact.key, {"code": None, "languages": [], "erased": True})
    for table, column in (
        (referral_copies, referral_copies.c.participant_id),
        (match_copies, match_copies.c.participant_id),
        (mentee_copies, mentee_copies.c.subject_id),
    ):
        tx.execute(update(table).where(column == fact.key).values({column.name: None}))


def institution_known(tx: Transaction, fact: Fact) -> None:
    _keep(tx, institution_copies, fact.key, {"name": fact.data["name"], "teryt": fact.data["teryt"]})


def service_known(tx: Transaction, fact: Fact) -> None:
    capacity = fact.data["capacity"] or {}
    values = {name: fact.data[name] for name in ("institution_id", "name", "category", "status")}
    _keep(tx, service_copies, fact.key, {**values, **{n: capacity.get(n) for n in ("unit", "available", "maximum")}})


def referral_known(tx: Transaction, fact: Fact) -> None:
    data = fact.data
    values = {name: data[name] for name in ("code", "receiver_id", "service_category", "status", "priority")}
    hers = None if is_erased(tx, data["participant_id"]) else data["participant_id"]
    _keep(
        tx, referral_copies, fact.key, {**values, "participant_id": hers, "decide_by": parse_instant(data["decide_by"])}
    )


def mentee_queued(tx: Transaction, fact: Fact) -> None:
    mentee = fact.data["mentee"]
    values = {
        "kind": mentee["kind"],
        "subject_id": None if is_erased(tx, mentee["id"]) else mentee["id"],
        "waiting_since": parse_instant(fact.data["waiting_since"]),
        "urgent": fact.data["urgent"],
        "waiting": True,
    }
    _keep(tx, mentee_copies, fact.key, values)


def mentee_left(tx: Transaction, fact: Fact) -> None:
    tx.execute(update(mentee_copies).where(mentee_copies.c.id == fact.key).values(waiting=False))


def match_known(tx: Transaction, fact: Fact) -> None:
    data, mentee = fact.data, fact.data["mentee"]
    woman = mentee["id"] if mentee["kind"] == "participant" and not is_erased(tx, mentee["id"]) else None
    values = {
        "mentee_id": data["mentee_id"],
        "participant_id": woman,
        "path_id": data["path_id"],
        "status": data["status"],
    }
    _keep(tx, match_copies, fact.key, values)


def round_known(tx: Transaction, fact: Fact) -> None:
    values = {
        "at": fact.time,
        "proposed": fact.data["proposed"],
        "unmatched": fact.data["unmatched"],
        "reasons": fact.data["unmatched_by_reason"],
    }
    _keep(tx, round_copies, fact.key, values)


def cooperative_known(tx: Transaction, fact: Fact) -> None:
    _keep(tx, cooperative_copies, fact.key, {"name": fact.data["name"], "status": fact.data["status"]})


def _keep(tx: Transaction, table: Table, key: str, values: dict[str, Any]) -> None:
    inserting = tx.insert(table)
    taken_over = {name: inserting.excluded[name] for name in values}
    tx.execute(inserting.on_conflict_do_update(index_elements=[table.c.id], set_=taken_over), {"id": key, **values})


def _all(prefix: str, names: str, handler: Handler) -> dict[str, Handler]:
    return {f"{prefix}.{name}.v1": handler for name in names.split()}


PROJECTIONS: dict[str, Handler] = {
    "people.participant.registered.v1": participant_registered,
    "people.participant.erased.v1": participant_erased,
    **_all("referrals.institution", "registered changed closed", institution_known),
    **_all("referrals.service", "published changed withdrawn capacity-changed", service_known),
    **_all(
        "referrals.referral",
        "requested received accepted rejected information-asked information-given waitlisted started held resumed "
        "completed failed cancelled redirected corrected overdue",
        referral_known,
    ),
    "mentoring.mentee.queued.v1": mentee_queued,
    "mentoring.mentee.left.v1": mentee_left,
    **_all("mentoring.match", "proposed accepted declined expired withdrawn started ended", match_known),
    "mentoring.round.completed.v1": round_known,
    **_all(
        "cooperatives.cooperative",
        "opened status-changed details-changed founder-joined founder-left members-changed",
        cooperative_known,
    ),
}
