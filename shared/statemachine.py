"""A state machine is a table that an expert can read; these functions only walk it.

MOVES = {(Status.REQUESTED, Party.RECEIVER, "reject"): Move(Status.REJECTED, "rejected", needs=("reason",))}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.errors import Conflict, FieldError, Invalid
from shared.i18n import gettext as _


@dataclass(frozen=True)
class Move:
    """Where an action leads, which fact tells it (none: nobody else needs to know), what it cannot do without."""

    to: str
    fact: str | None
    needs: tuple[str, ...] = ()


Moves = Mapping[tuple[str, str, str], Move]


def actions(moves: Moves, *, status: str, party: str) -> list[str]:
    """What this party may do now."""
    return [action for (at, whose, action) in moves if (at, whose) == (status, party)]


def move(moves: Moves, *, status: str, party: str, action: str, details: Mapping[str, Any]) -> Move:
    """The move, or Conflict naming the possible actions, or Invalid naming what is missing."""
    step = moves.get((status, party, action))
    if step is None:
        possible = actions(moves, status=status, party=party)
        raise Conflict(_("This is not possible now."), actions=possible)
    missing = [name for name in step.needs if not details.get(name)]
    if missing:
        raise Invalid([FieldError(f"/{name}", _("This is needed here.")) for name in missing])
    return step
