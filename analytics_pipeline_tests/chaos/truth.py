"""The warehouse held against the sandbox's own record of what could be known.

Nothing of the pipeline decides here what is true: numbers, captions and people come
from the sandbox's world, at the instant that a row says it was observed.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from analytics_pipeline.sandbox.population.records import Campaign, Post, Trait
from analytics_pipeline_tests.agency import PRAGUE, Agency
from analytics_pipeline_tests.chaos.storm import REVOKED

GRACE = timedelta(hours=24)
TRACKING = timedelta(days=14)
PLATFORM_OF = {1: "instagram", 2: "instagram", 3: "instagram", 4: "tiktok"}
CONTENT_OF = {
    "FEED": "instagram_post",
    "REELS": "instagram_reel",
    "VIDEO": "tiktok_video",
}
Row = dict[str, Any]


def start_of(day: date) -> datetime:
    """Return a day's first instant."""
    return datetime.combine(day, time.min, PRAGUE)


@dataclass
class Truth:
    """What was so, and what of it could be known.

    Attributes:
        house: The agency.
        days: The days that were collected.
        healed: Those that a run without faults looked at in time.
        unseen: Those that nobody looked at in time.
        lies: Instants at which answers were empty although there was something.
    """

    house: Agency
    days: Collection[date]
    healed: Collection[date]
    unseen: Collection[date]
    lies: Collection[datetime]
    _posts: dict[tuple[str, int, datetime], dict[str, Post]] = field(
        default_factory=dict
    )

    def posts(self, platform: str, index: int, at: datetime) -> dict[str, Post]:
        """Return an account's posts as they stood at an instant."""
        key = platform, index, at
        if key not in self._posts:
            world = self.house.sandbox.world
            found = world.iter_posts(platform, index, at)
            self._posts[key] = {post.post_id: post for post in found}
        return self._posts[key]

    def stories(self, index: int, at: datetime) -> dict[str, Post]:
        """Return an account's stories that were active at an instant."""
        active = self.house.sandbox.world.stories(index, at)
        return {story.post_id: story for story in active}

    def problems(self) -> Iterator[str]:
        """Yield every way in which the warehouse is not what it should be."""
        for day in self.days:
            yield from self._participants(day)
            yield from self._outcomes(day)
            yield from self._accounts(day)
            yield from self._posts_of(day)
            yield from self._insights(day)
            yield from self._matches(day)

    def _active(self, day: date) -> list[Campaign]:
        return [
            campaign
            for campaign in self.house.sandbox.world.campaigns()
            if campaign.start is not None
            and campaign.end is not None
            and campaign.start <= day <= campaign.end + TRACKING
        ]

    def needed(self, day: date) -> dict[tuple[str, str], date]:
        """Return since when a day needs each account, by platform and creator."""
        floors: dict[tuple[str, str], date] = {}
        for campaign in self._active(day):
            assert campaign.start is not None
            platforms = {PLATFORM_OF.get(number) for number in campaign.content_types}
            for creator in self.house.sandbox.world.participants(campaign.campaign_id):
                for platform in platforms - {None}:
                    key = str(platform), str(creator)
                    floors[key] = min(campaign.start, floors.get(key, campaign.start))
        return floors

    def _participants(self, day: date) -> Iterator[str]:
        told = {
            (row["campaign_id"], row["creator_id"])
            for row in self._rows("active_campaign_participants", day)
        }
        true = {
            (str(campaign.campaign_id), str(creator))
            for campaign in self._active(day)
            for creator in self.house.sandbox.world.participants(campaign.campaign_id)
        }
        if told != true:
            yield f"{day}: participants {sorted(told ^ true)}"

    def _outcomes(self, day: date) -> Iterator[str]:
        rows = self._rows("sync_outcomes", day)
        needed = set(self.needed(day))
        told = [(row["platform"], row["creator_id"]) for row in rows]
        if set(told) != needed or len(told) != len(needed):
            yield f"{day}: outcomes of {sorted(set(told) ^ needed)}, {len(told)} in all"
        for row in rows:
            if (row["status"], row["reason"]) not in self._possible(day, row):
                yield f"{day}: {row['platform']} {row['creator_id']} {row}"

    def _possible(self, day: date, row: Row) -> set[tuple[str, str | None]]:
        index = int(row["creator_id"]) - 101
        world = self.house.sandbox.world
        person = world.find_creator(int(row["creator_id"]))
        on_tiktok = row["platform"] == "tiktok"
        has = person and (person.tiktok if on_tiktok else person.instagram != "none")
        if not person or not has:
            return {("skipped", "no_connection")}
        if on_tiktok and row["connection_id"] == REVOKED:
            return {("failed", "reconnect_required")}
        if not on_tiktok and Trait.PERSONAL in person.traits:
            return {("skipped", "not_found")}
        ok: set[tuple[str, str | None]] = {("ok", None), ("ok", "late")}
        if day in self.healed:
            ok = {("ok", None)}
        if day in self.unseen:
            ok = {("ok", "late")}
        renamed = world.people.renamed_at(world.creator(index))
        if not on_tiktok and renamed is not None:
            skipped = {("skipped", "not_found"), ("skipped", "renamed")}
            if renamed <= (start_of(day) + GRACE).timestamp():
                return skipped
            return ok if day in self.healed else ok | skipped
        return ok

    def _accounts(self, day: date) -> Iterator[str]:
        rows = self._rows("account_snapshots", day)
        answered = {
            row["account_id"]
            for row in self._rows("sync_outcomes", day)
            if row["status"] == "ok"
        }
        told = {row["account_id"] for row in rows}
        if told != answered:
            yield f"{day}: account snapshots of {sorted(told ^ answered)}"
        for row in rows:
            index, platform = int(row["creator_id"]) - 101, row["platform"]
            world, count = self.house.sandbox.world, row["follower_count"]
            reason = row["unknown_reasons"].get("follower_count")
            narrow = Trait.NARROW_SCOPE in world.creator(index).traits
            if row["is_late"]:
                fits = count is None and reason == "late"
            elif platform == "tiktok" and narrow:
                fits = count is None and reason == "no_permission"
            else:
                at = row["observed_at"]
                fits = count == world.followers(platform, index, at)
            if not fits or not self._is_timely(day, row):
                yield f"{day}: followers {row}"

    def _is_timely(self, day: date, row: Row) -> bool:
        """Tell whether a row says rightly whether it is late."""
        end = start_of(day + timedelta(days=1)) + GRACE
        on_time = start_of(day) <= row["observed_at"] < end
        return bool(row["is_late"]) != on_time

    def _posts_of(self, day: date) -> Iterator[str]:
        """Compare the day's posts, account by account, number by number."""
        rows: dict[tuple[str, str], dict[str, Row]] = {}
        query = (
            "SELECT s.*, c.post_caption FROM post_snapshots s LEFT JOIN post_captions c"
            " USING (platform, post_id, caption_id) WHERE snapshot_date = :day"
        )
        for row in self.house.rows(query, day=day):
            of_account = rows.setdefault((row["platform"], row["creator_id"]), {})
            of_account[row["post_id"]] = row
        needed = self.needed(day)
        if not set(rows) <= set(needed):
            yield f"{day}: posts of accounts nobody needs {set(rows) - set(needed)}"
        attempts = self._answers(day)
        for key, since in needed.items():
            found = rows.get(key, {})
            for row in found.values():
                yield from self._post(day, row)
            missing = self._expected(day, key, since, attempts) - set(found)
            if missing:
                yield f"{day}: {key} lacks {sorted(missing)}"

    def _answers(self, day: date) -> dict[tuple[str, str], list[datetime]]:
        """Return when each account gave a complete and true answer for a day."""
        answers: dict[tuple[str, str], list[datetime]] = {}
        for row in self.house.rows(
            "SELECT * FROM collection_attempts WHERE status = 'ok'"
            " AND attempt_kind = 'media'"
            " AND :day = ANY(snapshot_dates)",
            day=day,
        ):
            if row["observed_at"] not in self.lies:
                key = row["platform"], row["creator_id"]
                answers.setdefault(key, []).append(row["observed_at"])
        return answers

    def _expected(
        self,
        day: date,
        key: tuple[str, str],
        since: date,
        answers: dict[tuple[str, str], list[datetime]],
    ) -> set[str]:
        """Return the posts that the complete answers about an account had."""
        instants = answers.get(key, [])
        end = start_of(day + timedelta(days=1))
        on_time = [at for at in instants if at < end + GRACE]
        first, last = start_of(since), None
        if not on_time:
            first, last = start_of(day), end
        at = max(on_time) if on_time else min(instants, default=None)
        if at is None:
            return set()
        return {
            post.post_id
            for post in self.posts(key[0], int(key[1]) - 101, at).values()
            if first <= post.posted_at and (last is None or post.posted_at < last)
        }

    def _story(self, day: date, row: Row) -> Iterator[str]:
        """A story that was seen was there, and is told as it was then."""
        index, at = int(row["creator_id"]) - 101, row["observed_at"]
        true = self.stories(index, at).get(row["post_id"])
        if true is None:
            yield f"{day}: a story that was not there {row}"
        elif (
            row["posted_at"] != true.posted_at.replace(microsecond=0)
            or (row["post_caption"] or None) != (true.caption or None)
            or row["view_count"] not in {None, true.counters.views}
        ):
            yield f"{day}: story {row}, not {true}"

    def _post(self, day: date, row: Row) -> Iterator[str]:
        if row["content_type"] == "instagram_story":
            yield from self._story(day, row)
            return
        index, platform = int(row["creator_id"]) - 101, row["platform"]
        true = self.posts(platform, index, row["observed_at"]).get(row["post_id"])
        if true is None:
            yield f"{day}: a post that was not there {row}"
            return
        posted_on = true.posted_at.astimezone(PRAGUE).date()
        expected: Row = {
            "posted_at": true.posted_at.replace(microsecond=0),
            "content_type": CONTENT_OF[true.product],
            "post_caption": true.caption or None,
            **self._counts(index, true),
        }
        told = dict(row, post_caption=row["post_caption"] or None)
        wrong = {
            name: (told[name], value)
            for name, value in expected.items()
            if told[name] != value and not self._is_rejected(day, row, name)
        }
        if wrong or not self._is_timely(day, row):
            yield f"{day}: {platform} post {row['post_id']} {wrong or 'is not timely'}"
        if row["is_late"] and posted_on != day:
            yield f"{day}: a late post of another day {row}"
        unexplained = [
            name
            for name in self._counts(index, true)
            if row[name] is None and name not in row["unknown_reasons"]
        ]
        if unexplained:
            yield f"{day}: no reason for {unexplained} of {row}"

    def _counts(self, index: int, post: Post) -> Row:
        """Return what a post's numbers must be; None where nobody can know them."""
        person, counters = self.house.sandbox.world.creator(index), post.counters
        if post.platform == "tiktok":
            views, shares = counters.views, counters.shares
            likes = counters.likes
        else:
            is_own = person.instagram == "connected"
            hides = Trait.HIDDEN_LIKES in person.traits and not is_own
            likes = None if hides else counters.likes
            if is_own:  # The rest is looked at by `_insights`.
                return {"like_count": likes, "comment_count": counters.comments}
            views, shares = None, None
            if post.product == "REELS":
                views = counters.views
        return {
            "view_count": views,
            "like_count": likes,
            "comment_count": counters.comments,
            "share_count": shares,
        }

    def _insights(self, day: date) -> Iterator[str]:
        """Every insight is what it was when observed; the posts' rows have the same."""
        rows = self._rows("post_metric_values", day)
        told: dict[tuple[str, str], float | None] = {}
        for row in rows:
            told[row["post_id"], row["metric"]] = row["metric_value"]
            index = int(row["creator_id"]) - 101
            at = row["observed_at"]
            posts = self.posts("instagram", index, at) | self.stories(index, at)
            true = posts[row["post_id"]].counters
            numbers = {"views": true.views, "reach": true.reach, "saved": true.saves}
            value = numbers.get(row["metric"], row["metric_value"])
            if row["metric_value"] not in {None, value}:
                yield f"{day}: insight {row}, not {value}"
        columns = {"view_count": "views", "reach": "reach", "save_count": "saved"}
        for row in self._rows("post_snapshots", day):
            for column, metric in columns.items():
                value = told.get((row["post_id"], metric))
                is_own = column in row["count_sources"]
                if is_own and row[column] != value:
                    yield f"{day}: {column} {row[column]}, told {value} {row}"
                if row[column] is None and column not in row["unknown_reasons"]:
                    yield f"{day}: no reason for {column} of {row}"

    def _is_rejected(self, day: date, row: Row, name: str) -> bool:
        """Tell whether a number is null because it was refused, and that is told."""
        if row[name] is not None or row["unknown_reasons"].get(name) != "rejected":
            return False
        return bool(
            self.house.value(
                "SELECT count(*) FROM data_quality_findings"
                " WHERE snapshot_date = :day AND record_key = :post",
                day=day,
                post=row["post_id"],
            )
        )

    def _matches(self, day: date) -> Iterator[str]:
        """Every post that was made for a campaign and is known that day counts."""
        found = {
            (row["campaign_id"], row["post_id"])
            for row in self._rows("hashtag_post_metrics", day)
            if row["match_level"] == "full"
        }
        known = self.house.rows(
            "SELECT platform, creator_id, post_id, observed_at FROM post_snapshots"
            " WHERE snapshot_date = :day",
            day=day,
        )
        campaigns = {item.campaign_id: item for item in self._active(day)}
        for row in known:
            index = int(row["creator_id"]) - 101
            at, post_id = row["observed_at"], row["post_id"]
            post = self.posts(row["platform"], index, at).get(post_id)
            campaign = campaigns.get(post.campaign_id or 0) if post else None
            if post is None or campaign is None or not _is_due(campaign, post):
                continue
            if (str(campaign.campaign_id), post.post_id) not in found:
                yield f"{day}: post {post.post_id} is not counted for {campaign}"

    def _rows(self, table: str, day: date) -> list[Row]:
        query = f"SELECT * FROM {table} WHERE snapshot_date = :day"
        return self.house.rows(query, day=day)


def _is_due(campaign: Campaign, post: Post) -> bool:
    """Tell whether a post made for a campaign counts for it."""
    numbers = {"FEED": 1, "REELS": 3, "VIDEO": 4}
    posted_on = post.posted_at.astimezone(PRAGUE).date()
    can_match = campaign.campaign_id not in {510, 511}
    return (
        can_match
        and post.tags_written == "all"
        and numbers[post.product] in campaign.content_types
        and campaign.start is not None
        and campaign.end is not None
        and campaign.start <= posted_on <= campaign.end
    )
