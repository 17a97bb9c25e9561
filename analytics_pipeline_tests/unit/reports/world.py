"""A campaign put in row by row, of which every number is known beforehand.

Five days of campaign 7. What happens: `story` ends, `gone` is removed, `edited` loses
its hashtags, `late` is known by a late look only, `confirmed` counts by a decision, the
post on TikTok has texts that strangers could harm with.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics_pipeline.reports.build import build_report
from analytics_pipeline.reports.model import ReportOptions
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline_tests.stocked import observed, put

PRAGUE = ZoneInfo("Europe/Prague")
DAYS = [date(2026, 3, 2) + timedelta(days=number) for number in range(5)]
MONDAY, TUESDAY, *_, LAST = DAYS
NOW = datetime(2026, 3, 7, 5, tzinfo=UTC)
POSTED = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
"""Half past eleven at night in Prague."""
NASTY = '=HYPERLINK("https://evil.example","x")<script>alert(1)</script> #jaro'
HOW = ReportOptions(PRAGUE, NOW, DayRule(PRAGUE, timedelta(hours=24)))


def report(warehouse, campaign_id="7", day=None, how=HOW):
    with warehouse.reading() as connection:
        return build_report(connection, campaign_id, day, how)


def match(post_id, day, **changes):
    """Give a row of `hashtag_post_metrics`."""
    return {
        "snapshot_date": day,
        "campaign_id": "7",
        "platform": "instagram",
        "post_id": post_id,
        "creator_id": "101",
        "account_id": "a101",
        "content_type": "instagram_reel",
        "posted_at": POSTED,
        "post_caption": "Jaro #jaro #znacka",
        "post_url": f"https://www.instagram.com/reel/{post_id}/",
        "hashtags": ["jaro", "znacka"],
        "matched_hashtags": ["jaro", "znacka"],
        "match_level": "full",
        "match_basis": "hashtags",
        "follower_count": 1000,
        "unknown_reasons": {"share_count": "not_offered"},
        "observed_at": observed(day),
    } | changes


def fill(connection):
    """Fill an empty warehouse."""
    campaign = {
        "content_types": ["instagram_reel", "instagram_story", "tiktok_video"],
        "campaign_hashtags": ["jaro", "znacka"],
        "hashtag_keys": ["jaro", "znacka"],
        "hashtag_rule": "all",
        "campaign_status": "active",
        "publishing_start_date": MONDAY,
        "publishing_end_date": LAST,
        "is_listed": True,
    }
    put(
        connection,
        "campaigns",
        campaign | {"campaign_id": "7", "campaign_name": "<b>Jaro</b> & =1+1"},
        campaign | {"campaign_id": "../8", "problems": ["no_hashtags"]},
    )
    put(
        connection,
        "connections",
        *(
            {
                "connection_id": account,
                "platform": platform,
                "creator_id": creator,
                "account_id": account,
                "username": name,
                "connection_status": "public",
            }
            for account, platform, creator, name in (
                ("a101", "instagram", "101", "jana"),
                ("t102", "tiktok", "102", "+petr"),
            )
        ),
    )
    _days(connection)
    _matches(connection)
    _people(connection)


def _days(connection):
    for day in DAYS:
        if day == DAYS[2]:
            continue  # Nobody ran the pipeline.
        put(
            connection,
            "campaign_daily_summary",
            {
                "snapshot_date": day,
                "campaign_id": "7",
                "platform": "instagram",
                "participant_count": 2,
                "answered_count": 1,
                "view_count_delta": 10 if day != MONDAY else None,
                "observed_at": observed(day),
            },
            {
                "snapshot_date": day,
                "campaign_id": "7",
                "platform": "tiktok",
                "participant_count": 1,
                "answered_count": 1,
                "view_count_delta": 5,
                "observed_at": observed(day),
            },
        )
        put(
            connection,
            "active_campaign_participants",
            *(
                {
                    "snapshot_date": day,
                    "campaign_id": "7",
                    "creator_id": creator,
                    "platforms": platforms,
                    "publishing_start_date": MONDAY,
                    "publishing_end_date": LAST,
                }
                for creator, platforms in (
                    ("101", ["instagram"]),
                    ("102", ["instagram", "tiktok"]),
                )
            ),
        )


def _matches(connection):
    rows = [
        match("steady", MONDAY, view_count=100, like_count=10, comment_count=1),
        match("steady", TUESDAY, view_count=200, like_count=20, comment_count=2),
        # Views are not asked for on the last day: those of Tuesday are still known.
        match(
            "steady",
            LAST,
            like_count=30,
            comment_count=3,
            engagement_rate_by_followers=0.033,
            unknown_reasons={"view_count": "not_asked", "share_count": "not_offered"},
        ),
        match(
            "story",
            MONDAY,
            content_type="instagram_story",
            view_count=40,
            like_count=4,
            reach=33,
        ),
        match("gone", TUESDAY, view_count=7, like_count=1),
        match("edited", MONDAY, view_count=1000, like_count=500),
        match(
            "late",
            MONDAY,
            view_count=9,
            like_count=2,
            is_late=True,
            observed_at=NOW - timedelta(hours=1),
        ),
        match(
            "confirmed",
            LAST,
            match_basis="review",
            matched_hashtags=["jaro"],
            missing_hashtags=["znacka"],
            view_count=50,
            like_count=6,
            posted_at=POSTED + timedelta(days=2),
        ),
        match(
            "some",
            LAST,
            match_level="partial",
            matched_hashtags=["znacka"],
            missing_hashtags=["jaro"],
            view_count=3,
            like_count=3,
        ),
        match("never", LAST, match_level="rejected", like_count=900),
        match(
            "7612054724236216533",
            LAST,
            platform="tiktok",
            creator_id="102",
            account_id="t102",
            content_type="tiktok_video",
            post_caption=NASTY,
            post_url="javascript:alert(1)",
            view_count=1_000_000,
            like_count=100,
            comment_count=0,
            share_count=0,
            engagement_rate_by_views=0.0001,
        ),
    ]
    put(connection, "hashtag_post_metrics", *rows)
    posts = {(row["platform"], row["post_id"]): row for row in rows}
    put(
        connection,
        "posts",
        *(
            {name: row[name] for name in ("account_id", "creator_id", "posted_at")}
            | {"platform": platform, "post_id": post_id}
            | {"content_type": row["content_type"]}
            | {"removed_at": NOW if post_id == "gone" else None}
            for (platform, post_id), row in posts.items()
        ),
        *(_own(number) for number in range(3)),
    )
    put(
        connection,
        "post_snapshots",
        *(
            {name: row[name] for name in ("snapshot_date", "platform", "post_id")}
            | {name: row[name] for name in ("account_id", "creator_id", "posted_at")}
            | {"content_type": row["content_type"], "observed_at": row["observed_at"]}
            for row in rows
        ),
        # On Tuesday it was seen, but no longer with the hashtags.
        _snapshot("edited", TUESDAY),
        *(
            _snapshot(f"own{number}", LAST, view_count=(number + 1) * 20)
            for number in range(3)
        ),
    )


def _own(number):
    return {
        "platform": "instagram",
        "post_id": f"own{number}",
        "account_id": "a101",
        "creator_id": "101",
        "content_type": "instagram_reel",
        "posted_at": POSTED,
    }


def _snapshot(post_id, day, **changes):
    return {
        "snapshot_date": day,
        "platform": "instagram",
        "post_id": post_id,
        "account_id": "a101",
        "creator_id": "101",
        "content_type": "instagram_reel",
        "posted_at": POSTED,
        "observed_at": observed(day),
    } | changes


def _people(connection):
    put(
        connection,
        "sync_outcomes",
        *(
            {
                "snapshot_date": LAST,
                "platform": platform,
                "creator_id": creator,
                "username": name,
                "connection_id": name,
                "status": status,
                "reason": reason,
            }
            for platform, creator, name, status, reason in (
                ("instagram", "101", "jana", "ok", "late"),
                ("tiktok", "102", "+petr", "ok", None),
                ("instagram", "102", "=petr", "failed", "reconnect_required"),
            )
        ),
    )
    put(
        connection,
        "review_decisions",
        {
            "decision_id": "d1",
            "campaign_id": "7",
            "platform": "instagram",
            "post_id": "confirmed",
            "decision": "confirmed",
            "decided_by": "eva",
            "decided_at": NOW,
        },
        {
            "decision_id": "d2",
            "campaign_id": "7",
            "platform": "instagram",
            "post_id": "near-decided",
            "decision": "rejected",
            "decided_by": "eva",
            "decided_at": NOW,
        },
    )
    put(
        connection,
        "review_candidates",
        *(
            {
                "snapshot_date": day,
                "campaign_id": "7",
                "platform": "instagram",
                "post_id": post_id,
                "creator_id": "101",
                "account_id": "a101",
                "posted_at": POSTED,
                "post_caption": "@jaro",
                "candidate_kind": "near_tag",
                "candidate_score": score,
                "candidate_reasons": {"jaro": {"carried": "jarо", "how": "script"}},
                "observed_at": observed(day),
            }
            for post_id, day, score in (
                ("near-low", LAST, 20),
                ("near-high", MONDAY, 10),
                ("near-high", LAST, 90),
                ("near-decided", LAST, 99),
            )
        ),
    )
    put(
        connection,
        "stories_to_review",
        {
            "snapshot_date": LAST,
            "campaign_id": "7",
            "platform": "instagram",
            "post_id": "wordless",
            "account_id": "a101",
            "creator_id": "101",
            "posted_at": POSTED,
            "post_url": "https://www.instagram.com/stories/jana/1",
            "observed_at": observed(LAST),
        },
    )
