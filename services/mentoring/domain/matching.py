"""Who fits whom, how well, and why not.

Everything here counts in whole numbers, so that the same people give the same result on every machine.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from services.mentoring.domain.places import neighbours

WEIGHTS_VERSION = "1"
COMMON_SLOTS = 2
LONG_WAIT_DAYS = 120
MOST_DAYS = 3650

Kind = Literal["participant", "cooperative"]
MENTORED: Mapping[str, str] = {"participant": "women", "cooperative": "cooperatives"}


@dataclass(frozen=True)
class Mentor:
    """A mentor who may be proposed: active, with a valid safeguarding clearance. `free` places may be none."""

    id: str
    languages: frozenset[str]
    counties: frozenset[str]
    capacity: int
    free: int
    mentors: frozenset[str]
    remote: bool = False
    slots: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    gender: str | None = None
    experience: int = 0
    """Matches that came about before."""


@dataclass(frozen=True)
class Mentee:
    """Someone who waits. A wish that is not stated (None, empty) excludes nobody. Her first language is her best."""

    id: str
    kind: Kind = "participant"
    languages: tuple[str, ...] = ()
    teryt: str | None = None
    slots: frozenset[str] = frozenset()
    wishes: frozenset[str] = frozenset()
    gender: str | None = None
    urgent: bool = False
    days: int = 0

    @property
    def first(self) -> bool:
        """Whether she comes before others."""
        return self.urgent or self.days > LONG_WAIT_DAYS

    @property
    def days_points(self) -> int:
        """A point a day, two from the day on which the wait is long."""
        days = min(self.days, MOST_DAYS)
        return days + max(0, days - LONG_WAIT_DAYS)


Pair = tuple[str, str]
"""Ids of a mentee and a mentor."""


@dataclass(frozen=True)
class Bans:
    """Pairs that must not be. Why is known to nobody here."""

    unsuitable: frozenset[Pair] = frozenset()
    declined: frozenset[Pair] = frozenset()


@dataclass(frozen=True)
class Part:
    """One part of a score: `points` of at most `most`."""

    code: str
    points: int
    most: int


@dataclass(frozen=True)
class Proposal:
    mentee_id: str
    mentor_id: str
    score: int
    parts: tuple[Part, ...]
    rank: int
    """Her place among all mentors who would do, by score: 1 is the best."""
    feasible: int
    """How many mentors would do."""


@dataclass(frozen=True)
class Result:
    proposals: tuple[Proposal, ...]
    unmatched: Mapping[str, str]
    """Mentee to reason."""
    nodes: int = 0
    arcs: int = 0
    people: tuple[int, int] = field(default=(0, 0))
    """How many mentees and mentors took part."""


def _competent(mentee: Mentee, mentor: Mentor) -> bool:
    return MENTORED[mentee.kind] in mentor.mentors


def _talk(mentee: Mentee, mentor: Mentor) -> bool:
    return not mentee.languages or not mentor.languages.isdisjoint(mentee.languages)


def _gender(mentee: Mentee, mentor: Mentor) -> bool:
    return mentee.gender is None or mentee.gender == mentor.gender


def _place(mentee: Mentee, mentor: Mentor) -> bool:
    return (
        mentee.teryt is None
        or mentor.remote
        or mentee.teryt in mentor.counties
        or not mentor.counties.isdisjoint(neighbours(mentee.teryt))
    )


def _slots(mentee: Mentee, mentor: Mentor) -> bool:
    """Two half days in common, or all that one of them stated where that is fewer."""
    needed = min(COMMON_SLOTS, len(mentee.slots), len(mentor.slots))
    return not needed or len(mentee.slots & mentor.slots) >= needed


RULES: tuple[tuple[str, Callable[[Mentee, Mentor], bool]], ...] = (
    ("competence", _competent),
    ("no-shared-language", _talk),
    ("gender", _gender),
    ("place", _place),
    ("slots", _slots),
)
"""The hard rules with their codes, in the order in which they are asked; the bans come last."""


def exclusion(mentee: Mentee, mentor: Mentor, bans: Bans) -> str | None:
    """The code of the first rule that forbids the pair; None when nothing does."""
    for code, holds in RULES:
        if not holds(mentee, mentor):
            return code
    pair = (mentee.id, mentor.id)
    if pair in bans.unsuitable:
        return "not-suitable"
    return "declined-before" if pair in bans.declined else None


def _goal_points(mentee: Mentee, mentor: Mentor) -> int:
    if not mentee.wishes:
        return GOALS
    return GOALS * len(mentee.wishes & mentor.skills) // len(mentee.wishes)


def _language_points(mentee: Mentee, mentor: Mentor) -> int:
    if not mentee.languages or mentee.languages[0] in mentor.languages:
        return LANGUAGE
    return LANGUAGE // 2


def _distance_points(mentee: Mentee, mentor: Mentor) -> int:
    if mentee.teryt is None or mentee.teryt in mentor.counties:
        return DISTANCE
    return DISTANCE * 2 // 3 if not mentor.counties.isdisjoint(neighbours(mentee.teryt)) else DISTANCE // 3


def _slot_points(mentee: Mentee, mentor: Mentor) -> int:
    if not mentee.slots or not mentor.slots:
        return SLOTS // 2
    return min(len(mentee.slots & mentor.slots), 4) * SLOTS // 4


def _experience_points(_mentee: Mentee, mentor: Mentor) -> int:
    return min(mentor.experience, 4) * EXPERIENCE // 4


def _load_points(_mentee: Mentee, mentor: Mentor) -> int:
    return LOAD * max(0, min(mentor.free, mentor.capacity)) // mentor.capacity if mentor.capacity else 0


GOALS, LANGUAGE, DISTANCE, SLOTS, EXPERIENCE, LOAD = 350, 200, 150, 100, 100, 100
PARTS: tuple[tuple[str, int, Callable[[Mentee, Mentor], int]], ...] = (
    ("goals", GOALS, _goal_points),
    ("language", LANGUAGE, _language_points),
    ("distance", DISTANCE, _distance_points),
    ("slots", SLOTS, _slot_points),
    ("experience", EXPERIENCE, _experience_points),
    ("load", LOAD, _load_points),
)
"""The parts of a score and the most that each can give; together 1000. Another table is another WEIGHTS_VERSION."""
FULL_SCORE = sum(most for _code, most, _points in PARTS)


def score(mentee: Mentee, mentor: Mentor) -> int:
    return sum(points(mentee, mentor) for _code, _most, points in PARTS)


def parts(mentee: Mentee, mentor: Mentor) -> tuple[Part, ...]:
    """What the score is made of: the points add up to it."""
    return tuple(Part(code, points(mentee, mentor), most) for code, most, points in PARTS)


def why_unmatched(mentee: Mentee, mentors: Sequence[Mentor], bans: Bans) -> str:
    """The rule that excludes every mentor by itself, else the one at which nobody is left; else they are full."""
    if not mentors:
        return "no-mentors"
    left: Collection[Mentor] = mentors
    checks = (*RULES, *_bans_as_rules(bans))
    for code, holds in checks:
        if not any(holds(mentee, mentor) for mentor in mentors):
            return code
    for code, holds in checks:
        left = [mentor for mentor in left if holds(mentee, mentor)]
        if not left:
            return code
    return "mentors-full"


def _bans_as_rules(bans: Bans) -> tuple[tuple[str, Callable[[Mentee, Mentor], bool]], ...]:
    return (
        ("not-suitable", lambda mentee, mentor: (mentee.id, mentor.id) not in bans.unsuitable),
        ("declined-before", lambda mentee, mentor: (mentee.id, mentor.id) not in bans.declined),
    )
