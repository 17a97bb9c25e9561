"""Days of 23 and 25 hours, posts on the edge of a day, campaigns that end unseen."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.world import WorldConfig
from analytics_pipeline_tests.agency import PRAGUE
from analytics_pipeline_tests.conftest import FIRST_DAY
from analytics_pipeline_tests.houses import open_house

pytestmark = pytest.mark.media_only

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
HOURS = {SPRING: 23, AUTUMN: 25}
GRACE = timedelta(hours=24)
ZOE = "zoe.bennett"
# When she is first asked here, her handle is a stranger's.
RENAMED = "108"


def _start(day):
    return datetime.combine(day, time.min, PRAGUE).astimezone(UTC)


@pytest.fixture(params=[SPRING, AUTUMN], ids=["spring", "autumn"])
def change(request):
    """A day on which the clocks are changed."""
    return request.param


@pytest.fixture
def house(change, database_url, tmp_path):
    """An agency whose campaigns begin a few days before the change."""
    start = change - timedelta(days=4)
    config = WorldConfig(seed=7, start=start, timezone="Europe/Prague")
    with (
        SandboxServer(config) as sandbox,
        open_house(sandbox, tmp_path / "home", database_url) as agency,
    ):
        yield agency


def _true_posts(house, day):
    """Return what the accounts that answered had published on a day."""
    now, world = house.sandbox.clock.now(), house.sandbox.world
    answered = house.rows(
        "SELECT * FROM sync_outcomes WHERE status = 'ok' AND creator_id <> :renamed",
        renamed=RENAMED,
    )
    return {
        post.post_id
        for row in answered
        for post in world.iter_posts(row["platform"], int(row["creator_id"]) - 101, now)
        if _start(day) <= post.posted_at < _start(day + timedelta(days=1))
    }


def test_a_day_of_23_or_25_hours_has_exactly_its_posts(house, change):
    house.wake(change + timedelta(days=6))
    house.collect_plainly(change)
    told = {
        row["post_id"]
        for row in house.rows(
            "SELECT post_id FROM post_snapshots WHERE creator_id <> :renamed",
            renamed=RENAMED,
        )
    }

    hours = _start(change + timedelta(days=1)) - _start(change)
    assert hours == timedelta(hours=HOURS[change])
    assert told == _true_posts(house, change)
    assert told


def test_days_around_a_change_are_on_time_and_grow(house, change):
    days = [change + timedelta(days=number) for number in (-1, 0, 1)]
    for day in days:
        house.wake(day)
        house.collect_plainly(day)

    late = house.rows("SELECT snapshot_date FROM post_snapshots WHERE is_late")
    growth = house.rows(
        "SELECT snapshot_date, bool_or(like_count_delta IS NOT NULL) AS known"
        " FROM campaign_daily_summary WHERE post_count > 0 GROUP BY 1 ORDER BY 1"
    )
    reasons = house.rows("SELECT DISTINCT reason FROM sync_outcomes WHERE status='ok'")

    assert late == []
    assert [(row["snapshot_date"], row["known"]) for row in growth][1:] == [
        (days[1], True),
        (days[2], True),
    ]
    assert reasons == [{"reason": None}]


@pytest.mark.parametrize(
    ("after", "is_late"),
    [(GRACE - timedelta(seconds=1), False), (GRACE, True)],
    ids=["last second", "too late"],
)
def test_the_grace_of_a_changed_day_is_24_real_hours(house, change, after, is_late):
    house.set_now(_start(change + timedelta(days=1)) + after)
    house.collect_plainly(change)

    told = house.rows("SELECT DISTINCT is_late FROM post_snapshots")
    assert told == [{"is_late": is_late}]


def test_posts_on_the_edge_of_a_day_belong_to_the_day_of_the_zone(house, change):
    """23:59:59 and 00:00 in Prague, and 00:00 in UTC: the small hours in Prague."""
    first, last = change - timedelta(days=1), change + timedelta(days=1)
    second = timedelta(seconds=1)
    utc = datetime.combine(change, time.min, UTC)
    edges = {
        _start(last): last,
        _start(last) - second: change,
        utc: change,
        utc - second: utc.astimezone(ZoneInfo("Europe/Prague")).date(),
        _start(change): change,
        _start(change) - second: first,
    }
    newest_first = sorted(edges, reverse=True)
    path = ["business_discovery", "media", "data"]
    house.wake(change + timedelta(days=6))
    house.sandbox.faults.add(
        "patch",
        api="instagram",
        account=ZOE,
        params={
            "ops": [
                {
                    "op": "set",
                    "path": [*path, number, "timestamp"],
                    "value": f"{edge:%Y-%m-%dT%H:%M:%S}+0000",
                }
                for number, edge in enumerate(newest_first)
            ]
        },
    )
    house.collect_plainly(first, last)

    told = house.rows(
        "SELECT posted_at, snapshot_date FROM post_snapshots"
        " WHERE creator_id = '114' AND platform = 'instagram'"
    )
    days = {row["posted_at"]: row["snapshot_date"] for row in told}
    assert {edge: days.get(edge) for edge in edges} == edges


def _status(agency, campaign_id):
    return agency.value(
        "SELECT campaign_status FROM campaigns WHERE campaign_id = :c", c=campaign_id
    )


# Campaign 501 is published until the 13th and measured for a fortnight more: until a
# Friday in March, the evening before the last weekend of winter time.
LAST_MEASURED = FIRST_DAY.replace(day=27)


def test_a_campaign_ends_with_the_first_run_after_its_last_day(agency):
    agency.set_now(_start(LAST_MEASURED + timedelta(days=1)) - timedelta(seconds=1))
    agency.collect_plainly(LAST_MEASURED - timedelta(days=1))
    assert _status(agency, "501") == "active"

    agency.set_now(_start(LAST_MEASURED + timedelta(days=1)))
    agency.collect_plainly(LAST_MEASURED)
    assert _status(agency, "501") == "ended"


@pytest.mark.parametrize("is_silent", [False, True], ids=["asked", "silent"])
def test_a_campaign_whose_last_day_was_missed_ends_all_the_same(agency, is_silent):
    agency.wake(LAST_MEASURED - timedelta(days=2))
    agency.collect_plainly(LAST_MEASURED - timedelta(days=2))
    assert _status(agency, "501") == "active"
    if is_silent:
        agency.sandbox.faults.add("server_error", api="creators_app")

    later = LAST_MEASURED + timedelta(days=3)
    agency.wake(later)
    agency.collect_plainly(later)
    assert _status(agency, "501") == "ended"

    # The day that was missed is still accounted for, late.
    agency.sandbox.faults.clear()
    agency.collect_plainly(LAST_MEASURED)
    assert _status(agency, "501") == "ended"
    assert agency.rows(
        "SELECT DISTINCT is_late FROM active_campaign_participants"
        " WHERE campaign_id = '501' AND snapshot_date = :day",
        day=LAST_MEASURED,
    ) == [{"is_late": True}]
    assert {
        row["reason"]
        for row in agency.rows(
            "SELECT reason FROM sync_outcomes WHERE snapshot_date = :day"
            " AND status = 'ok'",
            day=LAST_MEASURED,
        )
    } == {"late"}
