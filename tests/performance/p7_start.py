"""P7: a second start of the embedded partnership: seconds to the first page, and memory of all its processes."""

import time
from pathlib import Path

from deploy.parts.ports import free_port
from deploy.parts.process import children_of, wait_until
from tests.journeys.running import Started, answers, embedded
from tests.performance.measuring import Figure

STARTS = 5


def measure(folder: Path) -> list[Figure]:
    """`folder` gets the demo region at a first start that is not counted."""
    port = free_port()
    first = embedded(folder / "p7", port)
    first.start()
    first.stop()
    seconds, memory = [], []
    for _ in range(STARTS):
        one = embedded(folder / "p7", port)
        began = time.perf_counter()
        one.launch()
        wait_until(lambda one=one: answers(one.origin), what="the first page", seconds=60)
        seconds.append(time.perf_counter() - began)
        one.wait_for("Ready: ")
        memory.append(_megabytes(one))
        one.stop()
    return [
        Figure("P7 first page after a second start", seconds, "s", "≤ 5 s"),
        Figure("P7 memory of all processes (PSS)", memory, "MB", "≤ 250 MB"),
    ]


def _megabytes(one: Started) -> float:
    """Proportional set size: what the processes share is counted once."""
    return sum(_pss(pid) for pid in _family(one.process.pid)) / 1024


def _family(pid: int) -> list[int]:
    return [pid, *(descendant for child in children_of(pid) for descendant in _family(child))]


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
