"""Refused metrics in the warehouse: kept at once, told once, tried again, forgotten."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.metrics import ProductType
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.capabilities import (
    LearnedBy,
    MetricCapabilities,
    list_refusals_told_by,
    list_refused_metrics,
)

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
PLAYS, VIEWS = (ProductType.REELS, "plays"), (ProductType.REELS, "views")


@pytest.fixture
def learn(warehouse):
    """Open what a run knows; the run's name tells it apart."""

    def learn(run_id="r1", now=NOW, version="v23.0"):
        learner = LearnedBy(
            Platform.INSTAGRAM,
            version,
            "raw_instagram_post_insights",
            run_id,
            now.date(),
        )
        return MetricCapabilities(warehouse, learner, lambda: now)

    return learn


@pytest.fixture
def told(warehouse):
    def told():
        query = sa.text(
            "SELECT record_key, field, snapshot_date, run_id"
            " FROM data_quality_findings WHERE rule = 'metric_refused'"
        )
        with warehouse.begin() as connection:
            return [tuple(row) for row in connection.execute(query)]

    return told


def test_a_refusal_is_known_to_the_next_run_and_told_once(learn, told, warehouse):
    learn().keep(PLAYS, "no such metric")

    assert learn("r2").refused() == {PLAYS: NOW}
    assert told() == [("instagram v23.0 REELS", "plays", date(2026, 3, 2), "r1")]
    with warehouse.begin() as connection:
        (row,) = list_refused_metrics(connection)
        assert (row["metric"], row["detail"]) == ("plays", "no such metric")
        assert [one["metric"] for one in list_refusals_told_by(connection, "r1")] == [
            "plays"
        ]
        assert list_refusals_told_by(connection, "r2") == []


def test_a_refusal_after_a_month_is_no_news(learn, told, warehouse):
    learn().keep(PLAYS, "no")
    learn("r2", LATER).keep(PLAYS, "still no")

    assert learn().refused() == {PLAYS: LATER}
    assert [row[-1] for row in told()] == ["r1"]
    with warehouse.begin() as connection:
        (row,) = list_refused_metrics(connection)
    assert (row["refused_at"], row["tried_at"]) == (NOW, LATER)


def test_a_metric_that_came_back_and_went_again_is_news(learn, told):
    learn().keep(PLAYS, "no")
    learn().keep(VIEWS, "no")
    learn().forget([PLAYS])
    assert learn().refused() == {VIEWS: NOW}

    learn("r2", LATER).keep(PLAYS, "no again")
    assert {row[1]: row[-1] for row in told()} == {"plays": "r2", "views": "r1"}


def test_another_version_has_its_own_refusals(learn):
    learn().keep(PLAYS, "no")
    learn(version="v24.0").forget([PLAYS])
    assert learn(version="v24.0").refused() == {}
    assert learn().refused() == {PLAYS: NOW}


def test_a_database_that_is_away_costs_no_account_its_numbers(learn, warehouse, caplog):
    known = learn()
    with warehouse.begin() as connection:
        connection.execute(sa.text("ALTER TABLE metric_capabilities RENAME TO away"))
    try:
        known.keep(PLAYS, "no")
        known.forget([PLAYS])
    finally:
        with warehouse.begin() as connection:
            connection.execute(
                sa.text("ALTER TABLE away RENAME TO metric_capabilities")
            )
    assert "could not be kept" in caplog.text
    assert "could not be forgotten" in caplog.text
