"""Prometheus: what was asked of this process, and the state of the data.

The data's state is read when somebody scrapes, so it is never older than the answer.
Labels name routes, never what was asked for.
Source: https://prometheus.io/docs/practices/naming/
"""

import logging
import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.keys import require_key
from analytics_pipeline.api.problems import refusals
from analytics_pipeline.schemas.api_keys import KeyScope
from analytics_pipeline.warehouse.embedded import EmbeddedServerError
from analytics_pipeline.warehouse.vital_signs import (
    Counts,
    VitalSigns,
    count_waiting_pushes,
    read_vital_signs,
)

METRICS_PATH: Final = "/metrics"
_NO_ROUTE = "none"
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_OTHER_METHOD = "other"
_CUT_OFF = "none"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_log = logging.getLogger(__name__)


class RequestMetrics:
    """Counts of one application's requests.

    Attributes:
        registry: Holds them; an application has one of its own.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "analytics_http_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "analytics_http_request_duration_seconds",
            "Time from a request to the end of its answer.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )

    def add(self, method: str, route: str, status: str, seconds: float) -> None:
        """Count a request.

        Args:
            method: Its method.
            route: The template of the route that answered.
            status: Of the answer.
            seconds: How long it took.
        """
        method = method if method in _METHODS else _OTHER_METHOD
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)


class Measured:
    """Middleware that counts requests by route, method and status.

    Args:
        app: What answers.
        metrics: Where it is counted.
    """

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = _CUT_OFF
        began = time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - began
            self._metrics.add(scope["method"], _template(scope), status, seconds)


class DataMetrics(Collector):
    """Reads the state of the data whenever it is asked.

    Args:
        service: The database, and what a day is.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self) -> Iterable[Metric]:
        """Describe nothing before the first scrape: that would ask the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Read the state.

        Yields:
            Whether the database answers; and if it does, all the rest.
        """
        read = self._read()
        yield GaugeMetricFamily(
            "analytics_database_up",
            "Whether the database answers.",
            value=float(read is not None),
        )
        if read is not None:
            yield from self._told(*read)

    def _read(self) -> tuple[VitalSigns, int] | None:
        warehouse = self._service.warehouse
        try:
            with warehouse.reading() as connection:
                signs = read_vital_signs(connection)
            with warehouse.begin() as connection:
                return signs, count_waiting_pushes(connection)
        except (sa.exc.SQLAlchemyError, EmbeddedServerError) as error:
            _log.warning("the state of the data cannot be read: %s", type(error))
            return None

    def _told(self, signs: VitalSigns, pushes: int) -> Iterable[Metric]:
        if signs.newest_day is not None:
            rule = self._service.rule
            yield GaugeMetricFamily(
                "analytics_newest_day_end_timestamp_seconds",
                "When the newest day that has outcomes ends.",
                value=rule.end(signs.newest_day).timestamp(),
            )
        yield _gauge(
            "analytics_accounts",
            "Accounts on the newest day, by what became of them.",
            ("platform", "status", "reason"),
            signs.accounts,
        )
        yield _gauge(
            "analytics_findings",
            "What was odd in the answers of the newest day, by rule.",
            ("rule",),
            signs.findings,
        )
        yield _gauge(
            "analytics_connections_to_reconnect",
            "Connections whose owner must log in again.",
            ("platform", "reason"),
            signs.reconnects,
        )
        yield GaugeMetricFamily(
            "analytics_pushes_waiting",
            "Pushes that no run has processed.",
            value=pushes,
        )
        yield _gauge(
            "analytics_refreshes_open",
            "Refreshes that wait or run.",
            ("status",),
            signs.refreshes,
        )


def metrics_router(service: Service, metrics: RequestMetrics) -> APIRouter:
    """Return the route that Prometheus scrapes.

    Args:
        service: The database.
        metrics: What this application has counted.

    Returns:
        The route; it needs a key with the scope `read`.
    """
    metrics.registry.register(DataMetrics(service))
    router = APIRouter(tags=["health"])

    @router.get(
        METRICS_PATH,
        response_class=Response,
        description="What was asked of this process, and the state of the data, for "
        "Prometheus. While the database is away, the key that scraped last still may, "
        "and `analytics_database_up` is 0.",
        responses={
            200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
            **refusals(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
        },
        dependencies=[Depends(require_key(KeyScope.READ, without_database=True))],
    )
    def tell() -> Response:
        """Tell what was asked of this process, and the state of the data."""
        text = generate_latest(metrics.registry)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router


def _gauge(
    name: str, meaning: str, labels: tuple[str, ...], counts: Counts
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for values, count in sorted(counts.items()):
        family.add_metric(values, count)
    return family


def _template(scope: Mapping[str, object]) -> str:
    """Return the template of the route that answered, without what was asked for."""
    return getattr(scope.get("route"), "path_format", _NO_ROUTE)
