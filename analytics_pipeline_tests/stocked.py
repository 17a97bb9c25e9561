"""A warehouse filled row by row: what is read is known to the last number.

Two days of one campaign with posts, beside campaigns and creators that lack something.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.schemas.fields import FIELDS, FieldType
from analytics_pipeline.schemas.tables import TABLES
from analytics_pipeline.warehouse.tables import TABLES_BY_NAME
from analytics_pipeline_tests.stored_rows import make_room

FIRST = date(2026, 3, 1)
SECOND = date(2026, 3, 2)
THIRD = date(2026, 3, 3)
POSTED = datetime(2026, 3, 1, 12, tzinfo=UTC)
_EMPTY: dict[FieldType, Any] = {
    FieldType.TEXT: "",
    FieldType.TEXT_LIST: [],
    FieldType.COUNT: 0,
    FieldType.FRACTION: 0.0,
    FieldType.FLAG: False,
    FieldType.DAY: FIRST,
    FieldType.DAY_LIST: [],
    FieldType.INSTANT: datetime(2026, 3, 2, 5, tzinfo=UTC),
    FieldType.OBJECT: {},
}
_TABLES = {table.name: table for table in TABLES}


def observed(day: date) -> datetime:
    """Give when a day's numbers were observed: early on the next."""
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC) + timedelta(days=1)


def put(connection: sa.Connection, name: str, *rows: dict[str, Any]) -> None:
    """Insert rows; a column that is not named is null, or empty where it may not be."""
    table = _TABLES[name]
    plain = {
        column: None if column in table.nullable else _EMPTY[FIELDS[column].type]
        for column in table.columns
    }
    whole = [plain | row for row in rows]
    make_room(connection, name, whole)
    connection.execute(TABLES_BY_NAME[name].insert(), whole)


def post_row(number: int, day: date = SECOND, **changes: Any) -> dict[str, Any]:
    """A counted post of campaign 1; its views are a hundred times its number."""
    return {
        "snapshot_date": day,
        "campaign_id": "1",
        "platform": "instagram",
        "post_id": f"p{number:02}",
        "creator_id": "101",
        "account_id": "a101",
        "content_type": "instagram_reel",
        "posted_at": POSTED + timedelta(minutes=number),
        "post_caption": f"<b>{number}</b> #jaro",
        "post_url": f"https://www.instagram.com/reel/p{number:02}/",
        "hashtags": ["jaro"],
        "matched_hashtags": ["jaro"],
        "match_level": "full",
        "match_basis": "hashtags",
        "view_count": number * 100,
        "like_count": number,
        "comment_count": 1,
        "follower_count": 1000,
        "engagement_rate_by_views": (number + 1) / (number * 100),
        "unknown_reasons": {
            "share_count": "not_offered",
            "save_count": "not_offered",
            "reach": "not_offered",
            "engagement_rate_client": "share_count: not_offered",
            "engagement_rate_by_reach": "share_count: not_offered",
        },
        "observed_at": observed(day),
        "run_id": "run-1",
    } | changes


def post_snapshot(post_id: str, day: date) -> dict[str, Any]:
    """A post's day without a match; nothing is told of it but that it was there."""
    return {
        "snapshot_date": day,
        "platform": "instagram",
        "post_id": post_id,
        "account_id": "a101",
        "creator_id": "101",
        "observed_at": observed(day),
    }


def stock(connection: sa.Connection) -> None:
    """Fill an empty warehouse."""
    _campaigns(connection)
    _creators(connection)
    _matches(connection)
    _outcomes(connection)
    _health(connection)


def _campaigns(connection: sa.Connection) -> None:
    common = {
        "content_types": ["instagram_reel", "tiktok_video"],
        "campaign_hashtags": ["jaro"],
        "hashtag_keys": ["jaro"],
        "hashtag_rule": "all",
        "is_listed": True,
    }
    put(
        connection,
        "campaigns",
        common
        | {
            "campaign_id": "1",
            "campaign_name": "<i>Jaro</i>",
            "campaign_status": "active",
            "publishing_start_date": FIRST,
            "publishing_end_date": date(2026, 3, 20),
        },
        common
        | {
            "campaign_id": "2",
            "campaign_name": "Without posts",
            "campaign_status": "upcoming",
            "publishing_start_date": date(2026, 4, 1),
            "publishing_end_date": date(2026, 4, 20),
        },
        common
        | {
            "campaign_id": "3",
            "campaign_status": "incomplete",
            "problems": ["no_dates"],
            "is_listed": False,
        },
    )
    put(
        connection,
        "campaign_daily_summary",
        *(
            {
                "snapshot_date": day,
                "campaign_id": "1",
                "platform": platform,
                "participant_count": 2,
                "answered_count": 1,
                "post_count": posts,
                "view_count": views,
                "posts_with_view_count": posts,
                "unknown_reasons": {"share_count": "not_offered"},
                "observed_at": observed(day),
            }
            for day, platform, posts, views in (
                (FIRST, "instagram", 12, 100),
                (SECOND, "instagram", 12, 7800),
                (SECOND, "tiktok", 1, 50),
            )
        ),
    )
    put(
        connection,
        "active_campaign_participants",
        *(
            {
                "snapshot_date": day,
                "campaign_id": "1",
                "creator_id": creator,
                "platforms": ["instagram", "tiktok"],
                "publishing_start_date": FIRST,
                "publishing_end_date": date(2026, 3, 20),
                "is_known_creator": creator != "105",
            }
            for day in (FIRST, SECOND)
            for creator in ("101", "102", "105")
        ),
    )


