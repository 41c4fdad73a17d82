"""Hundreds of schedules, each from one seed: nothing is lost, nothing has two effects, nothing is out of order.

To run one again: SPLOT_SIMULATION_SEED=7 pytest tests/simulation. More of them: SPLOT_SIMULATION_SEEDS=5000.
"""

import os
from pathlib import Path

import pytest

from shared.envelope import from_record
from tests.kernel.notes import TOPIC
from tests.simulation.services import ANSWERS
from tests.simulation.simulator import Simulation

ONE = os.environ.get("SPLOT_SIMULATION_SEED")
SEEDS = [int(ONE)] if ONE else range(int(os.environ.get("SPLOT_SIMULATION_SEEDS", "200")))
BATCHES = [SEEDS[start : start + 25] for start in range(0, len(SEEDS), 25)]


@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_every_schedule_ends_well(seeds, ground: Path, empty: Path):
    for seed in seeds:
        simulation = Simulation(seed, ground, empty).run()
        broken = simulation.broken()
        simulation.close()
        assert not broken, f"seed {seed}: {broken[:5]}\n" + " > ".join(simulation.trace)


def test_a_seed_is_a_schedule(ground: Path, empty: Path):
    traces = []
    for _ in range(2):
        simulation = Simulation(4, ground, empty).run()
        records = [from_record(record) for topic in (TOPIC, ANSWERS) for record in simulation.log.everything(topic)]
        told = [(fact.id, fact.key, fact.sequence, fact.time) for fact in records]  # traces are drawn from the system
        traces.append((simulation.trace, told, simulation.acknowledged))
        simulation.close()
    assert traces[0] == traces[1]


def test_the_schedules_are_rough(ground: Path, empty: Path):
    """They die at every kind of point, meet faults of the log, and still most of what is asked happens."""
    wanted = {f"died {when} {what}" for when in ("before", "after") for what in ("the append", "the position")}
    wanted |= {"died before a statement", "died before a commit", "died after a commit", "waited"}
    for seed in range(60):
        simulation = Simulation(seed, ground, empty).run()
        assert simulation.acknowledged.total() > 0
        simulation.close()
        wanted -= set(simulation.trace)
        if not wanted:
            break
    assert not wanted
