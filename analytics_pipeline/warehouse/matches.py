"""The rows of matches, made in the database from what was found in Python.

Only a post's key and the evidence travel back; its numbers, wording and followers are
joined where they are, and its rates computed there.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.schemas.tables import HASHTAG_POST_METRICS
from analytics_pipeline.warehouse.found import copy_found
from analytics_pipeline.warehouse.load import Load, LoadResult
from analytics_pipeline.warehouse.rates import RateParts, numerator_of, why_unknown

_FOUND = """
CREATE TEMP TABLE found_matches (
    platform text, post_id text, caption_id text, campaign_id text,
    matched_hashtags text[], missing_hashtags text[], match_level text, match_basis text
) ON COMMIT DROP
"""

_ROWS = """
CREATE TEMP TABLE new_matches ON COMMIT DROP AS
WITH matched AS (
    SELECT f.*, s.creator_id, s.account_id, s.content_type, s.posted_at, {counts},
           s.unknown_reasons, s.observed_at, s.is_late, p.post_url, c.post_caption,
           coalesce(c.hashtags, '{{}}') AS hashtags, a.follower_count,
           CASE WHEN a.follower_count IS NOT NULL THEN NULL
                WHEN a.account_id IS NULL THEN '{no_account}'
                ELSE coalesce(a.unknown_reasons->>'follower_count', '{not_reported}')
           END AS why_no_follower_count
    FROM found_matches f
    JOIN post_snapshots s ON s.snapshot_date = :day
     AND s.platform = f.platform AND s.post_id = f.post_id
    LEFT JOIN posts p ON p.platform = f.platform AND p.post_id = f.post_id
    LEFT JOIN post_captions c ON c.platform = f.platform AND c.post_id = f.post_id
     AND c.caption_id = f.caption_id
    LEFT JOIN account_snapshots a ON a.snapshot_date = :day
     AND a.platform = s.platform AND a.account_id = s.account_id
),
judged AS (SELECT *, {reasons} FROM matched)
SELECT CAST(:day AS date) AS snapshot_date, CAST(:run_id AS text) AS run_id,
       {copied}, {rates},
       unknown_reasons || jsonb_strip_nulls(jsonb_build_object({unknown}))
           AS unknown_reasons
FROM judged
"""


class FoundMatch(NamedTuple):
    """A match: which post, and the evidence.

    Attributes:
        platform: Where the post is.
        post_id: Its id there.
        caption_id: The wording that was matched.
        campaign_id: The campaign.
        matched: The campaign's hashtags that it carries.
        missing: Those that it lacks.
        level: Whether it counts.
        basis: What the match rests on.
    """

    platform: str
    post_id: str
    caption_id: str | None
    campaign_id: str
    matched: Sequence[str]
    missing: Sequence[str]
    level: str
    basis: str


class MatchRows:
    """The matches of a day, to be stored in place of those there are.

    Args:
        connection: With an open transaction.
        day: The day.
        run_id: The run.
    """

    def __init__(self, connection: sa.Connection, day: date, run_id: str) -> None:
        self._connection = connection
        self._day = day
        self._run_id = run_id
        connection.execute(sa.text(_FOUND))

    def add(self, found: Iterable[FoundMatch]) -> None:
        """Add matches."""
        types = ["text"] * 4 + ["text[]"] * 2 + ["text"] * 2
        copy_found(self._connection, "found_matches", types, found)

    def store(self, rates: Mapping[str, RateParts]) -> LoadResult:
        """Make the day's rows exactly those of the added matches.

        Args:
            rates: What each rate is made of.

        Returns:
            What changed.
        """
        self._connection.execute(sa.text("ANALYZE found_matches (platform, post_id)"))
        which = {"day": self._day, "run_id": self._run_id}
        self._connection.execute(sa.text(_query(rates)), which)
        load = Load(self._connection, HASHTAG_POST_METRICS)
        load.add_from("new_matches")
        result = load.replace({"snapshot_date": [self._day]})
        self._connection.execute(sa.text("DROP TABLE found_matches, new_matches"))
        return result


def _query(rates: Mapping[str, RateParts]) -> str:
    """Write out the query; every name in it is a column of the vocabulary."""
    made_here = {"snapshot_date", "run_id", "unknown_reasons", *rates}
    copied = [name for name in HASHTAG_POST_METRICS.columns if name not in made_here]
    values = [
        f"CASE WHEN why_no_{name} IS NULL"
        f" THEN ({numerator_of(parts)})::double precision / {parts.denominator} END"
        f" AS {name}"
        for name, parts in rates.items()
    ]
    reasons = [
        f"{why_unknown(parts)} AS why_no_{name}" for name, parts in rates.items()
    ]
    unknown = [f"'{name}', why_no_{name}" for name in ("follower_count", *rates)]
    return _ROWS.format(
        counts=", ".join(f"s.{name}" for name in COUNTS),
        no_account=Unknown.NO_ACCOUNT_SNAPSHOT,
        not_reported=Unknown.NOT_REPORTED,
        reasons=", ".join(reasons),
        copied=", ".join(copied),
        rates=", ".join(values),
        unknown=", ".join(unknown),
    )
