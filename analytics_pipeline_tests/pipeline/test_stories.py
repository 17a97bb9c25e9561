"""Stories: seen while they live, looked at before they end, final by their push."""

import json
from datetime import date, datetime, time, timedelta

import dagster as dg
import pytest

from analytics_pipeline.sandbox.pushing import story_push
from analytics_pipeline.schemas.messages import META
from analytics_pipeline.steps.partial import load_accounts
from analytics_pipeline.steps.pushes import process_pushes
from analytics_pipeline.warehouse.inbox import store_message
from analytics_pipeline_tests.agency import FAST, PRAGUE

DAY = date(2026, 3, 6)
"""Campaign 508 asks for stories, from the 4th to the 11th."""
STORIES = (
    "post_snapshots WHERE content_type = 'instagram_story' AND snapshot_date = :day"
)
HOUR = timedelta(hours=1)


def clock(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), PRAGUE)


def truth(agency, creator_id):
    """The sandbox's active stories of a creator, by id."""
    now = agency.sandbox.clock.now()
    active = agency.sandbox.world.stories(int(creator_id) - 101, now)
    return {story.post_id: story for story in active}


def snapshot(agency, post_id, day):
    (row,) = agency.rows(
        "SELECT * FROM post_snapshots WHERE post_id = :p AND snapshot_date = :d",
        p=post_id,
        d=day,
    )
    return row


def push(agency, creator_id, post_id):
    """Receive the push that the sandbox sends about a story that has ended."""
    state, index = agency.sandbox.state, int(creator_id) - 101
    ended = state.world.stories_ended(index, state.clock.now())
    (story,) = [one for one in ended if one.post_id == post_id]
    body = story_push(state, story, as_list=True).decode()
    with agency.warehouse.begin() as connection:
        store_message(connection, META, body, state.clock.now())
    return story


def tick(agency, name):
    """Let a sensor or schedule of the deployment look, as the daemon does."""
    with dg.build_sensor_context(
        agency.instance,
        resources=FAST.resources,
        repository_def=FAST.get_repository_def(),
    ) as context:
        return FAST.resolve_sensor_def(name).evaluate_tick(context)


@pytest.fixture
def morning(agency):
    """The day before has been settled; it is 05:00."""
    agency.wake(DAY - timedelta(days=1))
    agency.collect_plainly(DAY - timedelta(days=1))
    return agency


def test_a_story_is_seen_by_polls_once_more_before_it_ends_and_final_by_its_push(
    morning,
):
    agency = morning
    agency.set_now(clock(DAY, 20))
    agency.look()
    first = agency.rows(
        f"SELECT * FROM {STORIES} AND posted_at > :since ORDER BY posted_at LIMIT 1",
        day=DAY,
        since=clock(DAY, 0),
    )[0]
    post_id, creator_id, posted = (
        first[name] for name in ("post_id", "creator_id", "posted_at")
    )
    assert first["reach"] == truth(agency, creator_id)[post_id].counters.reach

    # Nothing is asked before the last look is due.
    agency.set_now(posted + 22.4 * HOUR)
    assert not tick(agency, "look_before_stories_end").run_requests
    agency.set_now(posted + 23 * HOUR)
    before = truth(agency, creator_id)[post_id].counters
    agency.sandbox.calls.reset()
    (request,) = tick(agency, "look_before_stories_end").run_requests
    assert tick(agency, "look_before_stories_end").run_requests[0].run_key == (
        request.run_key
    )
    done = FAST.resolve_job_def("collect_stories").execute_in_process(
        run_config=request.run_config,
        partition_key=request.partition_key,
        instance=agency.instance,
    )
    assert done.success
    accounts = {
        row["account_id"]
        for row in agency.rows(
            "SELECT account_id FROM connections WHERE connection_id = ANY(:ids)",
            ids=request.run_config["ops"]["raw_instagram_stories"]["config"][
                "connection_ids"
            ],
        )
    }
    asked = agency.sandbox.calls.count("instagram", "stories")
    assert asked == len(accounts) < 3
    assert not tick(agency, "look_before_stories_end").run_requests
    last = snapshot(agency, post_id, DAY)
    assert (last["reach"], last["view_count"]) == (before.reach, before.views)

    # An hour after its end the platform pushes what it came to.
    agency.set_now(posted + 25.1 * HOUR)
    final = push(agency, creator_id, post_id).counters
    (request,) = tick(agency, "process_pushes").run_requests
    assert request.job_name == "process_pushes"
    report = process_pushes(agency.run())
    assert report.failed == 0
    assert not tick(agency, "process_pushes").run_requests
    ended = snapshot(agency, post_id, DAY)
    assert ended["reach"] == final.reach >= before.reach
    assert ended["count_sources"]["reach"] == "story_insights/reach"
    # Impressions are not views: those stay as they were last seen.
    assert ended["view_count"] == before.views
    assert ended["count_sources"]["view_count"] == "insights/views"
    pushed = agency.rows(
        "SELECT metric, metric_value FROM post_metric_values WHERE post_id = :p"
        " AND snapshot_date = :d AND metric_source = 'story_insights'",
        p=post_id,
        d=DAY,
    )
    assert {"metric": "impressions", "metric_value": final.views} in pushed


