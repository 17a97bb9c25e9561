"""Which posts to read directly, of all that a list lacks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics_pipeline.schemas.tables import POST_REMOVAL_CHECKS, POSTS
from analytics_pipeline.warehouse.load import merge
from analytics_pipeline.warehouse.removals import (
    WalkedList,
    count_awaited,
    missing_posts,
)

NOW = datetime(2026, 3, 8, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
FLOOR = NOW - 200 * HOUR


def _post(post_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "platform": "instagram",
        "post_id": post_id,
        "account_id": "a",
        "creator_id": "c",
        "content_type": "instagram_post",
        "media_type": "IMAGE",
        "posted_at": NOW - 100 * HOUR,
        "post_caption": None,
        "hashtags": [],
        "post_url": None,
        "duration_seconds": None,
        "first_seen_at": NOW - 90 * HOUR,
        "last_seen_at": NOW - 24 * HOUR,
        "removed_at": None,
        "run_id": "r",
    } | changes


def _check(post_id: str, hours_ago: float, *, is_gone: bool = True) -> dict[str, Any]:
    return {
        "attempt_id": f"{post_id}, {hours_ago} hours ago",
        "platform": "instagram",
        "post_id": post_id,
        "account_id": "a",
        "is_gone": is_gone,
        "covers_from": FLOOR,
        "observed_at": NOW - hours_ago * HOUR,
        "run_id": "r",
    }


@pytest.fixture
def ask(warehouse):
    """Load posts and checks; say which are to be read, and how many that was to be."""

    def ask(posts, checks=(), listed=("listed",), most=10):
        with warehouse.begin() as connection:
            merge(connection, POSTS, posts)
            merge(connection, POST_REMOVAL_CHECKS, checks)
            walked = WalkedList("a", FLOOR, listed)
            missing = missing_posts(connection, walked, NOW - 6 * HOUR, most)
            counted = count_awaited(connection, {"a": FLOOR}, NOW - 6 * HOUR)
        return missing, counted.get("a", 0)

    return ask


def test_what_the_list_has_is_not_missing(ask):
    assert ask([_post("listed"), _post("1")]) == (["1"], 0)


def test_an_empty_list_lacks_everything(ask):
    assert ask([_post("1"), _post("2")], listed=()) == (["1", "2"], 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"posted_at": FLOOR - HOUR},
        {"removed_at": NOW - 50 * HOUR},
        {"account_id": "b"},
        {"platform": "tiktok"},
        {"content_type": "instagram_story"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_cannot_be_proven_or_is_proven_is_not_asked_for(ask, changes):
    assert ask([_post("1", **changes)], [_check("1", 8)]) == ([], 0)


def test_a_post_whose_kind_is_unknown_is_asked_for(ask):
    assert ask([_post("1", content_type=None)]) == (["1"], 0)


def test_a_second_read_waits_six_hours_and_is_planned(ask):
    posts = [_post("1"), _post("2")]
    assert ask(posts, [_check("1", 5), _check("2", 6)]) == (["2"], 1)


def test_a_check_from_before_it_was_seen_again_does_not_count(ask):
    assert ask([_post("1")], [_check("1", 30)]) == (["1"], 0)


def test_the_longest_missing_come_first_and_those_found_last(ask):
    posts = [
        _post("found", last_seen_at=NOW - 60 * HOUR),
        _post("new"),
        _post("old", last_seen_at=NOW - 48 * HOUR),
    ]
    checks = [_check("found", 12, is_gone=False), _check("old", 24)]
    assert ask(posts, checks) == (["old", "new", "found"], 2)
    assert ask(posts, checks, most=2)[0] == ["old", "new"]
