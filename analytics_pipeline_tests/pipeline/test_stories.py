"""Stories: seen while they live, looked at before they end, final by their push.

One day of looks is made for all tests of this module; the tests look at what it left.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import dagster as dg
import pytest

from analytics_pipeline.cli.console import out
from analytics_pipeline.cli.report import report_options
from analytics_pipeline.cli.report_table import print_report
from analytics_pipeline.reports.build import build_report
from analytics_pipeline.sandbox.pushing import story_push
from analytics_pipeline.schemas.messages import META
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.pushes import process_pushes
from analytics_pipeline.steps.reconcile import balance_posts
from analytics_pipeline.warehouse.inbox import store_message
from analytics_pipeline_tests.agency import FAST, PRAGUE

DAY = date(2026, 3, 6)
"""Campaign 508 asks for stories, from the 4th to the 11th."""
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
HOUR = timedelta(hours=1)
JOB, RAW = "collect_stories", "raw_instagram_stories"


@dataclass
class Told:
    """What a day of looks told while it was made."""

    agency: Any
    story: dict[str, Any] = field(default_factory=dict)
    truth: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    ticks: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    books: list[Any] = field(default_factory=list)
    printed: str = ""
    over: tuple[date, ...] = ()

    def note(self, name):
        """Remember how the story stands now, here and there."""
        query = "SELECT * FROM post_snapshots WHERE post_id = :p AND snapshot_date = :d"
        (self.rows[name],) = self.agency.rows(query, p=self.story["post_id"], d=DAY)

    def counters(self):
        """The numbers of the story at the sandbox, now."""
        world, now = self.agency.sandbox.world, self.agency.sandbox.clock.now()
        active = world.stories(int(self.story["creator_id"]) - 101, now)
        (found,) = [one for one in active if one.post_id == self.story["post_id"]]
        return found.counters

    def tick(self, name):
        """Let a sensor of the deployment look, as the daemon does."""
        with dg.build_sensor_context(
            self.agency.instance,
            resources=FAST.resources,
            repository_def=FAST.get_repository_def(),
        ) as context:
            ticked = FAST.resolve_sensor_def(name).evaluate_tick(context)
        return ticked.run_requests

    def count_calls(self, name):
        """Remember how often lists of stories were asked for since the last count."""
        calls = self.agency.sandbox.calls
        self.calls[name] = calls.count("instagram", "stories")
        calls.reset()


def _clock(hour, minute=0):
    return datetime.combine(DAY, time(hour, minute), PRAGUE)


@pytest.fixture(scope="module")
def told(module_agency):
    agency = module_agency
    told = Told(agency)
    agency.wake(BEFORE)
    agency.collect_plainly(BEFORE)
    told.count_calls("of the morning")
    agency.look()
    told.count_calls("just after it")
    for hour in (8, 20):
        agency.set_now(_clock(hour))
        agency.look()
    _last_look(told)
    _push(told)
    agency.wake(DAY, hour=12)
    agency.collect_plainly(DAY)
    told.books = balance_posts(agency.run(), [BEFORE, DAY])
    told.printed = _report(agency)
    told.count_calls("of all that")
    agency.wake(AFTER + timedelta(days=1))
    told.over = agency.look(DAY).not_collected
    told.count_calls("when the day is over")
    return told


def _last_look(told):
    """A story of this day that enough people see; the look before it ends."""
    agency = told.agency
    (told.story,) = agency.rows(
        "SELECT * FROM post_snapshots s WHERE content_type = 'instagram_story'"
        " AND posted_at > :since AND reach > 5 AND NOT EXISTS (SELECT 1 FROM posts p"
        " WHERE p.content_type = 'instagram_story' AND p.post_id <> s.post_id"
        " AND p.posted_at BETWEEN s.posted_at - interval '2 h' AND s.posted_at)"
        " ORDER BY posted_at LIMIT 1",
        since=_clock(0),
    )
    posted = told.story["posted_at"]
    told.note("polled")
    told.truth["polled"] = told.counters()
    agency.set_now(posted + 22.4 * HOUR)
    told.ticks["too early"] = told.tick("look_before_stories_end")
    agency.set_now(posted + 23 * HOUR)
    told.truth["before its end"] = told.counters()
    agency.sandbox.calls.reset()
    (request,) = told.ticks["due"] = told.tick("look_before_stories_end")
    told.ticks["due still"] = told.tick("look_before_stories_end")
    done = FAST.resolve_job_def(JOB).execute_in_process(
        run_config=request.run_config,
        partition_key=request.partition_key,
        instance=agency.instance,
    )
    assert done.success
    told.ticks["looked"] = told.tick("look_before_stories_end")
    told.count_calls("of the last look")
    told.note("before its end")


def _push(told):
    """An hour after its end the platform tells what the story came to."""
    agency, state = told.agency, told.agency.sandbox.state
    agency.set_now(told.story["posted_at"] + 25.1 * HOUR)
    index = int(told.story["creator_id"]) - 101
    (ended,) = [
        one
        for one in state.world.stories_ended(index, state.clock.now())
        if one.post_id == told.story["post_id"]
    ]
    told.truth["final"] = ended.counters
    body = story_push(state, ended, as_list=True).decode()
    with agency.warehouse.begin() as connection:
        store_message(connection, META, body, state.clock.now())
    told.ticks["push"] = told.tick("process_pushes")
    assert process_pushes(agency.run()).failed == 0
    told.ticks["processed"] = told.tick("process_pushes")
    told.note("final")


def _report(agency):
    how = report_options(load_settings())
    with agency.warehouse.reading() as connection, out.capture() as captured:
        print_report(build_report(connection, "508", None, how), PRAGUE)
    return " ".join(captured.get().split())


def test_a_poll_has_the_numbers_of_its_moment(told):
    assert told.rows["polled"]["reach"] == told.truth["polled"].reach
    assert told.rows["polled"]["view_count"] == told.truth["polled"].views
    assert told.rows["polled"]["comment_count"] is None
    assert told.rows["polled"]["unknown_reasons"]["comment_count"] == "not_offered"


def test_a_story_that_is_about_to_end_is_looked_at_alone_and_once(told):
    assert told.ticks["too early"] == told.ticks["looked"] == []
    (request,), (again,) = told.ticks["due"], told.ticks["due still"]
    assert request.run_key == again.run_key
    assert request.partition_key == DAY.isoformat()
    wanted = request.run_config["ops"][RAW]["config"]["connection_ids"]
    assert f"instagram-{told.story['creator_id']}" in wanted
    assert told.calls["of the last look"] == len(wanted) < 3
    before = told.truth["before its end"]
    row = told.rows["before its end"]
    assert (row["reach"], row["view_count"]) == (before.reach, before.views)


def test_the_push_is_final_and_impressions_are_not_views(told):
    (request,) = told.ticks["push"]
    assert request.run_key
    assert told.ticks["processed"] == []
    row, final = told.rows["final"], told.truth["final"]
    assert row["reach"] == final.reach
    assert row["view_count"] == told.rows["before its end"]["view_count"]
    assert row["count_sources"]["reach"] == "story_insights/reach"
    assert row["count_sources"]["view_count"] == "insights/views"
    (pushed,) = told.agency.rows(
        "SELECT metric_value FROM post_metric_values WHERE post_id = :p"
        " AND snapshot_date = :d AND metric = 'impressions'",
        p=told.story["post_id"],
        d=DAY,
    )
    assert pushed["metric_value"] == final.views


def test_a_look_is_not_repeated_at_once_nor_for_a_day_that_is_over(told):
    assert told.calls["of the morning"] >= 1
    assert told.calls["just after it"] == 0
    assert told.calls["when the day is over"] == 0
    assert told.over == (DAY,)


def test_a_look_counts_for_the_days_on_which_a_story_was_there(told):
    found = told.agency.rows(
        "SELECT post_id, posted_at, array_agg(snapshot_date ORDER BY snapshot_date)"
        " AS days FROM post_snapshots WHERE content_type = 'instagram_story'"
        " GROUP BY 1, 2"
    )
    lived_on = {BEFORE: 0, DAY: 0}
    for row in found:
        posted_on = row["posted_at"].astimezone(PRAGUE).date()
        assert set(row["days"]) <= {posted_on, posted_on + timedelta(days=1)}
        if posted_on in lived_on:
            lived_on[posted_on] += 1
            assert posted_on in row["days"]
    assert all(lived_on.values())
    stray = told.agency.rows(
        "SELECT m.post_id FROM post_metric_values m LEFT JOIN post_snapshots s"
        " USING (snapshot_date, platform, post_id) WHERE s.post_id IS NULL"
    )
    assert stray == []


def test_stories_are_matched_by_caption_and_those_without_one_are_listed(told):
    matched = told.agency.rows(
        "SELECT DISTINCT campaign_id, post_caption FROM hashtag_post_metrics"
        " WHERE content_type = 'instagram_story' AND snapshot_date = :d",
        d=DAY,
    )
    assert {row["campaign_id"] for row in matched} == {"508"}
    assert all("#" in row["post_caption"] for row in matched)
    listed = told.agency.rows(
        "SELECT r.*, p.post_caption FROM stories_to_review r"
        " JOIN posts p USING (platform, post_id) WHERE snapshot_date = :d",
        d=DAY,
    )
    assert {row["campaign_id"] for row in listed} == {"508"}
    assert {row["creator_id"] for row in listed} <= {"102", "117", "120"}
    assert not any(row["post_caption"] for row in listed)


def test_a_story_that_has_ended_is_not_a_removed_post_nor_a_missing_one(told):
    count = "SELECT count(*) FROM posts WHERE removed_at IS NOT NULL"
    assert told.agency.value(count) == 0
    assert not told.agency.rows(
        "SELECT c.post_id FROM post_removal_checks c JOIN posts USING"
        " (platform, post_id) WHERE content_type = 'instagram_story'"
    )


def test_the_books_balance_with_stories(told):
    uneven = [book for book in told.books if not book.is_even]

    assert uneven == []
    assert all(book.numbers["in_raw"] for book in told.books)


def test_the_report_tells_final_numbers_and_which_stories_to_look_at(told):
    assert "Stories that have ended, with the last numbers" in told.printed
    assert "Stories to look at" in told.printed
    assert "instagram.com/stories/" in told.printed
