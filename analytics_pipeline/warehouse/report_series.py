"""Adding up a campaign's posts day by day, in the database.

A row of `hashtag_post_metrics` holds until the post's next one, or until the post is
seen without matching. So a day's totals are what its own rows tell, and what is carried
over from earlier ones; only where a post misses a day is anything carried.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.warehouse.as_known import AsKnown

Rows = list[dict[str, Any]]

# The newest value that is not null: arrays are compared by their first element, the
# day. No count is too large for it, as one would be for a day and a count in a number.
_LAST_KNOWN = """
    (max(ARRAY[snapshot_date - DATE '2000-01-01', {name}])
        FILTER (WHERE {name} IS NOT NULL) OVER post)[2] AS known_{name}"""
_OBSERVED = "sum({name}) AS {name}, count({name}) AS posts_with_{name}"
_KNOWN = (
    "sum(known_{name}) AS known_{name}, count(known_{name}) AS posts_with_known_{name}"
)
_NOTHING = "NULL AS {name}, 0 AS posts_with_{name}"


def _each(part: str) -> str:
    return ", ".join(part.format(name=name) for name in COUNTS)


_QUERY = f"""
WITH told AS (
    SELECT snapshot_date, platform, post_id, match_level, is_late,
        {", ".join(COUNTS)},
        lead(snapshot_date) OVER post AS next_date, {_each(_LAST_KNOWN)}
    FROM hashtag_post_metrics
    WHERE campaign_id = :campaign_id AND snapshot_date <= :until {{known}}
    WINDOW post AS (PARTITION BY platform, post_id ORDER BY snapshot_date)
),
counted AS MATERIALIZED (
    SELECT * FROM told WHERE match_level = 'full'
),
carried AS MATERIALIZED (
    SELECT *, least(next_date, (
        SELECT min(s.snapshot_date)
        FROM post_snapshots s
        WHERE s.platform = c.platform AND s.post_id = c.post_id
          AND s.snapshot_date > c.snapshot_date
          AND s.snapshot_date < coalesce(c.next_date, CAST(:until AS date) + 1)
          AND s.snapshot_date = ANY(CAST(:days AS date[])) {{seen}}
          AND NOT EXISTS (
              SELECT FROM hashtag_post_metrics m
              WHERE m.campaign_id = :campaign_id
                AND m.snapshot_date = s.snapshot_date
                AND m.platform = s.platform AND m.post_id = s.post_id)
    )) AS end_date
    FROM counted c
    WHERE next_date IS DISTINCT FROM snapshot_date + 1
      AND snapshot_date < CAST(:until AS date)
)
SELECT 'seen' AS part, snapshot_date AS day, platform, count(*) AS posts,
    count(*) FILTER (WHERE is_late) AS late, {_each(_OBSERVED)}, {_each(_KNOWN)}
FROM counted GROUP BY snapshot_date, platform
UNION ALL
SELECT 'carried', snapshot_date + 1, platform, count(*), 0, {_each(_NOTHING)},
    {_each(_KNOWN)}
FROM carried GROUP BY snapshot_date, platform
UNION ALL
SELECT 'ended', end_date, platform, count(*), 0, {_each(_NOTHING)}, {_each(_KNOWN)}
FROM carried WHERE end_date IS NOT NULL GROUP BY end_date, platform
"""  # noqa: S608 - columns of the vocabulary


def read_changes(
    connection: sa.Connection, which: AsKnown, days: Sequence[date]
) -> Rows:
    """Tell what each day changes of a campaign's totals.

    Args:
        connection: To the warehouse.
        which: The rows of the report.
        days: The days that were matched; only on these does a post without a match
            stop counting.

    Returns:
        A row per `day`, `platform` and `part` of the posts that count: `seen` have a
        row on the day, `carried` had one on the day before and have none now, `ended`
        are carried no longer. `posts` and `late` count them; each count stands as
        observed that day and, with `known_` before it, as last known, with how many
        posts know it.
    """
    values: dict[str, object] = {
        "campaign_id": which.campaign_id,
        "until": which.until,
        "days": list(days),
    }
    known = seen = ""
    if which.observed_before is not None:
        values["observed_before"] = which.observed_before
        known = "AND observed_at < :observed_before"
        seen = "AND s.observed_at < :observed_before"
    query = sa.text(_QUERY.format(known=known, seen=seen))
    return [dict(row) for row in connection.execute(query, values).mappings()]
