"""A day larger than the hourly budget of an agency."""

from datetime import timedelta

import pytest

from analytics_pipeline.cli.connections import import_file
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.state import Behaviour
from analytics_pipeline.sandbox.world import WorldConfig
from analytics_pipeline.settings import load_settings
from analytics_pipeline_tests.conftest import FIRST_DAY, FIRST_MORNING

pytestmark = pytest.mark.media_only

CREATORS = 2400
OUTSIDERS = 1000


@pytest.fixture
def sandbox(monkeypatch):
    config = WorldConfig(
        seed=7, start=FIRST_DAY, timezone="Europe/Prague", creators=CREATORS
    )
    behaviour = Behaviour(graph_calls_per_hour=200)
    with SandboxServer(config, FIRST_MORNING, behaviour=behaviour) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server


def _import_outsiders(sandbox, folder):
    """Import a thousand participants' Instagram handles, and no token."""
    world = sandbox.world
    taking_part = {
        creator_id
        for campaign in world.campaigns()
        if campaign.start and campaign.end
        if campaign.start <= FIRST_DAY <= campaign.end + timedelta(days=14)
        if set(campaign.content_types) & {1, 2, 3}
        for creator_id in world.participants(campaign.campaign_id)
    }
    handles = {
        person.creator_id: world.handle(person.index, FIRST_MORNING)
        for person in map(world.creator, range(CREATORS))
        if person.creator_id in taking_part and person.instagram
    }
    assert len(handles) >= OUTSIDERS
    some = list(handles.items())[:OUTSIDERS]
    lines = [f"{creator_id},instagram,{handle}" for creator_id, handle in some]
    file = folder / "outsiders.csv"
    file.write_text("\n".join(["creator_id,platform,username", *lines]))
    import_file(load_settings(), file)


def test_it_is_finished_in_six_hours_and_nobody_is_asked_twice(
    sandbox, empty_agency, tmp_path
):
    _import_outsiders(sandbox, tmp_path)
    agency, asked = empty_agency, []

    for hour in range(5, 11):
        # Calls are leased for a second, and count until that is an hour ago.
        agency.wake(FIRST_DAY, hour=hour, minute=hour)
        report = agency.ask_plainly(FIRST_DAY)
        asked.append(report.calls)

    # Nine tenths of 200; the platform tells whole percentages, so a call or two more.
    assert all(178 <= calls <= 184 for calls in asked[:5])
    statuses = agency.rows(
        "SELECT status, reason, count(*) AS n FROM sync_outcomes"
        " WHERE connection_id IS NOT NULL GROUP BY 1, 2"
    )
    assert not {row["status"] for row in statuses} & {"deferred", "failed"}
    assert sum(row["n"] for row in statuses) == OUTSIDERS
    twice = agency.value(
        "SELECT count(*) FROM (SELECT connection_id FROM collection_attempts"
        " WHERE calls > 0 GROUP BY connection_id, attempt_kind"
        " HAVING count(*) > 1) asked"
    )
    assert twice == 0
    assert sandbox.calls.count(api="instagram") == sum(asked)
