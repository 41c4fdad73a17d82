"""How someone becomes a mentor, and stops being one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from shared.statemachine import Move, Moves

COORDINATOR, MENTOR = "coordinator", "mentor"

LEARNING = ("admitted", "in-academy")
WORKING = ("active", "paused")

MOVES: Moves = {
    ("applied", COORDINATOR, "invite-to-interview"): Move("interview", None),
    ("applied", COORDINATOR, "reject"): Move("rejected", "left", needs=("reason",)),
    ("interview", COORDINATOR, "admit"): Move("admitted", "admitted"),
    ("interview", COORDINATOR, "reject"): Move("rejected", "left", needs=("reason",)),
    ("admitted", COORDINATOR, "complete-module"): Move("in-academy", None, needs=("module",)),
    ("in-academy", COORDINATOR, "activate"): Move("active", "activated"),
    ("in-academy", COORDINATOR, "complete-module"): Move("in-academy", None, needs=("module",)),
    ("active", COORDINATOR, "complete-module"): Move("active", None, needs=("module",)),
    ("paused", COORDINATOR, "complete-module"): Move("paused", None, needs=("module",)),
    ("active", COORDINATOR, "pause"): Move("paused", "paused"),
    ("active", MENTOR, "pause"): Move("paused", "paused"),
    ("paused", COORDINATOR, "resume"): Move("active", "resumed"),
    ("paused", MENTOR, "resume"): Move("active", "resumed"),
    **{
        (status, party, "leave"): Move("left", "left", needs=("reason",))
        for status in ("applied", "interview", *LEARNING, *WORKING)
        for party in (COORDINATOR, MENTOR)
    },
}
ACTIONS = frozenset(action for _status, _party, action in MOVES)

REJECT_REASONS = ("not-admitted", "own-wish", "other")
LEAVE_REASONS = ("own-wish", "moved-away", "clearance-lapsed", "other")


@dataclass(frozen=True)
class Module:
    """A part of the academy: for whom it cannot be done without, and how long it holds (None: for ever)."""

    needed_for: frozenset[str] = frozenset()
    holds: timedelta | None = None


MODULES: Mapping[str, Module] = {
    "safeguarding": Module(needed_for=frozenset({"women", "cooperatives"}), holds=timedelta(days=2 * 365)),
    "mentoring": Module(),
    "self-advocacy": Module(),
    "psychological-workshop": Module(),
    "law-of-cooperatives": Module(needed_for=frozenset({"cooperatives"})),
}


def valid_until(module: str, completed_on: date) -> date | None:
    """The last day on which it counts."""
    holds = MODULES[module].holds
    return completed_on + holds if holds else None


def missing_modules(mentors: Collection[str], held: Iterable[str]) -> list[str]:
    """Which modules a mentor of these needs and does not hold, in the order of the academy."""
    have = set(held)
    return [code for code, module in MODULES.items() if module.needed_for & set(mentors) and code not in have]


def party(*, coordinates: bool) -> str:
    return COORDINATOR if coordinates else MENTOR
