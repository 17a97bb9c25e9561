"""Months of creators, made in the database from the newest numbers of their posts.

A month is read again as a whole when one of its days changed, so the order in which
days are loaded does not matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.schemas.fields import RATES, SUMMED_MEASURES
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.schemas.tables import CREATOR_MONTHS
from analytics_pipeline.warehouse.load import Load, LoadResult
from analytics_pipeline.warehouse.rates import (
    RateParts,
    numerator_of,
    why_unknown,
)
from analytics_pipeline.warehouse.tables import creator_months

# Any constant: two updates at once would each lack what the other has just loaded.
_LOCK_KEY = 7306521

# A post that was told of under another creator before belongs to neither's old row.
# A month whose posts were observed on days that are archived stays as it was then.
_TOUCHED = """
CREATE TEMP TABLE touched_months ON COMMIT DROP AS
WITH seen AS (
    SELECT DISTINCT platform, post_id FROM post_snapshots
    WHERE snapshot_date = ANY(:days)
),
published AS (
    SELECT creator_id, platform, posted_at
    FROM posts JOIN seen USING (platform, post_id)
    UNION
    SELECT creator_id, platform, posted_at
    FROM post_snapshots JOIN seen USING (platform, post_id)
),
months AS (
    SELECT creator_id, platform,
           date_trunc('month', posted_at AT TIME ZONE :zone)::date AS month_start_date
    FROM published
    UNION
    SELECT creator_id, platform, date_trunc('month', snapshot_date::timestamp)::date
    FROM account_snapshots WHERE snapshot_date = ANY(:days)
)
SELECT *, month_start_date::timestamp AT TIME ZONE :zone AS starts,
       (month_start_date + interval '1 month') AT TIME ZONE :zone AS ends
FROM months
WHERE month_start_date > coalesce(
    (SELECT max(month_start_date) FROM archived_snapshots), '-infinity')
"""

# Somebody erased who came back has their posts twice, under a pseudonym and not.
# Posts are numbered, for numbers are sorted and joined much faster than their ids.
_PUBLISHED = """
CREATE TEMP TABLE published_posts ON COMMIT DROP AS
WITH replaced AS (
    SELECT DISTINCT p.platform, p.post_id
    FROM posts p JOIN posts again USING (creator_id, platform, posted_at)
    WHERE starts_with(p.post_id, '{erased}') AND again.last_seen_at > p.last_seen_at
      AND again.content_type IS NOT DISTINCT FROM p.content_type
)
SELECT t.creator_id, t.platform, t.month_start_date, p.post_id,
       row_number() OVER () AS post_number
FROM touched_months t JOIN posts p
  ON p.creator_id = t.creator_id AND p.platform = t.platform
 AND p.posted_at >= t.starts AND p.posted_at < t.ends
