"""How a figure is taken: alternating runs, the median, the spread, the ratio run by run."""

import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROUNDS = 5


@dataclass(frozen=True)
class Figure:
    """One row of the table: what was measured, ours, a reference, what we want."""

    name: str
    ours: Sequence[float]
    unit: str
    goal: str
    reference: str = ""
    theirs: Sequence[float] = ()
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    def row(self) -> str:
        ours = f"{spread(self.ours)} {self.unit}"
        if not self.theirs:
            return f"| {self.name} | {ours} | – | – | {self.goal} | {self.note} |"
        theirs = f"{self.reference}: {spread(self.theirs)} {self.unit}"
        return f"| {self.name} | {ours} | {theirs} | {spread(self.ratios)} | {self.goal} | {self.note} |"


def spread(values: Sequence[float]) -> str:
    """median (least–most)"""
    digits = 2 if max(values) < 10 else 0
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})" if len(values) > 1 else f"{middle:.{digits}f}"


def in_turn(runs: Mapping[str, Callable[[], float]], *, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """A B C A B C …, so that a machine whose speed drifts drifts for all of them; the first round warms up."""
    found: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            value = run()
            if number:
                found[name].append(value)
    return found


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass
class Report:
    figures: list[Figure] = field(default_factory=list)

    def text(self) -> str:
        head = "| measured | ours | reference | ours / reference | goal | note |\n|---|---|---|---|---|---|"
        rows = "\n".join(figure.row() for figure in self.figures)
        return f"{head}\n{rows}\n\n{machine()}\n"


def machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "?",
    )
    system = f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    return f"{os.cpu_count()} cores ({model}), {system}"
