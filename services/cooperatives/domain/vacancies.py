"""A vacancy is open until somebody is found or it is no longer offered."""

from enum import StrEnum

from shared.statemachine import Move, Moves


class Vacancy(StrEnum):
    OPEN = "open"
    FILLED = "filled"
    CLOSED = "closed"


KEEPER = "keeper"
MOVES: Moves = {
    (Vacancy.OPEN, KEEPER, "fill"): Move(Vacancy.FILLED, "filled"),
    (Vacancy.OPEN, KEEPER, "close"): Move(Vacancy.CLOSED, "closed", needs=("reason",)),
}
EXPIRED, WITHDRAWN, COOPERATIVE_CLOSED = "expired", "withdrawn", "cooperative-closed"
ACTIONS = ("fill", "close")