LEFT JOIN replaced r ON r.platform = p.platform AND r.post_id = p.post_id
WHERE r.post_id IS NULL
"""

_MONTHS = """
CREATE TEMP TABLE new_months ON COMMIT DROP AS
WITH observed AS MATERIALIZED (
    SELECT m.post_number, s.platform, {counts}, s.unknown_reasons,
           s.observed_at, s.is_late, a.follower_count,
           CASE WHEN a.account_id IS NULL THEN '{no_account}'
                ELSE a.unknown_reasons->>'follower_count' END AS why_no_follower_count,
           row_number() OVER (PARTITION BY m.post_number ORDER BY
               s.observed_at DESC, s.snapshot_date DESC) AS age
    FROM published_posts m
    JOIN post_snapshots s ON s.platform = m.platform AND s.post_id = m.post_id
    LEFT JOIN account_snapshots a ON a.snapshot_date = s.snapshot_date
         AND a.platform = s.platform AND a.account_id = s.account_id
),
newest AS MATERIALIZED (
    SELECT post_number, bool_and(is_late) AS is_late, max(observed_at) AS observed_at,
           {newest}
    FROM observed GROUP BY post_number
),
totals AS (
    SELECT creator_id, platform, month_start_date, count(*) AS post_count,
           count(*) FILTER (WHERE is_late) AS late_post_count,
           max(observed_at) AS posts_observed_at,
           {totals}
    FROM published_posts JOIN newest USING (post_number)
    GROUP BY creator_id, platform, month_start_date
),
followers AS (
    SELECT DISTINCT ON (t.creator_id, t.platform, t.month_start_date)
           t.creator_id, t.platform, t.month_start_date, a.follower_count,
           CASE WHEN a.follower_count IS NOT NULL THEN a.snapshot_date END
               AS follower_count_date,
           a.unknown_reasons->>'follower_count' AS why_no_follower_count,
           a.observed_at AS followers_observed_at
    FROM touched_months t JOIN account_snapshots a
      ON a.creator_id = t.creator_id AND a.platform = t.platform
     AND a.snapshot_date >= t.month_start_date
     AND a.snapshot_date < t.month_start_date + interval '1 month'
    ORDER BY t.creator_id, t.platform, t.month_start_date,
             a.follower_count IS NULL, a.snapshot_date DESC, a.observed_at DESC,
             a.account_id
)
SELECT creator_id, platform, month_start_date,
       coalesce(post_count, 0) AS post_count,
       coalesce(late_post_count, 0) AS late_post_count,
       {columns},
       follower_count, follower_count_date,
       jsonb_strip_nulls(jsonb_build_object({reasons})) AS unknown_reasons,
       greatest(posts_observed_at, followers_observed_at) AS observed_at,
       CAST(:now AS timestamptz) AS updated_at, CAST(:run_id AS text) AS run_id
FROM totals FULL JOIN followers USING (creator_id, platform, month_start_date)
"""

_VANISHED = """
DELETE FROM creator_months old USING touched_months t
WHERE old.creator_id = t.creator_id AND old.platform = t.platform
  AND old.month_start_date = t.month_start_date
  AND NOT EXISTS (SELECT FROM new_months n
                  WHERE n.creator_id = t.creator_id AND n.platform = t.platform
                    AND n.month_start_date = t.month_start_date)
"""

# What an insight tells is not asked for every day, so each number has its own newest.
# All are taken in one order, so that rows are sorted once and nothing has to be joined.
_NEWEST_COUNT = """
(array_agg({name} ORDER BY age) FILTER (WHERE {name} IS NOT NULL))[1] AS {name},
max(unknown_reasons->>'{name}') FILTER (WHERE age = 1) AS why_no_{name}
"""

# A rate's parts are of one observation: the newest that has all of them.
_NEWEST_RATE = """
(array_agg({numerator} ORDER BY age) FILTER (WHERE {is_whole}))[1]
    AS {name}_engagement,
(array_agg({denominator} ORDER BY age) FILTER (WHERE {is_whole}))[1] AS {name}_base,
max({why}) FILTER (WHERE age = 1) AS why_no_{name}
"""
_IS_WHOLE = "{numerator} IS NOT NULL AND {denominator} > 0"

_TOTAL_COUNT = """
sum({name})::bigint AS {name}, count({name}) AS posts_with_{name},
avg({name})::double precision AS {name}_mean,
mode() WITHIN GROUP (ORDER BY why_no_{name}) AS why_no_{name}
"""

_TOTAL_RATE = """
sum({name}_engagement)::double precision / sum({name}_base) AS {name},
count({name}_base) AS posts_with_{name},
percentile_cont(0.5) WITHIN GROUP (
    ORDER BY {name}_engagement::double precision / {name}_base) AS {name}_median,
