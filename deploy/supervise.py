"""Keeps child processes running: one that dies is started again within two seconds, a stop ends them all cleanly."""

import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import FrameType
from typing import Protocol

from deploy.parts.process import Child

LOOK_SECONDS = 0.5
GRACE_SECONDS = 25.0


class Part(Protocol):
    """Something that should be running: a child process, a broker, a server."""

    @property
    def name(self) -> str: ...

    @property
    def running(self) -> bool: ...

    def start(self) -> None: ...


@dataclass
class Supervisor:
    """`stopping` is set by SIGINT and SIGTERM, from anywhere in the start-up on."""

    parts: Sequence[Part]
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked_to_stop)

    def watch(self) -> None:
        """Until asked to stop. Children are started by this thread: the kernel ends them when it ends."""
        while not self.stopping.wait(LOOK_SECONDS):
            for part in self.parts:
                if not part.running:
                    print(f"{part.name} ended and is started again", flush=True)
                    part.start()

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()


def stop_all(children: Sequence[Child]) -> None:
    """All at once, each with time to finish what it has begun."""
    with ThreadPoolExecutor(max_workers=max(1, len(children))) as pool:
        list(pool.map(lambda child: child.stop(seconds=GRACE_SECONDS), children))
