"""A process of the tiny service, as any service has it: `python -m tests.faults.process api | relay | consume | …`."""

import os
import sys
from pathlib import Path
from typing import Any

from shared import logs, process
from shared.service import Runtime
from shared.settings import Settings
from tests.kernel.notes import make_runtime, web


def runtime_of(settings: Settings) -> Runtime:
    return make_runtime(settings, Path(os.environ["NOTES_FOLDER"]))


def application() -> Any:
    """What gunicorn serves."""
    settings = Settings.from_environment()
    logs.configure(settings.log_format, service="notes")
    return web(runtime_of(settings))


if __name__ == "__main__":
    sys.exit(process.main(runtime_of, application="tests.faults.process:application()"))
