"""The posts of each campaign, with their numbers and the evidence of the match."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from analytics_pipeline.schemas.outcomes import CampaignProblem, Unknown
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import HASHTAG_POST_METRICS
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.engagement import engagement_rates
from analytics_pipeline.transform.matching import (
    CampaignIndex,
    CampaignTerms,
    Match,
    MatchLevel,
)
from analytics_pipeline.warehouse.candidates import (
    campaigns_with_participants,
    iter_candidates,
)
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import Load, LoadResult

_COUNTS = (
    "view_count",
    "like_count",
    "comment_count",
    "share_count",
    "save_count",
    "reach",
)


@dataclass(slots=True)
class MatchReport:
    """What became of a day.

    Attributes:
        load: What changed in the table.
        candidates: Posts with any hashtag that were looked at.
        full: Matches that count.
        partial: Matches that are listed only.
        by_campaign: Matches that count, by campaign.
    """

    load: LoadResult = field(default_factory=LoadResult)
    candidates: int = 0
    full: int = 0
    partial: int = 0
    by_campaign: dict[str, int] = field(default_factory=dict)

    def add(self, match: Match) -> None:
        """Count a match."""
        if match.level is MatchLevel.PARTIAL:
            self.partial += 1
            return
        self.full += 1
        known = self.by_campaign.get(match.campaign_id, 0)
        self.by_campaign[match.campaign_id] = known + 1


def match_posts(run: Run, day: date) -> MatchReport:
    """Find the posts of every active campaign in a day's snapshots.

    Campaigns are matched as they are known now, so a corrected hashtag re-matches
    history without a call to any API.

    Args:
        run: The run.
        day: The day.

    Returns:
        What changed; the day's matches are replaced in one transaction.
    """
    report = MatchReport()
    with at_work(run.warehouse), run.warehouse.begin() as connection:
        load = Load(connection, HASHTAG_POST_METRICS)
        matches = find_matches(run, day, report)
        load.add(_row(run, day, post, match) for post, match in matches)
        report.load = load.replace({"snapshot_date": [day]})
    return report


def find_matches(
    run: Run, day: date, report: MatchReport
) -> Iterator[tuple[Mapping[str, Any], Match]]:
    """Yield every match of a day, from the warehouse as it is, storing nothing.

    Args:
        run: The run.
        day: The day.
        report: Counts what is found.

    Yields:
        The post, as a candidate is read, and why it belongs to a campaign.
    """
    with run.warehouse.begin() as reading:
        campaigns = campaigns_with_participants(reading, day)
        terms = [_terms(row) for row in campaigns if _has_window(row)]
        if not terms:
            return
        participants = {
            row["campaign_id"]: frozenset(row["creator_ids"]) for row in campaigns
        }
        index = CampaignIndex(terms, participants, run.rule)
        creator_ids = sorted(frozenset().union(*participants.values()))
        for post in iter_candidates(reading, day, _window(run, terms), creator_ids):
            report.candidates += 1
            matches = index.matches(
                post["creator_id"],
                post["content_type"],
                post["posted_at"],
                post["hashtags"],
            )
            for match in matches:
                report.add(match)
                yield post, match


def _row(
    run: Run, day: date, post: Mapping[str, Any], match: Match
) -> dict[str, object]:
    counts = {name: post[name] for name in (*_COUNTS, "follower_count")}
    unknown = dict(post["unknown_reasons"])
    if counts["follower_count"] is None:
        unknown["follower_count"] = _why_no_followers(post)
    rates = engagement_rates(Platform(post["platform"]), counts, unknown)
    return {
        "snapshot_date": day,
        "campaign_id": match.campaign_id,
        "platform": post["platform"],
        "post_id": post["post_id"],
        "creator_id": post["creator_id"],
        "account_id": post["account_id"],
        "content_type": post["content_type"],
        "posted_at": post["posted_at"],
        "post_caption": post["post_caption"],
        "post_url": post["post_url"],
        "hashtags": post["hashtags"],
        "matched_hashtags": list(match.matched),
        "missing_hashtags": list(match.missing),
        "match_level": match.level,
        "match_basis": match.basis,
        **counts,
        **rates.values,
        "unknown_reasons": unknown | rates.unknown,
        "observed_at": post["observed_at"],
        "is_late": post["is_late"],
        "run_id": run.run_id,
    }


def _why_no_followers(post: Mapping[str, Any]) -> str:
    if not post["has_account"]:
        return Unknown.NO_ACCOUNT_SNAPSHOT
    reasons = post["account_unknown_reasons"] or {}
    return str(reasons.get("follower_count", Unknown.NOT_REPORTED))


def _has_window(row: Mapping[str, Any]) -> bool:
    start, end = row["publishing_start_date"], row["publishing_end_date"]
    return start is not None and end is not None and start <= end


def _terms(row: Mapping[str, Any]) -> CampaignTerms:
    return CampaignTerms(
        campaign_id=row["campaign_id"],
        tags=tuple(row["campaign_hashtags"]),
        keys=tuple(row["hashtag_keys"]),
        rule=row["hashtag_rule"],
        is_unmatchable=CampaignProblem.UNMATCHABLE_HASHTAG in row["problems"],
        content_types=frozenset(row["content_types"]),
        first_day=row["publishing_start_date"],
        last_day=row["publishing_end_date"],
    )


def _window(run: Run, terms: Sequence[CampaignTerms]) -> tuple[datetime, datetime]:
    """Return the instants between which posts of any of the campaigns lie."""
    first = min(campaign.first_day for campaign in terms)
    last = max(campaign.last_day for campaign in terms)
    return run.rule.start(first), run.rule.start(last + timedelta(days=1))
