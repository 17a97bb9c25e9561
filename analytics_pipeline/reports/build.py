"""Building a campaign's report from the warehouse, without changing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.reports.comparison import build_lift
from analytics_pipeline.reports.days import build_coverage, build_days
from analytics_pipeline.reports.model import (
    SCHEMA_VERSION,
    CampaignFacts,
    CampaignReport,
    LeftOut,
    MissingAccount,
    RateExplanation,
    ReportOptions,
)
from analytics_pipeline.reports.posts import (
    SortedPosts,
    build_heat_map,
    build_posts,
    count_unknown,
    hashtag_uses,
    rank_creators,
)
from analytics_pipeline.reports.review import build_near_misses, build_stories
from analytics_pipeline.schemas.fields import RATES
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.campaign_figures import figures, figures_by, tally
from analytics_pipeline.transform.day_series import add_days
from analytics_pipeline.transform.days import each_day
from analytics_pipeline.transform.engagement import rate_definitions
from analytics_pipeline.transform.last_known import DayTotals, PostKey, last_states
from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.report import campaign_of
from analytics_pipeline.warehouse.report_people import missing_accounts
from analytics_pipeline.warehouse.report_posts import (
    later_observed,
    newest_posts,
    summary_rows,
    telling_rows,
)
from analytics_pipeline.warehouse.report_series import read_changes


class UnknownCampaignError(LookupError):
    """There is no campaign with this id."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Which report is made: of what, until when, how."""

    campaign: CampaignFacts
    asked_day: date | None
    day: date | None
    which: AsKnown
    how: ReportOptions

    @property
    def known_at(self) -> datetime:
        """The instant as of which the report speaks."""
        before = self.which.observed_before
        return self.how.now if before is None else min(self.how.now, before)


def build_report(
    connection: sa.Connection,
    campaign_id: str,
    day: date | None,
    how: ReportOptions,
) -> CampaignReport:
    """Build a campaign's report.

    Args:
        connection: To the warehouse; best one of `Warehouse.reading()`, so that all
            parts speak of one state.
        campaign_id: The campaign.
        day: As known on this day: what was observed after its grace period is left
            out. None: as known now.
        how: Zone, clock, and what a day is.

    Returns:
        The report. Before anything is known its `day` is None and it has no posts.

    Raises:
        UnknownCampaignError: There is no such campaign.
    """
    found = campaign_of(connection, campaign_id)
    if found is None:
        msg = f"there is no campaign {campaign_id!r}"
        raise UnknownCampaignError(msg)
    until = day or date.max
    summary = summary_rows(connection, campaign_id, until)
    known_on = summary[-1]["snapshot_date"] if summary else None
    which = AsKnown(campaign_id, known_on or until, _closing(day, how))
    scope = _Scope(_facts(found), day, known_on, which, how)
    if known_on is None:
        return _report(scope, [], (), SortedPosts(), connection)
    matched_days = sorted({row["snapshot_date"] for row in summary})
    telling = telling_rows(connection, which)
    newest = {
        (row["platform"], row["post_id"]): row["snapshot_date"] for row in telling
    }
    rows = newest_posts(connection, which, newest, matched_days)
    lost = {
        (row["platform"], row["post_id"]): row["lost_on"]
        for row in rows
        if row["lost_on"] is not None
    }
    posts = build_posts(rows, last_states(telling, lost), known_on, scope.known_at)
    days = add_days(
        read_changes(connection, which, matched_days),
        each_day(matched_days[0], known_on),
        sorted({row["platform"] for row in summary}),
    )
    return _report(scope, summary, days, posts, connection)


def _report(
    scope: _Scope,
    summary: Sequence[Mapping[str, Any]],
    totals: Sequence[DayTotals],
    posts: SortedPosts,
    connection: sa.Connection,
) -> CampaignReport:
    which, day = scope.which, scope.day or scope.asked_day or date.max
    over_both, by_platform = build_days(totals, summary)
    near = build_near_misses(connection, which)
    tallies = tally(posts.figures, day)
    return CampaignReport(
        schema_version=SCHEMA_VERSION,
        made_at=scope.how.now,
        zone=scope.how.zone.key,
        campaign=scope.campaign,
        asked_day=scope.asked_day,
        day=scope.day,
        observed_before=which.observed_before,
        left_out=_left_out(connection, which),
        figures=figures(tallies, day),
        by_platform=figures_by(tallies, lambda kind: kind[0]),
        by_content_type=figures_by(tallies, lambda kind: kind[1]),
        creators=rank_creators(posts.counted, tallies),
        days=over_both,
        days_by_platform=by_platform,
        rates=_rates(),
        posts=posts.counted,
        partial=posts.partial,
        rejected=posts.rejected,
        no_longer_matching=posts.no_longer_matching,
        heat_map=build_heat_map(posts.counted, scope.how.zone),
        hashtags=hashtag_uses(scope.campaign.campaign_hashtags, posts),
        near_misses=near.posts,
        near_misses_by_kind=near.by_kind,
        coverage=build_coverage(connection, which),
        unknowns=count_unknown(posts.counted),
        missing=_missing(connection, which),
        stories_to_review=build_stories(connection, which),
        lift=build_lift(connection, scope.campaign, posts.counted, which, scope.how),
    )


def _key(row: Mapping[str, Any]) -> PostKey:
    return row["platform"], row["post_id"]


def _closing(day: date | None, how: ReportOptions) -> datetime | None:
    """Return when a day could last be observed; None for no limit."""
    if day is None:
        return None
    try:
        return how.rule.end(day) + how.rule.grace
    except OverflowError:  # The last day of year 9999: nothing is observed after it.
        return None


def _facts(row: Mapping[str, Any]) -> CampaignFacts:
    return CampaignFacts(
        campaign_id=row["campaign_id"],
        campaign_name=row["campaign_name"],
        campaign_status=row["campaign_status"],
        campaign_hashtags=tuple(row["campaign_hashtags"]),
        rejected_hashtags=tuple(row["rejected_hashtags"]),
        hashtag_rule=row["hashtag_rule"],
        content_types=tuple(row["content_types"]),
        publishing_start_date=row["publishing_start_date"],
        publishing_end_date=row["publishing_end_date"],
        problems=tuple(row["problems"]),
    )


def _left_out(connection: sa.Connection, which: AsKnown) -> LeftOut:
    if which.observed_before is None:
        return LeftOut(rows=0, posts=0)
    return LeftOut(**later_observed(connection, which))


def _rates() -> tuple[RateExplanation, ...]:
    by_platform = {platform: rate_definitions(platform) for platform in Platform}
    return tuple(
        RateExplanation(
            name=name,
            numerator={
                platform.value: definitions[name].numerator
                for platform, definitions in by_platform.items()
            },
            denominator=by_platform[Platform.TIKTOK][name].denominator,
        )
        for name in RATES
    )


def _missing(connection: sa.Connection, which: AsKnown) -> tuple[MissingAccount, ...]:
    return tuple(MissingAccount(**row) for row in missing_accounts(connection, which))
