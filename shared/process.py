"""One process of a service: `python -m services.<name> api | worker | relay | consume | work | migrate`."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from shared import logs, metrics, migrations
from shared.eventlog import EventLogUnavailable
from shared.service import PARTS, Runtime
from shared.settings import Settings, SettingsError
from shared.worker import Worker

ROLES = ("api", "worker", *PARTS, "migrate")
GUNICORN = Path(__file__).parents[1] / "deploy" / "gunicorn.conf.py"
LOG_SECONDS = 60.0
PARTITIONS = 3
"""Of a new topic (deploy/topics.yaml says the same); fixed from the start: another count would move keys."""
MakeRuntime = Callable[[Settings], Runtime]
log = structlog.get_logger()


def main(make_runtime: MakeRuntime, *, application: str, arguments: Sequence[str] | None = None) -> int:
    """`application` is what gunicorn imports, such as `services.referrals.app:application()`."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 1 or arguments[0] not in ROLES:
        print(f"usage: python -m services.<name> {' | '.join(ROLES)}", file=sys.stderr)
        return 2
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        print(f"splot: {error}", file=sys.stderr)
        return 2
    if arguments[0] == "api":
        serve(application)
    runtime = make_runtime(settings)
    logs.configure(settings.log_format, service=runtime.service.name)
    if arguments[0] == "migrate":
        prepare(runtime)
        return 0
    return work([runtime], settings=settings, parts=PARTS if arguments[0] == "worker" else arguments)


def prepare(runtime: Runtime) -> None:
    """Migrations, the service's own key pair, its topics; does nothing where they are there."""
    migrations.migrate(runtime)
    runtime.signing_key(runtime.service.name)
    _make_topics(runtime)


def _make_topics(runtime: Runtime) -> None:
    """Waits for a log that is not there yet: it may be starting beside us."""
    deadline = time.monotonic() + LOG_SECONDS
    while True:
        try:
            runtime.event_log.ensure_topics(dict.fromkeys(runtime.service.produces, PARTITIONS))
        except EventLogUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def work(runtimes: Sequence[Runtime], *, settings: Settings, parts: Sequence[str] = PARTS) -> int:
    """Run parts of services until SIGTERM, with their metrics on the internal port."""
    port = metrics.serve(settings.metrics_port, settings.metrics_host).port
    log.info("metrics.served", port=port)
    return Worker(runtimes, parts).run()


def serve(application: str) -> None:
    """Become gunicorn; it reads the same settings from the same environment."""
    command = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN), application]
    os.execv(sys.executable, command)  # noqa: S606 - the command is ours
