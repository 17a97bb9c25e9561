"""Aggregating a day's matches by campaign and platform, in the database."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.schemas.fields import RATES, SUMMED_MEASURES
from analytics_pipeline.warehouse.rates import RateParts, numerator_of

_BASE = """
WITH needed AS (
    SELECT p.campaign_id, platform, p.creator_id
    FROM active_campaign_participants p, unnest(p.platforms) AS platform
    WHERE p.snapshot_date = :day
),
answered AS (
    SELECT DISTINCT creator_id, platform
    FROM sync_outcomes WHERE snapshot_date = :day AND status = 'ok'
),
people AS (
    SELECT n.campaign_id, n.platform, count(*) AS participant_count,
           count(a.creator_id) AS answered_count
    FROM needed n LEFT JOIN answered a USING (creator_id, platform)
    GROUP BY n.campaign_id, n.platform
),
matched AS (
    SELECT m.*, before.observed_at AS before_observed_at,
           m.posted_at >= :day_start AS is_new,
           {before_columns}
    FROM hashtag_post_metrics m
    LEFT JOIN post_snapshots before
      ON before.snapshot_date = :day_before AND before.platform = m.platform
     AND before.post_id = m.post_id AND NOT before.is_late
     AND before.observed_at < m.observed_at
    WHERE m.snapshot_date = :day
),
totals AS (
    SELECT campaign_id, platform,
           count(*) FILTER (WHERE {full}) AS post_count,
           count(*) FILTER (WHERE match_level = 'partial') AS partial_post_count,
           count(*) FILTER (WHERE {full} AND is_late) AS late_post_count,
           count(*) FILTER (WHERE {full} AND {erased}) AS erased_post_count,
           count(DISTINCT creator_id) FILTER (WHERE {full}) AS creator_count,
           max(observed_at) FILTER (WHERE {full}) AS observed_at,
           {measures}
    FROM matched GROUP BY campaign_id, platform
)
SELECT campaign_id, platform,
       coalesce(participant_count, 0) AS participant_count,
       coalesce(answered_count, 0) AS answered_count,
       {columns}
FROM people FULL JOIN totals USING (campaign_id, platform)
"""

_FULL = "(match_level = 'full')"
_ERASED = f"starts_with(post_id, '{ERASED_PREFIX}')"

_MEASURE = """
sum({name}) FILTER (WHERE {full})::bigint AS {name},
count({name}) FILTER (WHERE {full}) AS posts_with_{name},
sum({delta}) FILTER (WHERE {full})::bigint AS {name}_delta,
mode() WITHIN GROUP (ORDER BY unknown_reasons->>'{name}')
    FILTER (WHERE {full}) AS why_no_{name}
"""

# Growth of a post: since the day before if it was seen then, all of it if it is new.
# A late count belongs to another day, so it tells nothing of growth.
_DELTA = """
CASE WHEN is_late THEN NULL WHEN is_new THEN {name} ELSE {name} - before_{name} END
"""

_RATE = """
sum({numerator}) FILTER (WHERE {full} AND {name} IS NOT NULL)::double precision
    / nullif(sum({denominator}) FILTER (WHERE {full} AND {name} IS NOT NULL), 0)
    AS {name},
count({name}) FILTER (WHERE {full}) AS posts_with_{name},
percentile_cont(0.5) WITHIN GROUP (ORDER BY {name})
    FILTER (WHERE {full}) AS {name}_median,
mode() WITHIN GROUP (ORDER BY unknown_reasons->>'{name}')
    FILTER (WHERE {full}) AS why_no_{name}
"""


def summarise(
    connection: sa.Connection,
    days: tuple[date, date],
    day_start: datetime,
    rates: Mapping[str, RateParts],
) -> list[dict[str, Any]]:
    """Return a day's totals per campaign and platform.

    Args:
        connection: To the warehouse.
        days: The day, and the one before.
        day_start: The day's first instant.
        rates: What each rate is made of.

    Returns:
        A row per campaign and platform that has participants or matches. Counts are
        null where `totals` has no match; `why_no_…` is the commonest reason.
    """
    query = sa.text(_query(rates))
    parameters = {"day": days[0], "day_before": days[1], "day_start": day_start}
    return [dict(row) for row in connection.execute(query, parameters).mappings()]


def has_summary(connection: sa.Connection, day: date) -> bool:
    """Tell whether a day has been summarised."""
    query = sa.text(
        "SELECT EXISTS (SELECT 1 FROM campaign_daily_summary"
        " WHERE snapshot_date = :day)"
    )
    return bool(connection.scalar(query, {"day": day}))


def _query(rates: Mapping[str, RateParts]) -> str:
    """Write out the query; every name in it is a column of the vocabulary."""
    measures = [
        _MEASURE.format(name=name, full=_FULL, delta=_DELTA.format(name=name))
        for name in SUMMED_MEASURES
    ] + [
        _RATE.format(
            name=name,
            full=_FULL,
            numerator=numerator_of(rates[name]),
            denominator=rates[name].denominator,
        )
        for name in RATES
    ]
    before = ",".join(f"before.{name} AS before_{name}" for name in SUMMED_MEASURES)
    return _BASE.format(
        full=_FULL,
        erased=_ERASED,
        before_columns=before,
        measures=",".join(measures),
        columns=",".join(_columns()),
    )


def _columns() -> list[str]:
    """Return the names of the totals."""
    names = [
        "post_count",
        "partial_post_count",
        "late_post_count",
        "erased_post_count",
        "creator_count",
        "observed_at",
    ]
    for name in (*SUMMED_MEASURES, *RATES):
        second = f"{name}_delta" if name in SUMMED_MEASURES else f"{name}_median"
        names += [name, f"posts_with_{name}", second, f"why_no_{name}"]
    return names
