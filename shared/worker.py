"""The parts of a service that work without being asked: relay, consumer, jobs, each a thread that can be stopped.

A part that ends by a fault of its own ends the process; the supervisor starts it anew. A watchdog ends a process whose
consumer makes no progress.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from shared import gauges
from shared.consumer import Consumer
from shared.database import INFRASTRUCTURE_FAULTS
from shared.eventlog import EventLogUnavailable
from shared.jobs import Job, JobLoop
from shared.relay import Relay
from shared.service import PARTS, Runtime

STUCK_SECONDS = 60.0
TIDY_SECONDS = 600.0
SWITCH_SECONDS = 0.0005
"""How long one thread may keep the interpreter from another that has its answer: with Python's 5 ms, each of a
transaction's round trips to the database can cost a consumer 5 ms while a job computes."""
GRACE_SECONDS = 20.0
log = structlog.get_logger()


@dataclass
class Worker:
    """Runs the named parts of some services until told to stop. `holder` is unique to this process."""

    runtimes: Sequence[Runtime]
    parts: Sequence[str] = PARTS
    stop: threading.Event = field(default_factory=threading.Event)
    failed: list[str] = field(default_factory=list, init=False)
    consumers: dict[str, Consumer] = field(default_factory=dict, init=False)
    """By service; one that lost its log is replaced, and no longer watched."""

    def run(self) -> int:
        """0 after SIGTERM or SIGINT, 1 when a part failed."""
        sys.setswitchinterval(SWITCH_SECONDS)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        threads = self.start()
        while not self.stop.wait(1.0):
            self._watch()
        for thread in threads:
            thread.join(GRACE_SECONDS)
        for runtime in self.runtimes:
            runtime.close()
        log.info("worker.stopped", count=len(threads))
        return 1 if self.failed else 0

    def start(self) -> list[threading.Thread]:
        threads = []
        for runtime in self.runtimes:
            gauges.observe(runtime, self.parts)
            for part in self.parts:
                name = f"{runtime.service.name}.{part}"
                run = self._loop(runtime, part)
                threads.append(threading.Thread(target=self._guard, args=(name, run), name=name, daemon=True))
        for thread in threads:
            thread.start()
        return threads

    def _guard(self, name: str, run: Callable[[threading.Event], None]) -> None:
        """Wait out faults at start; any other fault ends the process, loudly."""
        wait = 0.5
        while not self.stop.is_set():
            try:
                run(self.stop)
                return
            except (EventLogUnavailable, *INFRASTRUCTURE_FAULTS) as fault:
                log.warning("part.waiting", part=name, error=type(fault).__name__)
                self.stop.wait(wait)
                wait = min(wait * 2, 5.0)
            except Exception:
                log.exception("part.failed", part=name)
                self.failed.append(name)
                self.stop.set()

    def _loop(self, runtime: Runtime, part: str) -> Callable[[threading.Event], None]:
        service = runtime.service
        holder = f"{runtime.settings.instance}:{os.getpid()}:{runtime.new_id()}"
        if part == "relay":
            return lambda stop: Relay(service.name, runtime.database, runtime.event_log, holder).run(stop)
        if part == "consume":
            return lambda stop: self._consumer(runtime).run(stop)
        tidy = Job("tidy", TIDY_SECONDS, lambda runtime: min(runtime.tidy(), 0))
        return JobLoop(runtime, (*service.jobs, tidy), holder).run

    def _consumer(self, runtime: Runtime) -> Consumer:
        consumer = Consumer(
            service=runtime.service.name,
            database=runtime.database,
            event_log=runtime.event_log,
            handlers=runtime.service.handlers,
            topics=runtime.service.topics,
            instance=f"{runtime.service.name}-{runtime.settings.instance}",
            attempts_allowed=runtime.settings.attempts,
            parked_share=runtime.settings.parked_share,
        )
        self.consumers[runtime.service.name] = consumer
        return consumer

    def _watch(self) -> None:
        for consumer in list(self.consumers.values()):
            if consumer.lag and time.monotonic() - consumer.progressed_at > STUCK_SECONDS:
                log.critical("consumer.stuck", service=consumer.service)
                os._exit(70)
