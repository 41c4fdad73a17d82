"""What needs Docker to run is held by linters, and by comparing it with what the code says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deploy import dashboards
from deploy.parts import binaries
from deploy.services import NAMES
from shared import metrics
from shared.settings import described
from tests.parts import need

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def passes(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_lint_finds_nothing_from_medium_on():
    passes(BIN / "compose-lint", "check", "--fail-on", "medium", "docker-compose.yml")


def test_hadolint_finds_nothing():
    passes(BIN / "hadolint", "deploy/Dockerfile")


@pytest.mark.parametrize("service", NAMES)
def test_every_service_has_its_database_its_migration_its_api_and_its_worker(compose, service):
    parts = compose["services"]
    assert parts[f"{service}-provision"]["command"] == ["provision", service]
    assert parts[f"{service}-migrate"]["command"] == ["migrate", service]
    assert parts[f"{service}-api"]["command"] == ["api", service]
    assert parts[f"{service}-worker"]["command"] == ["worker", service]


@pytest.mark.parametrize("service", NAMES)
def test_a_running_service_knows_only_its_own_password(compose, service):
    for role in ("api", "worker"):
        assert compose["services"][f"{service}-{role}"]["secrets"] == [f"splot_{service}"]


def test_only_the_proxy_and_grafana_publish_a_port_and_only_on_loopback(compose):
    published = {name: part["ports"] for name, part in compose["services"].items() if "ports" in part}
    assert set(published) == {"nginx", "grafana"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_every_setting_in_compose_exists(compose):
    known = {name for name, _default, _meaning in described()}
    for name, part in compose["services"].items():
        used = {key for key in part.get("environment", {}) if key.startswith("SPLOT_")} if name != "nginx" else set()
        assert used <= known, name


def test_prometheus_scrapes_every_process(compose):
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    targets = {target.partition(":")[0] for job in scraped["scrape_configs"] for static in job["static_configs"]
               for target in static["targets"]}  # fmt: skip
    assert targets == {f"{service}-{role}" for service in NAMES for role in ("api", "worker")}


def test_promtool_accepts_the_configuration():
    need(binaries.promtool)
    passes(binaries.promtool(), "check", "config", "deploy/prometheus/prometheus.yml")


def test_the_dashboard_is_the_generated_one():
    assert dashboards.main(["--check"]) == 0


def test_the_dashboard_asks_only_for_metrics_that_exist():
    declared = {
        str(getattr(one, "name", None) or getattr(one, "_name", "")) for one in vars(metrics).values()
        if isinstance(one, metrics.QueueGauge) or hasattr(one, "_name")
    }  # fmt: skip
    queries = [query for _title, _unit, asked in dashboards.PANELS for query, _legend in asked]
    asked = {name for query in queries for name in re.findall(r"splot_\w+", query)}
    bare = {re.sub(r"_(bucket|total)$", "", name) for name in asked}
    assert bare <= {re.sub(r"_total$", "", name) for name in declared}
