"""The Creators app's lists: everything usable is kept, everything odd is told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.findings import Finding, Rule
from analytics_pipeline.schemas.outcomes import CampaignProblem
from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.schemas.records import CreatorRecord, Involvement
from analytics_pipeline.transform.creators_app import (
    parse_campaigns,
    parse_creators,
    parse_involved,
)
from analytics_pipeline_tests.unit.transform.building import json_values

CAMPAIGN = {
    "id": 7,
    "name": "Jaro 2026",
    "hashtags": "jaro, #BrandX",
    "platforms": [{"id": 1}, {"id": 4}],
    "publishing_start_date": "2026-03-01",
    "publishing_end_date": "2026-03-10",
}


def campaign(**changes):
    """Read one campaign that is ordinary but for the changes."""
    records, findings = parse_campaigns([CAMPAIGN | changes])
    (record,) = records
    return record, findings


def test_creators_are_read_in_order():
    listed = [{"id": 2, "email": " jana@x.cz "}, {"id": "1", "email": "a@x.cz"}]
    assert parse_creators(listed) == (
        [CreatorRecord("2", "jana@x.cz"), CreatorRecord("1", "a@x.cz")],
        [],
    )


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({"id": 1}, id="missing"),
        pytest.param({"id": 1, "email": None}, id="null"),
        pytest.param({"id": 1, "email": " "}, id="blank"),
    ],
)
def test_a_creator_without_e_mail_is_kept_and_told(entry):
    records, findings = parse_creators([entry])
    assert records == [CreatorRecord("1", None)]
    assert [(item.rule, item.field) for item in findings] == [
        (Rule.MISSING_FIELD, "email")
    ]


def test_an_e_mail_that_is_no_text_is_told():
    records, findings = parse_creators([{"id": 1, "email": 5}])
    assert records == [CreatorRecord("1", None)]
    assert Finding(Rule.WRONG_TYPE, "1", "email", "5") in findings


def test_of_a_creator_listed_twice_the_last_counts():
    listed = [{"id": 1, "email": "old@x.cz"}, {"id": "1", "email": "new@x.cz"}]
    records, findings = parse_creators(listed)
    assert records == [CreatorRecord("1", "new@x.cz")]
    assert findings == [Finding(Rule.DUPLICATE_RECORD, "1", "id", "1")]


@pytest.mark.parametrize("parse", [parse_creators, parse_campaigns])
@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        pytest.param("1", Rule.NOT_AN_OBJECT, id="text"),
        pytest.param(None, Rule.NOT_AN_OBJECT, id="null"),
        pytest.param([1], Rule.NOT_AN_OBJECT, id="list"),
        pytest.param({}, Rule.MISSING_FIELD, id="no id"),
        pytest.param({"id": None}, Rule.MISSING_FIELD, id="null id"),
        pytest.param({"id": 1.5}, Rule.WRONG_TYPE, id="fraction as id"),
        pytest.param({"id": True}, Rule.WRONG_TYPE, id="bool as id"),
    ],
)
def test_an_entry_that_nothing_identifies_costs_no_other(parse, entry, rule):
    records, findings = parse([entry, CAMPAIGN | {"email": "a@x.cz"}])
    assert len(records) == 1
    # The other entry has the fields of both lists.
    (finding,) = (item for item in findings if item.rule is not Rule.UNKNOWN_FIELD)
    assert finding.rule is rule
    assert finding.record_key.endswith(" entry 1")


def test_a_campaign_is_read_with_its_hashtags_and_dates():
    record, findings = campaign()
    assert record.campaign_id == "7"
    assert record.campaign_name == "Jaro 2026"
    assert record.hashtags_as_entered == "jaro, #BrandX"
    assert record.campaign_hashtags == ("jaro", "BrandX")
    assert record.hashtag_keys == ("jaro", "brandx")
    assert record.content_types == (
        ContentType.INSTAGRAM_POST,
        ContentType.TIKTOK_VIDEO,
    )
    assert record.publishing_start_date == date(2026, 3, 1)
    assert record.publishing_end_date == date(2026, 3, 10)
    assert record.problems == ()
    assert findings == []


@pytest.mark.parametrize(
    ("hashtags", "understood", "as_entered", "rules"),
    [
        pytest.param(
            "#Spring, ,brandx,",
            ("Spring", "brandx"),
            "#Spring, ,brandx,",
            [Rule.EMPTY_HASHTAG],
            id="empty pieces",
        ),
        pytest.param(None, (), None, [], id="null"),
        pytest.param("", (), "", [], id="empty"),
        pytest.param(5, (), None, [Rule.WRONG_TYPE], id="number"),
        pytest.param({"a": 1}, (), None, [Rule.WRONG_TYPE], id="object"),
        pytest.param(["a", 5], (), None, [Rule.WRONG_TYPE], id="mixed list"),
        pytest.param(
            ["a", "#b"], ("a", "b"), "a, #b", [Rule.WRONG_TYPE], id="list of texts"
        ),
        pytest.param(
            ["a\x00", "b\ud83d"],
            ("a",),
            "a, b\ufffd",
            [Rule.WRONG_TYPE, Rule.UNMATCHABLE_HASHTAG],
            id="list of spoiled texts",
        ),
        pytest.param("a\x00b", ("ab",), "ab", [], id="NUL"),
        pytest.param(
            "a, b c, d.",
            ("a",),
            "a, b c, d.",
            [Rule.UNMATCHABLE_HASHTAG] * 2,
            id="impossible ones",
        ),
    ],
)
def test_hashtags_are_understood_as_far_as_they_can_be(
    hashtags, understood, as_entered, rules
):
    record, findings = campaign(hashtags=hashtags)
    assert record.campaign_hashtags == understood
    assert record.hashtags_as_entered == as_entered
    assert [finding.rule for finding in findings] == rules
    assert {finding.field for finding in findings} <= {"hashtags"}


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        pytest.param({"hashtags": None}, ["no_hashtags"], id="no hashtags"),
        pytest.param({"hashtags": "a b"}, ["unmatchable_hashtag"], id="impossible"),
        pytest.param({"publishing_end_date": None}, ["no_dates"], id="no end"),
        pytest.param({"publishing_start_date": ""}, ["no_dates"], id="no start"),
        pytest.param(
            {"publishing_end_date": "2026-02-28"}, ["dates_reversed"], id="reversed"
        ),
        pytest.param({"platforms": []}, ["no_content_types"], id="no platforms"),
        pytest.param(
            {"hashtags": "", "publishing_end_date": "soon", "platforms": None},
            ["no_hashtags", "no_dates", "no_content_types"],
            id="everything",
        ),
    ],
)
def test_a_campaign_that_cannot_match_stays_and_says_why(changes, problems):
    record, _ = campaign(**changes)
    assert record.problems == tuple(map(CampaignProblem, problems))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("2026-03-01", date(2026, 3, 1), id="date"),
        pytest.param("2026-03-01T23:30:00Z", date(2026, 3, 1), id="with time of day"),
        pytest.param("0001-01-01", date.min, id="the first day there is"),
        pytest.param("9999-12-31", date.max, id="the last day there is"),
    ],
)
def test_a_date_is_read_without_its_time_of_day(text, read):
    record, findings = campaign(publishing_end_date=text)
    assert record.publishing_end_date == read
    assert findings == []


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        pytest.param("01.03.2026", Rule.UNREADABLE_TIME, id="Czech date"),
        pytest.param("2026-02-30", Rule.UNREADABLE_TIME, id="no such day"),
        pytest.param("soon", Rule.UNREADABLE_TIME, id="words"),
        pytest.param("2026-03-0\ud83d", Rule.UNREADABLE_TIME, id="half a character"),
        pytest.param(20260301, Rule.WRONG_TYPE, id="number"),
    ],
)
def test_an_unreadable_date_is_null_with_a_finding(value, rule):
    record, findings = campaign(publishing_start_date=value)
    assert record.publishing_start_date is None
    assert [(item.rule, item.field) for item in findings] == [
        (rule, "publishing_start_date")
    ]


@pytest.mark.parametrize(
    ("platforms", "types", "rules"),
    [
        pytest.param([{"id": 3}], ["instagram_reel"], [], id="object"),
        pytest.param([{"id": "2"}], ["instagram_story"], [], id="id as text"),
        pytest.param([4], ["tiktok_video"], [], id="bare id"),
        pytest.param([{"id": 99}], ["facebook_post"], [], id="any other is Facebook"),
        pytest.param([1, {"id": 1}, "1"], ["instagram_post"], [], id="repeated"),
        pytest.param([True], [], [Rule.WRONG_TYPE], id="bool"),
        pytest.param([{"name": "x"}], [], [Rule.WRONG_TYPE], id="no id"),
        pytest.param(["1" * 5000], [], [Rule.WRONG_TYPE], id="digits without end"),
        pytest.param([1.0, 1], ["instagram_post"], [Rule.WRONG_TYPE], id="float"),
        pytest.param({"id": 1}, [], [Rule.MISSING_FIELD], id="no list"),
    ],
)
def test_content_types_are_read_one_by_one(platforms, types, rules):
    record, findings = campaign(platforms=platforms)
    assert record.content_types == tuple(map(ContentType, types))
    assert [finding.rule for finding in findings] == rules


def test_of_a_campaign_listed_twice_the_last_counts():
    records, findings = parse_campaigns([CAMPAIGN, CAMPAIGN | {"name": "new"}])
    assert [record.campaign_name for record in records] == ["new"]
    assert [finding.rule for finding in findings] == [Rule.DUPLICATE_RECORD]


def test_an_involvement_is_one_campaign_and_one_creator():
    entries = [
        {"campaign_id": 7, "creator_ids": [1, "2", 1]},
        {"campaign_id": "8", "creator_ids": []},
        {"campaign_id": "7", "creator_ids": [2, 3]},
    ]
    found, findings = parse_involved(entries, {"7", "8"})
    assert found == [Involvement("7", creator_id) for creator_id in "123"]
    assert findings == []


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        pytest.param(
            {"campaign_id": 9, "creator_ids": [1]},
            Finding(Rule.UNKNOWN_CAMPAIGN, "9", "campaign_id", "9"),
            id="a campaign nobody asked for",
        ),
        pytest.param(
            {"campaign_id": 7, "creator_ids": None},
            Finding(Rule.WRONG_TYPE, "7", "creator_ids", "None"),
            id="null instead of a list",
        ),
        pytest.param(
            {"campaign_id": 7, "creator_ids": [{}]},
            Finding(Rule.WRONG_TYPE, "7", "creator_ids", "dict of 0"),
            id="an object instead of an id",
        ),
        pytest.param(
            {"creator_ids": [1]},
            Finding(Rule.MISSING_FIELD, "involved entry 1", "campaign_id", "None"),
            id="no campaign",
        ),
        pytest.param(
            7,
            Finding(Rule.NOT_AN_OBJECT, "involved entry 1", None, "7"),
            id="no object",
        ),
    ],
)
def test_an_odd_involvement_costs_no_other(entry, finding):
    good = {"campaign_id": 7, "creator_ids": [4]}
    found, findings = parse_involved([entry, good], {"7"})
    assert found == [Involvement("7", "4")]
    assert findings == [finding]


fields = st.fixed_dictionaries(
    {}, optional=dict.fromkeys([*CAMPAIGN, "email"], json_values)
)


@given(st.lists(fields | json_values, max_size=4))
def test_whatever_is_listed_is_kept_or_told(listed):
    for parse in (parse_creators, parse_campaigns):
        records, findings = parse(listed)
        lost = [
            item
            for item in findings
            if item.rule is Rule.NOT_AN_OBJECT or item.field == "id"
        ]
        assert len(records) + len(lost) == len(listed)
