"""The part of a campaign's report that is about stories."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics_pipeline.cli.console import build_table, out
from analytics_pipeline.schemas.metrics import MetricSource
from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.schemas.stories import STORY_LIFE
from analytics_pipeline.warehouse.report import CampaignReport

_MOST_STORIES = 15


def has_ended(post: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether a post is a story whose day is over."""
    is_story = post["content_type"] == ContentType.INSTAGRAM_STORY
    return is_story and bool(post["posted_at"] + STORY_LIFE <= now)


def print_stories(read: CampaignReport, zone: ZoneInfo, ended: Collection[str]) -> None:
    """Print the last numbers of stories that have ended, and stories to look at.

    Args:
        read: The report.
        zone: In which times are shown.
        ended: The stories that have ended.
    """
    rows = [
        [
            row["post_url"],
            _time(row["posted_at"], zone),
            row["reach"],
            row["view_count"],
            _told_by(row),
        ]
        for row in read.posts
        if row["post_id"] in ended
    ]
    if rows:
        title = (
            "Stories that have ended, with the last numbers there will be; the totals "
            "have them on the days on which they were to be seen"
        )
        columns = ["link", f"posted ({zone})", "reach", "views", "reach is"]
        out.print(build_table(columns, rows, title))
    review = read.stories_to_review
    rows = [
        [row["creator_id"], _time(row["posted_at"], zone), row["post_url"]]
        for row in review[:_MOST_STORIES]
    ]
    if rows:
        left_out = len(review) - len(rows)
        more = f" (and {left_out} more: --format json)" if left_out > 0 else ""
        title = f"Stories to look at: no caption to match by, not counted{more}"
        out.print(build_table(["creator", f"posted ({zone})", "link"], rows, title))


def _told_by(post: Mapping[str, Any]) -> str:
    source = (post["count_sources"] or {}).get("reach", "")
    if source.startswith(MetricSource.STORY_INSIGHTS):
        return "final"
    return f"as of {post['observed_at']:%Y-%m-%d %H:%M} UTC" if source else "unknown"


def _time(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
