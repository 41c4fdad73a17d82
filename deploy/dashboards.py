"""Grafana's dashboard, generated: `python -m deploy.dashboards [--check]` writes deploy/grafana/dashboards/*.json."""

import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("grafana") / "dashboards"
WIDTH, HEIGHT = 12, 8
P95 = "histogram_quantile(0.95, sum by (service, le) (rate(%s[5m])))"

# (title, unit, [(query, legend)])
PANELS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("Open referrals", "short", (("sum by (status, lateness) (splot_referrals_open)", "{{status}} {{lateness}}"),)),
    ("Mentees waiting", "short", (("sum by (age) (splot_mentees_waiting)", "{{age}}"),)),
    ("Cooperatives by state", "short", (("sum by (state) (splot_cooperatives)", "{{state}}"),)),
    ("Deliveries a minute", "short", (
        ("sum by (channel, result) (rate(splot_deliveries_total[5m])) * 60", "{{channel}} {{result}}"),
    )),
    ("Oldest fact not in the log", "s", (("max by (service) (splot_outbox_oldest_age_seconds)", "{{service}}"),)),
    ("Records behind", "short", (("max by (service) (splot_consumer_lag_records)", "{{service}}"),)),
    ("Fact to effect, 95th percentile", "s", (
        (P95 % "splot_event_end_to_end_seconds_bucket", "{{service}}"),
    )),
    ("Parked events", "short", (("sum by (service, state) (splot_parked_events)", "{{service}} {{state}}"),)),
    ("Requests a second", "reqps", (
        ("sum by (service, code) (rate(splot_http_requests_total[5m]))", "{{service}} {{code}}"),
    )),
    ("Answers, 95th percentile", "s", (
        (P95 % "splot_http_request_duration_seconds_bucket", "{{service}}"),
    )),
)  # fmt: skip


def dashboard() -> dict[str, Any]:
    return {
        "uid": "splot",
        "title": "Splot: the region and how facts flow",
        "schemaVersion": 41,
        "timezone": "Europe/Warsaw",
        "refresh": "10s",
        "time": {"from": "now-6h", "to": "now"},
        "panels": [_panel(number, *panel) for number, panel in enumerate(PANELS)],
    }


def _panel(number: int, title: str, unit: str, queries: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": title,
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "gridPos": {"x": number % 2 * WIDTH, "y": number // 2 * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": "ABC"[index], "expr": query, "legendFormat": legend}
            for index, (query, legend) in enumerate(queries)
        ],
    }


def main(arguments: list[str]) -> int:
    file, text = FOLDER / "splot.json", json.dumps(dashboard(), indent=2) + "\n"
    if "--check" in arguments:
        same = file.exists() and file.read_text(encoding="utf-8") == text
        if not same:
            print(f"{file.name} differs: run `make contracts`", file=sys.stderr)
        return 0 if same else 1
    file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
