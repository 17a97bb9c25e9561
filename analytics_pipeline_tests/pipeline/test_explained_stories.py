"""Explaining what is rare: pushes, records without end, a decision, people erased."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.schemas.explanations import RecordKind, plain
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.canonical import TABLE_NAMES, load_day
from analytics_pipeline.steps.erasure import ErasureTools, erase_pending
from analytics_pipeline.steps.explain import explain_post
from analytics_pipeline.steps.pushes import process_pushes
from analytics_pipeline.warehouse.erasure_requests import store_creator_request
from analytics_pipeline_tests.landed import (
    answered,
    connect,
    insights,
    land,
    listed,
    pushed,
    receive,
)
from analytics_pipeline_tests.stored_rows import insert

DAY = date(2026, 3, 1)
POSTED = datetime(2026, 3, 1, 10, tzinfo=UTC)
LOOKED = POSTED + timedelta(hours=23)
SENT = POSTED + timedelta(hours=25)
STORY, ANNA = "18000", "17841400000000001"


@pytest.fixture
def house(run, clock):
    """Anna's story as she posted it, with a caption that never ends."""
    clock.instant = LOOKED
    anna = connect(run, "1", ANNA)
    story = listed(STORY, POSTED, caption="#brandx " + "a" * 50_000)
    land(
        run,
        anna,
        AttemptKind.STORIES,
        answered(f"/{ANNA}/stories", LOOKED, [story]),
        insights(STORY, LOOKED, reach=100, views=130),
    )
    load_day(run, DAY, TABLE_NAMES, with_findings=True)
    clock.instant = SENT
    return run


def _numbers(explanation):
    return {number.name: number for number in explanation.numbers}


def test_a_final_number_is_opened_down_to_the_push_that_told_it(house):
    receive(house, pushed(ANNA, SENT, STORY, reach=120))
    process_pushes(house)

    explanation = explain_post(house, "instagram", STORY, DAY)
    reach, views = (_numbers(explanation)[name] for name in ("reach", "view_count"))

    (push,) = (explanation.records[number - 1] for number in reach.records)
    assert (push.kind, push.record) == (
        RecordKind.PUSH,
        {"media_id": STORY, "reach": 120},
    )
    assert (reach.value, reach.source) == (120, "story_insights/reach")
    assert (views.value, views.source) == (130, "insights/views")
    assert (reach.observed_at, views.observed_at) == (SENT, LOOKED)
    kinds = {it.kind for it in explanation.attempts if it.is_rested_on}
    assert kinds == {"stories", "pushes"}


def test_a_record_without_end_is_cut_and_says_so(house):
    explanation = explain_post(house, "instagram", STORY)

    (listing,) = (it for it in explanation.records if it.kind is RecordKind.POST)
    assert listing.record is None
    assert len(listing.text) == 20_000
    assert listing.length > 50_000
    told = f"Record {listing.number} has {listing.length:,} characters; its first"
    assert explanation.notes == (f"{told} 20,000 are shown.",)


def test_what_is_not_known_says_why_in_a_sentence(house):
    likes = _numbers(explain_post(house, "instagram", STORY))["like_count"]

    assert likes.value is None
    assert likes.unknown_meaning
    assert likes.unknown_meaning != likes.unknown


def test_the_decision_that_holds_stands_with_the_match(house):
    said = {
        "campaign_id": "501",
        "platform": "instagram",
        "post_id": STORY,
        "decision": "confirmed",
        "decided_by": "eva",
        "decided_at": SENT,
    }
    match = {
        "snapshot_date": DAY,
        "creator_id": "1",
        "account_id": ANNA,
        "content_type": "instagram_story",
        "posted_at": POSTED,
        "post_caption": "",
        "hashtags": [],
        "matched_hashtags": [],
        "missing_hashtags": ["brandx"],
        "match_level": "full",
        "match_basis": "review",
        "reach": 90,
        "view_count": 130,
        "unknown_reasons": {},
        "observed_at": LOOKED,
        "is_late": False,
        "run_id": "r",
    }
    with house.warehouse.begin() as connection:
        insert(
            connection,
            "review_decisions",
            said | {"decision_id": "d1", "withdrawn_at": None},
            said | {"decision_id": "d2", "withdrawn_at": SENT, "decision": "rejected"},
        )
        where = {name: said[name] for name in ("campaign_id", "platform", "post_id")}
        insert(connection, "hashtag_post_metrics", match | where)

    (match,) = explain_post(house, "instagram", STORY, campaign_id="501").matches

    assert (match.match_basis, match.decision.decided_by) == ("review", "eva")
    assert match.decision.decision_id == "d1"
    assert match.differs_in == ("reach",), "it was matched before the last load"


def test_of_somebody_erased_pseudonyms_are_told_and_the_same_numbers(house):
    receive(house, pushed(ANNA, SENT, STORY, reach=120))
    process_pushes(house)
    before = _numbers(explain_post(house, "instagram", STORY, DAY))
    with house.warehouse.begin() as connection:
        store_creator_request(connection, Platform.INSTAGRAM, "1", SENT)
    erase_pending(house, ErasureTools.from_settings(load_settings()))
    with house.warehouse.begin() as connection:
        (name,) = connection.exec_driver_sql("SELECT post_id FROM posts").scalars()

    explanation = explain_post(house, "instagram", name, DAY)

    assert name.startswith(ERASED_PREFIX)
    told = json.dumps(plain(explanation))
    assert [it for it in (STORY, ANNA, "creator.1", "aaaa") if it in told] == []
    after = _numbers(explanation)
    for column in ("reach", "view_count"):
        assert after[column].value == before[column].value
        assert len(after[column].records) == len(before[column].records) == 1
    assert plain(explanation)["snapshot_date"] == "2026-03-01"
