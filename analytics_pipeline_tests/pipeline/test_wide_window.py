"""Sixty days of two hundred accounts in one run: one walk per account, and no more."""

from datetime import UTC, date, datetime, time

import pytest

from analytics_pipeline.clients.instagram import OUTSIDE_PAGE_SIZE, OWN_PAGE_SIZE
from analytics_pipeline.clients.tiktok import PAGE_SIZE
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.state import Behaviour
from analytics_pipeline.sandbox.world import WorldConfig
from analytics_pipeline.settings import load_settings
from analytics_pipeline_tests.houses import open_house

pytestmark = pytest.mark.media_only

FIRST, LAST = date(2026, 2, 25), date(2026, 4, 25)
LISTS = ["creators", "campaigns"]


@pytest.fixture
def house(database_url, tmp_path):
    config = WorldConfig(seed=7, creators=190, start=date(2026, 3, 1))
    # A large budget: here it is the number of calls that counts, not their limit.
    behaviour = Behaviour(graph_calls_per_hour=100_000)
    with (
        SandboxServer(
            config, datetime(2026, 4, 26, 5, tzinfo=UTC), behaviour=behaviour
        ) as sandbox,
        open_house(sandbox, tmp_path / "home", database_url) as agency,
    ):
        agency.wake(LAST)
        yield agency


def _floors(house):
    """Return how far back each account is needed, by platform and creator."""
    zone = load_settings().zone
    floors = {}
    for row in house.rows("SELECT * FROM active_campaign_participants"):
        day = row["snapshot_date"]
        since = row["publishing_start_date"] if day == LAST else day
        start = datetime.combine(since, time.min, zone)
        for platform in row["platforms"]:
            key = platform, int(row["creator_id"])
            floors[key] = min(start, floors.get(key, start))
    return floors


def _pages(house, platform, index, floor):
    """Return how many pages reach the floor: the one that passes it is the last."""
    world, now = house.sandbox.world, house.sandbox.clock.now()
    if platform == "tiktok":
        slots = world.iter_timed_videos(index, now)
        since = sum(posted >= floor.timestamp() for posted, _ in slots)
        return since // PAGE_SIZE + 1
    is_own = world.creator(index).instagram == "connected"
    since = sum(post.posted_at >= floor for post in world.instagram_posts(index, now))
    return since // (OWN_PAGE_SIZE if is_own else OUTSIDE_PAGE_SIZE) + 1


def _one_walk(house, row, floors):
    """Return what reading an account once costs at most."""
    if row["status"] != "ok":
        return 1  # Not to be found, or a token that is dead.
    if row["creator_id"] == "108":
        return 2  # By now the handle is a stranger's.
    creator_id, platform = int(row["creator_id"]), row["platform"]
    pages = _pages(house, platform, creator_id - 101, floors[platform, creator_id])
    person = house.sandbox.world.creator(creator_id - 101)
    has_profile = platform == "tiktok" or person.instagram == "connected"
    account = row["account_id"]
    tokens = house.sandbox.calls.count(endpoint="oauth/token", account=account)
    return pages + has_profile + tokens


def test_sixty_days_of_two_hundred_accounts_cost_one_walk_each(house):
    house.collect_plainly(FIRST, LAST)
    asked = house.rows("SELECT * FROM collection_attempts")
    made = [row for row in asked if row["attempt_kind"] == "media"]
    calls, floors = house.sandbox.calls, _floors(house)

    assert len(made) >= 200
    assert len({row["connection_id"] for row in made}) == len(made)
    for row in made:
        account = row["account_id"] or row["username"]
        seen = calls.count(api=row["platform"], account=account)
        is_hers = row["connection_id"]
        assert seen == sum(
            one["calls"] for one in asked if one["connection_id"] == is_hers
        ), row
        walked = row["calls"] - row["calls_repeated"]
        assert walked <= _one_walk(house, row, floors), row
    in_all = calls.count(api="instagram") + calls.count(api="tiktok")
    assert in_all == sum(row["calls"] for row in asked)

    before = house.tables(but=LISTS)
    calls.reset()
    house.collect_plainly(FIRST, LAST)

    assert house.tables(but=LISTS) == before
    assert calls.count(api="instagram") == calls.count(api="tiktok") == 0
