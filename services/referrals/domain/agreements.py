"""When an agreement between institutions covers a referral, and what it promises."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from services.referrals.domain import Row
from shared.statemachine import Move

ENDING_DAYS = 30
"""How long before its last day an agreement is told to end."""

DEADLINES: Mapping[str, int] = MappingProxyType({
    "look": 2, "decide": 5, "contact": 5, "urgent_look": 1, "urgent_decide": 2, "urgent_contact": 2,
})  # fmt: skip
"""Working days, where the parties agreed on nothing else."""

MOVES: Mapping[tuple[str, str, str], Move] = MappingProxyType(
    {
        ("draft", "unsigned", "sign"): Move("draft", "signed"),
        ("draft", "unsigned", "end"): Move("ended", "ended"),
        ("draft", "signed", "end"): Move("ended", "ended"),
        ("signed", "signed", "end"): Move("ended", "ended"),
    }
)
"""(status, whether the party has signed, action). It becomes `signed` with the last signature."""


def deadlines(agreed: Mapping[str, int], priority: str) -> dict[str, int]:
    """Working days by clock for a referral of this priority."""
    prefix = "urgent_" if priority == "urgent" else ""
    whole = {**DEADLINES, **agreed}
    return {clock: whole[prefix + clock] for clock in ("look", "decide", "contact")}


def best(agreements: Sequence[Row], *, category: str, fields: Sequence[str]) -> Row | None:
    """The agreement for this purpose that leaves the fewest of the fields uncovered; None when none is for it."""
    fitting = [agreement for agreement in agreements if category in agreement["purposes"]]
    return min(fitting, key=lambda agreement: len(set(fields) - set(agreement["fields"])), default=None)


def uncovered(agreement: Row, fields: Sequence[str]) -> list[int]:
    """Positions of the fields that the agreement does not cover."""
    return [place for place, field in enumerate(fields) if field not in agreement["fields"]]
