"""What people decide about posts takes effect when a day is matched, and only there."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.review import NewDecision, Verdict
from analytics_pipeline.steps import review_candidates
from analytics_pipeline.steps.matches import match_posts
from analytics_pipeline.steps.reconcile import balance_matches
from analytics_pipeline.steps.review import LinkedPost, add_by_link
from analytics_pipeline.steps.review_candidates import list_review_candidates
from analytics_pipeline.steps.story_review import list_stories_to_review
from analytics_pipeline.steps.summary import summarise_day
from analytics_pipeline.warehouse.review import decide, withdraw
from analytics_pipeline_tests.rows import (
    DAY,
    NOW,
    add_campaign,
    add_participant,
    add_post,
)

NEXT_DAY = DAY + timedelta(days=1)
BOTH = (DAY, NEXT_DAY)


@pytest.fixture
def spring(run):
    """A campaign for #brandx and #spring of which creator 1 is a part on two days."""
    with run.warehouse.begin() as connection:
        add_campaign(connection, "c1", "brandx", "spring")
        for day in BOTH:
            add_participant(connection, "c1", "1", day)
        yield connection


def _decide(run, post_id, verdict=Verdict.CONFIRMED, platform=Platform.INSTAGRAM):
    with run.warehouse.begin() as connection:
        wanted = NewDecision("c1", platform, verdict, "jana", post_id)
        return decide(connection, wanted, NOW)


def _rows(run, query):
    with run.warehouse.begin() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def _matches(run, day=DAY):
    found = _rows(
        run,
        "SELECT post_id, match_level, match_basis FROM hashtag_post_metrics"
        f" WHERE snapshot_date = '{day}'",
    )
    return {post_id: how for post_id, *how in found}


def _total(run, day=DAY):
    summarise_day(run, day)
    return _rows(
        run,
        "SELECT post_count, partial_post_count, like_count FROM campaign_daily_summary"
        f" WHERE snapshot_date = '{day}' AND platform = 'instagram'",
    )


def test_a_confirmed_post_counts_whatever_it_lacks(run, spring):
    add_post(spring, "partial", "#brandx")
    add_post(spring, "wordless")
    add_post(spring, "late", "#praha", posted_at=NOW - timedelta(days=40))
    add_post(spring, "reel", "#brandx #spring", content_type=None)
    add_post(spring, "stranger", "#spring", creator_id="2", account_id="account-2")
    spring.commit()
    for post_id in ("partial", "wordless", "late", "reel", "stranger"):
        _decide(run, post_id)

    report = match_posts(run, DAY)

    assert (report.full, report.confirmed, report.partial) == (5, 5, 0)
    assert set(map(tuple, _matches(run).values())) == {("full", "review")}
    assert _total(run) == [(5, 0, 50)]
    evidence = _rows(
        run,
        "SELECT post_id, matched_hashtags, missing_hashtags FROM hashtag_post_metrics"
        " WHERE post_id IN ('reel', 'stranger', 'wordless') ORDER BY 1",
    )
    assert evidence == [
        ("reel", ["brandx", "spring"], []),
        ("stranger", ["spring"], ["brandx"]),
        ("wordless", [], ["brandx", "spring"]),
    ]


def test_a_rejected_post_is_listed_and_never_counted_though_it_has_all(run, spring):
    add_post(spring, "full", "#brandx #spring")
    add_post(spring, "rejected", "#brandx #spring")
    add_post(spring, "rejected part", "#brandx")
    spring.commit()
    for post_id in ("rejected", "rejected part"):
        _decide(run, post_id, Verdict.REJECTED)

    report = match_posts(run, DAY)

    assert (report.full, report.partial, report.rejected) == (1, 0, 2)
    assert _matches(run) == {
        "full": ["full", "hashtags"],
        "rejected": ["rejected", "review"],
        "rejected part": ["rejected", "review"],
    }
    assert _total(run) == [(1, 0, 10)]


