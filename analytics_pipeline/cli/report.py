"""`analytics-pipeline report`: what is known of a campaign, and what is not."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from analytics_pipeline.cli.console import (
    build_table,
    out,
    print_json,
    print_rows,
    values_of,
)
from analytics_pipeline.cli.errors import CommandError
from analytics_pipeline.cli.report_stories import has_ended, print_stories
from analytics_pipeline.schemas.fields import RATES, SUMMED_MEASURES
from analytics_pipeline.schemas.outcomes import (
    CAMPAIGN_PROBLEMS,
    REASONS,
    UNKNOWN_MEANINGS,
    CampaignProblem,
    Reason,
    Unknown,
)
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.report import (
    CampaignReport,
    find_campaigns,
    list_campaigns,
    read_report,
)

_POST_COLUMNS = (
    "platform",
    "post_id",
    "post_url",
    "creator_id",
    "username",
    "content_type",
    "posted_at",
    "match_level",
    "matched_hashtags",
    "missing_hashtags",
    *SUMMED_MEASURES,
    "follower_count",
    *RATES,
    "unknown_reasons",
    "snapshot_date",
    "observed_at",
    "is_late",
    "removed_at",
)
_MOST_POSTS = 15
_LABELS = {
    "participant_count": "participants",
    "answered_count": "of them answered",
    "creator_count": "creators with posts",
    "post_count": "posts",
    "view_count": "views",
    "like_count": "likes",
    "comment_count": "comments",
    "share_count": "shares",
    "follower_count": "followers",
    "view_count_delta": "views since the day before",
    "like_count_delta": "likes since the day before",
    "snapshot_date": "day",
}


@click.command()
@click.argument("campaign")
@click.option(
    "--date",
    "day",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="As known on this day. Default: the newest.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    help="csv gives the posts, one row each.",
)
def report(campaign: str, day: datetime | None, style: str) -> None:
    """Report on CAMPAIGN, given by its id or name."""
    settings = load_settings()
    with Warehouse.open(settings) as warehouse, warehouse.begin() as connection:
        found = find_campaigns(connection, campaign)
        if len(found) != 1:
            known = found or list_campaigns(connection)
            raise CommandError(_which(campaign, known, is_many=len(found) > 1))
        read = read_report(connection, found[0], day.date() if day else None)
    if style == "json":
        print_json(_as_object(read))
    elif style == "csv":
        posts = values_of(_POST_COLUMNS, [*read.posts, *read.partial])
        print_rows(_POST_COLUMNS, posts, style)
    else:
        print_report(read, settings.zone, settings.now())


def print_report(read: CampaignReport, zone: ZoneInfo, now: datetime) -> None:
    """Print a report for people.

    Args:
        read: The report.
        zone: In which times are shown.
        now: The current instant: stories have ended by then, or not.
    """
    _print_heading(read)
    if read.day is None:
        out.print("Nothing has been collected for it yet.")
        return
    _print_totals(read)
    _print_creators(read)
    _print_growth(read)
    _print_posts(read, zone)
    ended = {row["post_id"] for row in read.posts if has_ended(row, now)}
    _print_not_seen(read, zone, ended)
    print_stories(read, zone, ended)
    _print_unknown(read)


def _which(wanted: str, known: Sequence[dict[str, Any]], *, is_many: bool) -> str:
    listed = ", ".join(f"{row['campaign_id']} {row['campaign_name']}" for row in known)
    if is_many:
        return f"{wanted!r} fits several campaigns: {listed}; give the id"
    if not known:
        return "no campaign is known yet; `analytics-pipeline collect` reads them"
    return f"there is no campaign {wanted!r}; known are: {listed}"


def _as_object(read: CampaignReport) -> dict[str, Any]:
    return {
        "campaign": read.campaign,
        "as_known_on": read.day,
        "totals": read.totals,
        "growth": read.growth,
        "posts": [{name: row[name] for name in _POST_COLUMNS} for row in read.posts],
        "partial_matches": [
            {name: row[name] for name in _POST_COLUMNS} for row in read.partial
        ],
        "missing_accounts": read.missing,
        "stories_to_review": read.stories_to_review,
    }


def _print_heading(read: CampaignReport) -> None:
    campaign = read.campaign
    out.rule(f"{campaign['campaign_name']} (campaign {campaign['campaign_id']})")
    tags = " ".join(f"#{tag}" for tag in campaign["campaign_hashtags"]) or "none"
    start, end = campaign["publishing_start_date"], campaign["publishing_end_date"]
    out.print(
        f"Hashtags: {tags} ({campaign['hashtag_rule']} of them)\n"
        f"Publishing: {start or '?'} to {end or '?'}, {campaign['campaign_status']}"
        + (f"; as known on {read.day}" if read.day else ""),
    )
    for problem in campaign["problems"]:
        meaning = CAMPAIGN_PROBLEMS[CampaignProblem(problem)]
        out.print(f"It cannot match as it stands: {meaning}.", style="yellow")


def _print_totals(read: CampaignReport) -> None:
    columns = ["", *(row["platform"] for row in read.totals)]
    names = [
        "participant_count",
        "answered_count",
        "creator_count",
        "post_count",
        *SUMMED_MEASURES,
        "view_count_delta",
        "like_count_delta",
        *RATES,
    ]
    rows = [
        [_label(name), *(_total(row, name) for row in read.totals)] for name in names
    ]
    title = f"Totals, of the posts observed for {read.day}"
    out.print(build_table(columns, rows, title))


def _total(row: dict[str, Any], name: str) -> str:
    """Return a total with the number of posts it rests on, or why there is none."""
    value = row[name]
    if value is None:
        reason = str(row["unknown_reasons"].get(name, ""))
        return f"– ({reason})"
    text = f"{value:.2%}" if name in RATES else f"{value:,}"
    rests_on = row.get(f"posts_with_{name}")
    if rests_on is None or rests_on == row["post_count"]:
        return text
    return f"{text} ({rests_on} of {row['post_count']} posts)"


def _print_creators(read: CampaignReport) -> None:
    by_creator: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for post in read.posts:
        by_creator.setdefault((post["creator_id"], post["platform"]), []).append(post)
    rows = [
        [
            creator_id,
            posts[-1]["username"],
            platform,
            len(posts),
            *(_known_sum(posts, name) for name in SUMMED_MEASURES),
            _mean_rate(posts, "engagement_rate_by_followers"),
            _mean_rate(posts, "engagement_rate_by_views"),
        ]
        for (creator_id, platform), posts in by_creator.items()
    ]
    rows.sort(key=lambda row: -(row[5] or 0))
    columns = ["creator", "account", "platform", "posts", "views", "likes", "comments"]
    columns += ["shares", "by followers", "by views"]
    title = (
        "Posts by creator, each with its newest numbers "
        "(engagement rates: mean of the posts that have one)"
    )
    out.print(build_table(columns, rows, title))


def _print_growth(read: CampaignReport) -> None:
    columns = ["snapshot_date", "post_count", "view_count", "view_count_delta"]
    columns += ["like_count", "like_count_delta", "answered_count", "participant_count"]
    rows = values_of(columns, read.growth)
    out.print(build_table([_label(name) for name in columns], rows, "Growth by day"))


def _print_posts(read: CampaignReport, zone: ZoneInfo) -> None:
    columns = [
        f"posted ({zone})",
        "kind",
        "views",
        "likes",
        "comments",
        "by followers",
        "link",
    ]
    largest = sorted(read.posts, key=lambda row: -(row["like_count"] or 0))
    rows = [
        [
            f"{row['posted_at'].astimezone(zone):%Y-%m-%d %H:%M}",
            row["content_type"],
            row["view_count"],
            row["like_count"],
            row["comment_count"],
            _percent(row["engagement_rate_by_followers"]),
            row["post_url"],
        ]
        for row in largest[:_MOST_POSTS]
    ]
    left_out = len(largest) - len(rows)
    more = f" (and {left_out} more: --format csv)" if left_out > 0 else ""
    out.print(build_table(columns, rows, f"Posts by likes{more}"))
    if read.partial:
        rows = [
            [row["post_url"], row["matched_hashtags"], row["missing_hashtags"]]
            for row in read.partial[:_MOST_POSTS]
        ]
        title = "Partial matches: listed, not counted"
        out.print(build_table(["link", "carries", "lacks"], rows, title))


def _print_not_seen(
    read: CampaignReport, zone: ZoneInfo, ended: Collection[str]
) -> None:
    """Print the posts that the totals lack, and when they were last seen."""
    rows = [
        [
            row["post_url"],
            row["snapshot_date"],
            row["view_count"],
            row["like_count"],
            _removed(row["removed_at"], zone),
        ]
        for row in read.posts
        if row["snapshot_date"] != read.day and row["post_id"] not in ended
    ]
    if rows:
        title = (
            f"Not seen for {read.day} and not in the totals: deleted, hidden, or the "
            "account gave no answer"
        )
        columns = ["link", "last seen for", "views", "likes", f"removed ({zone})"]
        out.print(build_table(columns, rows, title))


def _removed(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else f"since {at.astimezone(zone):%Y-%m-%d %H:%M}"


def _print_unknown(read: CampaignReport) -> None:
    """Print what is not known, and why."""
    reasons = Counter(
        (row["platform"], name, reason)
        for row in read.posts
        for name, reason in row["unknown_reasons"].items()
        if name in (*SUMMED_MEASURES, "follower_count")
    )
    rows = [
        [platform, _label(name), posts, _meaning(reason)]
        for (platform, name, reason), posts in sorted(reasons.items())
    ]
    columns = ["platform", "number", "posts", "why it is not known"]
    if rows:
        out.print(build_table(columns, rows, "Not known"))
    if read.missing:
        rows = [
            [
                row["platform"],
                row["creator_id"],
                row["username"],
                REASONS[Reason(row["reason"])].meaning,
            ]
            for row in read.missing
        ]
        title = f"Participants without an answer on {read.day}"
        columns = ["platform", "creator", "account", "why"]
        out.print(build_table(columns, rows, title))


def _meaning(reason: str) -> str:
    return UNKNOWN_MEANINGS[Unknown(reason)] if reason in set(Unknown) else reason


def _known_sum(posts: Sequence[dict[str, Any]], name: str) -> int | None:
    known = [post[name] for post in posts if post[name] is not None]
    return sum(known) if known else None


def _mean_rate(posts: Sequence[dict[str, Any]], name: str) -> str | None:
    known = [post[name] for post in posts if post[name] is not None]
    return _percent(sum(known) / len(known)) if known else None


def _percent(rate: float | None) -> str | None:
    return None if rate is None else f"{rate:.2%}"


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " "))
