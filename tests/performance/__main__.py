"""`make bench [ONLY=p1,p3]`: run the measurements, print the table and keep it in var/bench.md."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from deploy.parts.kafka import KafkaCluster
from deploy.parts.ports import free_port, free_ports
from deploy.parts.postgres import PostgresServer
from tests.performance import p1_referral, p2_events, p3_latency, p7_start
from tests.performance.measuring import Figure, Report

KEPT = Path("var/bench.md")


def p1(folder: Path) -> list[Figure]:
    with PostgresServer(folder / "p1-postgres", free_port()) as server:
        return p1_referral.measure(folder / "p1", server)


def p2(folder: Path) -> list[Figure]:
    with (
        PostgresServer(folder / "p2-postgres", free_port()) as server,
        KafkaCluster(folder / "p2-kafka", 1, free_ports(2)) as kafka,
    ):
        return p2_events.measure(folder / "p2", server, kafka)


def p3(folder: Path) -> list[Figure]:
    return [*p3_latency.measure_stack(folder), *p3_latency.measure_embedded(folder)]


MEASUREMENTS: dict[str, Callable[[Path], list[Figure]]] = {"p1": p1, "p2": p2, "p3": p3, "p7": p7_start.measure}


def main() -> int:
    only = [name for name in os.environ.get("ONLY", "").lower().split(",") if name] or list(MEASUREMENTS)
    folder = Path(tempfile.mkdtemp(prefix="splot-bench-"))
    folder.chmod(0o711)
    report = Report()
    try:
        for name in only:
            print(f"{name} …", file=sys.stderr, flush=True)
            report.figures += MEASUREMENTS[name](folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(report.text(), encoding="utf-8")
    print(report.text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
