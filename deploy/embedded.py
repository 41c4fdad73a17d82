"""The whole partnership in two processes on one machine: all web applications, and all workers (`make run`)."""

import errno
import os
import socket
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.parts.process import Child, ProcessError
from deploy.supervise import Supervisor, stop_all
from shared.settings import Settings, SettingsError

WebApplication = Callable[[Mapping[str, Any], Callable[..., Any]], Iterable[bytes]]
START_SECONDS = 60.0


class CannotStart(Exception):
    """One sentence: what is in the way and what to do."""


# -- the two processes ---------------------------------------------------------------------------------------------


def application() -> WebApplication:
    """What gunicorn serves: the first part of a path names the service; the rest is `people`'s (home, static files)."""
    from deploy.services import composition, open_together
    from shared import logs

    settings = Settings.from_environment()
    logs.configure(settings.log_format)
    runtimes = open_together(settings)
    people = runtimes["people"].people_app
    apps = {name: people() if name == "people" and people else composition(name).web(r) for name, r in runtimes.items()}

    def dispatch(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        first = environ.get("PATH_INFO", "/").lstrip("/").partition("/")[0]
        answer: Iterable[bytes] = apps.get(first, apps["people"])(environ, start_response)
        return answer

    return dispatch


def worker() -> int:
    """Prepare databases and topics, then relay, consume and work for every service until SIGTERM."""
    from deploy.services import open_together
    from shared import logs, process

    settings = Settings.from_environment()
    logs.configure(settings.log_format)
    runtimes = list(open_together(settings).values())
    for runtime in runtimes:
        process.prepare(runtime)
    return process.work(runtimes, settings=settings)


# -- the supervisor ------------------------------------------------------------------------------------------------


def run(settings: Settings) -> int:
    """Start both processes, load the demo region when asked to and not there yet, and serve until stopped."""
    check(settings)
    children = [_child(settings, "worker"), _child(settings, "web")]
    supervisor = Supervisor(children)
    for child in children:
        child.start()
    try:
        _wait(children, supervisor, settings)
        if settings.demo:
            run_demo(settings)
        if not supervisor.stopping.is_set():
            print(f"Ready: {settings.origin}", flush=True)
        supervisor.watch()
    finally:
        stop_all(children)
    print("Stopped. Everything is kept in", settings.data, flush=True)
    return 0


def check(settings: Settings) -> None:
    """Raises CannotStart when the port is taken or the data folder cannot be used."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {settings.port} is in use by another program: choose another one, such as `make run PORT=8010`."
            ) from None
        raise CannotStart(f"Port {settings.port} cannot be opened: {error.strerror}.") from None
    _check_folder(settings.data)


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        advice = "choose another, such as `make run DATA=~/splot`"
        raise CannotStart(f"The data folder {folder} cannot be written ({error.strerror}): {advice}.") from None
    for database in folder.glob("*.db"):
        with database.open("rb") as file:
            if file.read(16) not in (b"", b"SQLite format 3\x00"):
                advice = f"put a backup in its place, or move {folder} away to begin anew"
                raise CannotStart(f"{database} is not a database any more: {advice}.")


def _child(settings: Settings, role: str) -> Child:
    commands = {
        "web": [
            "-m",
            "gunicorn",
            "--config",
            str(Path(__file__).with_name("gunicorn.conf.py")),
            f"{__name__}:application()",
        ],
        "worker": ["-m", __name__, "worker"],
    }
    environment = {**os.environ, **settings.environment(), "PYTHONUNBUFFERED": "1"}
    environment.pop("SPLOT_PEOPLE_URL", None)
    environment["SPLOT_METRICS_PORT"] = str(settings.metrics_port + (role == "worker") if settings.metrics_port else 0)
    log = settings.data / "logs" / f"{role}.log"
    return Child(role, [sys.executable, *commands[role]], log=log, env=environment)


def _wait(children: Sequence[Child], supervisor: Supervisor, settings: Settings) -> None:
    from deploy.waiting import ready

    for child in children:
        try:
            child.wait_ready(lambda: supervisor.stopping.is_set() or ready(settings), seconds=START_SECONDS)
        except ProcessError as error:
            raise CannotStart(
                f"The {child.name} process did not start. Its log, {child.log}, ends with:\n{error}"
            ) from None


def run_demo(settings: Settings) -> None:
    """Load the demo region and play the story, once; in a process of its own, because this one stays small."""
    import subprocess

    environment = {**os.environ, **settings.environment()}
    if subprocess.run([sys.executable, "-m", "deploy.demo"], env=environment, check=False).returncode:
        raise CannotStart("The demo region could not be loaded; what is in the way stands above.")


if __name__ == "__main__":
    try:
        sys.exit(worker())
    except SettingsError as error:
        sys.exit(f"splot: {error}")