mode() WITHIN GROUP (ORDER BY why_no_{name}) AS why_no_{name}
"""


@dataclass(frozen=True, slots=True)
class MonthsUpdate:
    """Which months to make anew, and how.

    Attributes:
        days: Months of posts and accounts observed on these days.
        zone: IANA name of the zone in which a day, so a month, begins.
        rates: What each rate is made of.
        now: The current instant.
        run_id: The run.
    """

    days: Sequence[date]
    zone: str
    rates: Mapping[str, RateParts]
    now: datetime
    run_id: str


def update_months(connection: sa.Connection, update: MonthsUpdate) -> LoadResult:
    """Make the months of creators anew that some days have rows of.

    Args:
        connection: With an open transaction.
        update: Which, and how.

    Returns:
        What changed.
    """
    lock = sa.select(sa.func.pg_advisory_xact_lock(_LOCK_KEY))
    connection.execute(lock)
    which = {"days": list(update.days), "zone": update.zone}
    connection.execute(sa.text(_TOUCHED), which)
    # A join of what nobody has counted is planned for a handful of rows.
    connection.execute(sa.text("ANALYZE touched_months"))
    published = _PUBLISHED.format(erased=ERASED_PREFIX)
    connection.execute(sa.text(published))
    connection.execute(sa.text("ANALYZE published_posts"))
    how = {"now": update.now, "run_id": update.run_id}
    connection.execute(sa.text(_query(update.rates)), how)
    vanished = connection.execute(sa.text(_VANISHED)).rowcount
    load = Load(connection, CREATOR_MONTHS)
    load.add_from("new_months")
    result = load.merge(vanished)
    # Another update may follow in the same transaction.
    connection.execute(
        sa.text("DROP TABLE touched_months, published_posts, new_months")
    )
    return result


def months_of(connection: sa.Connection, creator_id: str) -> list[dict[str, Any]]:
    """Return a creator's months.

    Args:
        connection: To the warehouse.
        creator_id: Whose.

    Returns:
        Rows of `creator_months`, the newest month first; within one by platform.
    """
    query = (
        sa.select(creator_months)
        .where(creator_months.c.creator_id == creator_id)
        .order_by(creator_months.c.month_start_date.desc(), creator_months.c.platform)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _query(rates: Mapping[str, RateParts]) -> str:
    """Write out the query; every name in it is a column of the vocabulary."""
    newest = [_NEWEST_COUNT.format(name=name) for name in SUMMED_MEASURES]
    newest += [_NEWEST_RATE.format(**_words(name, rates[name])) for name in RATES]
    totals = [_TOTAL_COUNT.format(name=name) for name in SUMMED_MEASURES]
    totals += [_TOTAL_RATE.format(name=name) for name in RATES]
    return _MONTHS.format(
        no_account=Unknown.NO_ACCOUNT_SNAPSHOT,
        counts=", ".join((*SUMMED_MEASURES, "save_count", "reach")),
        newest=",".join(newest),
        totals=",".join(totals),
        columns=", ".join(_columns()),
        reasons=", ".join(_reasons()),
    )


def _words(name: str, parts: RateParts) -> dict[str, str]:
    """Return what a rate's expressions are made of."""
    sides = {"numerator": numerator_of(parts), "denominator": parts.denominator}
    return sides | {
        "name": name,
        "is_whole": _IS_WHOLE.format(**sides),
        "why": why_unknown(parts),
    }


def _columns() -> list[str]:
    names = []
    for name in (*SUMMED_MEASURES, *RATES):
        second = f"{name}_mean" if name in SUMMED_MEASURES else f"{name}_median"
        known = f"posts_with_{name}"
        names += [name, f"coalesce({known}, 0) AS {known}", second]
    return names


def _reasons() -> list[str]:
    """Return the key and the value of each number's reason; null where it is known."""
    pairs = []
    for name in (*SUMMED_MEASURES, *RATES):
        second = f"{name}_mean" if name in SUMMED_MEASURES else f"{name}_median"
        why = (
            f"CASE WHEN {name} IS NOT NULL THEN NULL"
            f" WHEN post_count IS NULL THEN '{Unknown.NO_POSTS}'"
            f" ELSE coalesce(why_no_{name}, '{Unknown.NOT_REPORTED}') END"
        )
        pairs += [f"'{name}', {why}", f"'{second}', {why}"]
    followers = (
        "CASE WHEN follower_count IS NOT NULL THEN NULL"
        f" WHEN followers_observed_at IS NULL THEN '{Unknown.NO_ACCOUNT_SNAPSHOT}'"
        f" ELSE coalesce(why_no_follower_count, '{Unknown.NOT_REPORTED}') END"
    )
    return [*pairs, f"'follower_count', {followers}"]
