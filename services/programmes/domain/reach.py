"""What a programme reached, told so that no small group can be recognised."""

from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST = 5


NOBODY = "erased-"


def nobody(random: str) -> str:
    """Stands for a woman who was erased wherever she was counted, and says nothing of her."""
    return NOBODY + random


def is_nobody(participant_id: str) -> bool:
    return participant_id.startswith(NOBODY)


@dataclass(frozen=True)
class Reach:
    """Women are counted once, however often they came; people without a name are a head count, never women."""

    distinct_women: int
    academy: int
    club_members: int
    head_count: int
    by_kind: Mapping[str, int | None]


def suppressed(cells: Mapping[str, int]) -> dict[str, int | None]:
    """Cells under five are None; a single one takes the next smallest with it, so that no sum gives it away."""
    hidden = {name for name, count in cells.items() if count < SMALLEST}
    others = [name for name in cells if name not in hidden]
    if len(hidden) == 1 and others:
        hidden.add(min(others, key=lambda name: (cells[name], name)))
    return {name: None if name in hidden else count for name, count in cells.items()}
