"""Loads: what is inserted, updated, deleted and left alone, and what readers see."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.tables import (
    CAMPAIGNS,
    CREATORS,
    FINDINGS,
    PARTICIPANTS,
    POST_SNAPSHOTS,
    POSTS,
)
from analytics_pipeline.warehouse.load import Load, LoadResult, merge, replace
from analytics_pipeline.warehouse.merging import RepeatedKeyError

DAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)


def _snapshot(post_id: str, likes: int | None = 1, **changes: Any) -> dict[str, Any]:
    return {
        "snapshot_date": DAY,
        "platform": "instagram",
        "post_id": post_id,
        "account_id": "a",
        "creator_id": "c",
        "content_type": None,
        "posted_at": NOW,
        "caption_id": None,
        "view_count": None,
        "like_count": likes,
        "comment_count": 2**40,
        "share_count": None,
        "save_count": None,
        "reach": None,
        "count_sources": {},
        "unknown_reasons": {"view_count": "not_offered"},
        "observed_at": NOW,
        "is_late": False,
        "run_id": "r1",
    } | changes


def _post(seen: datetime, caption: str, **changes: Any) -> dict[str, Any]:
    return {
        "platform": "tiktok",
        "post_id": "1",
        "account_id": "a",
        "creator_id": "c",
        "content_type": "tiktok_video",
        "media_type": "VIDEO",
        "posted_at": NOW,
        "post_caption": caption,
        "hashtags": ["jaro", "봄"],
        "post_url": None,
        "duration_seconds": 3,
        "first_seen_at": seen,
        "last_seen_at": seen,
        "removed_at": None,
        "run_id": "r",
    } | changes


def _creator(now: datetime, run_id: str, email: str = "a@b") -> dict[str, Any]:
    return {
        "creator_id": "1",
        "email": email,
        "is_listed": True,
        "first_seen_at": now,
        "last_seen_at": now,
        "updated_at": now,
        "run_id": run_id,
    }


SCOPE = {"snapshot_date": [DAY]}


@pytest.fixture
def other_thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_every_type_comes_back_as_it_went_in(warehouse):
    row = _snapshot("1")
    with warehouse.begin() as connection:
        replace(connection, POST_SNAPSHOTS, [row], SCOPE)
        stored = connection.execute(sa.text("SELECT * FROM post_snapshots")).mappings()
        assert [dict(found) for found in stored] == [row]


def test_the_first_load_inserts_and_the_same_again_changes_nothing(warehouse):
    rows = [_snapshot("1"), _snapshot("2", likes=None)]

    with warehouse.begin() as connection:
        first = replace(connection, POST_SNAPSHOTS, rows, SCOPE)
    with warehouse.begin() as connection:
        again = [row | {"run_id": "r2"} for row in rows]
        second = replace(connection, POST_SNAPSHOTS, again, SCOPE)
        runs = connection.scalars(
            sa.text("SELECT DISTINCT run_id FROM post_snapshots")
        ).all()

    assert first == LoadResult(inserted=2)
    assert second == LoadResult(unchanged=2)
    assert runs == ["r1"], "an unchanged row tells the run that wrote it"


def test_a_changed_row_is_updated_and_tells_the_run_that_changed_it(warehouse):
    with warehouse.begin() as connection:
        replace(connection, POST_SNAPSHOTS, [_snapshot("1")], SCOPE)
        changed = _snapshot("1", likes=None, run_id="r2")
        result = replace(connection, POST_SNAPSHOTS, [changed], SCOPE)
        stored = connection.execute(
            sa.text("SELECT like_count, run_id FROM post_snapshots")
        ).one()

    assert result == LoadResult(updated=1)
    assert tuple(stored) == (None, "r2")


def test_a_replaced_scope_loses_what_is_not_given_and_nothing_else(warehouse):
    other_day = DAY + timedelta(days=1)
    with warehouse.begin() as connection:
        replace(
            connection,
            POST_SNAPSHOTS,
            [_snapshot("1"), _snapshot("2")],
            SCOPE,
        )
        kept = [_snapshot("3", snapshot_date=other_day)]
        replace(connection, POST_SNAPSHOTS, kept, {"snapshot_date": [other_day]})
        result = replace(connection, POST_SNAPSHOTS, [_snapshot("2")], SCOPE)
        left = connection.scalars(
            sa.text("SELECT post_id FROM post_snapshots ORDER BY 1")
        ).all()

    assert result == LoadResult(deleted=1, unchanged=1)
    assert left == ["2", "3"]


def test_a_scope_replaced_by_nothing_is_emptied_without_a_staging_table(warehouse):
    with warehouse.begin() as connection:
        replace(connection, POST_SNAPSHOTS, [_snapshot("1"), _snapshot("2")], SCOPE)
    with warehouse.begin() as connection:
        load = Load(connection, POST_SNAPSHOTS)
        load.add([])
        stage = sa.func.to_regclass("pg_temp.stage_post_snapshots")
        assert connection.scalar(sa.select(stage)) is None
        assert load.replace(SCOPE) == LoadResult(deleted=2)
        assert merge(connection, POST_SNAPSHOTS, []) == LoadResult()


def test_a_merge_deletes_nothing(warehouse):
    with warehouse.begin() as connection:
        merge(connection, POST_SNAPSHOTS, [_snapshot("1")])
        result = merge(connection, POST_SNAPSHOTS, [_snapshot("2")])

    assert result == LoadResult(inserted=1)


def test_rows_that_differ_in_one_part_of_the_key_both_survive(warehouse):
    keys = [
        {},
        {"platform": "tiktok"},
        {"post_id": "2"},
        {"snapshot_date": DAY + timedelta(days=1)},
    ]
    with warehouse.begin() as connection:
        rows = [_snapshot("1") | key for key in keys]
        result = merge(connection, POST_SNAPSHOTS, rows)

    assert result.inserted == 4


def test_a_key_given_twice_is_kept_once_whatever_the_order(warehouse):
    mine, yours = _snapshot("1", account_id="a"), _snapshot("1", account_id="b")
    for rows in ([mine, yours], [yours, mine]):
        with warehouse.begin() as connection:
            result = replace(connection, POST_SNAPSHOTS, rows, SCOPE)
            stored = connection.scalars(
                sa.text("SELECT account_id FROM post_snapshots")
            ).all()
        assert stored == ["a"]
        assert result.rows == 1


def test_keys_without_a_value_are_matched(warehouse):
    row = {
        "asset": "campaigns",
        "snapshot_date": None,
        "platform": None,
        "rule": "wrong_type",
        "record_key": "1",
        "field": None,
        "value": None,
        "observed_at": NOW,
        "run_id": "r",
    }
    scope = {"asset": ["campaigns"]}
    with warehouse.begin() as connection:
        first = replace(connection, FINDINGS, [row], scope)
        second = replace(connection, FINDINGS, [row], scope)
        third = replace(connection, FINDINGS, [], scope)

    assert (first.inserted, second.unchanged, third.deleted) == (1, 1, 1)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "out of order"])
def test_a_dimension_follows_the_newest_answer_in_any_order(warehouse, order):
    early, late = NOW, NOW + timedelta(days=1)
    answers = [_post(early, "old"), _post(late, "new")]
    with warehouse.begin() as connection:
        for number in order:
            merge(connection, POSTS, [answers[number]])
        stored = connection.execute(
            sa.text("SELECT post_caption, first_seen_at, last_seen_at FROM posts")
        ).one()

    assert tuple(stored) == ("new", early, late)


def test_being_seen_again_within_the_hour_writes_nothing(warehouse):
    soon, later = NOW + timedelta(minutes=59), NOW + timedelta(minutes=61)
    with warehouse.begin() as connection:
        merge(connection, CREATORS, [_creator(NOW, "r1")])
        second = merge(connection, CREATORS, [_creator(soon, "r2")])
        third = merge(connection, CREATORS, [_creator(later, "r3")])
        seen = connection.scalar(sa.text("SELECT last_seen_at FROM creators"))

    assert second == LoadResult(unchanged=1)
    assert third == LoadResult(updated=1)
    assert seen == later


def test_a_column_that_is_kept_is_filled_once(warehouse):
    def campaign(status: str, name: str) -> dict[str, Any]:
        row = dict.fromkeys(CAMPAIGNS.columns)
        return row | {
            "campaign_id": "1",
            "campaign_name": name,
            "campaign_hashtags": [],
            "hashtag_keys": [],
            "rejected_hashtags": [],
            "hashtag_rule": "all",
            "content_types": [],
            "campaign_status": status,
            "problems": [],
            "is_listed": True,
            "first_seen_at": NOW,
            "last_seen_at": NOW,
            "updated_at": NOW,
            "run_id": "r",
        }

    with warehouse.begin() as connection:
        merge(connection, CAMPAIGNS, [campaign("active", "a")])
        merge(connection, CAMPAIGNS, [campaign("ended", "b")])
        stored = connection.execute(
            sa.text("SELECT campaign_status, campaign_name FROM campaigns")
        ).one()

    assert tuple(stored) == ("active", "b")


def test_a_day_read_again_does_not_change_for_the_time_it_was_read(warehouse):
    row = {
        "snapshot_date": DAY,
        "campaign_id": "1",
        "creator_id": "2",
        "platforms": ["instagram"],
        "publishing_start_date": DAY,
        "publishing_end_date": DAY,
        "is_known_creator": True,
        "observed_at": NOW,
        "is_late": False,
        "run_id": "r1",
    }
    later = row | {"observed_at": NOW + timedelta(hours=2), "run_id": "r2"}
    with warehouse.begin() as connection:
        replace(connection, PARTICIPANTS, [row], SCOPE)
        result = replace(connection, PARTICIPANTS, [later], SCOPE)

    assert result == LoadResult(unchanged=1)


def test_readers_see_a_load_whole_or_not_at_all(warehouse):
    def rows() -> Iterator[dict[str, Any]]:
        yield _snapshot("1")
        with warehouse.begin() as reader:
            count = sa.text("SELECT count(*) FROM post_snapshots")
            assert reader.scalar(count) == 0
        yield _snapshot("2")

    with warehouse.begin() as connection:
        replace(connection, POST_SNAPSHOTS, rows(), SCOPE)
    with warehouse.begin() as reader:
        assert reader.scalar(sa.text("SELECT count(*) FROM post_snapshots")) == 2


def test_a_load_that_fails_leaves_the_day_as_it_was(warehouse):
    def rows() -> Iterator[dict[str, Any]]:
        yield _snapshot("2")
        message = "the source broke"
        raise RuntimeError(message)

    with warehouse.begin() as connection:
        replace(connection, POST_SNAPSHOTS, [_snapshot("1")], SCOPE)
    with pytest.raises(RuntimeError, match="broke"), warehouse.begin() as connection:
        replace(connection, POST_SNAPSHOTS, rows(), SCOPE)

    with warehouse.begin() as connection:
        left = connection.scalars(sa.text("SELECT post_id FROM post_snapshots")).all()
    assert left == ["1"]


def test_rows_may_come_in_batches(warehouse):
    with warehouse.begin() as connection:
        load = Load(connection, POST_SNAPSHOTS)
        load.add([_snapshot("1")])
        load.add([_snapshot("2"), _snapshot("3")])
        result = load.replace(SCOPE)

    assert result == LoadResult(inserted=3)


@pytest.mark.usefixtures("warehouse")
def test_a_load_needs_the_driver_it_was_written_for(database_url):
    engine = sa.create_engine(database_url.replace("postgresql", "postgresql+psycopg2"))

    with engine.begin() as connection, pytest.raises(TypeError, match="psycopg 3"):
        merge(connection, POST_SNAPSHOTS, [])
    engine.dispose()


def test_rows_may_come_as_values_in_the_order_of_the_columns(warehouse):
    rows = [_snapshot("1"), _snapshot("2", likes=None)]
    with warehouse.begin() as connection:
        first = replace(connection, POST_SNAPSHOTS, rows, SCOPE)
        load = Load(connection, POST_SNAPSHOTS)
        load.add_values([row[name] for name in POST_SNAPSHOTS.columns] for row in rows)
        second = load.replace(SCOPE)

    assert (first.inserted, second) == (2, LoadResult(unchanged=2))


def test_a_key_given_twice_is_an_error_where_nothing_tells_which_to_keep(warehouse):
    rows = [_creator(NOW, "r1"), _creator(NOW, "r1", email="b@c")]
    for _ in range(2):
        with (
            pytest.raises(RepeatedKeyError, match="creators"),
            warehouse.begin() as connection,
        ):
            merge(connection, CREATORS, rows)


def test_a_row_that_says_nothing_new_is_not_even_locked(warehouse):
    rows = [_snapshot("1"), _snapshot("2")]
    with warehouse.begin() as connection:
        replace(connection, POST_SNAPSHOTS, rows, SCOPE)
    versions = sa.text("SELECT ctid::text, xmin::text, xmax::text FROM post_snapshots")
    with warehouse.begin() as connection:
        before = connection.execute(versions).all()
        replace(connection, POST_SNAPSHOTS, rows, SCOPE)
        after = connection.execute(versions).all()

    assert after == before


@pytest.mark.parametrize("count", [3, 3_000], ids=["a few", "many"])
def test_new_changed_missing_and_same_rows_are_told_apart(warehouse, count):
    def rows(first: int, likes: int) -> list[dict[str, Any]]:
        return [_snapshot(str(n), likes=likes) for n in range(first, first + count)]

    with warehouse.begin() as connection:
        before = connection.scalar(sa.text("SHOW work_mem"))
        replace(connection, POST_SNAPSHOTS, rows(0, likes=1), SCOPE)
        given = rows(1, likes=1)
        given[0]["like_count"] = 7
        result = replace(connection, POST_SNAPSHOTS, given, SCOPE)
        after = connection.scalar(sa.text("SHOW work_mem"))
        likes = connection.execute(
            sa.text("SELECT count(*), sum(like_count) FROM post_snapshots")
        ).one()

    assert result == LoadResult(inserted=1, updated=1, deleted=1, unchanged=count - 2)
    assert tuple(likes) == (count, count + 6)
    assert after == before


def test_a_load_of_one_account_takes_over_a_row_that_is_its_own_by_rights(warehouse):
    scope = SCOPE | {"account_id": ["a"]}
    with warehouse.begin() as connection:
        theirs = [_snapshot("1", account_id="b"), _snapshot("2", account_id="A")]
        replace(connection, POST_SNAPSHOTS, theirs, SCOPE)
        load = Load(connection, POST_SNAPSHOTS, account_ids=["a"])
        load.add([_snapshot("1"), _snapshot("2"), _snapshot("3")])
        result = load.replace(scope)
        stored = connection.execute(
            sa.text("SELECT post_id, account_id FROM post_snapshots ORDER BY 1")
        ).all()

    assert result == LoadResult(inserted=1, updated=1)
    assert list(map(tuple, stored)) == [("1", "a"), ("2", "A"), ("3", "a")]


def test_a_row_that_somebody_else_inserts_meanwhile_is_merged_with(
    warehouse, other_thread
):
    with warehouse.begin() as ours:
        replace(ours, POST_SNAPSHOTS, [_snapshot("1", likes=1)], SCOPE)

        def load() -> LoadResult:
            with warehouse.begin() as theirs:
                rows = [_snapshot("1", likes=2, run_id="r2"), _snapshot("2")]
                return merge(theirs, POST_SNAPSHOTS, rows)

        waiting = other_thread.submit(load)
        _until_one_waits(warehouse)
    with warehouse.begin() as reader:
        assert waiting.result(30) == LoadResult(inserted=1, updated=1)
        likes = sa.text("SELECT like_count FROM post_snapshots WHERE post_id = '1'")
        assert reader.scalar(likes) == 2


def _until_one_waits(warehouse) -> None:
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(300):
        with warehouse.begin() as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.05)
    pytest.fail("nobody waits")


def test_results_add_up():
    total = LoadResult(1, 2, 3, 4) + LoadResult(10, 20, 30, 40)

    assert total == LoadResult(11, 22, 33, 44)
    assert (total.rows, total.changed) == (77, 66)
