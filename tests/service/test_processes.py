"""What a process must not have in it."""

import subprocess
import sys

import pytest

from deploy.services import NAMES

WEB = """
import sys, tempfile, pathlib
from deploy.services import composition
from shared.settings import Settings
service = composition("{service}")
app = service.web(service.make_runtime(Settings(data=pathlib.Path(tempfile.mkdtemp()))))
app.test_client().get("/{service}/livez")
print(*(set(sys.modules) & {{"kafka", "ortools"}}))
"""


@pytest.mark.parametrize("service", NAMES)
def test_a_web_process_has_no_kafka_and_no_solver_in_it(service: str):
    program = [sys.executable, "-c", WEB.format(service=service)]
    said = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == ""
