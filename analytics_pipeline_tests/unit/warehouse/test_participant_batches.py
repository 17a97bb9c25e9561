"""Participants some creators at a time: nobody left out, and nobody torn apart."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Attempt
from analytics_pipeline.transform.outcomes import fold_outcomes
from analytics_pipeline.transform.planning import needs_of
from analytics_pipeline.warehouse.attempts import find_attempts, store_attempts
from analytics_pipeline.warehouse.campaigns import participants_on
from analytics_pipeline.warehouse.connections import list_connections
from analytics_pipeline.warehouse.participant_batches import participant_batches
from analytics_pipeline_tests.rows import DAY, add_participant, insert

NEXT_DAY = date(2026, 3, 6)
TAKING_PART = ["9", "10", "100", "A", "b", "č", "z"]
"""Which a collation orders otherwise than their code points do."""
OTHERS = ["0", "11", "zz"]


@pytest.fixture
def connection(warehouse):
    with warehouse.begin() as opened:
        for number, creator_id in enumerate([*OTHERS, *TAKING_PART]):
            for platform in Platform:
                _add_account(opened, creator_id, platform, number)
        for creator_id in reversed(TAKING_PART):
            add_participant(opened, "501", creator_id)
            add_participant(opened, "502", creator_id)
            add_participant(opened, "501", creator_id, NEXT_DAY)
        yield opened


def _add_account(connection, creator_id, platform, number):
    name = f"{platform}-{creator_id}"
    insert(
        connection,
        "connections",
        connection_id=name,
        creator_id=creator_id,
        platform=platform,
        username=f"user{number}",
        connection_status="public",
        scopes=[],
    )
    account = Account(platform, creator_id, name, None, f"user{number}")
    made = [
        Attempt(
            attempt_id=f"{name}-{minute}",
            run_id="r",
            account=account,
            snapshot_dates=(DAY,),
            observed_at=datetime(2026, 3, 6, 5, minute, tzinfo=UTC),
            covers_from=None,
            status=Status.OK if minute else Status.FAILED,
        )
        for minute in range(number % 3)
    ]
    store_attempts(connection, made)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_each_creator_is_in_one_batch_with_all_that_belongs_to_it(connection, size):
    seen = []
    for batch in participant_batches(
        connection, Platform.INSTAGRAM, [DAY, NEXT_DAY], size=size
    ):
        of_batch = {row["creator_id"] for row in batch.participants}
        assert len(of_batch) <= size
        assert len(batch.participants) == 3 * len(of_batch)
        assert of_batch <= {it.account.creator_id for it in batch.connections}
        seen += of_batch
    assert sorted(seen) == sorted(TAKING_PART)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_outcomes_are_those_of_all_creators_at_once(connection, size, day_rule):
    days = [DAY, NEXT_DAY]
    for platform in Platform:
        at_once = fold_outcomes(
            needs_of(participants_on(connection, days), platform),
            list_connections(connection, platform),
            find_attempts(connection, platform, days),
            day_rule,
        )
        in_batches = [
            outcome
            for batch in participant_batches(connection, platform, days, size=size)
            for outcome in fold_outcomes(
                needs_of(batch.participants, platform),
                batch.connections,
                batch.attempts,
                day_rule,
            )
        ]
        assert sorted(at_once, key=repr) == sorted(in_batches, key=repr)
        assert {outcome.status for outcome in at_once} >= {Status.OK, Status.FAILED}


def test_reading_can_end_early_and_leave_nothing_open(connection):
    batches = participant_batches(connection, Platform.TIKTOK, [DAY], size=1)
    next(batches)
    batches.close()
    cursors = connection.execute(sa.text("SELECT count(*) FROM pg_cursors"))
    assert cursors.scalar_one() == 0
