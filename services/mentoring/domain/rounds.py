"""A matching round: solved by the worker, looked at or published at once."""

from shared.statemachine import Move, Moves

COORDINATOR = "coordinator"

MOVES: Moves = {
    ("draft", COORDINATOR, "publish"): Move("published", "completed"),
    ("draft", COORDINATOR, "discard"): Move("discarded", None),
}
ACTIONS = frozenset(action for _status, _party, action in MOVES)

DAILY_AT = 6
"""The hour in Warsaw at which those who waited overnight are matched."""

BY_HAND, DAILY, URGENT = "by-hand", "daily", "urgent"
