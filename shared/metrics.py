"""Every metric, declared once. Labels are few and bounded: never an id, never a name, never free text.

Counters and histograms count where things happen. Gauges of queues are read from the database when Prometheus asks, by
the one process that owns the queue: it hands a function to `gauge_source`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from threading import Lock, Thread
from typing import NamedTuple
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from shared import logs

# A `_created` series beside every counter would double the exposition and nothing reads it.
disable_created_metrics()  # type: ignore[no-untyped-call]

REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
EFFECT_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600)
WAIT_SECONDS = (0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5)
HOUR = 3600
FIRST_LOOK_SECONDS = tuple(HOUR * hours for hours in (0.1, 0.5, 1, 2, 4, 8, 24, 48, 72, 96, 168, 336))


@dataclass(frozen=True)
class QueueGauge:
    """A gauge that is read at the moment of scraping."""

    name: str
    explanation: str
    labels: tuple[str, ...]


class Reading(NamedTuple):
    """One value of a queue's gauge; `labels` in the order of its declaration."""

    gauge: QueueGauge
    labels: tuple[str, ...]
    value: float


# Web
HTTP_REQUESTS = Counter(
    "splot_http_requests_total",
    "Requests answered, by route pattern and status code.",
    ("service", "route", "method", "code"),
)
HTTP_REQUEST_DURATION = Histogram(
    "splot_http_request_duration_seconds",
    "Time from a request's arrival to the last byte of the answer.",
    ("service", "route", "method"),
    buckets=REQUEST_SECONDS,
)

# Outbox
OUTBOX_PENDING = QueueGauge("splot_outbox_pending", "Facts committed and not yet in the event log.", ("service",))
OUTBOX_OLDEST_AGE = QueueGauge(
    "splot_outbox_oldest_age_seconds",
    "Age of the oldest fact not yet in the event log; 0 when there is none.",
    ("service",),
)
OUTBOX_PUBLISHED = Counter(
    "splot_outbox_published_total",
    "Facts handed to the event log: ok, or failed and to be tried again.",
    ("service", "result"),
)

# Consumers
EVENTS_CONSUMED = Counter(
    "splot_events_consumed_total",
    "Events taken from the log: ok, duplicate, parked or unknown.",
    ("service", "type", "result"),
)
END_TO_END = Histogram(
    "splot_event_end_to_end_seconds",
    "Time from a fact's occurrence to the commit of its effect in this service.",
    ("service",),
    buckets=EFFECT_SECONDS,
)
CONSUMER_LAG = Gauge(
    "splot_consumer_lag_records",
    "Records in the assigned partitions after the committed position.",
    ("service",),
)
CONSUMER_PROGRESS = Gauge(
    "splot_consumer_last_progress_timestamp_seconds",
    "When the consumer last moved, or last had nothing left to do.",
    ("service",),
)
CONSUMER_HALTED = Gauge(
    "splot_consumer_halted",
    "1 while the consumer stands still because too large a share of events would be parked.",
    ("service",),
)

# Parking
PARKED_EVENTS = QueueGauge(
    "splot_parked_events",
    "Events set aside: waiting to be tried again, behind another of their key, or dead.",
    ("service", "state"),
)
PARKED_OLDEST_AGE = QueueGauge(
    "splot_parked_oldest_age_seconds",
    "Age of the oldest event set aside; 0 when there is none.",
    ("service",),
)

# Processes
HEARTBEAT_AGE = QueueGauge(
    "splot_heartbeat_age_seconds",
    "Time since a long-running part last said that it is alive.",
    ("service", "part"),
)
OLDEST_UNFINISHED_AGE = QueueGauge(
    "splot_oldest_unfinished_age_seconds",
    "Age of the oldest item a timed job should already have done; 0 when none.",
    ("service", "job"),
)
JOB_RUNS = Counter(
    "splot_job_runs_total", "Runs of what time makes happen: ok or failed.", ("service", "job", "result")
)
READINGS_FAILED = Counter(
    "splot_readings_failed_total",
    "Gauges left out of a scrape because their queue could not be read.",
)

# Database
DATABASE_POOL_IN_USE = QueueGauge(
    "splot_database_pool_in_use",
    "Database connections taken from the pool right now.",
    ("service",),
)
DATABASE_POOL_WAIT = Histogram(
    "splot_database_pool_wait_seconds",
    "Time a caller waited for a database connection.",
    ("service",),
    buckets=WAIT_SECONDS,
)

