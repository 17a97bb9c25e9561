"""What people decide is kept, holds until somebody decides otherwise, and is undone."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.review import (
    CandidateFilter,
    CandidateKey,
    CandidateKind,
    DecidedOtherwiseError,
    ErasureAtWorkError,
    NewDecision,
    TooLongReasonError,
    UnknownCampaignError,
    UnknownPostError,
    Verdict,
)
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.exclusion import alone
from analytics_pipeline.warehouse.post_links import bind_links, post_of_link
from analytics_pipeline.warehouse.review import (
    LONGEST_REASON,
    count_candidates,
    decide,
    decisions_of,
    find_decision,
    open_candidates,
    verdicts,
    withdraw,
)
from analytics_pipeline_tests.conftest import new_database
from analytics_pipeline_tests.rows import DAY, NOW, add_campaign, add_post, insert

CONFIRM = NewDecision("c1", Platform.INSTAGRAM, Verdict.CONFIRMED, "jana", "p1")
REJECT = replace(CONFIRM, verdict=Verdict.REJECTED)
BY_LINK = replace(CONFIRM, post_id=None, link_key="code_late", post_url="https://x/")
KEY = ("instagram", "p1")


@pytest.fixture(scope="module")
def known(postgres_socket, migrated_template):
    """A warehouse with two campaigns of a brand and three posts, two candidates."""
    with (
        pytest.MonkeyPatch.context() as patch,
        new_database(postgres_socket, migrated_template) as url,
    ):
        patch.setenv("ANALYTICS_DATABASE_URL", url)
        with Warehouse.open(load_settings()) as opened:
            with opened.begin() as connection:
                for name in ("c1", "c2"):
                    add_campaign(connection, name, "brandx", "spring")
                for name in ("p1", "p2", "p3"):
                    add_post(connection, name, "Hi #brandx")
                _candidate(connection, "p1", candidate_score=55)
                _candidate(
                    connection, "p2", candidate_score=90, candidate_kind="near_tag"
                )
            yield opened


@pytest.fixture
def connection(known):
    """A transaction of which nothing stays."""
    with known.engine.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


def _candidate(connection, post_id, **changes):
    values = {
        "snapshot_date": DAY,
        "campaign_id": "c1",
        "platform": "instagram",
        "post_id": post_id,
        "candidate_kind": "partial",
        "candidate_reasons": {"brandx": {"carried": "brandx", "how": "exact"}},
        "posted_at": NOW,
    }
    insert(connection, "review_candidates", **(values | changes))


def _listed(connection, *wanted, **options):
    return [row["post_id"] for row in open_candidates(connection, *wanted, **options)]


def test_a_decision_is_kept_with_who_when_and_why(connection):
    made = decide(connection, replace(CONFIRM, reason="tag forgotten"), NOW)

    assert made.verdict is Verdict.CONFIRMED
    assert (made.decided_by, made.decided_at) == ("jana", NOW)
    assert (made.reason, made.account_id) == ("tag forgotten", "account-1")
    assert made.candidate_kind is CandidateKind.PARTIAL
    assert made.is_in_force
    assert not made.is_waiting
    assert decisions_of(connection, "c1") == [made]
    assert verdicts(connection, ["c1", "c2"]) == {KEY: {"c1": Verdict.CONFIRMED}}


def test_a_decision_is_about_one_campaign(connection):
    decide(connection, CONFIRM, NOW)
    decide(connection, replace(REJECT, campaign_id="c2"), NOW)

    assert verdicts(connection, ["c1", "c2"])[KEY] == {
        "c1": Verdict.CONFIRMED,
        "c2": Verdict.REJECTED,
    }
    assert verdicts(connection, ["c2"])[KEY] == {"c2": Verdict.REJECTED}


def test_deciding_again_supersedes_also_where_the_clock_stands_still(connection):
    first = decide(connection, CONFIRM, NOW)
    second = decide(connection, REJECT, NOW)

    assert verdicts(connection, ["c1"])[KEY] == {"c1": Verdict.REJECTED}
    history = decisions_of(connection, post=KEY)
    assert [item.decision_id for item in history] == [
        second.decision_id,
        first.decision_id,
    ]
    assert [item.is_in_force for item in history] == [True, False]


def test_deciding_the_same_again_changes_nothing(connection):
    first = decide(connection, CONFIRM, NOW)

    assert decide(connection, replace(CONFIRM, by="petr"), NOW) == first
    assert len(decisions_of(connection)) == 1


def test_what_somebody_else_decided_meanwhile_is_not_overwritten_unseen(connection):
    theirs = decide(connection, replace(REJECT, by="petr", reason="an old ad"), NOW)

    with pytest.raises(DecidedOtherwiseError, match="petr has rejected") as told:
        decide(connection, CONFIRM, NOW)

    assert told.value.current == theirs
    assert "an old ad" in str(told.value)
    made = decide(connection, replace(CONFIRM, seen=theirs.decision_id), NOW)
    assert made.is_in_force


def test_two_who_decide_at_once_do_not_both_win(known):
    """The second waits for the first and is told of it."""
    outcomes = []

    def decide_otherwise():
        with known.begin() as second:
            try:
                outcomes.append(decide(second, replace(REJECT, by="petr"), NOW))
            except DecidedOtherwiseError as error:
                outcomes.append(error)

    thread = threading.Thread(target=decide_otherwise)
    with known.begin() as first:
        made = decide(first, CONFIRM, NOW)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "it waits for whoever came first"
    thread.join(10)
    with known.begin() as connection:
        connection.execute(sa.text("DELETE FROM review_decisions"))

    assert [error.current.decision_id for error in outcomes] == [made.decision_id]


def test_nobody_decides_while_a_person_is_erased(known, connection):
    """It could be the person of the post, whose names would be written again."""
    with alone(known), pytest.raises(ErasureAtWorkError, match="in some minutes"):
        decide(connection, CONFIRM, NOW)

    assert decide(connection, CONFIRM, NOW).is_in_force


def test_a_withdrawn_decision_falls_back_to_the_one_before(connection):
    decide(connection, CONFIRM, NOW)
    second = decide(connection, REJECT, NOW)

    withdrawn = withdraw(connection, second.decision_id, "petr", NOW)

    assert withdrawn is not None
    assert verdicts(connection, ["c1"])[KEY] == {"c1": Verdict.CONFIRMED}
    kept = find_decision(connection, second.decision_id)
    assert (kept.withdrawn_by, kept.withdrawn_at) == ("petr", NOW)
    assert withdraw(connection, second.decision_id, "petr", NOW) is None
    assert withdraw(connection, "nothing", "petr", NOW) is None
    assert withdraw(connection, "nothing\x00", "petr", NOW) is None


def test_after_all_are_withdrawn_nothing_is_decided(connection):
    made = decide(connection, REJECT, NOW)
    withdraw(connection, made.decision_id, "jana", NOW)

    assert verdicts(connection, ["c1"]) == {}
    assert "p1" in _listed(connection)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (replace(CONFIRM, campaign_id="c9"), UnknownCampaignError),
        (replace(CONFIRM, post_id="p9"), UnknownPostError),
        (replace(CONFIRM, platform=Platform.TIKTOK), UnknownPostError),
        (replace(CONFIRM, reason="x" * (LONGEST_REASON + 1)), TooLongReasonError),
        (replace(CONFIRM, reason="x\x00"), TooLongReasonError),
        (replace(CONFIRM, campaign_id="c1\x00"), UnknownCampaignError),
        (replace(CONFIRM, post_id="p1\x00"), UnknownPostError),
    ],
)
def test_a_decision_about_nothing_known_is_refused(connection, wanted, error):
    with pytest.raises(error):
        decide(connection, wanted, NOW)

    assert decisions_of(connection) == []


def test_a_post_known_by_its_link_only_waits_until_a_day_brings_it(connection):
    made = decide(connection, BY_LINK, NOW)

    assert made.is_waiting
    assert verdicts(connection, ["c1"]) == {}
    assert bind_links(connection) == 0

    add_post(connection, "late", account_id="account-7")
    assert bind_links(connection) == 1

    bound = find_decision(connection, made.decision_id)
    assert (bound.post_id, bound.account_id) == ("late", "account-7")
    assert verdicts(connection, ["c1"]) == {
        ("instagram", "late"): {"c1": Verdict.CONFIRMED}
    }
    assert bind_links(connection) == 0


@pytest.mark.parametrize(
    ("platform", "url", "key"),
    [
        ("instagram", "https://www.instagram.com/reel/code_q/", "code_q"),
        ("instagram", "https://instagram.com/stories/jana/q", "q"),
        ("tiktok", "https://www.tiktok.com/@jana/video/q?lang=cs", "q"),
        ("tiktok", None, "q"),
    ],
)
def test_a_link_leads_to_the_post_with_its_key(connection, platform, url, key):
    add_post(connection, "q", platform=platform, post_url=url)

    found = post_of_link(connection, Platform(platform), key)

    assert found["post_id"] == "q"
    assert post_of_link(connection, Platform(platform), f"{key}x") is None
    assert post_of_link(connection, Platform(platform), key[:-1]) is None


def test_the_desk_lists_the_likeliest_first_with_what_a_person_needs(connection):
    rows = open_candidates(connection)

    assert [row["post_id"] for row in rows] == ["p2", "p1"]
    assert rows[0]["campaign_name"] == "Campaign c1"
    assert rows[0]["campaign_hashtags"] == ["brandx", "spring"]
    assert (rows[0]["like_count"], rows[0]["view_count"]) == (10, None)
    assert rows[0]["candidate_reasons"]["brandx"]["how"] == "exact"


def test_the_desk_shows_each_candidate_once_as_on_its_newest_day(connection):
    tomorrow = DAY + timedelta(days=1)
    _candidate(connection, "p1", snapshot_date=tomorrow, candidate_score=95)

    assert _listed(connection) == ["p1", "p2"]
    assert open_candidates(connection)[0]["snapshot_date"] == tomorrow


def test_the_desk_can_be_narrowed(connection):
    near = CandidateFilter(kinds=frozenset({CandidateKind.NEAR_TAG}))

    assert _listed(connection, near) == ["p2"]
    assert _listed(connection, CandidateFilter(campaign_id="c2")) == []
    assert _listed(connection, CandidateFilter(platform=Platform.TIKTOK)) == []
    assert count_candidates(connection) == {
        "c1": {CandidateKind.NEAR_TAG: 1, CandidateKind.PARTIAL: 1}
    }


def test_pages_of_the_desk_hold_every_candidate_once(connection):
    for number in range(7):
        add_post(connection, f"n{number}")
        hours = timedelta(hours=number // 3)
        _candidate(connection, f"n{number}", candidate_score=60, posted_at=NOW + hours)

    pages, after = [], None
    while rows := open_candidates(connection, None, after, limit=2):
        pages += rows
        last = rows[-1]
        after = CandidateKey(
            last["candidate_score"],
            last["posted_at"],
            last["campaign_id"],
            last["platform"],
            last["post_id"],
        )

    assert [row["post_id"] for row in pages] == _listed(connection)
    assert len(pages) == 9


@pytest.mark.parametrize("wanted", [CONFIRM, REJECT])
def test_what_is_decided_leaves_the_desk_at_once(connection, wanted):
    decide(connection, wanted, NOW)

    assert _listed(connection) == ["p2"]


def test_what_counts_by_its_hashtags_since_leaves_the_desk(connection):
    insert(
        connection,
        "hashtag_post_metrics",
        snapshot_date=DAY + timedelta(days=1),
        campaign_id="c1",
        platform="instagram",
        post_id="p2",
        match_level="full",
        match_basis="hashtags",
    )

    assert _listed(connection) == ["p1"]


def test_the_desk_of_all_campaigns_forgets_what_lies_long_ago(connection):
    add_post(connection, "new")
    _candidate(connection, "new", snapshot_date=DAY + timedelta(days=60))

    assert _listed(connection) == ["new"]
    everything = _listed(connection, CandidateFilter(campaign_id="c1"))
    assert sorted(everything) == ["new", "p1", "p2"]
