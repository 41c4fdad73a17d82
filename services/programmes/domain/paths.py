"""An individual path, from the first talk to what it led to. The table is the rule; functions only read it."""

from collections.abc import Sequence
from enum import StrEnum

from shared.statemachine import Move, Moves


class Status(StrEnum):
    OPENED = "opened"
    CONSULTING = "consulting"
    WAY_CHOSEN = "way-chosen"
    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    ENDED = "ended"


class Way(StrEnum):
    VOCATIONAL_COURSE = "vocational-course"
    OWN_BUSINESS = "own-business"
    SOCIAL_COOPERATIVE = "social-cooperative"


class Step(StrEnum):
    REFERRAL = "referral"
    ACTIVITY = "activity"
    MENTOR = "mentor"
    COOPERATIVE = "cooperative"
    DOCUMENT = "document"
    TASK = "task"


class Result(StrEnum):
    DONE = "done"
    NOT_DONE = "not-done"
    WITHDRAWN = "withdrawn"


ADVISER = "adviser"
CHOOSE = Move(Status.WAY_CHOSEN, "way-chosen", needs=("way",))
END = Move(Status.ENDED, "ended", needs=("outcome",))
PAUSE = Move(Status.PAUSED, "paused")


def _adding(status: Status) -> Move:
    return Move(status, "step-added", needs=("kind",))


def _completing(status: Status) -> Move:
    return Move(status, "step-completed", needs=("step_id",))


MOVES: Moves = {
    (Status.OPENED, ADVISER, "consult"): Move(Status.CONSULTING, None),
    (Status.OPENED, ADVISER, "choose"): CHOOSE,
    (Status.OPENED, ADVISER, "add-step"): _adding(Status.OPENED),
    (Status.OPENED, ADVISER, "complete-step"): _completing(Status.OPENED),
    (Status.OPENED, ADVISER, "end"): END,
    (Status.CONSULTING, ADVISER, "choose"): CHOOSE,
    (Status.CONSULTING, ADVISER, "add-step"): _adding(Status.CONSULTING),
    (Status.CONSULTING, ADVISER, "complete-step"): _completing(Status.CONSULTING),
    (Status.CONSULTING, ADVISER, "end"): END,
    (Status.WAY_CHOSEN, ADVISER, "start"): Move(Status.IN_PROGRESS, None),
    (Status.WAY_CHOSEN, ADVISER, "choose"): CHOOSE,
    (Status.WAY_CHOSEN, ADVISER, "add-step"): _adding(Status.WAY_CHOSEN),
    (Status.WAY_CHOSEN, ADVISER, "complete-step"): _completing(Status.IN_PROGRESS),
    (Status.WAY_CHOSEN, ADVISER, "pause"): PAUSE,
    (Status.WAY_CHOSEN, ADVISER, "end"): END,
    (Status.IN_PROGRESS, ADVISER, "add-step"): _adding(Status.IN_PROGRESS),
    (Status.IN_PROGRESS, ADVISER, "complete-step"): _completing(Status.IN_PROGRESS),
    (Status.IN_PROGRESS, ADVISER, "choose"): CHOOSE,
    (Status.IN_PROGRESS, ADVISER, "pause"): PAUSE,
    (Status.IN_PROGRESS, ADVISER, "end"): END,
    (Status.PAUSED, ADVISER, "resume"): Move(Status.IN_PROGRESS, "resumed"),
    (Status.PAUSED, ADVISER, "complete-step"): _completing(Status.PAUSED),
    (Status.PAUSED, ADVISER, "end"): END,
}
"""Way-chosen becomes in-progress with the first step done, or when the adviser says so."""
ACTIONS = frozenset(action for _status, _party, action in MOVES)
STAGES = (Status.OPENED, Status.CONSULTING, Status.WAY_CHOSEN, Status.IN_PROGRESS, Status.ENDED)
"""What the page shows as steps; a pause is a state of the fourth."""

OPENS_NONE = frozenset({"integration-event", "administrative-help", "housing"})
"""Needs that are met once, without a plan: alone they open no path."""


def opens_a_path(needs: Sequence[str]) -> bool:
    return any(need not in OPENS_NONE for need in needs)


def wants_mentor(wished: bool | None, needs: Sequence[str]) -> bool | None:
    """True, False, or None when nobody asked her."""
    return True if "mentoring" in needs else wished


def after_completion(status: str) -> str:
    """Where a path stands after a step of it was closed by a fact rather than by its adviser."""
    return Status.IN_PROGRESS if status == Status.WAY_CHOSEN else status


def stage_of(status: str) -> int:
    """Index in STAGES of where the path is."""
    return STAGES.index(Status.IN_PROGRESS if status == Status.PAUSED else Status(status))
