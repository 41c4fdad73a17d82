"""A referral from its draft to its outcome."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from services.referrals import events
from services.referrals.commands.sending import check, check_person
from services.referrals.domain import Row
from services.referrals.domain import referrals as domain
from services.referrals.domain.referrals import Party
from services.referrals.policy import SENDS
from services.referrals.queries import referrals as queries
from services.referrals.tables import history, institutions, referrals, services
from shared import statemachine
from shared.database import Transaction, check_version
from shared.errors import Conflict, Forbidden, Invalid
from shared.i18n import gettext as _
from shared.metrics import REFERRAL_FIRST_LOOK

Said = Mapping[str, Any]
TEXTS = ("note", "question", "text", "comment")
"""What an action may say in words; kept sealed in the history."""
COPIED = (
    "participant_id", "sender_id", "sent_by", "priority", "needs", "barriers", "languages", "childcare", "teryt",
    "mentor_wished", "legal_basis", "legal_basis_special", "sharing_fields", "sharing_agreed", "sharing_language",
    "sharing_expires_on",
)  # fmt: skip
"""What a draft that continues another referral takes from it; its sender asks her again before she sends it."""


def create(
    tx: Transaction,
    *,
    participant_id: str,
    institution_id: str | None,
    submit: bool,
    knows: Callable[[], bool],
    **said: Any,
) -> Row:
    """A draft, or with `submit` a referral that is sent at once. `knows` asks `people` for a woman unknown here."""
    sender = tx.actor.acting_for(institution_id, SENDS)
    row = {**_blank(tx, participant_id=participant_id, sender_id=sender), **_columns(said)}
    if submit:
        row |= check(tx, row, knows=knows)
        step = domain.MOVES[domain.State.DRAFT, Party.SENDER, "submit"]
        row |= domain.changes(row, step, action="submit", now=tx.now)
    else:
        check_person(queries.participant(tx, participant_id), sender_id=sender, knows=knows)
        row |= _service(tx, row["service_id"])
    row |= _sealed_columns(tx, row, said)
    _begin(tx, row, action="submit" if submit else "draft", party=Party.SENDER)
    if submit:
        tx.publish(events.referral("requested", row))
    return row


def change_draft(tx: Transaction, referral_id: str, *, seen: int | None = None, **said: Any) -> Row:
    """Say anew what is given; a referral that was sent is not changed any more."""
    row = queries.referral(tx, tx.actor, referral_id)
    check_version(row, seen)
    if Party.SENDER not in queries.parties(row, tx.actor):
        raise Forbidden
    if row["status"] != "draft":
        raise Conflict(_("It was sent already."), actions=domain.possible(row, queries.parties(row, tx.actor)))
    changed = {**_columns(said), **_sealed_columns(tx, row, said)}
    if "service_id" in said:
        changed |= _service(tx, said["service_id"])
    return tx.save(referrals, row, **changed)


def act(tx: Transaction, referral_id: str, *, action: str, details: Said, seen: int | None = None) -> Row:
    """Raises NotFound, Stale, Invalid, or Conflict naming what is possible instead."""
    row = queries.referral(tx, tx.actor, referral_id)
    check_version(row, seen)
    whose = queries.parties(row, tx.actor)
    able = [party for party in whose if action in domain.possible(row, [party])]
    if not able:
        raise Conflict(_("This is not possible now."), actions=domain.possible(row, whose))
    return perform(tx, row, party=able[0], action=action, details=details)


def perform(tx: Transaction, row: Row, *, party: Party, action: str, details: Said) -> Row:
    """One step of the rule book, with its history and its fact."""
    at = domain.state_of(row)
    step = statemachine.move(domain.MOVES, status=at, party=party, action=action, details=details)
    changed = {name: details[name] for name in ("reason", "outcome") if details.get(name)}
    if party is Party.RECEIVER:
        changed["handled_by"] = tx.actor.id
    changed |= EXTRAS.get(action, _nothing)(tx, row, details)
    changed |= domain.changes({**row, **changed}, step, action=action, now=tx.now)
    try:
        saved = tx.save(referrals, row, **changed)
    except IntegrityError:
        raise Conflict(_already_open()) from None
    _note(tx, saved, action=action, party=party, text=next((details[n] for n in TEXTS if details.get(n)), None))
    if row["received_at"] is None and saved["received_at"] is not None:
        REFERRAL_FIRST_LOOK.observe((saved["received_at"] - saved["requested_at"]).total_seconds())
    if step.fact:
        tx.publish(events.referral(step.fact, saved, **_also_told(tx, step.fact, saved, at)))
    return saved


def tell_overdue(tx: Transaction, row: Row) -> None:
    """A clock ran out: the fact goes out once for each clock."""
    saved = tx.save(referrals, row, overdue_told=True)
    _note(tx, saved, action="overdue", party=Party.SYSTEM, text=None)
    tx.publish(events.referral("overdue", saved, deadline=row["clock"], due_at=row["due_at"]))


def _also_told(tx: Transaction, fact: str, row: Row, at: str) -> dict[str, Any]:
    more: dict[str, Callable[[], dict[str, Any]]] = {
        "failed": lambda: {"before_start": at == domain.State.ACCEPTED},
        "corrected": lambda: {"corrected_by": tx.actor.id},
        "waitlisted": lambda: {"position": queries.position(tx, row)},
    }
    return more[fact]() if fact in more else {}


# -- what some actions do besides ----------------------------------------------------------------------------------


def _nothing(_tx: Transaction, _row: Row, _details: Said) -> dict[str, Any]:
    return {}


def _submit(tx: Transaction, row: Row, _details: Said) -> dict[str, Any]:
    return {**check(tx, row, knows=lambda: True), "sent_by": tx.actor.id}


def _redirect(tx: Transaction, row: Row, details: Said) -> dict[str, Any]:
    if details["service_id"] == row["service_id"]:
        raise Invalid.at("/service_id", _("Choose another service than the one it was sent to."))
    draft = _continue(tx, row, service_id=details["service_id"], party=Party.RECEIVER)
    return {"reason": "redirected", "replaced_by": draft["id"]}


def _reopen(tx: Transaction, row: Row, _details: Said) -> dict[str, Any]:
    return {"replaced_by": _continue(tx, row, service_id=row["service_id"], party=Party.SENDER)["id"]}


EXTRAS: dict[str, Callable[[Transaction, Row, Said], dict[str, Any]]] = {
    "submit": _submit,
    "redirect": _redirect,
    "reopen": _reopen,
}


def _continue(tx: Transaction, row: Row, *, service_id: str, party: Party) -> Row:
    """A draft for the original sender that says what the old referral said, and is linked with it."""
    draft = _blank(tx, participant_id=row["participant_id"], sender_id=row["sender_id"])
    draft |= {name: row[name] for name in COPIED} | {"replaces": row["id"]} | _service(tx, service_id)
    narrative = queries.opened(tx, row, row["narrative_sealed"], **queries.PLACE)
    reference = queries.opened(tx, row, row["legal_reference_sealed"], **queries.REFERENCE)
    draft["narrative_sealed"] = _sealed(tx, draft, narrative, **queries.PLACE)
    draft["legal_reference_sealed"] = _sealed(tx, draft, reference, **queries.REFERENCE)
    return _begin(tx, draft, action="draft", party=party)


# -- rows ----------------------------------------------------------------------------------------------------------


def _blank(tx: Transaction, *, participant_id: str, sender_id: str) -> dict[str, Any]:
    new = tx.new_id()
    empty: dict[str, Any] = {column.name: None for column in referrals.c}
    return {
        **empty, "id": new, "version": 1, "code": domain.code_of(new), "participant_id": participant_id,
        "sender_id": sender_id, "sent_by": tx.actor.id, "status": "draft", "deadlines": {}, "priority": "routine",
        "needs": [], "barriers": [], "languages": [], "childcare": False, "sharing_fields": [], "created_at": tx.now,
        "overdue_told": False, "purged": False,
    }  # fmt: skip


PLAIN = ("service_id", "priority", "needs", "barriers", "languages", "childcare", "mentor_wished", "teryt")


def _columns(said: Said) -> dict[str, Any]:
    """Columns from the parts of the body that are given."""
    columns = {name: said[name] for name in PLAIN if name in said}
    if "legal_basis" in said:
        basis = said["legal_basis"] or {}
        columns |= {"legal_basis": basis.get("code"), "legal_basis_special": basis.get("special")}
    if "sharing" in said:
        sharing = said["sharing"] or {"fields": []}
        columns |= {f"sharing_{name}": sharing.get(name) for name in ("fields", "agreed", "language", "expires_on")}
    return columns


def _sealed_columns(tx: Transaction, row: Row, said: Said) -> dict[str, Any]:
    """What was typed. Only for a woman who is known: sealing makes her a key."""
    columns = {}
    if "narrative" in said:
        columns["narrative_sealed"] = _sealed(tx, row, said["narrative"], **queries.PLACE)
    if "legal_basis" in said:
        reference = (said["legal_basis"] or {}).get("reference")
        columns["legal_reference_sealed"] = _sealed(tx, row, reference, **queries.REFERENCE)
    return columns


def _service(tx: Transaction, service_id: str | None) -> dict[str, Any]:
    """Where a draft leads. Raises Invalid for a service that is not on offer."""
    if service_id is None:
        return dict.fromkeys(("service_id", "receiver_id", "service_category", "vacancy_id"))
    offered = services.c.status == "active", institutions.c.status == "active"
    found = tx.first(
        select(services)
        .join(institutions, institutions.c.id == services.c.institution_id)
        .where(services.c.id == service_id, *offered)
    )
    if found is None:
        raise Invalid.at("/service_id", _("There is no such service in the directory."))
    return {
        "service_id": found["id"],
        "receiver_id": found["institution_id"],
        "service_category": found["category"],
        "vacancy_id": found["vacancy_id"],
    }


def _begin(tx: Transaction, row: dict[str, Any], *, action: str, party: Party) -> Row:
    """Write a new referral. The index on open ones decides where two are sent at once."""
    writing = tx.insert(referrals).on_conflict_do_nothing().returning(referrals.c.id)
    if tx.execute(writing, row).first() is None:
        raise Conflict(_already_open())
    _note(tx, row, action=action, party=party, text=None)
    return row


def _note(tx: Transaction, row: Row, *, action: str, party: Party, text: str | None) -> None:
    at = queries.text_place(row["id"], row["version"])
    sealed = _sealed(tx, row, text, table="referral_history", column="text_sealed", at=at)
    sides = {Party.SENDER: row["sender_id"], Party.RECEIVER: row["receiver_id"]}
    entry = {
        "referral_id": row["id"],
        "action": action,
        "party": party,
        "institution_id": sides.get(party),
        "actor_id": tx.actor.id,
        "text_sealed": sealed,
        "at": tx.now,
        **{name: row[name] for name in ("version", "status", "business_status", "reason", "outcome")},
    }
    tx.execute(insert(history), entry)


def _sealed(tx: Transaction, row: Row, text: str | None, *, table: str, column: str, at: str = "") -> str | None:
    if not text:
        return None
    return tx.sealer.seal(text, subject=row["participant_id"], table=table, column=column, row=at or row["id"])


def _already_open() -> str:
    return _("There may already be an open referral of hers to this service.")
