import re
from urllib.request import urlopen

import pytest
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from shared import metrics
from shared.metrics import QueueGauge, Reading, gauge_source

DECLARED = [value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase | QueueGauge)]
QUEUE_GAUGES = [declared for declared in DECLARED if isinstance(declared, QueueGauge)]
# What could hold an id or a person; a label must be able to take a few dozen values at most.
UNBOUNDED = {"id", "key", "person", "participant", "user", "name", "event_id", "url", "path", "institution"}


def scraped() -> dict[str, object]:
    return {family.name: family for family in text_string_to_metric_families(generate_latest(REGISTRY).decode())}


@pytest.fixture
def source():
    ends = []
    yield lambda read: ends.append(gauge_source(read))
    for end in ends:
        end()


def test_every_metric_is_ours_explained_and_has_bounded_labels():
    for declared in DECLARED:
        queue = isinstance(declared, QueueGauge)
        name = declared.name if queue else declared._name
        assert re.fullmatch(r"splot_[a-z_]+", name), name
        assert (declared.explanation if queue else declared._documentation).endswith("."), name
        assert not UNBOUNDED & set(declared.labels if queue else declared._labelnames), name


def test_every_metric_is_declared_once():
    names = [declared.name if isinstance(declared, QueueGauge) else declared._name for declared in DECLARED]
    assert len(names) == len(set(names))


def test_the_time_to_an_effect_is_told_from_five_milliseconds_to_ten_minutes():
    assert (metrics.EFFECT_SECONDS[0], metrics.EFFECT_SECONDS[-1]) == (0.005, 600)
    assert list(metrics.EFFECT_SECONDS) == sorted(metrics.EFFECT_SECONDS)


def test_a_queue_is_read_when_it_is_scraped(source):
    waiting = iter([3, 5])
    source(lambda: [Reading(metrics.OUTBOX_PENDING, ("referrals",), next(waiting))])
    assert [scraped()["splot_outbox_pending"].samples[0].value for _ in range(2)] == [3, 5]


def test_two_services_give_values_of_one_gauge(source):
    for service in ("referrals", "people"):
        source(lambda service=service: [Reading(metrics.OUTBOX_PENDING, (service,), 1)])
    assert generate_latest(REGISTRY).decode().count("# TYPE splot_outbox_pending gauge") == 1
    assert {sample.labels["service"] for sample in scraped()["splot_outbox_pending"].samples} == {"referrals", "people"}


def test_a_source_that_fails_is_counted_and_the_others_are_read(source):
    def away():
        yield Reading(metrics.PARKED_OLDEST_AGE, ("people",), 1)
        raise ConnectionError

    source(away)
    source(lambda: [Reading(metrics.PARKED_OLDEST_AGE, ("referrals",), 7)])
    before = REGISTRY.get_sample_value("splot_readings_failed_total")
    assert [sample.labels["service"] for sample in scraped()["splot_parked_oldest_age_seconds"].samples] == [
        "referrals"
    ]
    assert REGISTRY.get_sample_value("splot_readings_failed_total") > before


def test_an_ended_source_is_not_read_any_more():
    end = gauge_source(lambda: [Reading(metrics.PROPOSALS_OPEN, (), 2)])
    assert "splot_proposals_open" in scraped()
    end()
    assert "splot_proposals_open" not in scraped()


def test_the_exposition_answers_on_loopback_and_ends():
    exposition = metrics.serve(0)
    assert exposition.server.server_address[0] == "127.0.0.1"
    with urlopen(f"http://127.0.0.1:{exposition.port}/metrics") as answer:
        text = answer.read().decode()
    exposition.close()
    assert "splot_http_requests_total" in text
    assert "_created" not in text
    with pytest.raises(OSError, match=r".+"):
        urlopen(f"http://127.0.0.1:{exposition.port}/metrics", timeout=1)
