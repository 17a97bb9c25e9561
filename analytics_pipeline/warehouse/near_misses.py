"""The rows of review candidates, ranked and made in the database.

Posts with hashtags are judged in Python. Those without any are judged here: nothing
speaks for them but their creator, their time and their kind, and there are so many that
to fetch them would cost more than all the rest.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.schemas.review import CandidateKind, Verdict
from analytics_pipeline.schemas.tables import REVIEW_CANDIDATES
from analytics_pipeline.warehouse.found import copy_found
from analytics_pipeline.warehouse.load import Load, LoadResult

_FOUND = """
CREATE TEMP TABLE found_candidates (
    platform text, post_id text, caption_id text, campaign_id text,
    posted_at timestamptz, candidate_kind text, candidate_score bigint,
    candidate_reasons jsonb
) ON COMMIT DROP;
CREATE TEMP TABLE asking_campaigns (
    campaign_id text, starts timestamptz, ends timestamptz, content_types text[]
) ON COMMIT DROP;
CREATE TEMP TABLE settled_posts (
    platform text, post_id text, campaign_id text, is_confirmed boolean
) ON COMMIT DROP
"""

# A post that counts for another campaign by decision is not asked about.
_WITHOUT_HASHTAGS = """
INSERT INTO found_candidates
SELECT s.platform, s.post_id, s.caption_id, a.campaign_id, s.posted_at,
       '{no_tag}', :score, '{{}}'
FROM asking_campaigns a
JOIN active_campaign_participants t
  ON t.snapshot_date = :day AND t.campaign_id = a.campaign_id
JOIN post_snapshots s ON s.snapshot_date = :day AND s.creator_id = t.creator_id
 AND s.posted_at >= a.starts AND s.posted_at < a.ends
 AND s.content_type = ANY(a.content_types)
LEFT JOIN post_captions c ON c.platform = s.platform AND c.post_id = s.post_id
 AND c.caption_id = s.caption_id
WHERE coalesce(cardinality(c.hashtags), 0) = 0
  AND NOT (s.content_type = '{story}' AND coalesce(btrim(c.post_caption), '') = '')
  AND NOT starts_with(s.post_id, '{erased}')
  AND NOT EXISTS (
      SELECT FROM settled_posts d WHERE d.platform = s.platform
         AND d.post_id = s.post_id
         AND (d.campaign_id = a.campaign_id OR d.is_confirmed))
"""

_RANKED = """
CREATE TEMP TABLE ranked_candidates ON COMMIT DROP AS
SELECT *, row_number() OVER (PARTITION BY campaign_id ORDER BY
           candidate_score DESC, posted_at DESC, platform, post_id) AS place
FROM found_candidates
"""

_COUNTED = """
SELECT campaign_id, candidate_kind, count(*),
       count(*) FILTER (WHERE place > :most)
FROM ranked_candidates GROUP BY campaign_id, candidate_kind
ORDER BY campaign_id, candidate_kind
"""

_ROWS = """
CREATE TEMP TABLE new_candidates ON COMMIT DROP AS
SELECT CAST(:day AS date) AS snapshot_date, CAST(:run_id AS text) AS run_id,
       f.campaign_id, f.platform, f.post_id, s.creator_id, s.account_id,
       s.content_type, s.posted_at, c.post_caption, p.post_url,
       coalesce(c.hashtags, '{}') AS hashtags,
       f.candidate_kind, f.candidate_score, f.candidate_reasons,
       s.observed_at, s.is_late
FROM ranked_candidates f
JOIN post_snapshots s ON s.snapshot_date = :day
 AND s.platform = f.platform AND s.post_id = f.post_id
LEFT JOIN posts p ON p.platform = f.platform AND p.post_id = f.post_id
LEFT JOIN post_captions c ON c.platform = f.platform AND c.post_id = f.post_id
 AND c.caption_id = f.caption_id
