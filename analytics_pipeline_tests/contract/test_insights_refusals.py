"""The sandbox's refusals of insights, and what the client makes of each."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.clients.budget import Budgets
from analytics_pipeline.clients.capabilities import Capabilities
from analytics_pipeline.clients.errors import (
    BudgetExhausted,
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
)
from analytics_pipeline.clients.instagram_insights import (
    InstagramInsights,
    OwnAccount,
    PlatformDay,
    PostToAsk,
)
from analytics_pipeline.sandbox.faults import FaultKind
from analytics_pipeline.schemas.metric_sets import (
    ACCOUNT_SERIES,
    ACCOUNT_TOTALS,
    POST_METRICS,
)
from analytics_pipeline.schemas.metrics import ProductType
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.transform.account_insight_plan import PLATFORM_DAYS
from analytics_pipeline.transform.account_insights import parse_account_insights
from analytics_pipeline.transform.days import each_day
from analytics_pipeline.transform.insights import (
    parse_post_insights,
    read_request,
    refusal_reason,
)
from analytics_pipeline_tests.contract.faults import kinds_of
from analytics_pipeline_tests.unit.clients.talking import NOW, Stopwatch

ONDRA = 1

FAULTS = {
    FaultKind.LIMIT_429: (BudgetExhausted, Reason.BUDGET),
    FaultKind.LIMIT_CODE_4: (BudgetExhausted, Reason.BUDGET),
    FaultKind.LIMIT_CODE_17: (BudgetExhausted, Reason.BUDGET),
    FaultKind.LIMIT_USE_CASE: (BudgetExhausted, Reason.BUDGET),
    FaultKind.SERVER_ERROR: (TransientApiError, Reason.TRANSIENT),
    FaultKind.TRANSIENT_CODE_1: (TransientApiError, Reason.TRANSIENT),
    FaultKind.REDUCE_DATA: (TransientApiError, Reason.TRANSIENT),
    FaultKind.EXPIRED_TOKEN: (ReconnectRequired, Reason.RECONNECT_REQUIRED),
    FaultKind.TRUNCATED_JSON: (TransientApiError, Reason.BAD_ANSWER),
    FaultKind.HTML: (TransientApiError, Reason.BAD_ANSWER),
    FaultKind.ERROR_IN_200: (TransientApiError, Reason.TRANSIENT),
    FaultKind.RESET: (TransientApiError, Reason.TRANSIENT),
}
HARMLESS = {FaultKind.EMPTY, FaultKind.REPEAT_CURSOR, FaultKind.PATCH}
"""They give an answer without numbers, or do not touch insights."""


@pytest.fixture
def client(sandbox):
    return InstagramInsights(sandbox.meta_api_url, Budgets(timer=Stopwatch().timer))


@pytest.fixture
def owner(sandbox):
    return OwnAccount(
        sandbox.world.identities.instagram_id(ONDRA),
        sandbox.state.meta_tokens.first(ONDRA),
    )


@pytest.fixture
def posts(sandbox):
    """Ondra's newest posts that the sandbox has numbers of."""
    old_enough = NOW - timedelta(hours=2)
    return [
        PostToAsk(post.post_id, ProductType(post.product))
        for post in sandbox.world.instagram_posts(ONDRA, NOW)
        if post.posted_at < old_enough
    ][:8]


@pytest.fixture
def read(client, owner, talk):
    def read(posts, known=None):
        known = known or Capabilities(lambda: NOW)
        client.read_posts(talk.conversation, owner, posts, known)
        return known

    return read


def records(talk):
    """Give what the answers tell, by post and metric."""
    found = {}
    for kept in talk.kept:
        request = read_request(kept.request)
        for one in parse_post_insights(json.loads(kept.body), request).metrics:
            found[one.post_id, one.metric] = one
    return found


def test_every_fault_has_its_row():
    assert set(FAULTS) | HARMLESS == kinds_of("instagram")


@pytest.mark.parametrize(("kind", "expected"), FAULTS.items())
def test_insights_under_every_fault(read, posts, sandbox, kind, expected):
    sandbox.faults.add(kind, api="instagram", endpoint="insights")
    with pytest.raises(expected[0]) as caught:
        read(posts)
    assert caught.value.reason is expected[1]


