"""The posts of a raw answer, counted without the parsers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.raw_posts import raw_posts
from analytics_pipeline_tests.unit.transform.building import json_values


def names(payload, platform=Platform.INSTAGRAM, account_id="7"):
    return [item.name for item in raw_posts(payload, platform, account_id)]


LISTED = [{"id": "1"}, {"id": 2}, {}, None]
NAMED = ["1", "2", "post 3 of account 7", "post 4 of account 7"]


@pytest.mark.parametrize(
    "payload",
    [
        {"data": LISTED},
        {"business_discovery": {"id": "7", "media": {"data": LISTED}}},
        {"business_discovery": {"media": {"data": LISTED}}},
    ],
    ids=["own", "outside", "outside without id"],
)
def test_every_entry_has_a_name(payload):
    assert names(payload) == NAMED


def test_every_video_has_a_name():
    payload = {"data": {"videos": LISTED}, "error": {"code": "ok"}}
    assert names(payload, Platform.TIKTOK)[1:3] == ["2", "video 3 of account 7"]


def test_another_accounts_answer_has_none():
    assert names({"business_discovery": {"id": "8", "media": {"data": LISTED}}}) == []


@pytest.mark.parametrize(
    ("platform", "payload"),
    [
        (Platform.INSTAGRAM, {"error": {"code": 4}, "data": LISTED}),
        (Platform.TIKTOK, {"error": {"code": "x"}, "data": {"videos": LISTED}}),
    ],
)
def test_an_error_has_none_whatever_stands_beside_it(platform, payload):
    assert names(payload, platform) == []


def test_the_account_is_learned_from_the_answer():
    payload = {"business_discovery": {"id": "7", "media": {"data": LISTED}}}
    assert names(payload, account_id=None) == NAMED
    assert names({"data": LISTED}, account_id=None) == []


def test_times_are_read_where_they_can_be():
    payload = {"data": [{"timestamp": "2026-03-01T05:00:00+0000"}, {"timestamp": 1}]}
    times = [item.posted_at for item in raw_posts(payload, Platform.INSTAGRAM, "7")]
    assert times[0].isoformat() == "2026-03-01T05:00:00+00:00"
    assert times[1] is None


@given(
    json_values
    | st.fixed_dictionaries({"data": json_values})
    | st.fixed_dictionaries({"business_discovery": json_values}),
    st.sampled_from(Platform),
)
def test_any_answer_is_read(payload, platform):
    list(raw_posts(payload, platform, "7"))
