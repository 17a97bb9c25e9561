"""Prometheus: every route by its template, the data's state as it is now."""

from dataclasses import replace

import pytest
import requests
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from analytics_pipeline.schemas.api_keys import KeyScope
from analytics_pipeline.service import create_app
from analytics_pipeline.warehouse.api_keys import revoke_key
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tables import TABLES_BY_NAME
from analytics_pipeline_tests.api.serving import listening, served, service_over
from analytics_pipeline_tests.api.test_security import FILLED, ROUTES
from analytics_pipeline_tests.conftest import FIRST_MORNING, new_database
from analytics_pipeline_tests.stocked import SECOND, put, stock

PATH = "/metrics"
REQUESTS = "analytics_http_requests_total"


class Switch:
    """A warehouse that a test cuts off."""

    def __init__(self, warehouse):
        away = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
        self.living, self.away = warehouse, Warehouse(away)
        self.is_cut = False

    def __getattr__(self, name):
        return getattr(self.away if self.is_cut else self.living, name)


@pytest.fixture(scope="module")
def running(postgres_socket, migrated_template, tmp_path_factory):
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, tmp_path_factory.mktemp("home")) as (service, clock),
    ):
        switched = replace(service, warehouse=Switch(service.warehouse))
        with served(switched, clock) as running:
            yield running


@pytest.fixture
def stocked(running):
    warehouse = running.service.warehouse
    # Before the rows' transaction: partitions for them are made in one of their own.
    with warehouse.begin() as connection:
        tables = ", ".join(TABLES_BY_NAME.keys() - {"api_keys"})
        connection.execute(sa.text(f"TRUNCATE {tables}"))
    with warehouse.begin() as connection:
        stock(connection)
        waiting = {"refresh_status": "waiting", "requested_at": FIRST_MORNING}
        put(connection, "refreshes", waiting | {"refresh_id": "r1"})
        ended = {"refresh_status": "failed", "ended_at": FIRST_MORNING}
        put(connection, "refreshes", ended | {"refresh_id": "r2"})
        done = {"message_id": "m2", "processed_at": FIRST_MORNING}
        put(connection, "webhook_inbox", done)
    yield running
    warehouse.is_cut = False


@pytest.fixture(scope="module")
def key(running):
    return running.key(KeyScope.READ, name="Prometheus")