def test_an_old_day_that_is_matched_again_applies_what_is_decided_now(run, spring):
    add_post(spring, "p", "#brandx", days=BOTH)
    spring.commit()
    for day in BOTH:
        match_posts(run, day)
    assert _total(run) == [(0, 1, None)]
    decision = _decide(run, "p")

    assert match_posts(run, DAY).load.updated == 1
    assert (_matches(run)["p"], _matches(run, NEXT_DAY)["p"]) == (
        ["full", "review"],
        ["partial", "hashtags"],
    )
    assert match_posts(run, DAY).load.changed == 0
    assert _total(run) == [(1, 0, 10)]

    with run.warehouse.begin() as connection:
        withdraw(connection, decision.decision_id, "jana", NOW)
    match_posts(run, DAY)
    assert _matches(run)["p"] == ["partial", "hashtags"]


def test_a_confirmed_post_counts_only_while_its_campaign_is_active(run, spring):
    after = DAY + timedelta(days=2)
    add_post(spring, "p", "#brandx", days=(DAY, after))
    add_campaign(spring, "other", "sale")
    add_participant(spring, "other", "1", after)
    spring.commit()
    _decide(run, "p")

    for day in (DAY, after):
        match_posts(run, day)

    assert _matches(run)["p"] == ["full", "review"]
    assert _matches(run, after) == {}


def test_a_post_added_by_its_link_counts_from_the_day_that_brings_it(run, spring):
    spring.commit()
    link = LinkedPost("c1", "https://instagram.com/jana/reel/code_new/", "jana")
    with run.warehouse.begin() as connection:
        added = add_by_link(connection, link, NOW)
    assert added.decision.is_waiting
    assert "it can never count" in added.told
    match_posts(run, DAY)
    assert _matches(run) == {}

    with run.warehouse.begin() as connection:
        add_post(connection, "new", days=(NEXT_DAY,), creator_id="2")
    match_posts(run, NEXT_DAY)

    assert _matches(run, NEXT_DAY) == {"new": ["full", "review"]}
    with run.warehouse.begin() as connection:
        again = add_by_link(connection, link, NOW)
    assert again.decision.decision_id == added.decision.decision_id
    assert "creator 2 takes no part in this campaign" in again.told


def test_the_desk_gets_what_does_not_count_and_nobody_has_decided(run, spring):
    add_campaign(spring, "c0", "brandx", "winter", content_types=["instagram_post"])
    inside = {"posted_at": NOW - timedelta(days=1)}
    add_post(spring, "full", "#brandx #spring", **inside)
    add_post(spring, "partial", "#brandx", **inside)
    add_post(spring, "near", "#brandx_ #sprinng", **inside)
    add_post(spring, "sibling", "#winter", **inside)
    add_post(spring, "none", **inside)
    add_post(spring, "early", "#spring #brandx", posted_at=NOW - timedelta(days=9))
    add_post(spring, "old", "#brandx #spring", posted_at=NOW - timedelta(days=40))
    add_post(
        spring, "story", "#brandx #spring", content_type="instagram_story", **inside
    )
    add_post(spring, "blank story", "  ", content_type="instagram_story", **inside)
    add_post(spring, "erased-1", "#brandx", **inside)
    add_post(spring, "stranger", "#brandx", creator_id="2", **inside)
    add_post(spring, "rejected", "#brandx", **inside)
    add_post(spring, "confirmed", "#brandx", **inside)
    spring.commit()
    _decide(run, "rejected", Verdict.REJECTED)
    _decide(run, "confirmed")

    report = list_review_candidates(run, DAY)

    rows = _rows(
        run,
        "SELECT post_id, candidate_kind FROM review_candidates"
        " ORDER BY candidate_score DESC",
    )
    assert rows == [
        ("near", "near_tag"),
        ("early", "outside_window"),
        ("story", "other_content_type"),
        ("partial", "partial"),
        ("sibling", "sibling_tag"),
        ("none", "no_tag"),
    ]
    assert sum(report.by_kind.values()) == 6
    assert list_review_candidates(run, DAY).load.changed == 0
    _decide(run, "near")
    assert list_review_candidates(run, DAY).load.deleted == 1


