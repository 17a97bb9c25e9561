"""Metrics that a platform refuses, kept for the runs to come; each is told once."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from analytics_pipeline.schemas.findings import Rule
from analytics_pipeline.schemas.metrics import ProductType
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tables import (
    findings,
    metric_capabilities,
    post_metric_values,
)

_log = logging.getLogger(__name__)
_DETAIL_LENGTH = 300


@dataclass(frozen=True, slots=True)
class LearnedBy:
    """Who learns what a platform refuses.

    Attributes:
        platform: Which platform.
        api_version: Of its API, as it is asked.
        asset: The asset whose findings tell of it.
        run_id: The run.
        day: Today.
    """

    platform: Platform
    api_version: str
    asset: str
    run_id: str
    day: date


class MetricCapabilities:
    """Keeps the metrics that one version of a platform's API refuses.

    A database that is away costs a call more the next time, not an account's numbers.

    Args:
        warehouse: Where they are kept.
        learner: Who learns.
        clock: Stamps what is learned.
    """

    def __init__(self, warehouse: Warehouse, learner: LearnedBy, clock: Clock) -> None:
        self._warehouse = warehouse
        self._learner = learner
        self._clock = clock

    def refused(self) -> Mapping[tuple[ProductType, str], datetime]:
        """Return the refused metrics, each with when it was last tried."""
        table = metric_capabilities.c
        query = sa.select(table.product_type, table.metric, table.tried_at).where(
            *self._mine()
        )
        with self._warehouse.begin() as connection:
            return {
                (ProductType(row.product_type), row.metric): row.tried_at
                for row in connection.execute(query)
            }

    def keep(self, refused: tuple[ProductType, str], detail: str) -> None:
        """Keep that a metric was refused just now, and tell of it if that is new.

        Args:
            refused: What it was asked of, and its name.
            detail: What the platform said.
        """
        now = self._clock()
        product, metric = refused
        new = insert(metric_capabilities).values(
            platform=self._learner.platform,
            api_version=self._learner.api_version,
            product_type=product,
            metric=metric,
            refused_at=now,
            tried_at=now,
            detail=detail[:_DETAIL_LENGTH],
            updated_at=now,
            run_id=self._learner.run_id,
        )
        tried_again = new.on_conflict_do_update(
            constraint="metric_capabilities_pkey",
            set_={
                name: new.excluded[name]
                for name in ("tried_at", "detail", "updated_at", "run_id")
            },
        ).returning(metric_capabilities.c.refused_at)
        try:
            with self._warehouse.begin() as connection:
                if connection.execute(tried_again).scalar_one() == now:
                    connection.execute(self._finding(product, metric, now))
        except sa.exc.SQLAlchemyError:
            _log.exception("the refusal of metric %s could not be kept", metric)

    def forget(self, answered: Iterable[tuple[ProductType, str]]) -> None:
        """Forget metrics that are answered again."""
        table = metric_capabilities.c
        which = sa.tuple_(table.product_type, table.metric).in_(list(answered))
        try:
            with self._warehouse.begin() as connection:
                connection.execute(
                    sa.delete(metric_capabilities).where(*self._mine(), which)
                )
        except sa.exc.SQLAlchemyError:
            _log.exception("a metric that is answered again could not be forgotten")

    def _mine(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            metric_capabilities.c.platform == self._learner.platform,
            metric_capabilities.c.api_version == self._learner.api_version,
        )

    def _finding(self, product: ProductType, metric: str, now: datetime) -> sa.Insert:
        learner = self._learner
        new = insert(findings).values(
            asset=learner.asset,
            snapshot_date=learner.day,
            platform=learner.platform,
            rule=Rule.METRIC_REFUSED,
            record_key=f"{learner.platform} {learner.api_version} {product}",
            field=metric,
            value=None,
            observed_at=now,
            run_id=learner.run_id,
        )
        return new.on_conflict_do_update(
            index_elements=["asset", "record_key", "field"],
            index_where=findings.c.rule == sa.literal_column("'metric_refused'"),
            set_={
                name: new.excluded[name]
                for name in ("snapshot_date", "observed_at", "run_id")
            },
        )


def list_refused_metrics(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return every metric that is refused, the newest refusal first."""
    table = metric_capabilities.c
    query = sa.select(
        table.platform,
        table.api_version,
        table.product_type,
        table.metric,
        table.refused_at,
        table.tried_at,
        table.detail,
    ).order_by(table.refused_at.desc(), table.product_type, table.metric)
    return [dict(row) for row in connection.execute(query).mappings()]


def list_refusals_told_by(
    connection: sa.Connection, run_id: str
) -> list[dict[str, Any]]:
    """Return the metrics that a run found to be refused, and told of."""
    query = (
        sa.select(
            findings.c.asset,
            findings.c.record_key.label("asked_of"),
            findings.c.field.label("metric"),
        )
        .where(findings.c.rule == Rule.METRIC_REFUSED, findings.c.run_id == run_id)
        .order_by(findings.c.asset, findings.c.record_key, findings.c.field)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def posts_never_answered(connection: sa.Connection) -> set[str]:
    """Return posts from before their account was professional; that never changes."""
    table = post_metric_values.c
    query = sa.select(table.post_id).where(
        table.unknown_reason == Unknown.BEFORE_CONVERSION
    )
    return set(connection.scalars(query.distinct()))
