"""Who is who, as far as this service knows: ids, codes and names of institutions, never names of people."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Select, select, union

from services.programmes.domain.paths import Status
from services.programmes.tables import institution_copies, participant_copies, paths, referral_copies
from shared.database import Transaction
from shared.errors import FieldError, Invalid
from shared.i18n import gettext as _

ACCEPTED = ("accepted", "in-progress", "on-hold", "completed")
MOST_CANDIDATES = 500


def unknown(tx: Transaction, ids: Sequence[str]) -> list[str]:
    """Those of the ids that have not arrived here (or never will)."""
    known = set(tx.execute(_living().where(participant_copies.c.id.in_(ids))).scalars())
    return [one for one in ids if one not in known]


def refuse_unknown(tx: Transaction, ids: Sequence[str], *, pointer: str, ask: Callable[[str], bool]) -> None:
    """Raises Invalid for each id that is nobody's: whom this service has not heard of, `people` may know (`ask`).

    `{n}` in the pointer is the place in the list.
    """
    unheard = set(unknown(tx, ids))
    errors = [
        FieldError(pointer.format(n=n), _("There is no such participant."))
        for n, one in enumerate(ids)
        if one in unheard and (is_erased(tx, one) or not ask(one))
    ]
    if errors:
        raise Invalid(errors)


def is_erased(tx: Transaction, participant_id: str) -> bool:
    found = select(participant_copies.c.id).where(
        participant_copies.c.id == participant_id, participant_copies.c.erased.is_(True)
    )
    return tx.first(found) is not None


def codes(tx: Transaction, ids: Iterable[str]) -> dict[str, str]:
    """The short public code of each, for those whose registration has arrived."""
    found = select(participant_copies.c.id, participant_copies.c.code).where(
        participant_copies.c.id.in_(sorted(set(ids))), participant_copies.c.code.is_not(None)
    )
    return {row["id"]: row["code"] for row in tx.all(found)}


def institution_names(tx: Transaction, ids: Iterable[str]) -> dict[str, str]:
    found = select(institution_copies.c.id, institution_copies.c.name)
    return {row["id"]: row["name"] for row in tx.all(found.where(institution_copies.c.id.in_(sorted(set(ids)))))}


def candidates(tx: Transaction, institutions: Sequence[str], *, without_path: bool = False) -> list[str]:
    """Women whom these institutions work with: a path here, or a referral that was accepted. Newest first."""
    by_path = select(paths.c.participant_id).where(
        paths.c.institution_id.in_(institutions), paths.c.status != Status.ENDED
    )
    by_referral = select(referral_copies.c.participant_id).where(
        referral_copies.c.receiver_id.in_(institutions), referral_copies.c.status.in_(ACCEPTED)
    )
    hers = union(by_path, by_referral).subquery()
    found = _living().where(participant_copies.c.id.in_(select(hers.c.participant_id)))
    if without_path:
        found = found.where(
            participant_copies.c.id.not_in(select(paths.c.participant_id).where(paths.c.status != Status.ENDED))
        )
    return list(tx.execute(found.order_by(participant_copies.c.id.desc()).limit(MOST_CANDIDATES)).scalars())


def _living() -> Select[Any]:
    return select(participant_copies.c.id).where(participant_copies.c.erased.is_(False))
