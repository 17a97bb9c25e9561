"""Every figure of a collected day can be opened down to the answer it came from."""

import json
from datetime import timedelta

import pytest

from analytics_pipeline.schemas.explanations import ObjectState, RecordKind, plain
from analytics_pipeline.schemas.fields import FIELDS
from analytics_pipeline.steps.explain import NothingToExplainError, explain_post
from analytics_pipeline.steps.explain_months import explain_month
from analytics_pipeline.steps.explain_totals import explain_totals
from analytics_pipeline_tests.conftest import FIRST_DAY

_LISTED = ("like_count", "comment_count", "view_count", "share_count")


@pytest.fixture(scope="module")
def agency(module_agency):
    """The first day and the second, each on its morning."""
    for day in (FIRST_DAY, FIRST_DAY + timedelta(days=1)):
        module_agency.wake(day)
        module_agency.collect_plainly(day)
    return module_agency


@pytest.fixture(scope="module")
def run(agency):
    return agency.run()


@pytest.fixture
def post_days(agency):
    return agency.rows(
        "SELECT platform, post_id, snapshot_date FROM post_snapshots"
        " ORDER BY md5(post_id), snapshot_date"
    )


def _told(explanation):
    return {number.name: number for number in explanation.numbers}


def _in_record(explanation, number, name):
    """Return what the raw records of a number hold under the platform's field."""
    field = FIELDS[name].sources.get(explanation.platform)
    return [
        explanation.records[n - 1].record[field]
        for n in number.records
        if field in explanation.records[n - 1].record
    ]


def test_each_number_is_the_one_in_its_raw_record(run, post_days):
    seen = 0
    for row in post_days[::40]:
        explanation = explain_post(
            run, row["platform"], row["post_id"], row["snapshot_date"]
        )
        for name, number in _told(explanation).items():
            if number.source == "list" and number.value is not None:
                assert _in_record(explanation, number, name) == [number.value]
                seen += 1
            if number.source == "account" and number.value is not None:
                assert set(_in_record(explanation, number, name)) == {number.value}

    assert seen > 20


def test_an_insight_is_opened_down_to_the_answer_about_it(agency, run):
    (row,) = agency.rows(
        "SELECT platform, post_id, snapshot_date, reach FROM post_snapshots"
        " WHERE count_sources ->> 'reach' = 'insights/reach' ORDER BY post_id LIMIT 1"
    )

    explanation = explain_post(
        run, row["platform"], row["post_id"], row["snapshot_date"]
    )
    reach = _told(explanation)["reach"]

    assert (reach.value, reach.source) == (row["reach"], "insights/reach")
    (record,) = (explanation.records[number - 1] for number in reach.records)
    assert record.kind is RecordKind.INSIGHTS
    assert "reach" in record.request["params"]["metric"].split(",")
    (metric,) = (it for it in record.record["data"] if it["name"] == "reach")
    assert metric["values"][0]["value"] == row["reach"]
    used = {it.attempt_id: it for it in explanation.attempts if it.is_rested_on}
    assert used[record.attempt_id].kind == "post_insights"


def test_totals_are_the_sum_of_what_the_posts_bring(agency, run):
    days = agency.rows(
        "SELECT DISTINCT campaign_id, snapshot_date FROM campaign_daily_summary"
    )
    contributions = left_out = 0
    for row in days:
        totals = explain_totals(run, run.rule, row["campaign_id"], row["snapshot_date"])
        for platform in totals.platforms:
            for figure in platform.figures:
                assert figure.adds_up, (row, platform.platform, figure)
                contributions += len(figure.contributions)
                left_out += len(figure.left_out)
                assert (figure.stored is None) == (figure.unknown is not None)

    assert contributions > 500
    assert left_out > 50


