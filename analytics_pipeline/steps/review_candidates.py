"""The posts of a day that do not count but might: what the review desk ranks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from analytics_pipeline.schemas.findings import Finding, Rule
from analytics_pipeline.schemas.review import CandidateKind, Verdict
from analytics_pipeline.schemas.tables import REVIEW_CANDIDATES
from analytics_pipeline.steps.campaign_terms import dated, published_in, terms_of
from analytics_pipeline.steps.run import FindingsScope, Run, store_findings
from analytics_pipeline.transform.matching import (
    CampaignIndex,
    CampaignTerms,
    MatchLevel,
    participations,
)
from analytics_pipeline.transform.near_misses import (
    DAYS_BESIDE,
    NO_TAG_SCORE,
    CampaignTags,
    NearMissIndex,
    Publication,
)
from analytics_pipeline.warehouse.campaigns import list_campaigns
from analytics_pipeline.warehouse.candidates import (
    campaigns_of_day,
    iter_participations,
    iter_tagged_posts,
)
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.load import LoadResult
from analytics_pipeline.warehouse.near_misses import (
    AskingCampaign,
    CandidateRows,
    Count,
    FoundCandidate,
)
from analytics_pipeline.warehouse.review import verdicts

MOST_PER_CAMPAIGN = 200
"""How many candidates of a campaign are listed for a day, the likeliest first: more
than a person looks at. How many there are besides is told."""
_Decided = Mapping[tuple[str, str], Mapping[str, Verdict]]


@dataclass(slots=True)
class CandidatesReport:
    """What became of a day.

    Attributes:
        load: What changed in the table.
        posts: Posts with hashtags that were looked at one by one.
        by_kind: How many candidates there are, by kind, listed or not.
        left_out: How many of a campaign rank too low to be listed, by campaign.
    """

    load: LoadResult = field(default_factory=LoadResult)
    posts: int = 0
    by_kind: dict[CandidateKind, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def add(self, counts: Sequence[Count]) -> None:
        """Count what was found."""
        for count in counts:
            kind = CandidateKind(count.kind)
            self.by_kind[kind] = self.by_kind.get(kind, 0) + count.found
            if count.left_out:
                known = self.left_out.get(count.campaign_id, 0)
                self.left_out[count.campaign_id] = known + count.left_out


def list_review_candidates(run: Run, day: date) -> CandidatesReport:
    """Find the participants' posts of a day that could belong to their campaigns.

    Args:
        run: The run.
        day: The day.

    Returns:
        What changed; the day's candidates are replaced in one transaction. A campaign
        with more than are listed has a finding that says how many more.
    """
    report = CandidatesReport()
    with at_work(run.warehouse):
        with run.warehouse.begin() as connection:
            rows = CandidateRows(connection, day, run.run_id)
            _find(run, day, rows, report)
            report.load, counts = rows.store(MOST_PER_CAMPAIGN, NO_TAG_SCORE)
        report.add(counts)
        findings = [
            Finding(Rule.CANDIDATES_LEFT_OUT, campaign_id, None, str(number))
            for campaign_id, number in report.left_out.items()
        ]
        store_findings(run, FindingsScope(REVIEW_CANDIDATES.name, day), findings)
    return report


def _find(run: Run, day: date, rows: CandidateRows, report: CandidatesReport) -> None:
    with run.warehouse.begin() as reading:
        terms = [terms_of(row) for row in dated(campaigns_of_day(reading, day))]
        if not terms:
            return
        decided = verdicts(reading, [campaign.campaign_id for campaign in terms])
        rows.add(_with_hashtags(run, day, _Day(terms, decided), reading, report))
    rows.add_without_hashtags([_asking(run, campaign) for campaign in terms], decided)


@dataclass(frozen=True, slots=True)
class _Day:
    """What the posts of a day are held against."""

    terms: Sequence[CampaignTerms]
    decided: _Decided


def _with_hashtags(
    run: Run, day: date, known: _Day, reading: sa.Connection, report: CandidatesReport
) -> Iterator[FoundCandidate]:
    """Yield the candidates among the posts that carry hashtags."""
    taking_part = participations(iter_participations(reading, day))
    matching = CampaignIndex(known.terms, taking_part, run.rule)
    near = NearMissIndex(known.terms, taking_part, _known_tags(reading), run.rule)
    published = published_in(run, known.terms, DAYS_BESIDE)
    for post in iter_tagged_posts(reading, day, published):
        if post.creator_id not in taking_part:
            continue
        report.posts += 1
        publication = Publication(
            post.creator_id, post.content_type, post.posted_at, post.hashtags
        )
        of_post = known.decided.get((post.platform, post.post_id), {})
        counts_for = _counts_for(matching, publication, of_post)
        for found in near.near_misses(publication, counts_for, of_post):
            yield FoundCandidate(
                post.platform,
                post.post_id,
                post.caption_id,
                found.campaign_id,
                post.posted_at,
                found.kind.value,
                found.score,
                Jsonb(found.reasons),
            )


def _asking(run: Run, campaign: CampaignTerms) -> AskingCampaign:
    return AskingCampaign(
        campaign.campaign_id,
        run.rule.start(campaign.first_day),
        run.rule.end(campaign.last_day),
        sorted(campaign.content_types),
    )


def _known_tags(connection: sa.Connection) -> list[CampaignTags]:
    return [
        CampaignTags(
            row["campaign_id"],
            tuple(row["campaign_hashtags"]),
            tuple(row["hashtag_keys"]),
        )
        for row in list_campaigns(connection)
    ]


def _counts_for(
    matching: CampaignIndex, post: Publication, decided: Mapping[str, Verdict]
) -> set[str]:
    """Return the campaigns that a post counts for."""
    found = matching.matches(
        post.creator_id, post.content_type, post.posted_at, post.hashtags
    )
    by_hashtags = {
        match.campaign_id
        for match in found
        if match.level is MatchLevel.FULL and match.campaign_id not in decided
    }
    confirmed = {name for name, it in decided.items() if it is Verdict.CONFIRMED}
    return by_hashtags | confirmed
