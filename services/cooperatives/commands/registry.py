"""Opening a cooperative, changing its details, saying who looks after it, taking out what should not be there."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from services.cooperatives.commands.telling import Changes, change, locked, note, tell
from services.cooperatives.domain import identifiers, states
from services.cooperatives.queries import registry
from services.cooperatives.tables import Row, adviser_copies, cooperatives, representatives, transitions
from shared.database import Transaction
from shared.errors import Conflict, Invalid
from shared.i18n import gettext as _

DETAILS = ("name", "teryt", "krs", "nip", "regon", "pkd", "languages", "services", "website")
OPENED_PUBLIC = ("name", "teryt", "languages")


def open_cooperative(
    tx: Transaction,
    *,
    name: str,
    teryt: str,
    languages: Sequence[str] = (),
    adviser_id: str | None = None,
    institution_id: str | None = None,
    representative_account_ids: Sequence[str] = (),
) -> Row:
    """A new initiative group. The adviser is whoever opens it, unless somebody else is named."""
    _check_name(name)
    adviser, institution = _adviser(tx, adviser_id, institution_id)
    row: dict[str, Any] = {
        "id": tx.new_id(),
        "version": 1,
        "name": " ".join(name.split()),
        "teryt": teryt,
        **dict.fromkeys(("krs", "nip", "regon", "website", "registered_on", "social_since", "removed_at")),
        "pkd": [],
        "services": [],
        "languages": list(languages),
        "status": str(states.Status.INITIATIVE_GROUP),
        "status_since": registry.today(tx),
        "social": str(states.Social.NONE),
        "adviser_id": adviser,
        "adviser_institution_id": institution,
        "founders": 0,
        "members": 0,
        "opened_at": tx.now,
        "opened_by": tx.actor.id,
    }
    tx.execute(insert(cooperatives).values(**row, search=_search(row)))
    _represent(tx, row["id"], representative_account_ids)
    enter(tx, row, axis="status", before=None, after=row["status"], effective_date=row["status_since"])
    tell(tx, "opened", row)
    public = [change(field, None, row[field]) for field in ("status", *OPENED_PUBLIC)]
    note(tx, "opened", row, changed=public, effective_date=row["status_since"])
    return row


def enter(
    tx: Transaction, row: Row, *, axis: str, before: str | None, after: str, effective_date: str, **more: Any
) -> None:
    """One more line of the history: what, since when, by what right, on what evidence, who."""
    last = _last_position(tx, row["id"], axis)
    values = {"legal_basis": None, "evidence": None, "superseded": False, "position": last + 1, **more}
    tx.execute(
        insert(transitions).values(
            id=tx.new_id(),
            cooperative_id=row["id"],
            axis=axis,
            before=before,
            after=after,
            effective_date=effective_date,
            recorded_at=tx.now,
            recorded_by=tx.actor.id,
            **values,
        )
    )


def _last_position(tx: Transaction, cooperative_id: str, axis: str) -> int:
    positions = select(transitions.c.position).where(
        transitions.c.cooperative_id == cooperative_id, transitions.c.axis == axis
    )
    return tx.scalar(positions.order_by(transitions.c.position.desc()).limit(1)) or 0


def change_details(tx: Transaction, *, cooperative_id: str, seen: int | None, details: dict[str, Any]) -> Row:
    """The details as they are from now on: what is not given is empty."""
    row = locked(tx, cooperative_id, seen=seen)
    details = {**details, "name": " ".join(details["name"].split())}
    _check_name(details["name"])
    _check_numbers(tx, row, details)
    changed = [change(field, row[field], details[field]) for field in DETAILS if row[field] != details[field]]
    if not changed:
        return row
    row = save(tx, row, **{field: details[field] for field in DETAILS})
    tell_details(tx, row, changed)
    return row


def save(tx: Transaction, row: Row, **details: Any) -> Row:
    """Raises Invalid where the court register's number is another record's already."""
    merged = {**row, **details}
    try:
        with tx.connection.begin_nested():
            return tx.save(cooperatives, row, **details, search=_search(merged))
    except IntegrityError:
        raise Invalid.at("/krs", _("Another cooperative has this number already.")) from None


def tell_details(tx: Transaction, row: Row, changed: Changes) -> None:
    tell(tx, "details-changed", row, changes=changed)
    note(tx, "details-changed", row, changed=changed)


def entrust(
    tx: Transaction,
    *,
    cooperative_id: str,
    seen: int | None,
    adviser_id: str | None,
    institution_id: str | None,
    representative_account_ids: Sequence[str],
) -> Row:
    """Who accompanies it and who acts for it. Told to the other services, not to the public."""
    row = locked(tx, cooperative_id, seen=seen)
    institution = _institution_of(tx, adviser_id, institution_id or row["adviser_institution_id"])
    before = registry.representatives_of(tx, row["id"])
    after = sorted(representative_account_ids)
    changed = []
    if adviser_id != row["adviser_id"]:
        changed.append(change("adviser", row["adviser_id"], adviser_id))
    if before != after:
        changed.append(change("representatives", str(len(before)), str(len(after))))
    if not changed and institution == row["adviser_institution_id"]:
        return row
    tx.execute(delete(representatives).where(representatives.c.cooperative_id == row["id"]))
    _represent(tx, row["id"], after)
    row = tx.save(cooperatives, row, adviser_id=adviser_id, adviser_institution_id=institution)
    if changed:
        tell(tx, "details-changed", row, changes=changed)
    return row


def remove(tx: Transaction, *, cooperative_id: str, seen: int | None, reason: str, replaced_by: str | None) -> None:
    """A mistaken or double record leaves the registry; that it was there stays in the feed."""
    row = locked(tx, cooperative_id, seen=seen)
    if (reason == "duplicate") != (replaced_by is not None) or replaced_by == row["id"]:
        raise Invalid.at("/replaced_by", _("Say which record stays, for a duplicate only."))
    if replaced_by:
        registry.cooperative(tx, tx.actor, cooperative_id=replaced_by)
    if row["status"] not in states.FORMING and reason != "duplicate":
        raise Conflict(_("A registered cooperative is struck off, not removed."), actions=[])
    tell(tx, "removed", row, reason=reason, replaced_by=replaced_by)
    note(tx, "removed", row, changed=[change("status", row["status"], None)])
    tx.save(
        cooperatives,
        row,
        krs=None,
        removed_at=tx.now,
        removed_reason=reason,
        replaced_by=replaced_by,
    )


def _adviser(tx: Transaction, adviser_id: str | None, institution_id: str | None) -> tuple[str | None, str | None]:
    if "intake" in tx.actor.all_roles:
        return adviser_id or tx.actor.id, tx.actor.acting_for(institution_id, ("intake",))
    return adviser_id, _institution_of(tx, adviser_id, institution_id)


def _institution_of(tx: Transaction, adviser_id: str | None, institution_id: str | None) -> str | None:
    """Where the adviser works: as far as it is known here, it has to fit what is said."""
    if adviser_id is None:
        return institution_id
    found = select(adviser_copies.c.institution_id).where(adviser_copies.c.account_id == adviser_id)
    works_at = list(tx.execute(found).scalars())
    if institution_id in works_at or not works_at:
        return institution_id
    return str(works_at[0])


def _represent(tx: Transaction, cooperative_id: str, accounts: Sequence[str]) -> None:
    for account_id in sorted(set(accounts)):
        tx.execute(insert(representatives).values(cooperative_id=cooperative_id, account_id=account_id))


def _check_name(name: str) -> None:
    if not identifiers.is_name(name):
        raise Invalid.at("/name", _("The name has to contain “Spółdzielnia Socjalna”."))


def _check_numbers(tx: Transaction, row: Row, details: dict[str, Any]) -> None:
    if details["krs"] and row["status"] in (*states.FORMING, states.Status.ABANDONED):
        raise Invalid.at("/krs", _("It gets this number when it is registered."))
    today = registry.today(tx)
    for n, one in enumerate(details["pkd"]):
        if one not in row["pkd"] and not identifiers.pkd_version_holds(one["version"], today=today):
            raise Invalid.at(f"/pkd/{n}/version", _("Codes of this version may not be given any more."))


def _search(row: Row) -> str:
    return " ".join(str(row[name]) for name in ("name", "krs", "nip", "regon") if row[name]).casefold()
