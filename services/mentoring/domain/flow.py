"""The best assignment of all: a min-cost flow from mentees through mentors' free places.

As many as possible are matched; among those ways, as many as possible who are urgent or wait long; then the sum of
score and days waited is as high as can be. Open and accepted matches take no part: their places are simply not free.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from services.mentoring.domain.matching import (
    FULL_SCORE,
    MOST_DAYS,
    WEIGHTS_VERSION,
    Bans,
    Mentee,
    Mentor,
    Proposal,
    Result,
    exclusion,
    parts,
    score,
    why_unmatched,
)

LARGEST = 2**62
MOST_POINTS = FULL_SCORE + 2 * MOST_DAYS
Arc = tuple[int, int, int]
"""Index of a mentee, of a mentor, and the points of the pair."""


class TooLarge(Exception):
    """The costs could run over in the solver."""


class Unsolved(Exception):
    """The solver gave no optimal answer; `str()` is its status."""


def solver_version() -> str:
    return f"ortools-{version('ortools')}"


def input_hash(mentees: Collection[Mentee], mentors: Collection[Mentor], bans: Bans) -> str:
    """The same for the same people in whatever order."""
    canonical = {
        "weights": WEIGHTS_VERSION,
        "mentees": [_plain(mentee) for mentee in sorted(mentees, key=lambda one: one.id)],
        "mentors": [_plain(mentor) for mentor in sorted(mentors, key=lambda one: one.id)],
        "unsuitable": sorted(bans.unsuitable),
        "declined": sorted(bans.declined),
    }
    return sha256(json.dumps(canonical, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def solve(mentees: Collection[Mentee], mentors: Collection[Mentor], bans: Bans) -> Result:
    """The optimum, the same for the same input in whatever order. Raises TooLarge or Unsolved."""
    women, leaders = sorted(mentees, key=lambda one: one.id), sorted(mentors, key=lambda one: one.id)
    ranked = [_ranked(woman, leaders, bans) for woman in women]
    arcs = [(w, m, points) for w, row in enumerate(ranked) for m, points in row if leaders[m].free > 0]
    chosen = assign(women, leaders, sorted(arcs))
    proposals = tuple(_proposal(women[w], leaders[m], m, ranked[w]) for w, m in sorted(chosen.items()))
    unmatched = {w.id: why_unmatched(w, leaders, bans) for i, w in enumerate(women) if i not in chosen}
    nodes = len(women) + len(leaders) + 2
    return Result(proposals, unmatched, nodes=nodes, arcs=len(arcs), people=(len(women), len(leaders)))


def _ranked(mentee: Mentee, mentors: Sequence[Mentor], bans: Bans) -> list[tuple[int, int]]:
    """(index of the mentor, score) of every mentor who would do, the best first. All of them: a cut costs coverage."""
    found = [(m, score(mentee, mentor)) for m, mentor in enumerate(mentors) if exclusion(mentee, mentor, bans) is None]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _proposal(mentee: Mentee, mentor: Mentor, index: int, ranked: Sequence[tuple[int, int]]) -> Proposal:
    rank = next(place for place, (m, _score) in enumerate(ranked, 1) if m == index)
    return Proposal(
        mentee_id=mentee.id,
        mentor_id=mentor.id,
        score=score(mentee, mentor),
        parts=parts(mentee, mentor),
        rank=rank,
        feasible=len(ranked),
    )


def assign(mentees: Sequence[Mentee], mentors: Sequence[Mentor], arcs: Sequence[Arc]) -> dict[int, int]:
    """Index of a mentee to index of her mentor. Coverage is the flow itself; the rest is its cost."""
    if not arcs:
        return {}
    flow = _network(mentees, mentors, arcs)
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise Unsolved(str(status))
    return {w: m for number, (w, m, _points) in enumerate(arcs) if flow.flow(number)}


def _network(mentees: Sequence[Mentee], mentors: Sequence[Mentor], arcs: Sequence[Arc]) -> Any:
    # Only the worker needs the solver: it stays out of the web process.
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    source, sink = len(mentees) + len(mentors), len(mentees) + len(mentors) + 1
    costs = _costs(mentees, arcs, nodes=sink + 1)
    flow = SimpleMinCostFlow()
    for (w, m, _points), cost in zip(arcs, costs, strict=True):
        flow.add_arc_with_capacity_and_unit_cost(w, len(mentees) + m, 1, cost)
    for w in range(len(mentees)):
        flow.add_arc_with_capacity_and_unit_cost(source, w, 1, 0)
    for m, mentor in enumerate(mentors):
        flow.add_arc_with_capacity_and_unit_cost(len(mentees) + m, sink, max(0, mentor.free), 0)
    flow.set_node_supply(source, len(mentees))
    flow.set_node_supply(sink, -len(mentees))
    return flow


def _costs(mentees: Sequence[Mentee], arcs: Sequence[Arc], *, nodes: int) -> list[int]:
    """What is wanted most costs least. One woman who comes first weighs more than all points of all others together."""
    first = len(mentees) * MOST_POINTS + 1
    if (first + MOST_POINTS) * nodes >= LARGEST:
        raise TooLarge(f"{nodes} people are too many for one round")
    return [-(first * mentees[w].first + points + mentees[w].days_points) for w, _m, points in arcs]


def objective(proposals: Collection[Proposal], mentees: Collection[Mentee]) -> tuple[int, int, int]:
    """How good a result is: matched, of these who come first, then score and days. Higher is better, in this order."""
    by_id = {mentee.id: mentee for mentee in mentees}
    matched = [(by_id[one.mentee_id], one.score) for one in proposals]
    return len(matched), sum(m.first for m, _s in matched), sum(s + m.days_points for m, s in matched)


def _plain(one: Mentee | Mentor) -> dict[str, Any]:
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(one).items()}
