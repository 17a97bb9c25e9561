"""Every column is described once, in one unit, by one law of names."""

import re

from analytics_pipeline.schemas.field_groups.archive import ARCHIVE_FIELDS
from analytics_pipeline.schemas.field_groups.collected import COLLECTED_FIELDS
from analytics_pipeline.schemas.field_groups.connected import CONNECTED_FIELDS
from analytics_pipeline.schemas.field_groups.read_side import READ_SIDE_FIELDS
from analytics_pipeline.schemas.fields import (
    FIELDS,
    RATES,
    SUMMED_MEASURES,
    FieldType,
    Unit,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import TABLES

COLUMNS_OTHERS_RELY_ON = """
    snapshot_date platform campaign_id creator_id account_id post_id content_type
    posted_at post_caption post_url hashtags matched_hashtags match_level view_count
    like_count comment_count share_count follower_count observed_at is_late status
    reason calls engagement_rate_client engagement_rate_by_followers
    engagement_rate_by_views engagement_rate_by_reach
"""


def names_of(*types):
    return {name for name, field in FIELDS.items() if field.type in types}


def test_no_column_is_described_twice():
    groups = (
        *COLLECTED_FIELDS,
        *CONNECTED_FIELDS,
        *READ_SIDE_FIELDS,
        *ARCHIVE_FIELDS,
    )
    described = [item.name for item in groups]
    assert sorted(described) == sorted(FIELDS)


def test_every_described_column_is_in_a_table_and_the_other_way_round():
    assert set(FIELDS) == {column for table in TABLES for column in table.columns}


def test_the_columns_that_others_rely_on_are_there():
    assert set(FIELDS) >= set(COLUMNS_OTHERS_RELY_ON.split())


def test_every_column_has_a_sentence():
    for name, field in FIELDS.items():
        assert field.name == name
        assert re.fullmatch(r"[a-z][a-z_]*", name)
        assert re.fullmatch(r"\S.*\.", field.meaning), name


def test_a_name_tells_the_type():
    assert {name for name in FIELDS if name.endswith("_at")} == names_of(
        FieldType.INSTANT
    ) - {"covers_from", "stopped_until", "locked_until", "reconnect_since"}
    assert {name for name in FIELDS if name.endswith(("_date", "_on"))} == names_of(
        FieldType.DAY
    )
    assert {name for name in FIELDS if name.startswith(("is_", "has_"))} == names_of(
        FieldType.FLAG
    )
    assert {name for name in FIELDS if name.endswith("_id")} <= names_of(FieldType.TEXT)
    lists = names_of(FieldType.TEXT_LIST, FieldType.DAY_LIST, FieldType.OBJECT)
    assert all(name.endswith("s") for name in lists - {"erasure_report"})


def test_numbers_and_only_numbers_have_a_unit():
    with_unit = {name for name, field in FIELDS.items() if field.unit is not None}
    assert with_unit == names_of(FieldType.COUNT, FieldType.FRACTION)
    fractions = {name for name in FIELDS if FIELDS[name].unit is Unit.FRACTION}
    means = {name for name in FIELDS if name.endswith("_mean")}
    assert fractions == names_of(FieldType.FRACTION) - means - {"metric_value"}
    seconds = {name for name in FIELDS if FIELDS[name].unit is Unit.SECONDS}
    assert seconds == {name for name in FIELDS if name.endswith("_seconds")}


def test_a_fraction_is_an_engagement_rate_or_its_median_or_a_share():
    rates = {name + suffix for name in RATES for suffix in ("", "_median")}
    means = {f"{name}_mean" for name in SUMMED_MEASURES}
    others = {"used_share", "metric_value"}
    assert names_of(FieldType.FRACTION) == rates | means | others


def test_every_summed_number_says_how_many_posts_it_rests_on():
    for name in SUMMED_MEASURES:
        assert {name, f"posts_with_{name}", f"{name}_delta"} <= set(FIELDS)
    for name in RATES:
        assert {name, f"posts_with_{name}", f"{name}_median"} <= set(FIELDS)


def test_sources_are_named_for_known_platforms_only():
    sources = {name for field in FIELDS.values() for name in field.sources}
    assert sources == set(Platform)
    assert FIELDS["comment_count"].sources["instagram"] == "comments_count"
    assert FIELDS["posted_at"].sources == {
        "instagram": "timestamp",
        "tiktok": "create_time",
    }
