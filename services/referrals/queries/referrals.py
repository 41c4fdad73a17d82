"""Referrals as each side may see them, and what a new one stands on."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select

from services.referrals.domain import Row
from services.referrals.domain import referrals as domain
from services.referrals.domain.referrals import Party
from services.referrals.policy import RECEIVES, SENDS, STAFF
from services.referrals.queries.directory import in_force
from services.referrals.tables import (
    agreement_parties,
    agreements,
    history,
    institutions,
    is_open,
    participants,
    referrals,
    services,
)
from shared.actor import Actor
from shared.database import Transaction
from shared.dates import local
from shared.errors import NotFound
from shared.metrics import REFERRALS_OPEN, Reading

SOON_HOURS = 24
PLACE = {"table": "referrals", "column": "narrative_sealed"}
REFERENCE = {"table": "referrals", "column": "legal_reference_sealed"}
HIDDEN_BEFORE_ACCEPTANCE = (
    "participant_id", "barriers", "mentor_wished", "teryt", "legal_basis", "sharing", "narrative",
)  # fmt: skip


def today(tx: Transaction) -> str:
    return local(tx.now).date().isoformat()


# -- what a new referral stands on ---------------------------------------------------------------------------------


def grounds(tx: Transaction, *, participant_id: str, service_id: str | None, sender_id: str) -> Sequence[Row]:
    """The service with each agreement in force that binds both institutions, what is known of the woman, and whether
    she has an open referral to it already: all that a new referral is checked against, in one question.
    Empty when there is no such service.
    """
    mine, theirs = agreement_parties.alias("mine"), agreement_parties.alias("theirs")
    binding = mine.join(theirs, mine.c.agreement_id == theirs.c.agreement_id).join(
        agreements, and_(agreements.c.id == mine.c.agreement_id, in_force(today(tx)))
    )
    both = and_(mine.c.institution_id == sender_id, theirs.c.institution_id == services.c.institution_id)
    hers = and_(referrals.c.participant_id == participant_id, referrals.c.service_id == service_id, is_open)
    found = (
        services.join(institutions, institutions.c.id == services.c.institution_id)
        .outerjoin(participants, participants.c.id == participant_id)
        .outerjoin(binding, both)
    )
    columns = (
        *(services.c[name] for name in ("id", "institution_id", "vacancy_id", "category", "teryt")),
        and_(services.c.status == "active", institutions.c.status == "active").label("offered"),
        participants.c.registered_by,
        participants.c.erased,
        *(agreements.c[name].label(f"agreement_{name}") for name in ("id", "fields", "purposes", "deadlines")),
        exists(select(referrals.c.id).where(hers)).label("already_open"),
    )
    return tx.all(select(*columns).select_from(found).where(services.c.id == service_id))


def participant(tx: Transaction, participant_id: str) -> Row | None:
    return tx.first(select(participants).where(participants.c.id == participant_id))


def registered_by(tx: Transaction, institution_ids: Iterable[str], *, limit: int = 200) -> Sequence[Row]:
    """The women these institutions registered, the newest first."""
    own = participants.c.registered_by.in_(list(institution_ids))
    women = select(participants).where(own, participants.c.erased.is_(False))
    return tx.all(women.order_by(participants.c.id.desc()).limit(limit))


# -- who sees what -------------------------------------------------------------------------------------------------


def parties(row: Row, actor: Actor) -> list[Party]:
    """What the actor is in this referral; empty for staff who may only know that it is there."""
    return domain.parties_of(
        row,
        sends_for=frozenset(actor.institutions_as(*SENDS)),
        receives_for=frozenset(actor.institutions_as(*RECEIVES)),
        coordinates="coordinator" in actor.all_roles,
    )


def may_know(actor: Actor) -> ColumnElement[bool]:
    """The referrals that the actor may know of: a draft is its sender's alone."""
    sent = referrals.c.requested_at.is_not(None)
    if "coordinator" in actor.all_roles:
        return or_(sent, referrals.c.sender_id.in_(actor.institutions_as(*SENDS)))
    return or_(_sent_by(actor), _received_by(actor))


def _sent_by(actor: Actor) -> ColumnElement[bool]:
    written = or_(referrals.c.sender_id.in_(actor.institutions_as(*SENDS)), referrals.c.requested_at.is_not(None))
    return and_(referrals.c.sender_id.in_(actor.institutions_as("caseworker", "institution-admin")), written)


