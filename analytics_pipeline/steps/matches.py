"""The posts of each campaign, with their numbers and the evidence of the match."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import HASHTAG_POST_METRICS
from analytics_pipeline.steps.campaign_terms import (
    dated,
    participants_of,
    terms_of,
    wanted_posts,
)
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.engagement import engagement_rates
from analytics_pipeline.transform.matching import (
    CampaignIndex,
    Match,
    MatchBasis,
    MatchLevel,
    reviewed_match,
)
from analytics_pipeline.warehouse.candidates import (
    campaigns_with_participants,
    iter_candidates,
)
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import Load, LoadResult
from analytics_pipeline.warehouse.post_links import bind_links
from analytics_pipeline.warehouse.review import verdicts

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
        candidates: Posts with any hashtag, or decided by a person, that were looked at.
        full: Matches that count.
        partial: Matches that are listed only.
        rejected: Posts that a person has rejected; listed only.
        confirmed: Matches that count because a person has confirmed them.
        by_campaign: Matches that count, by campaign.
    """

    load: LoadResult = field(default_factory=LoadResult)
    candidates: int = 0
    full: int = 0
    partial: int = 0
    rejected: int = 0
    confirmed: int = 0
    by_campaign: dict[str, int] = field(default_factory=dict)

    def add(self, match: Match) -> None:
        """Count a match."""
        if match.level is MatchLevel.PARTIAL:
            self.partial += 1
            return
        if match.level is MatchLevel.REJECTED:
            self.rejected += 1
            return
        self.full += 1
        self.confirmed += match.basis is MatchBasis.REVIEW
        known = self.by_campaign.get(match.campaign_id, 0)
        self.by_campaign[match.campaign_id] = known + 1


def match_posts(run: Run, day: date) -> MatchReport:
    """Find the posts of every active campaign in a day's snapshots.

    Campaigns are matched as they are known now, so a corrected hashtag re-matches
    history without a call to any API; so does a decision of a person.

    Args:
        run: The run.
        day: The day.

    Returns:
        What changed; the day's matches are replaced in one transaction.
    """
    with at_work(run.warehouse):
        with run.warehouse.begin() as connection:
            bind_links(connection)
        return _match(run, day)


def _match(run: Run, day: date) -> MatchReport:
    report = MatchReport()
    with run.warehouse.begin() as connection:
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
        terms = {row["campaign_id"]: terms_of(row) for row in dated(campaigns)}
        if not terms:
            return
        participants = participants_of(campaigns)
        index = CampaignIndex(terms.values(), participants, run.rule)
        decided = verdicts(reading, terms)
        wanted = wanted_posts(run, terms.values(), participants)
        for post in iter_candidates(reading, day, wanted):
            report.candidates += 1
            of_post = decided.get((post["platform"], post["post_id"]), {})
            reviewed = (
                reviewed_match(terms[campaign_id], post["hashtags"], verdict)
                for campaign_id, verdict in of_post.items()
            )
            for match in (*_by_hashtags(index, post, of_post), *reviewed):
                report.add(match)
                yield post, match


def _by_hashtags(
    index: CampaignIndex, post: Mapping[str, Any], decided: Collection[str]
) -> Iterator[Match]:
    """Yield the matches of a post that no person has decided about."""
    matches = index.matches(
        post["creator_id"],
        post["content_type"],
        post["posted_at"],
        post["hashtags"],
    )
    for match in matches:
        if match.campaign_id not in decided:
            yield match


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