def test_a_story_without_caption_is_listed_apart_until_it_is_decided(run, spring):
    spring.execute(sa.text("UPDATE campaigns SET content_types = '{instagram_story}'"))
    add_post(spring, "story", content_type="instagram_story")
    spring.commit()

    assert list_stories_to_review(run, DAY).by_campaign == {"c1": 1}
    assert list_review_candidates(run, DAY).load.rows == 0
    _decide(run, "story")
    match_posts(run, DAY)

    assert list_stories_to_review(run, DAY).by_campaign == {}
    assert _matches(run) == {"story": ["full", "review"]}
    assert _total(run) == [(1, 0, 10)]


def test_the_books_balance_though_somebody_decided_since(run, spring):
    add_post(spring, "p", "#brandx")
    add_post(spring, "q", "#brandx")
    spring.commit()
    match_posts(run, DAY)
    _decide(run, "p")

    books = balance_matches(run, [DAY])[0]
    assert books.is_even
    assert books.numbers["decided_since"] == 2

    match_posts(run, DAY)
    books = balance_matches(run, [DAY])[0]
    assert books.is_even
    assert books.numbers["decided_since"] == 0
    with run.warehouse.begin() as connection:
        connection.execute(sa.text("DELETE FROM hashtag_post_metrics"))
    assert not balance_matches(run, [DAY])[0].is_even


def test_the_likeliest_candidates_are_listed_and_how_many_are_not_is_told(
    run, spring, monkeypatch
):
    monkeypatch.setattr(review_candidates, "MOST_PER_CAMPAIGN", 3)
    add_campaign(spring, "c2", "other")
    add_participant(spring, "c2", "2")
    add_post(spring, "near", "#brandx #sprimg")
    add_post(spring, "foreign", "#praha", posted_at=NOW - timedelta(days=3, hours=1))
    for age in range(1, 5):
        add_post(spring, f"bare{age}", posted_at=NOW - timedelta(days=age))
    add_post(spring, "theirs", creator_id="2", account_id="account-2")
    spring.commit()

    report = list_review_candidates(run, DAY)

    rows = _rows(run, "SELECT campaign_id, post_id FROM review_candidates")
    assert sorted(rows) == [
        ("c1", "bare1"),
        ("c1", "bare2"),
        ("c1", "near"),
        ("c2", "theirs"),
    ]
    assert report.left_out == {"c1": 3}
    assert report.by_kind == {"near_tag": 1, "no_tag": 6}
    told = _rows(
        run,
        "SELECT asset, record_key, value FROM data_quality_findings"
        " WHERE rule = 'candidates_left_out'",
    )
    assert told == [("review_candidates", "c1", "3")]
    monkeypatch.setattr(review_candidates, "MOST_PER_CAMPAIGN", 10)
    assert list_review_candidates(run, DAY).load.inserted == 3
    assert not _rows(run, "SELECT 1 FROM data_quality_findings")


def test_posts_without_hashtags_are_judged_as_those_with_others(run, spring):
    """In the database what carries nothing, in Python what carries something else."""
    ages = (1, 3, 4, 5, 6, 9, 20)
    kinds = ("instagram_post", "instagram_story", "other", None)
    add_campaign(spring, "c2", "winter", content_types=["other"])
    add_participant(spring, "c2", "1")
    for word in ("bare", "#praha"):
        for age in ages:
            for kind in kinds:
                add_post(
                    spring,
                    f"{word}-{age}-{kind}",
                    word,
                    posted_at=NOW - timedelta(days=age),
                    content_type=kind,
                )
    spring.commit()
    for word in ("bare", "#praha"):
        _decide(run, f"{word}-1-other")
        _decide(run, f"{word}-3-instagram_post", Verdict.REJECTED)
        _decide(run, f"{word}-3-other", Verdict.REJECTED)

    list_review_candidates(run, DAY)

    found = _rows(
        run,
        "SELECT post_id, campaign_id, candidate_kind, candidate_score,"
        " candidate_reasons::text, caption_id IS NULL FROM review_candidates"
        " JOIN post_snapshots USING (snapshot_date, platform, post_id)",
    )
    bare = {(name[5:], *rest) for name, *rest in found if name.startswith("bare")}
    tagged = {(name[7:], *rest) for name, *rest in found if name.startswith("#praha")}
    assert bare == tagged
    assert len(bare) == 6