# Domain
REFERRALS_OPEN = QueueGauge(
    "splot_referrals_open",
    "Open referrals by status and by whether they are on time, due soon or late.",
    ("status", "lateness"),
)
REFERRAL_FIRST_LOOK = Histogram(
    "splot_referral_first_look_seconds",
    "Time from sending a referral to the recipient's first look.",
    buckets=FIRST_LOOK_SECONDS,
)
MENTEES_WAITING = QueueGauge(
    "splot_mentees_waiting", "Mentees without a mentor by how long they have waited.", ("age",)
)
PROPOSALS_OPEN = QueueGauge("splot_proposals_open", "Proposed matches that wait for an answer.", ())
MENTEES_UNMATCHED = QueueGauge(
    "splot_mentees_unmatched",
    "Mentees the last round could not match, by reason.",
    ("reason",),
)
COOPERATIVES = QueueGauge("splot_cooperatives", "Cooperatives by state.", ("state",))
OBLIGATIONS_OVERDUE = QueueGauge("splot_obligations_overdue", "Obligations of cooperatives past their date.", ())
DELIVERIES = Counter(
    "splot_deliveries_total",
    "Attempts to deliver a message, by channel and what became of it.",
    ("channel", "result"),
)
DELIVERIES_OLDEST_AGE = QueueGauge(
    "splot_deliveries_oldest_age_seconds",
    "Age of the oldest message due and not yet handed to its provider; 0 when none.",
    ("channel",),
)
DEAD_LETTERS = QueueGauge("splot_dead_letters", "Messages given up that wait for an operator.", ("channel",))

# Safety
SIGN_IN_FAILURES = Counter("splot_sign_in_failures_total", "Sign-ins refused, by reason.", ("reason",))
REFUSALS = Counter(
    "splot_refusals_total",
    "Requests refused because the caller may not, by route pattern.",
    ("service", "route"),
)
ERASURES = Counter("splot_erasures_total", "People whose key this service destroyed.", ("service",))
OVERRIDES = Counter("splot_overrides_total", "Uses of a right that needs a reason and an alert.", ("kind",))
SUPPRESSED = Counter(
    "splot_suppressed_total",
    "Messages deliberately not sent, by channel and reason.",
    ("channel", "reason"),
)

Source = Callable[[], Iterable[Reading]]


class QueueGauges(Collector):
    """All sources as one collector: in the embedded mode several services give values of the same gauge."""

    def __init__(self) -> None:
        self._sources: list[Source] = []
        self._lock = Lock()

    def add(self, source: Source) -> Callable[[], None]:
        with self._lock:
            self._sources = [*self._sources, source]
        return lambda: self._remove(source)

    def _remove(self, source: Source) -> None:
        with self._lock:
            self._sources = [other for other in self._sources if other is not source]

    def describe(self) -> Iterable[Metric]:
        # Registering must not read the databases.
        return ()

    def collect(self) -> Iterator[Metric]:
        families: dict[QueueGauge, GaugeMetricFamily] = {}
        for source in self._sources:
            for gauge, labels, value in _readings(source):
                if gauge not in families:
                    families[gauge] = GaugeMetricFamily(gauge.name, gauge.explanation, labels=gauge.labels)
                families[gauge].add_metric(labels, value)
        yield from families.values()


_queue_gauges = QueueGauges()
REGISTRY.register(_queue_gauges)


def gauge_source(source: Source) -> Callable[[], None]:
    """Reads the source's gauges at every scrape, until the returned function is called.

    A source that raises is left out of that scrape and counted: the other metrics must survive a database that is away.
    """
    return _queue_gauges.add(source)


class Exposition(NamedTuple):
    port: int
    server: WSGIServer
    thread: Thread

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def serve(port: int, host: str = "127.0.0.1", *, registry: CollectorRegistry = REGISTRY) -> Exposition:
    """Serves /metrics in a thread, on an internal address only. Port 0 takes a free one."""
    server, thread = start_http_server(port, addr=host, registry=registry)
    return Exposition(port=server.server_port, server=server, thread=thread)


def _readings(source: Source) -> list[Reading]:
    try:
        return list(source())
    except Exception as fault:  # noqa: BLE001 - whatever a queue's owner raises, the other metrics must come
        READINGS_FAILED.inc()
        logs.get_logger().warning("metrics-reading-failed", error=type(fault).__name__)
        return []
