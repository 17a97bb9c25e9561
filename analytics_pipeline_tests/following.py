"""A campaign's posts followed day by day, row by row: what reports must agree with.

The database does the same in one statement (`warehouse/report_series.py`).
"""

from dataclasses import dataclass

from analytics_pipeline.transform.last_known import (
    MEASURES,
    DayTotals,
    add_up,
    last_states,
)


@dataclass(frozen=True)
class History:
    """The posts as known on the last day, and every day's totals."""

    states: dict
    days: tuple


def follow(rows, lost, days, platforms):
    """Take over what each day tells, and add up after it.

    `rows` are of `hashtag_post_metrics`; `lost` has the posts that were seen on a day
    and did not match on it.
    """
    by_day = {day: [] for day in days}
    for row in rows:
        by_day.setdefault(row["snapshot_date"], []).append(row)
    so_far, gone, told = [], {}, []
    for day in sorted(by_day):
        so_far += by_day[day]
        for row in by_day[day]:
            gone.pop((row["platform"], row["post_id"]), None)
        known = {(row["platform"], row["post_id"]) for row in so_far}
        gone |= {key: day for key in lost.get(day, ()) if key in known}
        if day in days:
            counted = [it for it in last_states(so_far, gone).values() if it.counts]
            told += _totals(day, by_day[day], counted, platforms)
    return History(last_states(so_far, gone), tuple(told))


def _totals(day, rows, counted, platforms):
    observed = [row for row in rows if row["match_level"] == "full"]
    for platform in (None, *platforms):
        here = [row for row in observed if platform in {None, row["platform"]}]
        states = [it for it in counted if platform in {None, it.platform}]
        yield DayTotals(
            day=day,
            platform=platform,
            observed_post_count=len(here),
            late_post_count=sum(row["is_late"] for row in here),
            observed={name: add_up(row[name] for row in here) for name in MEASURES},
            post_count=len(states),
            carried_post_count=sum(it.day != day for it in states),
            known={
                name: add_up(
                    it.numbers[name].value if name in it.numbers else None
                    for it in states
                )
                for name in MEASURES
            },
        )
