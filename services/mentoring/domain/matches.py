"""What may happen to a match, by whom: the mentor answers first, then the mentee; silence never consents."""

from shared.statemachine import Move, Moves

COORDINATOR, MENTOR, MENTEE, ADVISER = "coordinator", "mentor", "mentee", "adviser"
"""The mentee is a woman herself, or who represents a cooperative; the adviser speaks for her when she asked for it."""

MOVES: Moves = {
    ("proposed", MENTOR, "accept"): Move("accepted", "accepted"),
    ("proposed", MENTOR, "decline"): Move("declined", "declined", needs=("reason",)),
    ("proposed", COORDINATOR, "withdraw"): Move("withdrawn", "withdrawn"),
    ("accepted", MENTEE, "confirm"): Move("active", "started", needs=("agreed",)),
    ("accepted", MENTEE, "decline"): Move("declined", "declined"),
    ("accepted", ADVISER, "confirm"): Move("active", "started", needs=("agreed",)),
    ("accepted", ADVISER, "decline"): Move("declined", "declined"),
    ("accepted", COORDINATOR, "withdraw"): Move("withdrawn", "withdrawn"),
    ("active", MENTOR, "end"): Move("ended", "ended", needs=("reason",)),
    ("active", MENTEE, "end"): Move("ended", "ended"),
    ("active", ADVISER, "end"): Move("ended", "ended", needs=("reason",)),
    ("active", COORDINATOR, "end"): Move("ended", "ended", needs=("reason",)),
}
ACTIONS = frozenset(action for _status, _party, action in MOVES)

OPEN = ("proposed", "accepted", "active")
"""A match in one of these takes a place of the mentor."""
AWAITING = {"proposed": MENTOR, "accepted": MENTEE}
"""Whose answer a match waits for."""

ANSWER_DAYS = {"proposed": 5, "accepted": 10}
"""Working days for an answer. She gets more: she is told only where and when it is safe."""

AGREED = {MENTEE: "own-page", ADVISER: "spoken"}
"""How a yes of the mentee can be given by whom."""

WITHHELD = {"conflict": "not-suitable", "safety": "not-suitable"}
FOR_EVER = {"conflict": "not-suitable", "safety": "not-suitable", "not-suitable": "not-suitable"}
DECLINED = "declined-before"


def told(reason: str | None) -> str | None:
    """What others may know of a reason."""
    return WITHHELD.get(reason, reason) if reason else None


def rule_after_decline(reason: str | None) -> str:
    """Under which rule the pair never returns."""
    return FOR_EVER.get(reason or "", DECLINED)


def knows(party: str, action: str) -> bool:
    """Whether this party ever has the action."""
    return any((whose, what) == (party, action) for _status, whose, what in MOVES)