def _received_by(actor: Actor) -> ColumnElement[bool]:
    theirs = referrals.c.receiver_id.in_(actor.institutions_as(*STAFF))
    return and_(theirs, referrals.c.requested_at.is_not(None))


def listed(actor: Actor, *, now: Any, **wanted: Any) -> Select[Any]:
    """Referrals that the actor may know of and that fit, with public names."""
    conditions: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "side": lambda side: _sent_by(actor) if side == "sent" else _received_by(actor),
        "status": lambda status: referrals.c.status == status,
        "open": lambda yes: is_open if yes else ~is_open,
        "overdue": lambda yes: referrals.c.due_at < now if yes else or_(
            referrals.c.due_at.is_(None), referrals.c.due_at >= now
        ),
        "q": lambda code: referrals.c.code == code.upper(),
        "participant_id": lambda found: and_(referrals.c.participant_id == found, _may_see_person(actor, now)),
        "service_id": lambda found: referrals.c.service_id == found,
    }  # fmt: skip
    fitting = [condition(wanted[name]) for name, condition in conditions.items() if wanted.get(name) is not None]
    return _with_names().where(may_know(actor), *fitting)


def _may_see_person(actor: Actor, now: Any) -> ColumnElement[bool]:
    """A filter by woman must not find what its row would hide."""
    on = local(now).date().isoformat()
    kept = referrals.c.status.not_in(("rejected", "cancelled", "entered-in-error"))
    accepted = and_(referrals.c.accepted_at.is_not(None), kept, referrals.c.sharing_expires_on >= on)
    received = and_(referrals.c.receiver_id.in_(actor.institutions_as(*RECEIVES)), accepted)
    return or_(referrals.c.sender_id.in_(actor.institutions_as(*SENDS)), received)


def referral(tx: Transaction, actor: Actor, referral_id: str) -> Row:
    """The row with public names. Raises NotFound for what she may not know of."""
    return tx.one(_with_names().where(referrals.c.id == referral_id, may_know(actor)))


def visible(tx: Transaction, actor: Actor, *, referral_id: str) -> None:
    referral(tx, actor, referral_id)


def own_draft(tx: Transaction, actor: Actor, *, referral_id: str) -> None:
    """NotFound unless it is a draft that she may write on."""
    row = referral(tx, actor, referral_id)
    if row["status"] != "draft" or Party.SENDER not in parties(row, actor):
        raise NotFound


def view(tx: Transaction, actor: Actor, row: Row) -> dict[str, Any]:
    """The referral as the actor may see it, without the narrative: what she may not see is absent."""
    whose = parties(row, actor)
    sees = any(domain.sees_person(row, party, today=today(tx)) for party in whose)
    shown = {
        **row,
        "actions": domain.possible(row, whose),
        "overdue": row["due_at"] is not None and row["due_at"] < tx.now,
        "legal_basis": {"code": row["legal_basis"], "special": row["legal_basis_special"]},
        "sharing": {
            name: row[f"sharing_{name}"] for name in ("fields", "agreed", "language", "expires_on")
        },
    }  # fmt: skip
    if Party.SENDER not in whose and "coordinator" not in actor.all_roles and row.get("sender_is_confidential"):
        shown["sender_id"] = shown["sender_name"] = None
    hidden = () if Party.SENDER in whose else _not_agreed(row) if sees else HIDDEN_BEFORE_ACCEPTANCE
    return {name: value for name, value in shown.items() if name not in hidden}


def _not_agreed(row: Row) -> tuple[str, ...]:
    """What the recipient does not see though it accepted: what she did not agree to share."""
    return () if "needs" in row["sharing_fields"] else ("barriers",)


def detailed(tx: Transaction, actor: Actor, row: Row) -> dict[str, Any]:
    """The same with what only the two institutions read, and her place in the waiting list."""
    shown = view(tx, actor, row)
    if row["business_status"] == "waitlisted":
        shown["position"] = position(tx, row)
    if "participant_id" not in shown or row["purged"]:
        return shown
    sender = Party.SENDER in parties(row, actor)
    if sender or "narrative" in row["sharing_fields"]:
        shown["narrative"] = opened(tx, row, row["narrative_sealed"], **PLACE)
    if sender:
        reference = opened(tx, row, row["legal_reference_sealed"], **REFERENCE)
        shown["legal_basis"] = {**shown["legal_basis"], "reference": reference}
    return shown


