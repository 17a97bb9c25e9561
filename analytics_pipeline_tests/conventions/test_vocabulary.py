"""The vocabulary: one quantity, one name, one unit."""

import pytest

from analytics_pipeline.schemas.fields import FIELDS, FieldType, Unit
from analytics_pipeline.schemas.findings import RULE_MEANINGS, Rule
from analytics_pipeline.schemas.outcomes import (
    CAMPAIGN_PROBLEMS,
    REASONS,
    UNKNOWN_MEANINGS,
    CampaignProblem,
    Reason,
    Unknown,
)
from analytics_pipeline.schemas.tables import TABLES

_OF_FRACTIONS = {Unit.FRACTION, Unit.METRIC}
# What the issue and the design promise to others, by table.
PROMISED = {
    "hashtag_post_metrics": {
        "snapshot_date",
        "platform",
        "campaign_id",
        "creator_id",
        "account_id",
        "post_id",
        "content_type",
        "posted_at",
        "post_caption",
        "post_url",
        "hashtags",
        "matched_hashtags",
        "match_level",
        "view_count",
        "like_count",
        "comment_count",
        "share_count",
        "follower_count",
        "observed_at",
        "is_late",
        "engagement_rate_client",
        "engagement_rate_by_followers",
        "engagement_rate_by_views",
        "engagement_rate_by_reach",
    },
    "sync_outcomes": {
        "snapshot_date",
        "platform",
        "account_id",
        "creator_id",
        "status",
        "reason",
        "calls",
    },
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_made_of_fields_and_says_what_a_row_is(table):
    assert table.grain.startswith("One row per ")
    assert table.grain.endswith(".")
    assert set(table.columns) <= set(FIELDS)
    assert len(set(table.columns)) == len(table.columns)
    assert set(table.key) <= set(table.columns)
    assert table.nullable <= set(table.columns)
    assert table.provenance & set(table.columns) or not table.is_asset


@pytest.mark.parametrize("name", PROMISED)
def test_promised_columns_are_there(name):
    (table,) = (table for table in TABLES if table.name == name)

    assert PROMISED[name] <= set(table.columns)


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
def test_a_field_says_what_it_means_in_a_sentence_and_counts_in_a_unit(field):
    assert field.meaning.endswith((".", "}.")), field.meaning
    if field.type is FieldType.FRACTION:
        is_mean = field.name.endswith("_mean")
        assert field.unit in ({Unit.COUNT} if is_mean else _OF_FRACTIONS)
    if field.type is FieldType.COUNT:
        assert field.unit in {Unit.COUNT, Unit.SECONDS}


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
def test_names_tell_types(field):
    name = field.name
    if name.endswith("_at") or name in {"covers_from", "stopped_until"}:
        assert field.type is FieldType.INSTANT
    if name.endswith("_date"):
        assert field.type is FieldType.DAY
    if name.startswith(("is_", "has_")):
        assert field.type is FieldType.FLAG
    if name.endswith("_id"):
        assert field.type is FieldType.TEXT
    if name.endswith("_count"):
        assert field.type is FieldType.COUNT


def test_every_field_stands_in_a_table():
    used = {name for table in TABLES for name in table.columns}

    assert used == set(FIELDS)


def test_every_code_has_its_meaning():
    assert set(REASONS) == set(Reason)
    assert set(UNKNOWN_MEANINGS) == set(Unknown)
    assert set(CAMPAIGN_PROBLEMS) == set(CampaignProblem)
    assert set(RULE_MEANINGS) == set(Rule)
