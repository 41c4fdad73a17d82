"""A program running beside us: started with a log file, waited for, ended politely or at once, never left behind."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class ProcessError(Exception):
    """A program that ended by itself or did not become ready; carries the end of its log."""


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = 30, pause: float = 0.02) -> None:
    """Returns as soon as `condition` holds; raises ProcessError naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise ProcessError(f"{what}: not within {seconds:.0f} s")
        time.sleep(pause)


def accepts(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def ordinary_user() -> pwd.struct_passwd | None:
    """Whom to run servers as that refuse to be root: `postgres`, else `nobody`; None when we are not root ourselves."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def give_to_ordinary_user(*folders: Path) -> None:
    """Makes the folders, owned by the ordinary user when we are root."""
    user = ordinary_user()
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        if user:
            shutil.chown(folder, user.pw_uid, user.pw_gid)


def as_ordinary_user() -> list[str]:
    """The words to put before a command so that it does not run as root; none when we are not root.

    CAP_DAC_OVERRIDE stays, so that a folder below a private one (such as root's home) can still be reached.
    """
    user = ordinary_user()
    if user is None:
        return []
    identity = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return ["setpriv", *identity, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """Runs a command to its end; returns what it printed, raises ProcessError with that when it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise ProcessError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def children_of(pid: int) -> list[int]:
    """The processes whose parent is `pid` now."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended since the folder was listed
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


class Child:
    """One program. It is ended by the kernel when the thread that started it ends, whatever happens to us.

    `stop_signal` asks it to end; `death_signal` is what the kernel sends when we are gone.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        as_user: Sequence[str] = (),
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = log
        self._command = [str(word) for word in command]
        self._as_user = list(as_user)
        self._env = dict(env) if env is not None else None
        self._stop_signal = stop_signal
        self._death_signal = death_signal
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id of the running program."""
        if self._process is None:
            raise ProcessError(f"{self.name} has not been started")
        return self._process.pid

    def start(self) -> None:
        """Starts it, appending to its log; does nothing when it runs."""
        if self.running:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # setpriv drops the death signal with the user id, so it is set in a call of its own, last.
        command = [*self._as_user, "setpriv", f"--pdeathsig={self._death_signal.name[3:]}", *self._command]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._env,
                start_new_session=True,
            )

    def wait_ready(self, ready: Callable[[], bool], *, seconds: float = 30) -> None:
        """Waits for `ready`; raises ProcessError with the end of the log when it ends first or takes too long."""

        def ready_or_ended() -> bool:
            return not self.running or ready()

        try:
            wait_until(ready_or_ended, what=f"{self.name} becoming ready", seconds=seconds)
        except ProcessError as error:
            raise ProcessError(f"{error}\n{self.log_end()}") from None
        if not self.running:
            raise ProcessError(f"{self.name} ended with {self._returncode()}:\n{self.log_end()}")

    def stop(self, *, seconds: float = 20) -> None:
        """Asks it to end and kills it when it has not after `seconds`; does nothing when it does not run."""
        if not self.running or self._process is None:
            return
        self._process.send_signal(self._stop_signal)
        try:
            self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Ends it and its children at once, without a chance to clean up (kill -9)."""
        if not self.running or self._process is None:
            return
        children = children_of(self._process.pid)
        self._process.kill()
        for child in children:
            kill_if_there(child)
        self._process.wait()

    def log_end(self, lines: int = 30) -> str:
        """The last lines it wrote."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _returncode(self) -> int | None:
        return self._process.returncode if self._process else None


def kill_if_there(pid: int) -> None:
    """kill -9 for a process that may have ended already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