def opened(tx: Transaction, row: Row, token: str | None, *, table: str, column: str, at: str = "") -> str | None:
    if token is None:
        return None
    subject, place = row["participant_id"], at or row["id"]
    return tx.sealer.open(token, subject=subject, table=table, column=column, row=place)


def position(tx: Transaction, row: Row) -> int:
    """Her place in the service's waiting list, from 1."""
    ahead = and_(
        referrals.c.service_id == row["service_id"],
        referrals.c.business_status == "waitlisted",
        referrals.c.waitlisted_at < row["waitlisted_at"],
    )
    return 1 + int(tx.scalar(select(func.count()).where(ahead)) or 0)


def told(tx: Transaction, actor: Actor, row: Row) -> list[dict[str, Any]]:
    """What has happened, in order. What was written is for the two institutions' workers only."""
    rows: Sequence[Row] = tx.all(select(history).where(history.c.referral_id == row["id"]).order_by(history.c.version))
    whose = parties(row, actor)
    if Party.SENDER not in whose:
        rows = [one for one in rows if one["at"] >= row["requested_at"]]
    reads = bool({Party.SENDER, Party.RECEIVER} & set(whose)) and not row["purged"]
    return [_told(tx, row, one, reads=reads) for one in rows]


def _told(tx: Transaction, row: Row, one: Row, *, reads: bool) -> dict[str, Any]:
    shown = {name: value for name, value in one.items() if name != "text_sealed"}
    if reads and one["text_sealed"]:
        at = text_place(row["id"], one["version"])
        shown["text"] = opened(tx, row, one["text_sealed"], table="referral_history", column="text_sealed", at=at)
    return shown


def text_place(referral_id: str, version: int) -> str:
    return f"{referral_id}:{version}"


def _with_names() -> Select[Any]:
    sender, receiver = institutions.alias("sender"), institutions.alias("receiver")
    return (
        select(
            referrals,
            sender.c.name.label("sender_name"),
            sender.c.confidential_location.label("sender_is_confidential"),
            receiver.c.name.label("receiver_name"),
            services.c.name.label("service_name"),
        )
        .join(sender, sender.c.id == referrals.c.sender_id)
        .outerjoin(receiver, receiver.c.id == referrals.c.receiver_id)
        .outerjoin(services, services.c.id == referrals.c.service_id)
    )


# -- what waits ----------------------------------------------------------------------------------------------------


def gauges(tx: Transaction) -> Iterable[Reading]:
    """Open referrals by status and lateness."""
    lateness = case(
        (referrals.c.due_at < tx.now, literal("late")),
        (referrals.c.due_at < tx.now + timedelta(hours=SOON_HOURS), literal("due-soon")),
        else_=literal("on-time"),
    ).label("lateness")
    counted = select(referrals.c.status, lateness, func.count().label("n")).where(is_open)
    for row in tx.execute(counted.group_by(referrals.c.status, lateness)):
        yield Reading(REFERRALS_OPEN, (row.status, row.lateness), row.n)


def overdue(tx: Transaction, *, limit: int = 100) -> Sequence[Row]:
    """Open referrals whose clock ran out and nobody was told."""
    late = and_(referrals.c.due_at < tx.now, referrals.c.overdue_told.is_(False), is_open)
    return tx.all(select(referrals).where(late).order_by(referrals.c.due_at).limit(limit))


def run_out(tx: Transaction, *, limit: int = 100) -> Sequence[Row]:
    """Referrals that nobody has accepted and for which what she agreed to has run out."""
    undecided = and_(is_open, referrals.c.accepted_at.is_(None))
    expired = select(referrals).where(undecided, referrals.c.sharing_expires_on < today(tx))
    return tx.all(expired.order_by(referrals.c.id).limit(limit))


def open_of(tx: Transaction, participant_id: str) -> Sequence[Row]:
    """Her open referrals and drafts."""
    hers = and_(referrals.c.participant_id == participant_id, or_(is_open, referrals.c.status == "draft"))
    return tx.all(select(referrals).where(hers).order_by(referrals.c.id))


def waiting_for(tx: Transaction, service_id: str) -> int:
    """How many women are on the service's waiting list."""
    waiting = and_(referrals.c.service_id == service_id, referrals.c.business_status == "waitlisted")
    return int(tx.scalar(select(func.count()).where(waiting)) or 0)
