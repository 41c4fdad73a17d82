"""The partnership as a stranger starts it, as a child of the tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from deploy.demo.client import User
from deploy.demo.region import PASSWORD
from deploy.parts.ports import free_port, free_ports
from deploy.parts.process import children_of, wait_until

ROOT = Path(__file__).parents[2]


@dataclass
class Started:
    """`splot run` or `splot stack`, with what it prints."""

    arguments: list[str]
    folder: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list, init=False)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, seconds: float = 240.0) -> None:
        """Until it says `Ready:`."""
        self.launch()
        self.wait_for("Ready: ", seconds=seconds)

    def launch(self) -> None:
        self.lines.clear()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SPLOT_")}
        self.process = subprocess.Popen(
            [Path(sys.executable).parent / "splot", *self.arguments],
            cwd=ROOT,
            env={**clean, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        Thread(target=self._read, daemon=True).start()

    def wait_for(self, beginning: str, *, seconds: float = 240.0) -> None:
        """Until it prints a line that begins so."""
        ended_or_said = lambda: self.said(beginning) or self.process.poll() is not None  # noqa: E731
        wait_until(ended_or_said, what=f"splot saying {beginning!r}", seconds=seconds)
        assert self.said(beginning), "\n".join(self.lines)

    def said(self, beginning: str) -> bool:
        return any(line.strip().startswith(beginning) for line in self.lines)

    def _read(self) -> None:
        assert self.process.stdout
        self.lines.extend(line.rstrip("\n") for line in self.process.stdout)

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def children(self) -> dict[int, str]:
        """Process ids of its direct children, with their command lines."""
        return {pid: command_line(pid) for pid in children_of(self.process.pid)}

    def user(self, username: str) -> User:
        http = httpx.Client(base_url=self.origin, timeout=30)
        return User(http, username, PASSWORD)


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def embedded(folder: Path, port: int, **environment: str) -> Started:
    """`make run`, once set up."""
    settings = {"SPLOT_DATA": str(folder), "SPLOT_PORT": str(port), "SPLOT_DEMO": "1", "SPLOT_LOG_FORMAT": "json"}
    return Started(["run"], folder, port, {**settings, **environment})


def local_stack(folder: Path, *, brokers: int) -> Started:
    port, base = free_port(), free_ports(40)
    options = {"brokers": brokers, "port": port, "base-port": base, "data": folder}
    words = [f"--{name}={value}" for name, value in options.items()]
    return Started(["stack", *words], folder, port, {"SPLOT_LOG_FORMAT": "json"})


@contextmanager
def running(one: Started) -> Iterator[Started]:
    try:
        one.start()
        yield one
    finally:
        one.stop()


def eventually(condition: Callable[[], Any], *, what: str, seconds: float = 30) -> Any:
    """The first true answer of `condition`; errors of the connection count as not yet."""
    found: list[Any] = []

    def holds() -> bool:
        try:
            found[:] = [condition()]
        except httpx.HTTPError:
            return False
        return bool(found[0])

    wait_until(holds, what=what, seconds=seconds)
    return found[0]


def answers(origin: str) -> bool:
    try:
        return httpx.get(origin, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def seconds_of(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
