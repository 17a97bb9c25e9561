"""A key has so many calls a minute; its caller is told how many are left."""

from itertools import pairwise

import pytest
import requests

from analytics_pipeline.api.limits import RateLimits
from analytics_pipeline.schemas.api_keys import KeyScope
from analytics_pipeline_tests.api.serving import served, service_over
from analytics_pipeline_tests.conftest import new_database


class Seconds:
    """A clock that stands until it is moved."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


def test_the_first_call_beyond_the_limit_is_refused_until_one_is_back(seconds):
    limits = RateLimits(4, seconds)

    granted = [limits.take("a").is_granted for _ in range(5)]
    refused = limits.take("a")
    seconds.now += refused.seconds_until_next - 0.1
    early = limits.take("a")
    seconds.now += 0.1

    assert granted == [True, True, True, True, False]
    assert refused.seconds_until_next == 15
    assert not early.is_granted
    assert limits.take("a").is_granted
    assert not limits.take("a").is_granted


def test_what_is_left_is_told_and_comes_back_evenly(seconds):
    limits = RateLimits(60, seconds)

    left = [limits.take("a") for _ in range(3)]
    seconds.now += 2

    assert [item.remaining for item in left] == [59, 58, 57]
    assert [item.seconds_until_full for item in left] == [1, 2, 3]
    assert limits.take("a").remaining == 58


def test_pausing_saves_up_no_more_than_a_minutes_calls(seconds):
    limits = RateLimits(10, seconds)
    limits.take("a")
    seconds.now += 86_400

    assert limits.take("a").remaining == 9


def test_one_key_takes_nothing_from_another(seconds):
    limits = RateLimits(1, seconds)

    assert limits.take("a").is_granted
    assert limits.take("b").is_granted
    assert not limits.take("a").is_granted


@pytest.fixture(scope="module")
def running(postgres_socket, migrated_template, tmp_path_factory):
    few = {"ANALYTICS_API_CALLS_PER_MINUTE": "3"}
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, tmp_path_factory.mktemp("home"), **few) as (service, clock),
        served(service, clock) as running,
    ):
        yield running


def _ask(running, key):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = f"{running.url}/api/metrics/post?campaign_id=1"
    return requests.get(url, headers=headers, timeout=10)


def test_a_caller_is_told_what_is_left_and_when_to_come_back(running):
    key = running.key(KeyScope.READ)
    *answers, refused = (_ask(running, key) for _ in range(4))

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    policies = {answer.headers["RateLimit-Policy"] for answer in (*answers, refused)}
    assert policies == {'"calls";q=3;w=60'}
    told = [answer.headers["RateLimit"] for answer in answers]
    assert [text.split(";")[1] for text in told] == ["r=2", "r=1", "r=0"]
    assert all(one != next_one for one, next_one in pairwise(told))
    assert not any("Retry-After" in answer.headers for answer in answers)
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert "3 calls in a minute" in refused.json()["detail"]
    assert _ask(running, running.key(KeyScope.READ)).status_code == 404, "another key"


def test_calls_without_the_scope_are_counted_too(running):
    key = running.key(KeyScope.INVITE)

    assert [_ask(running, key).status_code for _ in range(4)] == [403, 403, 403, 429]


def test_strangers_are_told_nothing_of_limits(running):
    for presented in (None, "ap_000000000000_" + "x" * 43):
        answer = _ask(running, presented)
        assert answer.status_code == 401
        assert not [
            name for name in answer.headers if name.lower().startswith("ratelimit")
        ]


def test_the_description_tells_of_limits_wherever_a_key_is_needed(running):
    described = requests.get(f"{running.url}/openapi.json", timeout=10).json()
    operations = [
        operation for path in described["paths"].values() for operation in path.values()
    ]

    keyed = [operation for operation in operations if operation.get("security")]
    assert keyed
    assert all("Retry-After" in item["responses"]["429"]["headers"] for item in keyed)
    assert not any(
        "429" in item["responses"] for item in operations if item not in keyed
    )
