"""Rows of matches are made in the database; they say what Python would."""

import itertools

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.fields import RATES
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.steps.matches import match_posts
from analytics_pipeline.transform.engagement import engagement_rates
from analytics_pipeline.warehouse.tables import hashtag_post_metrics, post_snapshots
from analytics_pipeline_tests.rows import (
    DAY,
    NOW,
    add_campaign,
    add_participant,
    add_post,
    insert,
)

# Some followers, none, unknown for a reason, unknown without, and no account at all.
FOLLOWERS = ((900, {}), (0, {}), (None, {"follower_count": "late"}), (None, {}), None)
WHY = {"like_count": "hidden", "reach": "not_asked"}
# Views, likes, comments, shares, saves and reach of a post.
NUMBERS = (
    (700, 20, 3, 2, 1, 500),
    (0, 0, 0, 0, 0, 0),
    (None, 20, 3, 2, 1, None),
    (700, None, 3, None, 1, 500),
    (2**53 - 1, 7, 0, 0, None, 3),
    (None,) * 6,
)


@pytest.fixture
def stocked(run):
    """Posts of every platform with every mixture of known and unknown counts."""
    mixtures = itertools.product(Platform, enumerate(FOLLOWERS), NUMBERS, ({}, WHY))
    with run.warehouse.begin() as connection:
        add_campaign(connection, "c1", "jaro", content_types=["instagram_post"])
        add_participant(connection, "c1", "1")
        for platform, (number, told) in itertools.product(
            Platform, enumerate(FOLLOWERS)
        ):
            if told is not None:
                insert(
                    connection,
                    "account_snapshots",
                    snapshot_date=DAY,
                    platform=platform,
                    account_id=f"account-{number}",
                    creator_id="1",
                    follower_count=told[0],
                    unknown_reasons=told[1],
                    observed_at=NOW,
                )
        for post_id, (platform, (number, _), counts, why) in enumerate(mixtures):
            account = {"platform": platform, "account_id": f"account-{number}"}
            add_post(connection, str(post_id), "#jaro", **account)
            connection.execute(
                sa.update(post_snapshots)
                .where(post_snapshots.c.post_id == str(post_id))
                .values(**dict(zip(COUNTS, counts, strict=True)), unknown_reasons=why)
            )
    return run


def test_rates_and_their_reasons_are_those_of_the_definitions(stocked):
    match_posts(stocked, DAY)

    with stocked.warehouse.begin() as connection:
        rows = connection.execute(sa.select(hashtag_post_metrics)).mappings().all()
        told = {
            (row.platform, row.post_id): row.unknown_reasons
            for row in connection.execute(sa.select(post_snapshots))
        }
    assert len(rows) == len(told) == 2 * len(FOLLOWERS) * len(NUMBERS) * 2
    for row in rows:
        counts = {name: row[name] for name in (*COUNTS, "follower_count")}
        unknown = dict(told[row["platform"], row["post_id"]])
        account = FOLLOWERS[int(row["account_id"].removeprefix("account-"))]
        if account is None:
            unknown["follower_count"] = Unknown.NO_ACCOUNT_SNAPSHOT
        elif account[0] is None:
            known = account[1].get("follower_count", Unknown.NOT_REPORTED)
            unknown["follower_count"] = known
        rates = engagement_rates(Platform(row["platform"]), counts, unknown)
        assert {name: row[name] for name in RATES} == rates.values
        assert row["unknown_reasons"] == unknown | rates.unknown


def test_a_row_has_the_wording_of_its_day_and_says_what_matched(run):
    with run.warehouse.begin() as connection:
        add_campaign(connection, "c1", "Jaro", "leto")
        add_participant(connection, "c1", "1")
        add_post(connection, "p1", "ahoj #jaro")

    match_posts(run, DAY)

    with run.warehouse.begin() as connection:
        (row,) = connection.execute(sa.select(hashtag_post_metrics)).mappings()
    assert (row["post_caption"], row["hashtags"]) == ("ahoj #jaro", ["jaro"])
    assert (row["matched_hashtags"], row["missing_hashtags"]) == (["Jaro"], ["leto"])
    assert (row["match_level"], row["match_basis"]) == ("partial", "hashtags")
    assert (row["run_id"], row["post_url"]) == (
        "run-1",
        "https://www.instagram.com/p/code_p1/",
    )
