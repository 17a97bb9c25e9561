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

_UNTAGGED = """
CREATE TEMP TABLE untagged_posts ON COMMIT DROP AS
SELECT s.platform, s.post_id, s.caption_id, s.creator_id, s.content_type, s.posted_at
FROM post_snapshots s
LEFT JOIN post_captions c ON c.platform = s.platform AND c.post_id = s.post_id
 AND c.caption_id = s.caption_id
WHERE s.snapshot_date = :day AND coalesce(cardinality(c.hashtags), 0) = 0
  AND NOT (s.content_type = '{story}' AND coalesce(btrim(c.post_caption), '') = '')
  AND NOT starts_with(s.post_id, '{erased}')
"""

# All of them rank alike, the newest first. A post that counts for another campaign by
# decision is not asked about.
_WITHOUT_HASHTAGS = """
CREATE TEMP TABLE without_hashtags ON COMMIT DROP AS
SELECT u.platform, u.post_id, u.caption_id, a.campaign_id, u.posted_at,
       row_number() OVER theirs AS place
FROM asking_campaigns a
JOIN active_campaign_participants t
  ON t.snapshot_date = :day AND t.campaign_id = a.campaign_id
JOIN untagged_posts u ON u.creator_id = t.creator_id
 AND u.posted_at >= a.starts AND u.posted_at < a.ends
 AND u.content_type = ANY(a.content_types)
WHERE NOT EXISTS (
      SELECT FROM settled_posts d WHERE d.platform = u.platform
         AND d.post_id = u.post_id AND d.campaign_id = a.campaign_id)
  AND NOT EXISTS (
      SELECT FROM settled_posts d WHERE d.platform = u.platform
         AND d.post_id = u.post_id AND d.is_confirmed)
WINDOW theirs AS (PARTITION BY a.campaign_id COLLATE "C" ORDER BY u.posted_at DESC,
                  u.platform COLLATE "C", u.post_id COLLATE "C")
"""

_RANKED = """
CREATE TEMP TABLE ranked_candidates ON COMMIT DROP AS
SELECT *, row_number() OVER (PARTITION BY campaign_id COLLATE "C" ORDER BY
           candidate_score DESC, posted_at DESC,
           platform COLLATE "C", post_id COLLATE "C") AS place
FROM (
    SELECT * FROM found_candidates
    UNION ALL
    SELECT platform, post_id, caption_id, campaign_id, posted_at, '{no_tag}', :score,
           '{{}}'
    FROM without_hashtags WHERE place <= :most
) AS candidates
"""

_COUNTED = """
SELECT campaign_id, candidate_kind, sum(found)::bigint, sum(found - listed)::bigint
FROM (
    SELECT campaign_id, candidate_kind, count(*) AS found,
           count(*) FILTER (WHERE place <= :most) AS listed
    FROM ranked_candidates GROUP BY campaign_id, candidate_kind
    UNION ALL
    SELECT campaign_id, '{no_tag}', count(*), 0
    FROM without_hashtags WHERE place > :most GROUP BY campaign_id
) AS counted
GROUP BY campaign_id, candidate_kind ORDER BY campaign_id, candidate_kind
"""

_TABLES = (
    "found_candidates",
    "asking_campaigns",
    "settled_posts",
    "untagged_posts",
    "without_hashtags",
    "ranked_candidates",
    "new_candidates",
)

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
        self._day = day
        self._run_id = run_id
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
    ) -> None:
        """Add the participants' posts that carry no hashtag at all.

        Args:
            campaigns: Of the day.
            decided: What holds about posts: by post, then by campaign.
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

    def store(self, most: int, no_tag_score: int) -> tuple[LoadResult, list[Count]]:
        """Make the day's rows exactly those of the likeliest candidates.

        Args:
            most: How many are listed of each campaign.
            no_tag_score: How likely a post without a hashtag belongs.

        Returns:
            What changed, and how many candidates there are, listed or not.
        """
        run = self._connection.execute
        words = {
            "no_tag": CandidateKind.NO_TAG.value,
            "story": ContentType.INSTAGRAM_STORY.value,
            "erased": ERASED_PREFIX,
        }
        run(sa.text(_UNTAGGED.format(**words)), {"day": self._day})
        # How many posts have no hashtag cannot be guessed.
        for table in ("asking_campaigns", "settled_posts", "untagged_posts"):
            run(sa.text(f"ANALYZE {table}"))
        run(sa.text(_WITHOUT_HASHTAGS), {"day": self._day})
        which = {"most": most, "score": no_tag_score}
        run(sa.text(_RANKED.format(**words)), which)
        run(sa.text("ANALYZE ranked_candidates (campaign_id, place)"))
        counted = run(sa.text(_COUNTED.format(**words)), {"most": most})
        counts = [Count(*row) for row in counted]
        which_rows = {"day": self._day, "run_id": self._run_id, "most": most}
        run(sa.text(_ROWS), which_rows)
        load = Load(self._connection, REVIEW_CANDIDATES)
        load.add_from("new_candidates")
        result = load.replace({"snapshot_date": [self._day]})
        run(sa.text(f"DROP TABLE {', '.join(_TABLES)}"))
        return result, counts