def test_a_look_counts_for_the_days_on_which_a_story_was_there(morning):
    agency = morning
    for hour in (8, 20):
        agency.set_now(clock(DAY, hour))
        agency.look()

    both = agency.rows(
        "SELECT post_id, posted_at, array_agg(snapshot_date ORDER BY snapshot_date)"
        " AS days FROM post_snapshots WHERE content_type = 'instagram_story'"
        " GROUP BY 1, 2"
    )
    yesterdays = [row for row in both if row["posted_at"] < clock(DAY, 0)]
    todays = [row for row in both if row["posted_at"] >= clock(DAY, 0)]
    assert yesterdays
    assert todays
    assert all(row["days"] == [DAY] for row in todays)
    for row in yesterdays:
        lives_today = row["posted_at"] + 24 * HOUR > clock(DAY, 5)
        assert (DAY in row["days"]) is lives_today
    stray = agency.rows(
        "SELECT m.post_id FROM post_metric_values m LEFT JOIN post_snapshots s"
        " USING (snapshot_date, platform, post_id) WHERE s.post_id IS NULL"
    )
    assert stray == []


def test_a_day_that_is_over_is_not_asked_for_and_a_look_is_not_repeated(morning):
    agency = morning
    agency.sandbox.calls.reset()

    agency.look()
    assert agency.sandbox.calls.count("instagram", "stories") == 0, "just looked"

    agency.set_now(clock(DAY + timedelta(days=3), 5))
    report = agency.collect_plainly(DAY)
    assert agency.sandbox.calls.count("instagram", "stories") == 0, "over"
    assert report.calls > 0


def test_loading_single_accounts_gives_what_loading_the_day_gives(morning):
    agency = morning
    agency.set_now(clock(DAY, 12))
    report = agency.look()
    creator_id = report.collected.attempts[0].account.creator_id
    days = (DAY - timedelta(days=1), DAY)
    everybody = [
        row["connection_id"] for row in agency.rows("SELECT * FROM connections")
    ]
    agency.load(*days)
    whole = agency.tables(but=["data_quality_findings", "sync_outcomes"])

    for connection_id in everybody:
        assert load_accounts(agency.run(), days, [connection_id]).changed == 0
    assert agency.tables(but=["data_quality_findings", "sync_outcomes"]) == whole

    # What was damaged is mended for the account that is loaded, and for it alone.
    for name in ("post_snapshots", "post_metric_values", "account_snapshots"):
        agency.execute(f"DELETE FROM {name} WHERE snapshot_date = :d", d=days[0])
    agency.execute(
        "INSERT INTO post_snapshots SELECT (p).* FROM (SELECT p #= hstore('x', 'y')"
        " AS p FROM post_snapshots p LIMIT 0) q"
    ) if False else None
    load_accounts(
        agency.run(), days[:1], [report.collected.attempts[0].account.connection_id]
    )
    assert agency.rows(
        "SELECT DISTINCT creator_id FROM post_snapshots WHERE snapshot_date = :d",
        d=days[0],
    ) == [{"creator_id": creator_id}]
    agency.load(*days)
    assert agency.contents() == agency.contents()


def test_stories_are_matched_by_caption_and_those_without_one_are_listed(morning):
    agency = morning
    for hour in (8, 16, 23):
        agency.set_now(clock(DAY, hour))
        agency.look()
    agency.wake(DAY)
    agency.collect_plainly(DAY)

    matched = agency.rows(
        "SELECT post_caption, match_level FROM hashtag_post_metrics"
        " WHERE content_type = 'instagram_story' AND snapshot_date = :d"
        " AND campaign_id = '508'",
        d=DAY,
    )
    assert matched
    assert all("#" in row["post_caption"] for row in matched)
    listed = agency.rows(
        "SELECT r.*, p.post_caption, p.content_type FROM stories_to_review r"
        " JOIN posts p USING (platform, post_id) WHERE snapshot_date = :d",
        d=DAY,
    )
    assert listed
    assert {row["campaign_id"] for row in listed} == {"508"}
    assert {row["creator_id"] for row in listed} <= {"102", "117", "120"}
    assert all(not row["post_caption"] for row in listed)
    assert agency.value("SELECT count(*) FROM posts WHERE removed_at IS NOT NULL") == 0


def test_the_books_balance_on_days_with_stories(morning):
    agency = morning
    agency.set_now(clock(DAY, 20))
    agency.look()
    agency.wake(DAY)

    result = agency.collect_well(DAY)

    failed = [one.check_name for one in result.checks if not one.passed]
    assert [name for name in failed if name.endswith(("add_up", "unique_key"))] == []
    told = result.metadata["raw_instagram_stories", str(DAY)]
    assert told["calls_made"] == told["calls_planned"] + sum(
        row["calls_unplanned"]
        for row in agency.rows(
            "SELECT calls_unplanned FROM collection_attempts WHERE run_id = :r"
            " AND attempt_kind = 'stories'",
            r=result.run_id,
        )
    )
    assert told["not_collected"] == "none"
    body = agency.landing_answers("raw_instagram_stories")
    assert all("access_token" not in json.dumps(one.request) for one in body)
