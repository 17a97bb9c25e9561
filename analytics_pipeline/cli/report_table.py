"""A campaign's report as tables in a terminal."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from analytics_pipeline.cli.console import build_table, out
from analytics_pipeline.cli.report_stories import print_stories
from analytics_pipeline.reports.language import Language
from analytics_pipeline.reports.model import CampaignReport, ReportPost
from analytics_pipeline.reports.wording import Wording
from analytics_pipeline.schemas.fields import RATES, SUMMED_MEASURES
from analytics_pipeline.schemas.outcomes import (
    CAMPAIGN_PROBLEMS,
    REASONS,
    CampaignProblem,
    Reason,
)
from analytics_pipeline.transform.campaign_figures import Figures

_MOST_POSTS = 15
_COMPLETE = ("current", "ended", "erased")


def print_report(read: CampaignReport, zone: ZoneInfo) -> None:
    """Print a report for people.

    Args:
        read: The report.
        zone: In which times are shown.
    """
    say = Wording(Language.ENGLISH, zone)
    _print_heading(read)
    if read.day is None:
        out.print("Nothing has been collected for it yet.")
        return
    _print_totals(read, say)
    _print_creators(read, say)
    _print_growth(read)
    _print_posts(read, zone)
    _print_not_seen(read, zone)
    print_stories(read, zone)
    _print_unknown(read, say)


def _print_heading(read: CampaignReport) -> None:
    campaign = read.campaign
    out.rule(f"{campaign.campaign_name} (campaign {campaign.campaign_id})")
    tags = " ".join(f"#{tag}" for tag in campaign.campaign_hashtags) or "none"
    start, end = campaign.publishing_start_date, campaign.publishing_end_date
    out.print(
        f"Hashtags: {tags} ({campaign.hashtag_rule} of them)\n"
        f"Publishing: {start or '?'} to {end or '?'}, {campaign.campaign_status}"
        + (f"; as known on {read.day}" if read.day else ""),
    )
    for problem in campaign.problems:
        meaning = CAMPAIGN_PROBLEMS[CampaignProblem(problem)]
        out.print(f"It cannot match as it stands: {meaning}.", style="yellow")
    if read.left_out.rows:
        out.print(
            f"Left out: {read.left_out.rows} rows of {read.left_out.posts} posts that "
            f"were observed after {read.observed_before:%Y-%m-%d %H:%M} UTC."
        )


def _print_totals(read: CampaignReport, say: Wording) -> None:
    parts = [("both", read.figures), *read.by_platform.items()]
    seen = read.days[-1]
    columns = ["", *(f"{name}, last known" for name, _ in parts), "observed"]
    rows: list[list[object]] = [
        ["posts", *(its.post_count for _, its in parts)],
        ["creators with posts", *(its.creator_count for _, its in parts)],
    ]
    rows[0].append(seen.totals.observed_post_count)
    rows[1].append(None)
    for name in SUMMED_MEASURES:
        cells = [_total(its, name, say) for _, its in parts]
        rows.append([_label(name, say), *cells, seen.totals.observed[name].value])
    for name in RATES:
        cells = [_rate(its, name, say) for _, its in parts]
        rows.append([_label(name, say), *cells, None])
    title = (
        f"Totals of last known numbers, and of those observed for {read.day} itself "
        f"({seen.answered_count} of {seen.participant_count} accounts answered)"
    )
    out.print(build_table(columns, rows, title))


def _total(its: Figures, name: str, say: Wording) -> str:
    total = its.totals[name]
    return _rests_on(
        say.number(total.value), total.posts, its.post_count, total.unknown
    )


def _rate(its: Figures, name: str, say: Wording) -> str:
    rate = its.rates[name]
    text = say.percent(rate.weighted)
    return _rests_on(text, rate.posts, its.post_count, rate.unknown)


def _rests_on(text: str, known: int, posts: int, unknown: Mapping[str, int]) -> str:
    """Add to a number on how many posts it rests, or why there is none."""
    if not known:
        return f"– ({next(iter(unknown), 'no_posts')})"
    return text if known == posts else f"{text} ({known} of {posts} posts)"


def _print_creators(read: CampaignReport, say: Wording) -> None:
    rows = [
        [
            its.creator_id,
            ", ".join(sorted(set(its.usernames.values()))) or None,
            its.figures.post_count,
            *(its.figures.totals[name].value for name in SUMMED_MEASURES),
            *(
                say.percent(its.figures.rates[name].weighted)
                for name in ("engagement_rate_by_followers", "engagement_rate_by_views")
            ),
        ]
        for its in read.creators
    ]
    columns = ["creator", "account", "posts", "views", "likes", "comments", "shares"]
    columns += ["by followers", "by views"]
    title = (
        "Posts by creator, each with its newest numbers (engagement rates: weighted)"
    )
    out.print(build_table(columns, rows, title))


def _print_growth(read: CampaignReport) -> None:
    columns = ["day", "posts", "views", "since the day before", "likes"]
    columns += ["since the day before", "posts observed", "accounts answered"]
    rows = [
        [
            day.totals.day,
            day.totals.post_count,
            day.totals.known["view_count"].value,
            day.growth["view_count"],
            day.totals.known["like_count"].value,
            day.growth["like_count"],
            day.totals.observed_post_count,
            None
            if day.participant_count is None
            else f"{day.answered_count} of {day.participant_count}",
        ]
        for day in read.days
    ]
    out.print(build_table(columns, rows, "Growth by day, last known numbers"))


def _print_posts(read: CampaignReport, zone: ZoneInfo) -> None:
    columns = [f"posted ({zone})", "kind", "views", "likes", "comments"]
    columns += ["by followers", "link"]
    largest = sorted(read.posts, key=lambda post: -(post.numbers["like_count"] or 0))
    rows = [
        [
            f"{post.posted_at.astimezone(zone):%Y-%m-%d %H:%M}",
            post.content_type,
            *(post.numbers[name] for name in SUMMED_MEASURES[:3]),
            _percent(post.numbers["engagement_rate_by_followers"]),
            post.post_url,
        ]
        for post in largest[:_MOST_POSTS]
    ]
    title = f"Posts by likes{_more(largest, 'csv')}"
    out.print(build_table(columns, rows, title))
    for title, posts in (
        ("Partial matches: listed, not counted", read.partial),
        ("Rejected by a person: not counted", read.rejected),
        ("No longer matching: not counted", read.no_longer_matching),
    ):
        lines: list[list[object]] = [
            [post.post_url, list(post.matched_hashtags), list(post.missing_hashtags)]
            for post in posts[:_MOST_POSTS]
        ]
        if lines:
            more = _more(posts, "csv")
            out.print(build_table(["link", "carries", "lacks"], lines, title + more))


def _print_not_seen(read: CampaignReport, zone: ZoneInfo) -> None:
    """Print the posts that were not observed for the day, and when they last were."""
    rows = [
        [
            post.post_url,
            post.snapshot_date,
            post.numbers["view_count"],
            post.numbers["like_count"],
            _removed(post, zone),
        ]
        for post in read.posts
        if post.snapshot_date != read.day and post.standing not in _COMPLETE
    ]
    if rows:
        title = (
            f"Not seen for {read.day}, counted with their last numbers: deleted, "
            "hidden, or the account gave no answer"
        )
        columns = ["link", "last seen for", "views", "likes", f"removed ({zone})"]
        out.print(build_table(columns, rows, title))


def _removed(post: ReportPost, zone: ZoneInfo) -> str | None:
    at = post.removed_at
    return None if at is None else f"since {at.astimezone(zone):%Y-%m-%d %H:%M}"


def _print_unknown(read: CampaignReport, say: Wording) -> None:
    """Print what is not known, and why."""
    rows = [
        [it.platform, _label(it.column, say), it.posts, say.unknown(it.reason)]
        for it in read.unknowns
        if it.column in {*SUMMED_MEASURES, "follower_count"}
    ]
    columns = ["platform", "number", "posts", "why it is not known"]
    if rows:
        out.print(build_table(columns, rows, "Not known"))
    if read.missing:
        lines = [
            [
                it.platform,
                it.creator_id,
                it.username,
                REASONS[Reason(it.reason)].meaning if it.reason else it.status,
            ]
            for it in read.missing
        ]
        title = f"Participants without an answer on {read.day}"
        columns = ["platform", "creator", "account", "why"]
        out.print(build_table(columns, lines, title))


def _more(posts: Sequence[ReportPost], form: str) -> str:
    left_out = len(posts) - _MOST_POSTS
    return f" (and {left_out} more: --format {form})" if left_out > 0 else ""


def _percent(rate: float | None) -> str | None:
    return None if rate is None else f"{rate:.2%}"


def _label(name: str, say: Wording) -> str:
    return say.label(name).lower()
