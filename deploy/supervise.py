"""Keeps child processes running: one that dies is started again within two seconds, a stop ends them all cleanly."""

import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import FrameType

from deploy.parts.process import Child

LOOK_SECONDS = 0.5
GRACE_SECONDS = 25.0


@dataclass
class Supervisor:
    """`stopping` is set by SIGINT and SIGTERM, from anywhere in the start-up on."""

    children: Sequence[Child]
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked_to_stop)

    def start(self) -> None:
        for child in self.children:
            child.start()

    def watch(self) -> None:
        """Until asked to stop. Children are started by this thread: the kernel ends them when it ends."""
        while not self.stopping.wait(LOOK_SECONDS):
            for child in self.children:
                if not child.running:
                    print(f"{child.name} ended and is started again; its log: {child.log}", flush=True)
                    child.start()

    def stop(self) -> None:
        self.stop_all(self.children)

    @staticmethod
    def stop_all(children: Sequence[Child]) -> None:
        """All at once, each with time to finish what it has begun."""
        with ThreadPoolExecutor(max_workers=max(1, len(children))) as pool:
            list(pool.map(lambda child: child.stop(seconds=GRACE_SECONDS), children))

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()
