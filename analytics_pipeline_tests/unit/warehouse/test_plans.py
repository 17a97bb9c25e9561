"""What the queries of every day cost, as PostgreSQL plans them.

Nothing is timed: a plan either reads one month by an index, or it does not.
"""

from datetime import date

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.tables import PARTITIONED, TABLES
from analytics_pipeline.warehouse.partitions import ensure_months
from analytics_pipeline.warehouse.tables import metadata
from analytics_pipeline_tests.conftest import new_database

MONTHS = [date(2026, month, 1) for month in (1, 2, 3)]
_POSTS = 400
_STOCK = """
INSERT INTO posts (platform, post_id, account_id, creator_id, posted_at, hashtags,
                   first_seen_at, last_seen_at, run_id)
SELECT 'instagram', 'p' || n, 'a' || n / 4, 'c' || n / 4,
       timestamptz '2026-01-01' + n % 85 * interval '1 day', '{}', now(), now(), 'r'
FROM generate_series(0, :posts * 10 - 1) n;
INSERT INTO post_snapshots (snapshot_date, platform, post_id, account_id, creator_id,
                            posted_at, count_sources, unknown_reasons, observed_at,
                            is_late, run_id)
SELECT date '2026-01-01' + day, 'instagram', 'p' || n, 'a' || n / 4, 'c' || n / 4,
       now(), '{}', '{}', now(), false, 'r'
FROM generate_series(0, :posts - 1) n, generate_series(0, 84) day;
INSERT INTO account_snapshots (snapshot_date, platform, account_id, creator_id,
                               unknown_reasons, observed_at, is_late, run_id)
SELECT date '2026-01-01' + day, 'instagram', 'a' || n, 'c' || n, '{}', now(), false, 'r'
FROM generate_series(0, :posts / 4 - 1) n, generate_series(0, 84) day;
INSERT INTO post_metric_values (snapshot_date, platform, post_id, account_id,
                                creator_id, metric, metric_value, metric_source,
                                observed_at, is_late, run_id)
SELECT snapshot_date, platform, post_id, account_id, creator_id, 'reach', 1, 's', now(),
       false, 'r'
FROM post_snapshots;
INSERT INTO review_candidates (snapshot_date, campaign_id, platform, post_id,
                               creator_id, account_id, posted_at, hashtags,
                               candidate_kind, candidate_score, candidate_reasons,
                               observed_at, is_late, run_id)
SELECT snapshot_date, 'k' || length(post_id), platform, post_id, creator_id, account_id,
       now(), '{}', 'partial', 1, '{}', now(), false, 'r'
FROM post_snapshots
"""
_POST = "platform = 'instagram' AND post_id = 'p7'"
_CREATOR = "creator_id = 'c7' AND platform = 'instagram'"
_SINCE = "'2026-03-01' AND '2026-03-31'"


@pytest.fixture(scope="module")
def stocked(postgres_socket, migrated_template):
    """A warehouse of three months, its rows made by the server."""
    with new_database(postgres_socket, migrated_template) as url:
        engine = sa.create_engine(
            url.replace("postgresql", "postgresql+psycopg"),
            connect_args={"options": "-c search_path=analytics,public"},
        )
        with engine.begin() as connection:
            for table in PARTITIONED:
                ensure_months(connection, table, MONTHS)
            for statement in _STOCK.replace(":posts", str(_POSTS)).split(";"):
                connection.execute(sa.text(statement))
            for table in TABLES:
                connection.execute(sa.text(f"ANALYZE {table.name}"))
        yield engine
        engine.dispose()


def _read(engine, query):
    """Return what a plan reads, and by which index or otherwise by what."""
    with engine.begin() as connection:
        (plan,) = connection.execute(
            sa.text(f"EXPLAIN (FORMAT JSON) {query}")
        ).scalar_one()
    found = []
    _collect(plan["Plan"], found)
    return found


def _collect(node, found):
    if "Relation Name" in node or node["Node Type"] == "Bitmap Index Scan":
        found.append(
            (node.get("Relation Name"), node.get("Index Name", node["Node Type"]))
        )
    for child in node.get("Plans", []):
        _collect(child, found)


@pytest.mark.parametrize(
    ("table", "condition"),
    [
        ("post_snapshots", f"snapshot_date = '2026-03-05' AND {_POST}"),
        ("post_snapshots", f"{_POST} AND snapshot_date BETWEEN {_SINCE}"),
        ("post_metric_values", f"snapshot_date = '2026-03-05' AND {_POST}"),
        ("account_snapshots", f"{_CREATOR} AND snapshot_date BETWEEN {_SINCE}"),
        (
            "account_snapshots",
            (
                "snapshot_date = '2026-03-05' AND platform = 'instagram'"
                " AND account_id = 'a7'"
            ),
        ),
        ("review_candidates", "campaign_id = 'k1' AND snapshot_date = '2026-03-05'"),
    ],
)
def test_a_day_or_month_is_read_from_its_month_by_an_index(stocked, table, condition):
    read = _read(stocked, f"SELECT * FROM {table} WHERE {condition}")

    relations = {relation for relation, _ in read if relation}
    assert relations == {f"{table}_2026_03"}
    assert not [relation for relation, index in read if index == "Seq Scan"]


@pytest.mark.parametrize(
    ("query", "relations"),
    [
        (f"SELECT * FROM post_snapshots WHERE {_POST}", 3),
        (f"SELECT * FROM post_metric_values WHERE {_POST}", 3),
        (
            (
                f"SELECT * FROM posts WHERE {_CREATOR} AND posted_at >= '2026-03-01'"
                " AND posted_at < '2026-04-01'"
            ),
            1,
        ),
        (
            (
                "SELECT count(*) FROM posts WHERE account_id = 'a7'"
                " AND platform = 'instagram' AND posted_at >= '2026-03-01'"
            ),
            1,
        ),
    ],
)
def test_what_is_asked_over_all_days_is_found_by_an_index(stocked, query, relations):
    read = _read(stocked, query)

    assert len({relation for relation, _ in read if relation}) == relations
    assert not [relation for relation, index in read if index == "Seq Scan"]


def test_every_index_beside_the_keys_is_known():
    """One that is added has to be paid for by every load: say here what it is for."""
    beside = {
        index.name
        for table in PARTITIONED
        for index in metadata.tables[f"analytics.{table.name}"].indexes
    }
    assert beside == {
        # A post's history; the numbers of a creator's month.
        "post_snapshots_by_platform_post_id_snapshot_date",
        # The followers of a creator's month.
        "account_snapshots_by_creator_id_snapshot_date",
        # A post's page; posts that are never asked for again.
        "post_metric_values_by_platform_post_id",
        "post_metric_values_before_conversion",
        # The review desk.
        "review_candidates_by_campaign_id_snapshot_date",
    }
