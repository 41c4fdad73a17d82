"""Agreements: drawn up, signed by every party, ended by one of them or by the calendar."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from services.referrals import events
from services.referrals.domain import Row
from services.referrals.domain import agreements as domain
from services.referrals.queries import agreements as queries
from services.referrals.tables import agreement_parties, agreements, institutions
from shared import statemachine
from shared.database import Transaction, check_version
from shared.dates import local
from shared.errors import Conflict, FieldError, Forbidden, Invalid
from shared.i18n import gettext as _

Bound = Sequence[Row]


def today(tx: Transaction) -> str:
    return local(tx.now).date().isoformat()


def draw_up(tx: Transaction, *, parties: list[str], **said: Any) -> tuple[Row, Bound]:
    """A draft for the parties to sign. An administrator draws up her own institution's, a coordinator anyone's."""
    _check_parties(tx, parties)
    if said["valid_to"] is not None and said["valid_to"] < said["valid_from"]:
        raise Invalid.at("/valid_to", _("The last day cannot be before the first."))
    row = {
        "id": tx.new_id(), "version": 1, "status": "draft", "ending_told": False, "ended_on": None, "reason": None,
        "ended_by": None, **said,
    }  # fmt: skip
    tx.execute(insert(agreements).values(row))
    bound = [
        {"agreement_id": row["id"], "institution_id": party, "signed_at": None, "signed_by": None}
        for party in sorted(parties)
    ]
    tx.execute(insert(agreement_parties), bound)
    return row, list(bound)


def sign(
    tx: Transaction, agreement_id: str, *, institution_id: str | None = None, seen: int | None = None
) -> tuple[Row, Bound]:
    """One party signs; with the last signature it is in force."""
    row, party, step = _step(tx, agreement_id, action="sign", institution_id=institution_id, seen=seen)
    signing = update(agreement_parties).where(
        agreement_parties.c.agreement_id == row["id"], agreement_parties.c.institution_id == party["institution_id"]
    )
    tx.execute(signing.values(signed_at=tx.now, signed_by=tx.actor.id))
    bound = queries.parties(tx, [row["id"]])[row["id"]]
    signed_by = [one["institution_id"] for one in bound if one["signed_at"]]
    in_force = len(signed_by) == len(bound)
    saved = tx.save(agreements, row, status="signed" if in_force else step.to)
    _publish(tx, "signed", saved, bound, signed_by=signed_by, in_force=in_force)
    return saved, bound


def end(
    tx: Transaction,
    agreement_id: str,
    *,
    reason: str = "ended-by-party",
    institution_id: str | None = None,
    seen: int | None = None,
) -> tuple[Row, Bound]:
    """From today on it covers nothing new; what was sent under it goes on."""
    row, party, _step_taken = _step(tx, agreement_id, action="end", institution_id=institution_id, seen=seen)
    bound = queries.parties(tx, [row["id"]])[row["id"]]
    return _end(tx, row, bound, reason=reason, ended_by=party["institution_id"]), bound


def end_all(tx: Transaction, institution_id: str) -> None:
    """The institution has left: none of its agreements binds any more."""
    ids = select(agreement_parties.c.agreement_id).where(agreement_parties.c.institution_id == institution_id)
    rows = tx.all(select(agreements).where(agreements.c.id.in_(ids), agreements.c.status != "ended"))
    bound = queries.parties(tx, [row["id"] for row in rows])
    for row in rows:
        _end(tx, row, bound[row["id"]], reason="institution-closed", ended_by=institution_id)


def tell_ending(tx: Transaction, *, limit: int = 100) -> int:
    """Tell once of each agreement that soon ends, and end those whose last day is over. Returns how many."""
    first_told = (local(tx.now).date() + timedelta(days=domain.ENDING_DAYS)).isoformat()
    over = agreements.c.valid_to < today(tx)
    soon = (agreements.c.valid_to <= first_told) & agreements.c.ending_told.is_(False)
    rows = tx.all(select(agreements).where(agreements.c.status == "signed", over | soon).limit(limit))
    bound = queries.parties(tx, [row["id"] for row in rows])
    for row in rows:
        if row["valid_to"] < today(tx):
            _end(tx, row, bound[row["id"]], reason="expired", ended_by=None)
        else:
            _tell_ending(tx, row, bound[row["id"]])
    return len(rows)


def _tell_ending(tx: Transaction, row: Row, bound: Bound) -> None:
    left = (date.fromisoformat(row["valid_to"]) - local(tx.now).date()).days
    _publish(tx, "ending", tx.save(agreements, row, ending_told=True), bound, days_left=left)


def _end(tx: Transaction, row: Row, bound: Bound, *, reason: str, ended_by: str | None) -> Row:
    ended_on = row["valid_to"] if reason == "expired" else today(tx)
    saved = tx.save(agreements, row, status="ended", ended_on=ended_on, reason=reason, ended_by=ended_by)
    _publish(tx, "ended", saved, bound)
    return saved


def _publish(tx: Transaction, fact: str, row: Row, bound: Bound, **more: Any) -> None:
    tx.publish(events.agreement(fact, row, parties=[party["institution_id"] for party in bound], **more))


def _step(
    tx: Transaction, agreement_id: str, *, action: str, institution_id: str | None, seen: int | None
) -> tuple[Row, Row, statemachine.Move]:
    """The agreement, the party for which she acts, and the move. Forbidden where she acts for none."""
    row, bound = queries.agreement(tx, agreement_id)
    check_version(row, seen)
    party = _acting(queries.acts_for(bound, tx.actor), institution_id)
    status, side = row["status"], queries.side(party)
    try:
        return row, party, statemachine.move(domain.MOVES, status=status, party=side, action=action, details={})
    except Conflict as refusal:
        raise Conflict(str(refusal), actions=queries.possible(row, bound, tx.actor)) from None


def _acting(hers: Bound, institution_id: str | None) -> Row:
    if not hers:
        raise Forbidden
    if institution_id is None and len(hers) == 1:
        return hers[0]
    chosen = next((party for party in hers if party["institution_id"] == institution_id), None)
    if chosen is None:
        raise Invalid.at("/institution_id", _("Say for which of the parties you act."))
    return chosen


def _check_parties(tx: Transaction, parties: list[str]) -> None:
    at_work = select(institutions.c.id).where(institutions.c.id.in_(parties), institutions.c.status == "active")
    known = set(tx.execute(at_work).scalars())
    errors = [
        FieldError(f"/parties/{place}", _("There is no such institution in the partnership."))
        for place, party in enumerate(parties)
        if party not in known
    ]
    if errors:
        raise Invalid(errors)
    if "coordinator" not in tx.actor.all_roles and not set(parties) & set(tx.actor.institutions_as(queries.SIGNS)):
        raise Invalid.at("/parties", _("Your institution has to be one of the parties."))
