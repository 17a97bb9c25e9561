"""The part of a campaign's report that is about stories."""

from datetime import datetime
from zoneinfo import ZoneInfo

from analytics_pipeline.cli.console import build_table, out
from analytics_pipeline.reports.model import CampaignReport, ReportPost
from analytics_pipeline.schemas.metrics import MetricSource

_MOST_STORIES = 15


def print_stories(read: CampaignReport, zone: ZoneInfo) -> None:
    """Print the last numbers of stories that have ended, and stories to look at.

    Args:
        read: The report.
        zone: In which times are shown.
    """
    rows = [
        [
            post.post_url,
            _time(post.posted_at, zone),
            post.numbers["reach"],
            post.numbers["view_count"],
            _told_by(post),
        ]
        for post in read.posts
        if post.standing == "ended"
    ]
    if rows:
        title = (
            "Stories that have ended, with the last numbers there will be; the "
            "observed totals have them on the days on which they were to be seen"
        )
        columns = ["link", f"posted ({zone})", "reach", "views", "reach is"]
        out.print(build_table(columns, rows, title))
    review = read.stories_to_review
    lines = [
        [story.creator_id, _time(story.posted_at, zone), story.post_url]
        for story in review[:_MOST_STORIES]
    ]
    if lines:
        left_out = len(review) - len(lines)
        more = f" (and {left_out} more: --format json)" if left_out > 0 else ""
        title = f"Stories to look at: no caption to match by, not counted{more}"
        out.print(build_table(["creator", f"posted ({zone})", "link"], lines, title))


def _told_by(post: ReportPost) -> str:
    source = post.count_sources.get("reach", "")
    if source.startswith(MetricSource.STORY_INSIGHTS):
        return "final"
    return f"as of {post.observed_at:%Y-%m-%d %H:%M} UTC" if source else "unknown"


def _time(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