def scrape(url, key):
    """Give every sample, as Prometheus reads them."""
    answer = requests.get(
        url + PATH, headers={"Authorization": f"Bearer {key}"}, timeout=10
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(samples, name, **labels):
    return samples.get((name, frozenset(labels.items())))


def requests_of(samples, **labels):
    """Give how many requests were counted, by the labels that are not named."""
    return sum(
        count
        for (name, told), count in samples.items()
        if name == REQUESTS and labels.items() <= dict(told).items()
    )


def test_the_state_of_the_data_is_the_newest_days(stocked, key):
    samples = scrape(stocked.url, key)

    def accounts(**labels):
        return value(samples, "analytics_accounts", **labels)

    assert value(samples, "analytics_database_up") == 1
    ends = value(samples, "analytics_newest_day_end_timestamp_seconds")
    assert ends == stocked.clock().replace(day=SECOND.day + 1, hour=0).timestamp()
    assert accounts(platform="instagram", status="ok", reason="") == 1
    assert accounts(platform="tiktok", status="ok", reason="late") == 1
    dead = {"platform": "tiktok", "reason": "reconnect_required"}
    assert accounts(status="failed", **dead) == 1
    assert value(samples, "analytics_findings", rule="negative_count") == 1
    revoked = {"platform": "tiktok", "reason": "revoked"}
    assert value(samples, "analytics_connections_to_reconnect", **revoked) == 1
    assert value(samples, "analytics_pushes_waiting") == 1
    assert value(samples, "analytics_refreshes_open", status="waiting") == 1
    assert value(samples, "analytics_refreshes_open", status="failed") is None


def test_it_is_read_when_it_is_asked_for(stocked, key):
    before = scrape(stocked.url, key)
    with stocked.service.warehouse.begin() as connection:
        connection.execute(sa.text("DELETE FROM webhook_inbox"))
        connection.execute(sa.text("DELETE FROM sync_outcomes"))
    after = scrape(stocked.url, key)

    assert value(before, "analytics_pushes_waiting") == 1
    assert value(after, "analytics_pushes_waiting") == 0
    # Unknown is no zero.
    assert value(after, "analytics_newest_day_end_timestamp_seconds") is None


def test_every_route_is_counted_by_its_template_and_nothing_that_was_asked(
    running, key
):
    before = scrape(running.url, key)
    for method, path in ROUTES:
        requests.request(
            method,
            running.url + path.format_map(FILLED),
            params={"id": "a-creator", "email": "a@b.example", "campaign_id": "77001"},
            timeout=10,
            allow_redirects=False,
        )
    samples = scrape(running.url, key)

    # The framework's own route does not say which it is.
    for method, path in ROUTES.keys() - {("GET", "/openapi.json")}:
        asked = {"method": method, "route": path}
        assert requests_of(samples, **asked) > requests_of(before, **asked), path
        timed = value(samples, "analytics_http_request_duration_seconds_count", **asked)
        assert timed == requests_of(samples, **asked)
    labels = str([sorted(labels) for _, labels in samples])
    for asked in ("forged", "a-creator", "a@b.example", "77001", "A" * 32):
        assert asked not in labels


def test_what_has_no_route_makes_no_label_of_its_own(running, key):
    before = scrape(running.url, key)
    for number in range(5):
        requests.request("PROPFIND", f"{running.url}/no/{number}", timeout=10)
    samples = scrape(running.url, key)

    lost = {"method": "other", "route": "none", "status": "404"}
    assert requests_of(samples, **lost) == requests_of(before, **lost) + 5
    assert "PROPFIND" not in str(samples)
    assert "/no/" not in str(samples)


def test_statuses_are_told_apart_also_those_of_refusals(running, key):
    before = scrape(running.url, key)
    requests.get(f"{running.url}/api/metrics/post", timeout=10)
    samples = scrape(running.url, key)

    refused = {"method": "GET", "route": "/api/metrics/post", "status": "401"}
    assert requests_of(samples, **refused) == requests_of(before, **refused) + 1


def test_an_application_counts_for_itself(running, key):
    with listening(create_app(running.service)) as other:
        first = scrape(other, key)
        second = scrape(other, key)

    assert requests_of(first) == 0, "a request is counted when it is over"
    assert requests_of(second) == 1


def test_while_the_database_is_away_the_last_scraper_is_told_so(stocked, key):
    other = stocked.key(KeyScope.READ, name="another reader")
    scrape(stocked.url, key)
    stocked.service.warehouse.is_cut = True

    samples = scrape(stocked.url, key)
    unknown = requests.get(stocked.url + PATH, headers={"X-API-Key": other}, timeout=10)
    bare = requests.get(stocked.url + PATH, timeout=10)
    elsewhere = requests.get(
        f"{stocked.url}/api/metrics/post", headers={"X-API-Key": key}, timeout=10
    )

    assert value(samples, "analytics_database_up") == 0
    assert value(samples, "analytics_pushes_waiting") is None
    assert requests_of(samples) > 0
    # Who has not scraped before cannot be recognised; nobody else gets in this way.
    assert (unknown.status_code, bare.status_code) == (503, 401)
    assert elsewhere.status_code == 503


def test_a_key_that_was_withdrawn_is_not_remembered(stocked):
    clear = stocked.key(KeyScope.READ)
    scrape(stocked.url, clear)
    with stocked.service.warehouse.begin() as connection:
        revoke_key(connection, clear.split("_")[1], FIRST_MORNING)
    headers = {"X-API-Key": clear}
    refused = requests.get(stocked.url + PATH, headers=headers, timeout=10)
    stocked.service.warehouse.is_cut = True
    away = requests.get(stocked.url + PATH, headers=headers, timeout=10)

    assert (refused.status_code, away.status_code) == (401, 503)
