"""What a referral must satisfy before it leaves: the woman, the service, the agreement, the law, her own yes."""

from collections.abc import Callable, Sequence
from typing import Any

from services.referrals.domain import Row, agreements
from services.referrals.queries import referrals as queries
from shared.database import Transaction
from shared.errors import Conflict, FieldError, Invalid
from shared.i18n import gettext as _


def check(tx: Transaction, row: Row, *, knows: Callable[[], bool]) -> dict[str, Any]:
    """The columns that it takes over from service and agreement.

    Raises Invalid with everything that is missing or not covered, or Conflict for a duplicate.
    """
    missing = _missing(row, today=queries.today(tx))
    if missing:
        raise Invalid(missing)
    sender_id, participant_id = row["sender_id"], row["participant_id"]
    found = queries.grounds(tx, participant_id=participant_id, service_id=row["service_id"], sender_id=sender_id)
    if not found or not found[0]["offered"]:
        raise Invalid.at("/service_id", _("There is no such service in the directory."))
    known = found[0] if found[0]["erased"] is not None else None
    check_person(known, sender_id=sender_id, knows=knows)
    agreement = _agreement(row, found)
    if found[0]["already_open"]:
        raise Conflict(_("There may already be an open referral of hers to this service."))
    return _taken_over(row, found[0], agreement)


def check_person(known: Row | None, *, sender_id: str, knows: Callable[[], bool]) -> None:
    """Whom this institution registered is known from her fact; for anyone else `people` has the word."""
    if known is not None and known["erased"]:
        raise Invalid.at("/participant_id", _("There is no such participant."))
    if (known is None or known["registered_by"] != sender_id) and not knows():
        raise Invalid.at("/participant_id", _("There is no such participant."))


def _missing(row: Row, *, today: str) -> list[FieldError]:
    """Questions that have no answer yet."""
    errors = [
        FieldError(pointer, _("This is needed before it is sent."))
        for pointer, column in (("/service_id", "service_id"), ("/legal_basis", "legal_basis"))
        if row[column] is None
    ]
    if row["sharing_expires_on"] is None:
        errors.append(FieldError("/sharing", _("This is needed before it is sent.")))
    elif row["sharing_expires_on"] < today:
        errors.append(FieldError("/sharing/expires_on", _("This day is over.")))
    return errors


def _agreement(row: Row, found: Sequence[Row]) -> Row | None:
    """The agreement under which it is sent; none is needed within one institution. Raises Invalid."""
    service = found[0]
    if service["institution_id"] == row["sender_id"]:
        return None
    signed = [
        {name: ground[f"agreement_{name}"] for name in ("id", "fields", "purposes", "deadlines")}
        for ground in found
        if ground["agreement_id"] is not None
    ]
    chosen = agreements.best(signed, category=service["category"], fields=row["sharing_fields"])
    if chosen is None:
        raise Invalid.at("/service_id", _("No signed agreement of the two institutions covers this service."))
    beyond = agreements.uncovered(chosen, row["sharing_fields"])
    if beyond:
        detail = _("The agreement of the two institutions does not cover this.")
        raise Invalid([FieldError(f"/sharing/fields/{place}", detail) for place in beyond])
    return chosen


def _taken_over(row: Row, service: Row, agreement: Row | None) -> dict[str, Any]:
    agreed = agreement["deadlines"] if agreement else {}
    return {
        "receiver_id": service["institution_id"],
        "service_category": service["category"],
        "vacancy_id": service["vacancy_id"],
        "teryt": row["teryt"] or service["teryt"],
        "needs": row["needs"] or [service["category"]],
        "agreement_id": agreement["id"] if agreement else None,
        "deadlines": agreements.deadlines(agreed, row["priority"]),
    }
