"""The twin that is measured against answers as the sandbox that is tested against."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.clients.conversation import Conversation, RetryPolicy
from analytics_pipeline.clients.creators_app import CreatorsAppClient
from analytics_pipeline.clients.instagram import AgencyConnection, InstagramClient
from analytics_pipeline.clients.tiktok import ClientCredentials, TikTokClient
from analytics_pipeline.clients.transport import Transport
from analytics_pipeline.transform.creators_app import (
    parse_campaigns,
    parse_creators,
    parse_involved,
)
from analytics_pipeline.transform.instagram_answers import parse_instagram_answer
from analytics_pipeline.transform.tiktok_posts import parse_tiktok
from benchmarks.twin.running import running_twin
from benchmarks.world import FIRST_CAMPAIGN_ID, World, tiktok_token

_AGES_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def twin():
    with running_twin(World(creators=60, posts=75)) as running:
        yield running


def _answers(ask: Callable[[Conversation], object]):
    """Return the answers to what a client asks."""
    kept = []
    transport = Transport(lambda: datetime(2026, 3, 2, tzinfo=UTC))
    ask(Conversation(transport, RetryPolicy(repeats=0), kept.append))
    transport.close()
    return kept


def _instagram(environment, handle):
    agency = AgencyConnection(
        environment["META_IG_USER_ID"], environment["META_ACCESS_TOKEN"]
    )
    client = InstagramClient(environment["META_API_URL"])
    return _answers(
        lambda talk: client.walk_outside(talk, agency, handle, _AGES_AGO, None)
    )


def _tiktok(environment, token):
    client = TikTokClient(
        environment["TIKTOK_API_URL"],
        ClientCredentials("", ""),
        lambda: datetime.now(UTC),
    )
    return _answers(
        lambda talk: client.walk(talk, lambda *_: token, (), _AGES_AGO, None)
    )


def _lists(environment, campaign_ids):
    client = CreatorsAppClient(environment["CREATORS_API_URL"])

    def ask(talk):
        client.creators(talk)
        client.campaigns(talk)
        client.involved(talk, campaign_ids)

    return _answers(ask)


def _read_tiktok(answer):
    payload = json.loads(answer.body)
    return parse_tiktok(payload, "someone", answer.request["params"]["fields"])


def test_every_page_of_an_instagram_account_is_read_and_nothing_in_it_is_odd(twin):
    answers = _instagram(twin.environment(), "creator.00000017")

    parsed = [
        parse_instagram_answer(answer.request, json.loads(answer.body), None)
        for answer in answers
    ]

    posts = [post for page in parsed for post in page.posts]
    assert [finding for page in parsed for finding in page.findings] == []
    assert [len(page.posts) for page in parsed] == [50, 25]
    assert parsed[0].account.username == "creator.00000017"
    assert [post.post_caption for post in posts] == [
        twin.world.caption(17, number) for number in range(75)
    ]
    assert len({post.post_id for post in posts}) == 75


def test_every_page_of_a_tiktok_account_is_read_and_nothing_in_it_is_odd(twin):
    answers = _tiktok(twin.environment(), tiktok_token(17))

    parsed = [_read_tiktok(answer) for answer in answers]

    posts = [post for page in parsed for post in page.posts]
    assert [finding for page in parsed for finding in page.findings] == []
    assert [len(page.posts) for page in parsed] == [0, 20, 20, 20, 15]
    assert [post.post_caption for post in posts] == [
        twin.world.caption(17, number) for number in range(75)
    ]
    times = [post.posted_at for post in posts]
    assert times == sorted(times, reverse=True)
    assert timedelta(days=55) < times[0] - times[-1] < timedelta(days=60)


def test_the_lists_of_the_creators_app_are_read_and_nothing_in_them_is_odd(twin):
    ids = [str(FIRST_CAMPAIGN_ID + number) for number in range(twin.world.campaigns)]

    answers = _lists(twin.environment(), ids)
    creators, campaigns, involved = (json.loads(answer.body) for answer in answers)

    records, odd = parse_creators(creators["creators"])
    read, odd_campaigns = parse_campaigns(campaigns["campaigns"])
    parts, odd_parts = parse_involved(involved, set(ids))
    assert odd + odd_campaigns + odd_parts == []
    assert (len(records), len(read), len(parts)) == (60, len(ids), 60)
    assert {part.creator_id for part in parts} == {item.creator_id for item in records}


def test_accounts_of_different_creators_have_nothing_in_common(twin):
    # Of one variant: written once, told apart by the creator's number alone.
    found = [
        parse_instagram_answer(answer.request, json.loads(answer.body), None)
        for handle in ("creator.00000001", "creator.00000049")
        for answer in _instagram(twin.environment(), handle)[:1]
    ]

    first, second = found
    assert first.account_id != second.account_id
    for name in ("post_id", "post_url", "post_caption"):
        there = {getattr(post, name) for post in first.posts}
        assert there.isdisjoint(getattr(post, name) for post in second.posts)


def test_nobody_unknown_gets_an_answer(twin):
    url = twin.environment()["META_API_URL"]
    client = InstagramClient(url)
    agency = AgencyConnection("1", "token")

    with pytest.raises(Exception, match="no such call"):
        _answers(
            lambda talk: client.walk_outside(
                talk, agency, "creator.00000060", _AGES_AGO, None
            )
        )


def _paths(value, path=""):
    """Return the names of all fields with the types of their values."""
    if isinstance(value, dict):
        return {
            found
            for name, inner in value.items()
            for found in _paths(inner, f"{path}.{name}")
        }
    if isinstance(value, list):
        return {found for inner in value for found in _paths(inner, f"{path}[]")}
    return {f"{path}: {type(value).__name__}"}


def _shape(answers):
    return {path for answer in answers for path in _paths(json.loads(answer.body))}


def test_answers_have_the_fields_and_types_of_the_sandbox(twin, sandbox):
    world, now = sandbox.world, sandbox.clock.now()
    handle = world.handle(0, now)
    token = sandbox.state.tiktok_tokens.current(2).access_token
    here, there = twin.environment(), sandbox.environment()
    ids = ["501", "502"]

    assert _shape(_instagram(here, "creator.00000000")) == _shape(
        _instagram(there, handle)
    )
    assert _shape(_tiktok(here, tiktok_token(0))) == _shape(_tiktok(there, token))
    assert _shape(_lists(here, ids)) == {
        path for path in _shape(_lists(there, ids)) if "NoneType" not in path
    }


def test_the_twin_counts_what_it_answers(twin):
    twin.reset()

    _instagram(twin.environment(), "creator.00000003")

    assert twin.stats() == {"requests": 2, "in_flight": 0, "most_in_flight": 1}