WHERE f.place <= :most
"""


class FoundCandidate(NamedTuple):
    """A post that could belong to a campaign, and why.

    Attributes:
        platform: Where the post is.
        post_id: Its id there.
        caption_id: The wording that was judged.
        campaign_id: The campaign.
        posted_at: When it was published.
        kind: What keeps it from counting.
        score: How likely it belongs.
        reasons: What speaks for it, as JSON.
    """

    platform: str
    post_id: str
    caption_id: str | None
    campaign_id: str
    posted_at: datetime
    kind: str
    score: int
    reasons: Jsonb


class AskingCampaign(NamedTuple):
    """When and as what a campaign wants posts published.

    Attributes:
        campaign_id: The campaign.
        starts: First instant of its publishing window.
        ends: The instant behind its last.
        content_types: What it asks for.
    """

    campaign_id: str
    starts: datetime
    ends: datetime
    content_types: list[str]


class Count(NamedTuple):
    """How many candidates of one kind a campaign has on a day.

    Attributes:
        campaign_id: The campaign.
        kind: What keeps them from counting.
        found: How many there are.
        left_out: How many of them rank too low to be listed.
    """

    campaign_id: str
    kind: str
    found: int
    left_out: int


class CandidateRows:
    """The review candidates of a day, to be stored in place of those there are.

    Args:
        connection: With an open transaction.
        day: The day.
        run_id: The run.
    """

    def __init__(self, connection: sa.Connection, day: date, run_id: str) -> None:
        self._connection = connection
        self._which = {"day": day, "run_id": run_id}
        self._day = day
        for statement in _FOUND.split(";"):
            connection.execute(sa.text(statement))

    def add(self, found: Iterable[FoundCandidate]) -> None:
        """Add candidates."""
        types = ["text"] * 4 + ["timestamptz", "text", "int8", "jsonb"]
        copy_found(self._connection, "found_candidates", types, found)

    def add_without_hashtags(
        self,
        campaigns: Iterable[AskingCampaign],
        decided: Mapping[tuple[str, str], Mapping[str, Verdict]],
        score: int,
    ) -> None:
        """Add the participants' posts that carry no hashtag at all.

        Args:
            campaigns: Of the day.
            decided: What holds about posts: by post, then by campaign.
            score: How likely such a post belongs.
        """
        types = ["text", "timestamptz", "timestamptz", "text[]"]
        copy_found(self._connection, "asking_campaigns", types, campaigns)
        settled = (
            (*post, campaign_id, verdict is Verdict.CONFIRMED)
            for post, of_post in decided.items()
            for campaign_id, verdict in of_post.items()
        )
        types = ["text", "text", "text", "bool"]
        copy_found(self._connection, "settled_posts", types, settled)
        for table in ("asking_campaigns", "settled_posts"):
            self._connection.execute(sa.text(f"ANALYZE {table}"))
        query = _WITHOUT_HASHTAGS.format(
            no_tag=CandidateKind.NO_TAG.value,
            story=ContentType.INSTAGRAM_STORY.value,
            erased=ERASED_PREFIX,
        )
        which = {"day": self._day, "score": score}
        self._connection.execute(sa.text(query), which)

    def store(self, most: int) -> tuple[LoadResult, list[Count]]:
        """Make the day's rows exactly those of the likeliest candidates.

        Args:
            most: How many are listed of each campaign.

        Returns:
            What changed, and how many candidates there are, listed or not.
        """
        run = self._connection.execute
        run(sa.text(_RANKED))
        run(sa.text("ANALYZE ranked_candidates"))
        counted = run(sa.text(_COUNTED), {"most": most})
        counts = [Count(*row) for row in counted]
        run(sa.text(_ROWS), {**self._which, "most": most})
        load = Load(self._connection, REVIEW_CANDIDATES)
        load.add_from("new_candidates")
        result = load.replace({"snapshot_date": [self._day]})
        run(
            sa.text(
                "DROP TABLE found_candidates, asking_campaigns, settled_posts,"
                " ranked_candidates, new_candidates"
            )
        )
        return result, counts