def test_months_are_made_of_the_newest_numbers_of_their_posts(agency, run):
    months = agency.rows(
        "SELECT creator_id, platform, month_start_date FROM"
        " creator_months WHERE post_count > 0"
    )
    seen = set()
    for row in months:
        month = row["month_start_date"].replace(day=17)
        told = explain_month(run, run.rule, row["creator_id"], row["platform"], month)
        for figure in told.figures:
            assert figure.adds_up, (row, figure)
            assert (figure.stored is None) == (figure.unknown is not None)
            seen |= {(it.post_id, it.snapshot_date) for it in figure.contributions}

    assert len(months) > 40
    assert len({day for _, day in seen} - {None}) == 2


def test_the_match_tells_what_it_rests_on(agency, run):
    (row,) = agency.rows(
        "SELECT * FROM hashtag_post_metrics WHERE match_level = 'full'"
        " ORDER BY post_id, snapshot_date DESC LIMIT 1"
    )

    explanation = explain_post(
        run,
        row["platform"],
        row["post_id"],
        row["snapshot_date"],
        row["campaign_id"],
    )
    (match,) = explanation.matches

    assert match.matched_hashtags == tuple(row["matched_hashtags"])
    assert match.match_basis == "hashtags"
    assert match.differs_in == ()
    assert match.decision is None
    rates = {rate.name: rate for rate in explanation.rates}
    for name, rate in rates.items():
        assert rate.value == row[name]
        assert (rate.value is None) == (rate.unknown is not None)
        if rate.value is not None:
            assert rate.value == rate.engagement / rate.denominator.value


def test_no_secret_and_no_address_of_media_is_in_an_explanation(run, post_days):
    told = "".join(
        json.dumps(plain(explain_post(run, row["platform"], row["post_id"])))
        for row in post_days[::60]
    )
    home = run.spool_folder.parent
    header, *lines = (home / "connections.csv").read_text().splitlines()
    places = [header.split(",").index(name) for name in ("access_token",)]
    secrets = {line.split(",")[place] for line in lines for place in places} - {""}

    assert len(secrets) > 10
    assert [secret for secret in secrets if secret in told] == []
    for word in ("access_token", "Bearer", str(home), "act.", "rft."):
        assert word not in told


def test_a_landing_object_that_is_gone_is_noted_and_costs_nothing_else(agency, run):
    (row,) = agency.rows(
        "SELECT platform, post_id, like_count FROM post_snapshots"
        " WHERE platform = 'tiktok' AND snapshot_date = :day ORDER BY 2 LIMIT 1",
        day=FIRST_DAY,
    )
    whole = explain_post(run, row["platform"], row["post_id"], FIRST_DAY)
    (attempt,) = whole.attempts
    path = run.landing.root / attempt.object_url
    content = path.read_bytes()
    path.write_bytes(content[:100])
    try:
        explanation = explain_post(run, row["platform"], row["post_id"], FIRST_DAY)
    finally:
        path.write_bytes(content)

    assert attempt.object_state is ObjectState.READ
    assert explanation.attempts[0].object_state is ObjectState.UNREADABLE
    assert attempt.object_url in explanation.notes[0]
    assert explanation.records == ()
    assert _told(explanation)["like_count"].value == row["like_count"]


def test_what_is_not_there_is_said(run, post_days):
    row = post_days[0]
    before = FIRST_DAY - timedelta(days=30)

    with pytest.raises(NothingToExplainError, match="no such post is known"):
        explain_post(run, row["platform"], "1' OR true --")
    with pytest.raises(NothingToExplainError, match="it has rows from 2026-03-0"):
        explain_post(run, row["platform"], row["post_id"], before)
    with pytest.raises(NothingToExplainError, match="no such campaign"):
        explain_totals(run, run.rule, "0", FIRST_DAY)
    with pytest.raises(NothingToExplainError, match="no totals on 2026-01-30"):
        explain_totals(run, run.rule, "501", before)
    for month in (before, before.replace(year=9999, month=12)):
        with pytest.raises(NothingToExplainError, match="has no month"):
            explain_month(run, run.rule, "101", "tiktok", month)
    explanation = explain_post(run, row["platform"], row["post_id"], campaign_id="0")
    assert explanation.notes[-1] == "The post is not listed for campaign 0 that day."
