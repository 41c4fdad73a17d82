"""Free ports, claimed so that test processes running beside each other never take the same one."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import IO

# Below the range from which the kernel takes ports of outgoing connections.
FIRST, LAST = 20000, 29999

# Open lock files; the kernel lets go of them when we end, however that happens.
_claims: dict[int, IO[str]] = {}


def free_port() -> int:
    """A port on 127.0.0.1 that nobody uses and that no other caller on this machine is given until we end."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of `count` free ports in a row."""
    for _ in range(1000):
        first = random.randrange(FIRST, LAST - count)  # noqa: S311 (no secret)
        claimed = _claim_all(range(first, first + count))
        if len(claimed) == count:
            _claims.update(claimed)
            return first
        for lock in claimed.values():
            lock.close()
    raise OSError(f"no {count} free ports in a row between {FIRST} and {LAST}")


def _claim_all(ports: range) -> dict[int, IO[str]]:
    """Locks by port, up to the first one that is taken."""
    claimed = {}
    for port in ports:
        lock = _claim(port)
        if lock is None:
            break
        claimed[port] = lock
    return claimed


def _claim(port: int) -> IO[str] | None:
    folder = Path(tempfile.gettempdir()) / f"splot-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = (folder / str(port)).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        lock.close()
        return None
    return lock
