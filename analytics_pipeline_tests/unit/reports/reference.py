"""A report's posts and days made the slow way: every row followed in plain Python.

What the database adds up and carries forward must be what this finds.
"""

from dataclasses import replace

import sqlalchemy as sa

from analytics_pipeline.reports.build import build_report
from analytics_pipeline.reports.days import build_days
from analytics_pipeline.reports.posts import (
    build_heat_map,
    build_posts,
    count_unknown,
    hashtag_uses,
    rank_creators,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.campaign_figures import figures, figures_by, tally
from analytics_pipeline.transform.days import each_day
from analytics_pipeline.transform.engagement import engagement_rates
from analytics_pipeline.transform.last_known import MEASURES
from analytics_pipeline.transform.lift import COMPARED, ComparedPost, Middle, compare
from analytics_pipeline_tests.following import follow


def reference_report(connection, campaign_id, asked, how):
    """Make a report of which all posts, days and figures are followed row by row."""
    report = build_report(connection, campaign_id, asked, how)
    if report.day is None:
        return report
    world = _World(connection, report)
    history = follow(
        world.told,
        world.lost(),
        each_day(min(world.days), report.day),
        sorted({row["platform"] for row in world.summary}),
    )
    known_at = min(how.now, report.observed_before or how.now)
    posts = build_posts(world.newest(), history.states, report.day, known_at)
    over_both, by_platform = build_days(history.days, world.summary)
    added_up = tally(posts.figures, report.day)
    return replace(
        report,
        figures=figures(added_up, report.day),
        by_platform=figures_by(added_up, lambda kind: kind[0]),
        by_content_type=figures_by(added_up, lambda kind: kind[1]),
        creators=rank_creators(posts.counted, added_up),
        days=over_both,
        days_by_platform=by_platform,
        posts=posts.counted,
        partial=posts.partial,
        rejected=posts.rejected,
        no_longer_matching=posts.no_longer_matching,
        heat_map=build_heat_map(posts.counted, how.zone),
        hashtags=hashtag_uses(report.campaign.campaign_hashtags, posts),
        unknowns=count_unknown(posts.counted),
        lift=_lift(world, posts.counted, how),
    )


class _World:
    """All rows that a report could rest on, and which of them were known."""

    def __init__(self, connection, report):
        self.report = report
        self.matched = self._rows(connection, "hashtag_post_metrics", campaign=True)
        self.summary = self._rows(connection, "campaign_daily_summary", campaign=True)
        self.decisions = self._rows(
            connection, "review_decisions", campaign=True, order="decided_at"
        )
        self.seen = self._rows(connection, "post_snapshots")
        self.accounts = self._rows(connection, "account_snapshots")
        self.posts = self._rows(connection, "posts", order="post_id")
        self.connections = self._rows(connection, "connections", order="username")
        # On any day: who was in a campaign later is not to be compared with either.
        self.anywhere = self._rows(connection, "hashtag_post_metrics", order="post_id")
        self.told = [row for row in self.matched if self.is_known(row)]
        self.days = {row["snapshot_date"] for row in self.summary}

    def _rows(self, connection, table, *, campaign=False, order="snapshot_date"):
        where = " WHERE campaign_id = :it" if campaign else ""
        query = sa.text(f"SELECT * FROM {table}{where} ORDER BY {order}")
        values = {"it": self.report.campaign.campaign_id} if campaign else {}
        rows = [dict(row) for row in connection.execute(query, values).mappings()]
        if order == "snapshot_date":
            rows = [row for row in rows if row["snapshot_date"] <= self.report.day]
        return rows

    def is_known(self, row):
        """Tell whether a row was observed in time for the report."""
        before = self.report.observed_before
        return before is None or row["observed_at"] < before

    def lost(self):
        """Give the posts that were seen on a matched day and did not match, by day."""
        first = {}
        for row in self.told:
            first.setdefault(_key(row), row["snapshot_date"])
        matched = {(row["snapshot_date"], _key(row)) for row in self.matched}
        found = {}
        for row in self.seen:
            day, key = row["snapshot_date"], _key(row)
            if (
                self.is_known(row)
                and key in first
                and first[key] < day
                and day in self.days
                and (day, key) not in matched
            ):
                found.setdefault(day, set()).add(key)
        return found

    def newest(self):
        """Give each post as last seen, with what stands about it elsewhere."""
        newest = {_key(row): row for row in self.told}
        removed = {_key(row): row["removed_at"] for row in self.posts}
        sources = {
            (row["snapshot_date"], _key(row)): row["count_sources"] for row in self.seen
        }
        decided = {
            _key(row): row
            for row in self.decisions
            if row["decision"] == "confirmed" and row["withdrawn_at"] is None
        }
        names = {}
        for row in self.connections:
            names.setdefault((row["platform"], row["account_id"]), row["username"])
        rows = []
        for key, row in newest.items():
            by = decided.get(key, {}) if row["match_basis"] == "review" else {}
            rows.append(
                row
                | {
                    "username": names.get((row["platform"], row["account_id"])),
                    "removed_at": removed.get(key),
                    "count_sources": sources.get((row["snapshot_date"], key)) or {},
                    "decided_by": by.get("decided_by"),
                    "decided_at": by.get("decided_at"),
                }
            )
        return sorted(rows, key=lambda row: (row["posted_at"], *_key(row)))


def _key(row):
    return row["platform"], row["post_id"]


def _lift(world, posts, how):
    """Compare with the same creators' newest numbers outside any campaign."""
    campaign = world.report.campaign
    start, end = campaign.publishing_start_date, campaign.publishing_end_date
    if not posts or start is None or end is None:
        return ()
    since, before = how.rule.start(start), how.rule.end(min(end, world.report.day))
    taken = {_key(row) for row in world.anywhere if row["match_level"] != "rejected"}
    kinds = {(post.platform, post.content_type, post.creator_id) for post in posts}
    newest = {_key(row): row for row in world.seen if world.is_known(row)}
    followers = {
        (row["snapshot_date"], row["platform"], row["account_id"]): row
        for row in world.accounts
    }
    numbers = {}
    for post in world.posts:
        row = newest.get(_key(post))
        if (
            row is None
            or _key(post) in taken
            or not since <= post["posted_at"] < before
        ):
            continue
        kind = (row["platform"], row["content_type"] or "")
        if (*kind, row["creator_id"]) not in kinds:
            continue
        day = (row["snapshot_date"], row["platform"], row["account_id"])
        counts = {name: row[name] for name in MEASURES} | {
            "follower_count": followers.get(day, {}).get("follower_count")
        }
        told = counts | engagement_rates(Platform(kind[0]), counts, {}).values
        for name in COMPARED:
            if told[name] is not None:
                numbers.setdefault((*kind, name), []).append(told[name])
    return compare(
        [
            ComparedPost(
                post.platform, post.content_type, post.creator_id, post.numbers
            )
            for post in posts
        ],
        {key: _middle(sorted(values)) for key, values in numbers.items()},
    )


def _middle(values):
    half = len(values) // 2
    return Middle(values[half - (len(values) % 2 == 0)], values[half], len(values))
