"""What the database carries forward is what following every row gives."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa

from analytics_pipeline.reports.build import build_report
from analytics_pipeline.reports.model import ReportOptions
from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.last_known import MEASURES
from analytics_pipeline_tests.stocked import observed, put
from analytics_pipeline_tests.unit.reports.reference import reference_report
from analytics_pipeline_tests.unit.reports.world import PRAGUE

FIRST = date(2026, 3, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(9)]
CAMPAIGNS = [str(number) for number in range(6)]
LARGE = CAMPAIGNS[-1]
HOW = ReportOptions(
    PRAGUE, datetime(2026, 3, 14, 5, tzinfo=UTC), DayRule(PRAGUE, timedelta(hours=24))
)
RATES = ("engagement_rate_by_followers", "engagement_rate_by_views")
KINDS = {
    "instagram": ["instagram_reel", "instagram_story"],
    "tiktok": ["tiktok_video"],
}
TOO_LARGE = 2**62
"""Two of these are more than a whole number of the database can hold."""


@pytest.fixture(scope="module")
def odd(warehouse_of_module):
    """A warehouse in which everything happens that can happen to a post."""
    random = Random(6)  # noqa: S311 - the same each time
    with warehouse_of_module.begin() as connection:
        for campaign_id in CAMPAIGNS:
            _campaign(connection, random, campaign_id)
        for number in range(4):
            _account(connection, random, str(number))
    return warehouse_of_module


@pytest.mark.parametrize("asked", [None, DAYS[3], DAYS[6], DAYS[8]])
@pytest.mark.parametrize("campaign_id", CAMPAIGNS)
def test_a_report_is_what_following_every_row_gives(odd, campaign_id, asked):
    with odd.begin() as connection:
        report = build_report(connection, campaign_id, asked, HOW)
        expected = reference_report(connection, campaign_id, asked, HOW)

    for part in fields(report):
        assert getattr(report, part.name) == getattr(expected, part.name), part.name


def test_the_odd_things_do_happen(odd):
    with odd.reading() as connection:
        made = [build_report(connection, it, None, HOW) for it in CAMPAIGNS]
        early = [build_report(connection, it, DAYS[6], HOW) for it in CAMPAIGNS]

    posts = [post for report in made for post in report.posts]
    standings = {post.standing for post in posts}
    assert standings >= {"removed", "ended", "erased", "older", "current"}
    for part in ("partial", "rejected", "no_longer_matching", "lift"):
        assert any(getattr(report, part) for report in made), part
    assert any(post.confirmed_by for post in posts)
    assert any(post.known_on for post in posts)
    assert any(report.left_out.rows for report in early)
    days = [day.totals for report in made for day in report.days]
    assert any(day.carried_post_count for day in days)
    assert any(day.known["like_count"].value > 2**63 for day in days[-3:])


def test_more_posts_take_no_more_statements(odd):
    small, large = (_statements(odd, it) for it in (CAMPAIGNS[0], LARGE))

    assert small == large
    assert len(large) <= 15


def _statements(warehouse, campaign_id):
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    sa.event.listen(warehouse.engine, "before_cursor_execute", note)
    try:
        with warehouse.reading() as connection:
            build_report(connection, campaign_id, None, HOW)
    finally:
        sa.event.remove(warehouse.engine, "before_cursor_execute", note)
    return sent


def _campaign(connection, random, campaign_id):
    put(
        connection,
        "campaigns",
        {
            "campaign_id": campaign_id,
            "campaign_hashtags": ["jaro", "znacka"],
            "hashtag_rule": "all",
            "content_types": [kind for kinds in KINDS.values() for kind in kinds],
            "campaign_status": "active",
            "publishing_start_date": DAYS[0],
            "publishing_end_date": DAYS[7],
            "is_listed": True,
        },
    )
    matched = [day for day in DAYS if random.random() < 0.8] or DAYS[:1]
    put(
        connection,
        "campaign_daily_summary",
        *(
            {"snapshot_date": day, "campaign_id": campaign_id, "platform": platform}
            | {"participant_count": 4, "answered_count": 3, "view_count_delta": 7}
            | {"observed_at": observed(day)}
            for day in matched
            for platform in ("instagram", "tiktok")
            # Of a platform that no campaign asks for, posts may be confirmed.
            if platform == "instagram" or campaign_id != "2"
        ),
    )
    for number in range(96 if campaign_id == LARGE else 24):
        _post(connection, random, campaign_id, number)


def _post(connection, random, campaign_id, number):
    platform = random.choice(sorted(KINDS))
    creator_id = str(random.randrange(4))
    post = {
        "platform": platform,
        "post_id": f"{ERASED_PREFIX * (number == 5)}{campaign_id}-{number}",
        "creator_id": creator_id,
        "account_id": f"{platform[0]}{creator_id}",
        "content_type": random.choice(KINDS[platform]),
        "posted_at": datetime(2026, 3, 1, 9, tzinfo=UTC)
        + timedelta(hours=random.randrange(150)),
    }
    removed = observed(random.choice(DAYS)) if random.random() < 0.2 else None
    put(connection, "posts", post | {"removed_at": removed})
    in_campaign = number % 24 < 18
    is_rejected = number == 8
    if random.random() < 0.3 and in_campaign:
        put(connection, "review_decisions", _decision(random, campaign_id, post))
    for day in DAYS:
        if random.random() < 0.25:
            continue
        late = random.random() < 0.2
        at = observed(day) + timedelta(days=random.randrange(1, 5) if late else 0)
        row = post | {"snapshot_date": day, "observed_at": at, "is_late": late}
        row |= _numbers(random, number)
        sources = {"count_sources": {"view_count": f"media/{day}"}}
        # A row of a match may be older than what was kept of its day.
        if random.random() < 0.95:
            put(connection, "post_snapshots", row | sources)
        if in_campaign and random.random() < 0.75:
            level = random.choices(["full", "partial"], [5, 1])[0]
            put(
                connection,
                "hashtag_post_metrics",
                row
                | {
                    "campaign_id": campaign_id,
                    "match_level": "rejected" if is_rejected else level,
                    "match_basis": random.choice(["hashtags", "review"]),
                    "matched_hashtags": ["jaro"],
                    "missing_hashtags": random.choice([[], ["znacka"]]),
                    "unknown_reasons": {"reach": random.choice(["hidden", "late"])},
                    "follower_count": random.choice([None, 1000 + number]),
                }
                | {name: _sometimes(random, random.random()) for name in RATES},
            )


def _decision(random, campaign_id, post):
    return {
        "decision_id": f"d{post['post_id']}",
        "campaign_id": campaign_id,
        "platform": post["platform"],
        "post_id": post["post_id"],
        "decision": "confirmed",
        "decided_by": "eva",
        "decided_at": observed(random.choice(DAYS)),
    }


def _numbers(random, number):
    most = TOO_LARGE if number in range(2, 8) else 1000
    told = {
        name: _sometimes(random, random.randrange(most // 2, most)) for name in MEASURES
    }
    return told | ({"save_count": None, "reach": None} if number % 3 else {})


def _sometimes(random, value):
    return value if random.random() < 0.7 else None


def _account(connection, random, creator_id):
    for platform in KINDS:
        account_id = f"{platform[0]}{creator_id}"
        put(
            connection,
            "connections",
            {
                "connection_id": account_id,
                "platform": platform,
                "creator_id": creator_id,
                "account_id": account_id,
                "username": f"name.{creator_id}",
                "connection_status": "public",
            },
        )
        put(
            connection,
            "account_snapshots",
            *(
                {
                    "snapshot_date": day,
                    "platform": platform,
                    "account_id": account_id,
                    "creator_id": creator_id,
                    "follower_count": _sometimes(random, 1000 + random.randrange(9)),
                    "observed_at": observed(day),
                }
                for day in DAYS
            ),
        )
