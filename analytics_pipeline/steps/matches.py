"""The posts of each campaign, with their numbers and the evidence of the match."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from analytics_pipeline.steps.campaign_terms import dated, published_in, terms_of
from analytics_pipeline.steps.run import Run
from analytics_pipeline.steps.summary import rate_parts
from analytics_pipeline.transform.matching import (
    CampaignIndex,
    Match,
    MatchBasis,
    MatchLevel,
    participations,
    reviewed_match,
)
from analytics_pipeline.warehouse.candidates import (
    CandidatePost,
    campaigns_of_day,
    iter_candidates,
    iter_participations,
)
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import LoadResult
from analytics_pipeline.warehouse.matches import FoundMatch, MatchRows
from analytics_pipeline.warehouse.post_links import bind_links
from analytics_pipeline.warehouse.review import verdicts


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
        rows = MatchRows(connection, day, run.run_id)
        rows.add(_found(*found) for found in find_matches(run, day, report))
        report.load = rows.store(rate_parts())
    return report


def find_matches(
    run: Run, day: date, report: MatchReport
) -> Iterator[tuple[CandidatePost, Match]]:
    """Yield every match of a day, from the warehouse as it is, storing nothing.

    Args:
        run: The run.
        day: The day.
        report: Counts what is found.

    Yields:
        The post, as a candidate is read, and why it belongs to a campaign.
    """
    with run.warehouse.begin() as reading:
        campaigns = campaigns_of_day(reading, day)
        terms = {row["campaign_id"]: terms_of(row) for row in dated(campaigns)}
        if not terms:
            return
        taking_part = participations(iter_participations(reading, day))
        index = CampaignIndex(terms.values(), taking_part, run.rule)
        decided = verdicts(reading, terms)
        published = published_in(run, terms.values())
        for post in iter_candidates(reading, day, published):
            of_post = decided.get((post.platform, post.post_id), {})
            if not of_post and post.creator_id not in taking_part:
                continue
            report.candidates += 1
            for match in _by_hashtags(index, post):
                if match.campaign_id not in of_post:
                    report.add(match)
                    yield post, match
            for campaign_id, verdict in of_post.items():
                match = reviewed_match(terms[campaign_id], post.hashtags, verdict)
                report.add(match)
                yield post, match


def _by_hashtags(index: CampaignIndex, post: CandidatePost) -> list[Match]:
    return index.matches(
        post.creator_id, post.content_type, post.posted_at, post.hashtags
    )


def _found(post: CandidatePost, match: Match) -> FoundMatch:
    return FoundMatch(
        post.platform,
        post.post_id,
        post.caption_id,
        match.campaign_id,
        list(match.matched),
        list(match.missing),
        match.level.value,
        match.basis.value,
    )
