"""A programme's card: the words of its dictionaries and what must hold between its fields."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from shared.errors import FieldError, Invalid
from shared.i18n import gettext as _


class Status(StrEnum):
    PLANNED = "planned"
    IN_PROGRESS = "in-progress"
    FINISHED = "finished"


SUPPORT_AREAS = ("social-exclusion", "labour-market", "violence-prevention", "integration", "social-economy")
ACTIVITY_TYPES = (
    "counselling",
    "self-advocacy",
    "self-organisation",
    "education",
    "vocational-training",
    "business-support",
    "social-economy",
    "mentoring",
    "research",
)
TARGET_GROUPS = ("women", "migrants", "experienced-violence", "unemployed", "leaders", "institutions")
ACTIONS = frozenset({"publish", "close"})
FUNDING_SOURCES = ("labour-fund", "national", "foreign", "regional-esf", "own", "other")


def check_card(card: Mapping[Any, Any]) -> None:
    """Raises Invalid with everything that does not fit together."""
    errors = [*_period_errors(card["period"]), *_money_errors(card.get("cost"), card.get("grant"))]
    if errors:
        raise Invalid(errors)


def _period_errors(period: Mapping[Any, Any]) -> list[FieldError]:
    last = period.get("to")
    if last is not None and date.fromisoformat(last) < date.fromisoformat(period["from"]):
        return [FieldError("/period/to", _("The last day cannot be before the first."))]
    return []


def _money_errors(cost: Mapping[Any, Any] | None, grant: Mapping[Any, Any] | None) -> list[FieldError]:
    if not cost or not grant:
        return []
    if cost["currency"] != grant["currency"]:
        return [FieldError("/grant/currency", _("The grant is in the currency of the cost."))]
    if Decimal(grant["amount"]) > Decimal(cost["amount"]):
        return [FieldError("/grant/amount", _("The grant cannot be more than the cost."))]
    return []


def own_contribution(cost: str, grant: str) -> str:
    """What the partners add to the grant."""
    return str(Decimal(cost) - Decimal(grant))


def actions(*, published: bool, closed: bool) -> list[str]:
    """What can be done with a card: it is published once, and closed once."""
    if closed:
        return []
    return ["close"] if published else ["publish"]