def test_all_metrics_of_every_kind_are_answered_at_the_first_go(read, posts, talk):
    known = read(posts)

    assert known.refusals == ()
    assert talk.calls == len(posts)
    found = records(talk)
    for post in posts:
        for metric in POST_METRICS[post.product]:
            assert found[post.post_id, metric].value is not None


@pytest.mark.parametrize("products", [None, ["FEED", "REELS"]])
def test_a_retired_metric_costs_one_call_per_kind(read, posts, sandbox, talk, products):
    """For all kinds its place is named, for some its name."""
    sandbox.state.retired.retire("shares", products)
    known = read(posts)

    kinds = {post.product for post in posts}
    assert len(kinds) == 2
    assert {(one.product, one.metric) for one in known.refusals} == {
        (kind, "shares") for kind in kinds
    }
    assert talk.calls == len(posts) + len(kinds)
    found = records(talk)
    assert {post_id for post_id, _ in found} == {post.post_id for post in posts}
    assert not any(metric == "shares" for _, metric in found)

    read(posts, known)
    assert talk.calls == 2 * len(posts) + len(kinds), "no call is wasted again"


def test_several_retired_metrics_are_each_dropped(read, posts, sandbox, talk):
    for metric in ("shares", "reposts", "views"):
        sandbox.state.retired.retire(metric, None)
    known = read(posts[:1])
    assert {one.metric for one in known.refusals} == {"shares", "reposts", "views"}
    assert len(records(talk)) == len(POST_METRICS[posts[0].product]) - 3


def test_a_story_with_few_viewers_is_no_lost_permission(read, posts, talk):
    """Both come with code 10; only a lost permission would end the walk."""
    fields = {"code": 10, "message": "(#10) Not enough viewers for the media"}
    assert refusal_reason({"error": fields}).value == "too_few_viewers"
    read([PostToAsk("17999999999999999", ProductType.STORY), *posts[:1]])
    assert talk.calls == 2, "a post that is gone costs no other"


def test_a_scope_that_was_taken_away_ends_the_walk(read, posts, sandbox, talk):
    sandbox.state.meta_tokens.take_back(ONDRA, "instagram_manage_insights", NOW)
    with pytest.raises(PermanentApiError) as caught:
        read(posts)
    assert caught.value.reason is Reason.PERMISSION_MISSING
    assert talk.calls == 1


# Accounts ---------------------------------------------------------------------------


@pytest.fixture
def read_days(client, owner, talk):
    """Read days of the account; give {day: {metric: value}}."""

    def read_days(first, last, series=ACCOUNT_SERIES):
        days = [
            PlatformDay(
                int(PLATFORM_DAYS.start(day).timestamp()),
                int(PLATFORM_DAYS.end(day).timestamp()),
            )
            for day in each_day(first, last)
        ]
        known = Capabilities(lambda: NOW)
        client.read_account(talk.conversation, owner, days, series, known)
        found = {}
        for kept in talk.kept:
            request = read_request(kept.request)
            payload = json.loads(kept.body)
            for one in parse_account_insights(payload, request, NOW).metrics:
                of_day = found.setdefault(one.metric_date, {})
                of_day[one.metric, one.breakdown_value] = one.value
        assert known.refusals == ()
        return found

    return read_days


@pytest.mark.parametrize(
    ("first", "days"),
    [
        pytest.param(datetime(2026, 2, 20, tzinfo=UTC), 8, id="the last days"),
        pytest.param(datetime(2025, 10, 25, tzinfo=UTC), 28, id="a day of 25 hours"),
        pytest.param(datetime(2025, 3, 1, tzinfo=UTC), 28, id="a year ago"),
    ],
)
def test_every_metric_is_told_of_every_day(read_days, talk, first, days):
    start = first.date()
    last = start + timedelta(days=days - 1)
    is_recent = start.year == 2026
    found = read_days(start, last, ACCOUNT_SERIES if is_recent else ["reach"])

    assert sorted(found) == each_day(start, last)
    assert talk.calls == 1 + 2 * days
    wanted = {("reach", None), *((metric, None) for metric in ACCOUNT_TOTALS)}
    wanted |= {("follows_and_unfollows", part) for part in ("follower", "non_follower")}
    for values in found.values():
        assert wanted <= values.keys()
        assert all(values[name] is not None for name in wanted)
        if is_recent:
            gained = values["follows_and_unfollows", "follower"]
            assert values["follower_count", None] == gained