def _creators(connection: sa.Connection) -> None:
    put(
        connection,
        "creators",
        *(
            {"creator_id": number, "email": f"{number}@creators.example"}
            | {"is_listed": True}
            for number in ("101", "102", "103")
        ),
    )
    accounts = (
        ("101", "instagram", "a101", "connected"),
        ("101", "tiktok", "t101", "connected"),
        ("102", "instagram", None, "public"),
        ("102", "tiktok", "t102", "reconnect_required"),
        ("104", "tiktok", "t104", "connected"),
    )
    put(
        connection,
        "connections",
        *(
            {
                "connection_id": f"{platform}-{creator}",
                "platform": platform,
                "creator_id": creator,
                "account_id": account,
                "username": f"name.{creator}",
                "connection_status": status,
                "access_token_encrypted": "the-ciphertext-of-a-token",
                "refresh_token_encrypted": "the-ciphertext-of-a-token",
                "imported_fingerprint": "the-hash-of-a-token",
                "reconnect_reason": "revoked"
                if status == "reconnect_required"
                else None,
            }
            for creator, platform, account, status in accounts
        ),
    )
    put(
        connection,
        "account_snapshots",
        *(
            {
                "snapshot_date": day,
                "platform": "instagram",
                "account_id": "a101",
                "creator_id": "101",
                "follower_count": followers,
                "unknown_reasons": {} if followers else {"follower_count": "late"},
                "observed_at": observed(day),
            }
            for day, followers in ((FIRST, 1000), (SECOND, None))
        ),
    )
    put(
        connection,
        "creator_months",
        *(
            {
                "creator_id": "101",
                "platform": "instagram",
                "month_start_date": month,
                "post_count": 12,
                "view_count": 7800,
                "posts_with_view_count": 12,
                "view_count_mean": 650.0,
                "follower_count": 1000,
                "follower_count_date": FIRST,
                "unknown_reasons": {"share_count": "not_offered"},
                "observed_at": observed(SECOND),
            }
            for month in (date(2025, 12, 1), FIRST)
        ),
    )


def _matches(connection: sa.Connection) -> None:
    """Twelve posts; on the second day one is missed, a late and a partial one come."""
    early = [post_row(number, FIRST, view_count=1) for number in range(1, 13)]
    late = [post_row(number) for number in range(1, 13) if number != 12]
    hidden = {"view_count": None, "engagement_rate_by_views": None}
    why = {"unknown_reasons": {"view_count": "hidden"}}
    others = [
        post_row(20, platform="tiktok", post_id="t20", account_id="t102")
        | {"creator_id": "102", "content_type": "tiktok_video", "is_late": True}
        | hidden
        | why,
        post_row(21, match_level="partial", missing_hashtags=["leto"]),
    ]
    rows = [*early, *late, *others]
    put(connection, "hashtag_post_metrics", *rows)
    put(connection, "posts", *({**row} for row in _once(rows)))
    put(
        connection,
        "post_snapshots",
        *(
            {
                name: row[name]
                for name in _TABLES["post_snapshots"].columns
                if name in row
            }
            | {"count_sources": {}, "caption_id": f"caption-{row['snapshot_date']}"}
            for row in rows
        ),
    )
    put(
        connection,
        "post_captions",
        *(
            {
                "platform": "instagram",
                "post_id": "p01",
                "caption_id": f"caption-{day}",
                "post_caption": f"as on {day}",
                "first_observed_at": observed(day),
            }
            for day in (FIRST, SECOND)
        ),
    )
    put(
        connection,
        "post_metric_values",
        {
            "snapshot_date": SECOND,
            "platform": "instagram",
            "post_id": "p01",
            "account_id": "a101",
            "creator_id": "101",
            "metric": "reach",
            "unknown_reason": "not_reported",
            "metric_source": "insights",
        },
    )


def _once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    newest = {(row["platform"], row["post_id"]): row for row in rows}
    return [
        {name: row[name] for name in _TABLES["posts"].columns if name in row}
        for row in newest.values()
    ]


def _outcomes(connection: sa.Connection) -> None:
    """101 answers, 102 is not found and refused, 105 is never asked."""
    outcomes = (
        ("101", "instagram", "ok", None),
        ("101", "tiktok", "ok", "late"),
        ("102", "instagram", "skipped", "not_found"),
        ("102", "tiktok", "failed", "reconnect_required"),
    )
    put(
        connection,
        "sync_outcomes",
        *(
            {
                "snapshot_date": day,
                "platform": platform,
                "creator_id": creator,
                "connection_id": f"{platform}-{creator}",
                "username": f"name.{creator}",
                "status": status,
                "reason": reason,
                "calls": 2,
                "observed_at": observed(day),
            }
            for day in (FIRST, SECOND)
            for creator, platform, status, reason in outcomes
        ),
    )


def _health(connection: sa.Connection) -> None:
    put(
        connection,
        "api_budgets",
        {
            "budget": "instagram/app",
            "used_share": 0.25,
            "call_slots": [[1.0, 2.0, 30], [3.0, 4.0, 12]],
        },
        {"budget": "tiktok/app", "call_slots": []},
    )
    put(
        connection,
        "data_quality_findings",
        *(
            {
                "asset": "raw_tiktok_media",
                "snapshot_date": day,
                "platform": "tiktok",
                "rule": rule,
                "record_key": f"t{day}",
            }
            for rule, day in (
                ("negative_count", FIRST),
                ("negative_count", SECOND),
                ("unknown_field", None),
            )
        ),
    )
    put(
        connection,
        "webhook_inbox",
        {"message_id": "m1", "message_source": "meta", "body": "{}"},
    )
