"""The sandbox's stories and what the client makes of them, until they end."""

import json
from datetime import timedelta

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
    PostToAsk,
)
from analytics_pipeline.clients.instagram_stories import InstagramStories
from analytics_pipeline.sandbox.faults import FaultKind
from analytics_pipeline.schemas.metrics import ProductType
from analytics_pipeline.schemas.outcomes import Reason, Unknown
from analytics_pipeline.schemas.platforms import ContentType
from analytics_pipeline.transform.instagram_answers import parse_instagram_answer
from analytics_pipeline_tests.contract.faults import kinds_of
from analytics_pipeline_tests.unit.clients.scripted import answer
from analytics_pipeline_tests.unit.clients.talking import NOW, Stopwatch

KSENIA = 16
HOUR = timedelta(hours=1)
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
"""They give an answer without stories, or do not touch them."""


@pytest.fixture
def client(sandbox):
    return InstagramStories(sandbox.meta_api_url, Budgets(timer=Stopwatch().timer))


@pytest.fixture
def insights(sandbox):
    return InstagramInsights(sandbox.meta_api_url, Budgets(timer=Stopwatch().timer))


@pytest.fixture
def owner(sandbox):
    return OwnAccount(
        sandbox.world.identities.instagram_id(KSENIA),
        sandbox.state.meta_tokens.first(KSENIA),
    )


def active(sandbox):
    now = sandbox.clock.now()
    return {one.post_id: one for one in sandbox.world.stories(KSENIA, now)}


def told(talk, account_id):
    """What the parsers read in the answers that were kept."""
    return [
        parse_instagram_answer(one.request, json.loads(one.body), account_id)
        for one in talk.kept
    ]


def test_the_list_is_what_is_active_now_and_costs_one_call(
    sandbox, client, talk, owner
):
    truth = active(sandbox)

    listed = client.list_active(talk.conversation, owner)

    assert set(listed) == set(truth) != set()
    assert talk.calls == 1
    (parsed,) = told(talk, owner.account_id)
    assert parsed.findings == []
    for post in parsed.posts:
        story = truth[post.post_id]
        assert post.content_type is ContentType.INSTAGRAM_STORY
        assert post.posted_at == story.posted_at.replace(microsecond=0)
        assert post.like_count == story.counters.likes
        assert post.unknown["comment_count"] is Unknown.NOT_OFFERED
        assert owner.token not in json.dumps(talk.kept[0].request)


def test_insights_live_as_long_as_the_story_and_need_five_viewers(
    sandbox, client, insights, talk, owner
):
    truth = active(sandbox)
    stories = [PostToAsk(name, ProductType.STORY) for name in truth]

    insights.read_posts(talk.conversation, owner, stories, Capabilities(lambda: NOW))

    reach = {
        one.post_id: one.value if one.value is not None else one.unknown
        for parsed in told(talk, owner.account_id)
        for one in parsed.metrics
        if one.metric == "reach"
    }
    assert reach == {
        name: story.counters.reach
        if story.counters.reach >= 5
        else Unknown.TOO_FEW_VIEWERS
        for name, story in truth.items()
    }
    assert Unknown.TOO_FEW_VIEWERS in reach.values()

    sandbox.clock.set(sandbox.clock.now() + 24 * HOUR)
    assert not set(client.list_active(talk.conversation, owner)) & set(truth)
    talk.kept.clear()
    insights.read_posts(talk.conversation, owner, stories, Capabilities(lambda: NOW))
    assert {json.loads(one.body)["error"]["error_subcode"] for one in talk.kept} == {33}
    assert all(not one.metrics for one in told(talk, owner.account_id))


def test_every_fault_the_sandbox_can_show_is_expected():
    assert kinds_of("instagram") == set(FAULTS) | HARMLESS


@pytest.mark.parametrize("kind", FAULTS, ids=lambda kind: kind.value)
def test_a_fault_is_what_it_is_for_other_lists(sandbox, client, talk, owner, kind):
    sandbox.faults.add(kind, api="instagram", endpoint="stories")

    with pytest.raises(FAULTS[kind][0]) as caught:
        client.list_active(talk.conversation, owner)

    assert caught.value.reason is FAULTS[kind][1]
    assert owner.token not in str(caught.value)


def test_without_the_permission_nobody_is_asked_again(sandbox, client, talk, owner):
    now = sandbox.clock.now()
    sandbox.state.meta_tokens.take_back(KSENIA, "instagram_basic", now)

    with pytest.raises(PermanentApiError) as caught:
        client.list_active(talk.conversation, owner)

    assert caught.value.reason is Reason.PERMISSION_MISSING
    assert talk.calls == 1


@pytest.mark.parametrize("body", ['{"data": {}}', "{}", '{"data": null}'])
def test_an_answer_without_a_list_is_no_empty_list(talk, server, owner, body):
    server.will(answer(body))
    client = InstagramStories(server.url, Budgets(timer=Stopwatch().timer))

    with pytest.raises(TransientApiError, match="no list of stories"):
        client.list_active(talk.conversation, owner)
