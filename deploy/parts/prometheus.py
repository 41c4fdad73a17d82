"""A real Prometheus as a local process."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import yaml

from deploy.parts import binaries
from deploy.parts.process import Child


def configuration(
    targets: Mapping[str, Sequence[str]], *, rules: Sequence[Path] = (), interval: str = "1s"
) -> dict[str, Any]:
    """Prometheus' configuration: job -> its host:port addresses, files of alert rules, how often to look."""
    jobs = [{"job_name": job, "static_configs": [{"targets": list(found)}]} for job, found in targets.items()]
    return {
        "global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
        "rule_files": [str(file.resolve()) for file in rules],
        "scrape_configs": jobs,
    }


class Prometheus:
    """A Prometheus on 127.0.0.1:`port` that scrapes `targets` (job -> host:port addresses) every `interval`."""

    def __init__(
        self,
        folder: Path,
        port: int,
        targets: Mapping[str, Sequence[str]],
        *,
        rules: Sequence[Path] = (),
        interval: str = "1s",
    ) -> None:
        self.port = port
        self._folder = folder.resolve()
        self._configuration = configuration(targets, rules=rules, interval=interval)
        options = {
            "config.file": f"{self._folder}/prometheus.yml",
            "storage.tsdb.path": f"{self._folder}/data",
            "web.listen-address": f"127.0.0.1:{port}",
        }
        command = [str(binaries.prometheus()), *(f"--{name}={value}" for name, value in options.items())]
        self._child = Child("Prometheus", command, log=self._folder / "prometheus.log")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it and returns when it is ready to answer queries."""
        self._folder.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(self._configuration, sort_keys=False)
        (self._folder / "prometheus.yml").write_text(text, encoding="utf-8")
        self._child.start()
        self._child.wait_ready(self._ready)

    def stop(self) -> None:
        """Stops it cleanly."""
        self._child.stop()

    def kill(self) -> None:
        """kill -9; start() recovers what it had written."""
        self._child.kill()

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._child.running

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples that an expression gives now: [{"metric": {…}, "value": [time, "1"]}]."""
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": expression}, timeout=10)
        answer.raise_for_status()
        samples: list[dict[str, Any]] = answer.json()["data"]["result"]
        return samples

    def firing(self) -> set[str]:
        """The names of the alerts that fire now."""
        answer = httpx.get(f"{self.url}/api/v1/alerts", timeout=10)
        answer.raise_for_status()
        alerts = answer.json()["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/-/ready", timeout=2).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False
