"""A day out of the landing store: each account once, with all that was answered."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps import readings as readings_module
from analytics_pipeline.steps.readings import read_day
from analytics_pipeline.warehouse.tables import attempts
from analytics_pipeline_tests.landed import answered, connect, land, listed

DAY = date(2026, 2, 28)
LOOKED = datetime(2026, 3, 1, 20, tzinfo=UTC)
POSTED = LOOKED - timedelta(hours=3)
CREATORS = ("1", "2", "3")


@pytest.fixture
def made(run, clock):
    """Of each account a list of posts, then its stories, in objects of their own."""
    clock.instant = LOOKED
    accounts = [connect(run, name, f"1784140000000000{name}") for name in CREATORS]
    found = {}
    for kind in (AttemptKind.MEDIA, AttemptKind.STORIES):
        for number, account in enumerate(accounts):
            at = LOOKED + timedelta(minutes=number)
            path = f"/{account.account_id}/{kind}"
            post = listed(f"{kind}-{account.creator_id}", POSTED)
            attempt = land(run, account, kind, answered(path, at, [post]))
            found.setdefault(account.creator_id, []).append(attempt.attempt_id)
    return found


def _read(run, **how):
    return list(read_day(run, Platform.INSTAGRAM, DAY, **how))


@pytest.mark.parametrize("at_once", [1, 100])
def test_an_account_comes_once_with_the_answers_of_all_objects(
    run, made, monkeypatch, at_once
):
    monkeypatch.setattr(readings_module, "_LOOKED_UP_AT_ONCE", at_once)

    found = _read(run)

    assert {
        it.account.creator_id: sorted(attempt.attempt_id for attempt, _ in it.attempts)
        for it in found
    } == {name: sorted(ids) for name, ids in made.items()}
    assert len(found) == len(CREATORS)
    posts = {
        post.post_id
        for it in found
        for _, answers in it.attempts
        for reading in answers
        for post in reading.parsed.posts
    }
    assert len(posts) == 2 * len(CREATORS)


def test_only_the_accounts_and_kinds_asked_for_are_read(run, made):
    (found,) = _read(run, connection_ids=["instagram-2"], kinds=[AttemptKind.MEDIA])
    assert [attempt.attempt_id for attempt, _ in found.attempts] == made["2"][:1]


def test_an_attempt_that_the_index_lacks_holds_nobody_back(run, made):
    lost = made["1"][1]
    with run.warehouse.begin() as connection:
        connection.execute(sa.delete(attempts).where(attempts.c.attempt_id == lost))
    found = {it.account.creator_id: len(it.attempts) for it in _read(run)}
    assert found == {"1": 1, "2": 2, "3": 2}
