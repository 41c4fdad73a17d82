"""The same story on Kafka with three brokers and PostgreSQL, while each broker in turn is killed and comes back."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.parts import binaries
from deploy.parts.prometheus import Prometheus
from tests.journeys.running import Started, command_line, eventually, local_stack
from tests.journeys.test_embedded import STORY
from tests.parts import need

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def stack(short_folder: Path) -> Iterator[Started]:
    """Up, and through the story under fire."""
    need(binaries.postgres_bin, binaries.kafka_libs, binaries.nginx)
    one = local_stack(short_folder / "stack", brokers=3)
    one.launch()
    try:
        one.wait_for("The story:")
        for broker in (1, 2, 3):
            _kill_and_wait(one, broker)
        one.wait_for("Ready: ")
        yield one
    finally:
        one.stop()


def _kill_and_wait(stack: Started, broker: int) -> None:
    pid = _broker(stack, broker)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: _broker(stack, broker) not in (0, pid), what=f"broker {broker} again", seconds=30)
    stack.wait_for(f"broker {broker} ended")


def _broker(stack: Started, number: int) -> int:
    """Its process id; 0 while it is away."""
    mine = [pid for pid in stack.children() if "kafka.Kafka" in command_line(pid)]
    return next((pid for pid in mine if f"broker-{number}" in command_line(pid)), 0)


@pytest.mark.parametrize("step", STORY)
def test_the_story_is_told_while_brokers_die(stack: Started, step: str):
    assert stack.said(step), "\n".join(stack.lines)


def test_the_figures_are_the_same_as_embedded(stack: Started):
    assert stack.said("Moc kobiet: 441 women, 16 in the Academy, 600 in the Club")


def test_prometheus_shows_the_story_as_numbers_and_nothing_about_the_woman(
    stack: Started, short_folder: Path, free_port: int
):
    need(binaries.prometheus)
    base = int(next(word for word in stack.arguments if word.startswith("--base-port=")).partition("=")[2])
    targets = {"splot": [f"127.0.0.1:{base + first + number}" for first in (20, 30) for number in range(6)]}
    with Prometheus(short_folder / "prometheus", free_port, targets) as prometheus:
        eventually(lambda: prometheus.query('sum(up{job="splot"}) == 12'), what="all twelve processes scraped")
        active = eventually(
            lambda: prometheus.query('splot_cooperatives{state="active"}'), what="an active cooperative"
        )
        names = prometheus.query('group by (__name__) ({__name__=~"splot_.*"})')
    assert float(active[0]["value"][1]) >= 1
    assert "Oksana" not in str(names)
    assert "Nitka" not in str(names)
