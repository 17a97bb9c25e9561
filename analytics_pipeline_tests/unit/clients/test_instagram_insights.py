"""Asking for insights: which calls are made, and what one refusal costs the rest."""

import pytest

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
from analytics_pipeline.clients.metric_refusals import UnnamedRefusalError
from analytics_pipeline.schemas.metric_sets import (
    ACCOUNT_SERIES,
    ACCOUNT_TOTALS,
    POST_METRICS,
)
from analytics_pipeline.schemas.metrics import ProductType
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.scripted import answer
from analytics_pipeline_tests.unit.clients.talking import NOW

OWNER = OwnAccount("17841400000000001", "a-token")
REELS = POST_METRICS[ProductType.REELS]
EMPTY = answer({"data": []})
BLIP = answer({"error": {"code": 2, "message": "try again"}}, 500)
DAYS = [PlatformDay(start, start + 86_400) for start in (0, 86_400, 172_800)]


def refused(message, code=100, subcode=None):
    fields = {"code": code, "message": message}
    if subcode is not None:
        fields["error_subcode"] = subcode
    return answer({"error": fields}, 400)


def told(*names):
    return answer(
        {"data": [{"name": name, "values": [{"value": 1}]} for name in names]}
    )


BEFORE = refused("before conversion", subcode=2108006)
GONE = refused("does not exist", subcode=33)
FEW = refused("(#10) Not enough viewers for the media to show insights", code=10)


@pytest.fixture
def known():
    return Capabilities(lambda: NOW)


@pytest.fixture
def read(server, talk, known):
    """Ask a scripted server about posts."""

    def read(*posts):
        client = InstagramInsights(server.url)
        asked = [
            one if isinstance(one, PostToAsk) else PostToAsk(one, ProductType.REELS)
            for one in posts
        ]
        client.read_posts(talk.conversation, OWNER, asked, known)

    return read


@pytest.fixture
def read_days(server, talk, known):
    """Ask a scripted server about days of an account."""

    def read_days(days=DAYS, series=ACCOUNT_SERIES):
        client = InstagramInsights(server.url)
        client.read_account(talk.conversation, OWNER, days, series, known)

    return read_days


def metrics(asked):
    return tuple(asked.query["metric"][0].split(","))


# Posts ------------------------------------------------------------------------------


def test_a_post_takes_one_call_for_all_metrics_of_its_kind(server, read):
    server.will(told(*REELS))
    read("1", PostToAsk("2", ProductType.FEED))

    assert [one.path for one in server.asked] == ["/1/insights", "/2/insights"]
    assert metrics(server.asked[0]) == REELS
    assert metrics(server.asked[1]) == POST_METRICS[ProductType.FEED]
    assert "a-token" not in str(server.asked[0].query)
    assert server.asked[0].headers["authorization"] == "Bearer a-token"


def test_nothing_is_asked_that_voids_answers_or_was_retired():
    forbidden = {"facebook_views", "crossposted_views", "impressions", "plays"}
    forbidden |= {"video_views", "engagement"}
    for asked in POST_METRICS.values():
        assert not forbidden & set(asked)
        assert len(set(asked)) == len(asked)


def test_a_metric_that_is_named_is_dropped_alone_and_for_all_posts(server, read, known):
    server.will(refused("does not support the reels_skip_rate metric"), told(*REELS))
    read("1", "2", "3")

    lengths = [len(metrics(one)) for one in server.asked]
    assert lengths == [len(REELS), *[len(REELS) - 1] * 3]
    assert all("reels_skip_rate" not in metrics(one) for one in server.asked[1:])
    assert [one.metric for one in known.refusals] == ["reels_skip_rate"]


def test_metrics_that_are_named_one_after_the_other_are_each_dropped(server, read):
    place = refused("metric[0] must be one of the following values: reach")
    server.will(place, place, told("likes"))
    read("1")
    assert [metrics(one)[0] for one in server.asked] == [*REELS[:3]]


@pytest.mark.parametrize("culprit", [0, 5, len(REELS) - 1])
def test_a_metric_that_is_not_named_is_found_by_halving(server, read, known, culprit):
    name = REELS[culprit]

    def reply(handler):
        asked = metrics(server.asked[-1])
        chosen = refused("unknown error") if name in asked else told(*asked)
        chosen(handler)

    server.will(reply)
    read("1", "2")

    assert [one.metric for one in known.refusals] == [name]
    assert metrics(server.asked[-1]) == tuple(one for one in REELS if one != name)
    answered = {one for asked in server.asked[:-1] for one in metrics(asked)}
    assert answered == set(REELS), "what is offered is told of this post too"
    assert len(server.asked) <= 2 * len(REELS)


def test_refusals_without_a_name_are_no_metrics_when_nothing_is_answered(
    server, read, known
):
    server.will(refused("something else is wrong"))
    with pytest.raises(UnnamedRefusalError) as caught:
        read("1", "2", "3", "4", "5")

    assert known.refusals == ()
    assert caught.value.reason is Reason.REQUEST_REJECTED
    assert {one.path for one in server.asked} == {f"/{n}/insights" for n in (1, 2, 3)}


@pytest.mark.parametrize("item", [BEFORE, GONE, FEW, EMPTY])
def test_what_is_only_about_one_post_costs_no_other(server, read, item):
    server.will(item, told(*REELS))
    read("1", "2")
    assert [one.path for one in server.asked] == ["/1/insights", "/2/insights"]


def test_a_post_that_is_not_answered_is_told_once_the_others_are(server, read, talk):
    server.will(BLIP, BLIP, BLIP, BLIP, told(*REELS))
    with pytest.raises(TransientApiError):
        read("1", "2", "3")
    assert [one.path for one in server.asked[4:]] == ["/2/insights", "/3/insights"]
    assert (talk.calls, talk.repeated) == (6, 3)


def test_a_platform_that_is_down_is_not_asked_post_after_post(server, read):
    server.will(BLIP)
    with pytest.raises(TransientApiError):
        read(*"123456")
    assert {one.path for one in server.asked} == {f"/{n}/insights" for n in (1, 2, 3)}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (refused("limit", code=80002), BudgetExhausted),
        (refused("dead", code=190, subcode=460), ReconnectRequired),
        (refused("(#10) does not have permission", code=10), PermanentApiError),
    ],
    ids=["limit", "token", "permission"],
)
def test_what_concerns_the_whole_account_ends_the_walk(server, read, reply, error):
    server.will(told(*REELS), reply)
    with pytest.raises(error):
        read("1", "2", "3")
    assert len(server.asked) == 2


def test_parts_are_asked_for_in_a_call_of_their_own(server, read):
    server.will(EMPTY)
    post = PostToAsk("1", ProductType.STORY, ("navigation",))
    read(post)

    assert post.calls == len(server.asked) == 2
    assert server.asked[1].query == {
        "metric": ["navigation"],
        "breakdown": ["story_navigation_action_type"],
    }


def test_an_id_that_is_none_does_not_get_into_an_address(server, read):
    server.will(EMPTY)
    read("../17841400000000001", "1?x=1", "2")
    assert [one.path for one in server.asked] == ["/2/insights"]


# Accounts ---------------------------------------------------------------------------


def test_an_account_takes_two_calls_a_day_and_one_for_all_days(server, read_days):
    server.will(EMPTY)
    read_days()

    asked = [(one.query["metric_type"][0], metrics(one)) for one in server.asked]
    day = [("total_value", ACCOUNT_TOTALS), ("total_value", ("follows_and_unfollows",))]
    assert asked == [*day, *day, *day, ("time_series", ACCOUNT_SERIES)]
    assert {one.path for one in server.asked} == {f"/{OWNER.account_id}/insights"}
    assert [one.query["since"] for one in server.asked[::2]] == [
        ["172800"],
        ["86400"],
        ["0"],
        ["0"],
    ]
    assert server.asked[-1].query["until"] == ["259200"]


def test_the_offered_next_window_is_never_followed(server, read_days):
    server.will(answer({"data": [], "paging": {"next": f"{server.url}/for-ever"}}))
    read_days(DAYS[:1])
    assert len(server.asked) == 3


def test_days_before_the_conversion_end_the_way_back(server, read_days):
    server.will(EMPTY, EMPTY, BEFORE, EMPTY)
    read_days()

    assert len(server.asked) == 4
    series = server.asked[-1].query
    assert (series["since"], series["until"]) == (["172800"], ["259200"])


def test_an_account_that_was_never_professional_then_takes_one_call(server, read_days):
    server.will(BEFORE)
    read_days()
    assert len(server.asked) == 1


def test_a_total_that_is_refused_is_left_out_on_the_other_days(
    server, read_days, known
):
    server.will(refused("metric[0] must be one of the following values: x"), EMPTY)
    read_days()

    assert [(one.product, one.metric) for one in known.refusals] == [
        (ProductType.ACCOUNT, "views")
    ]
    assert len(server.asked) == 8


def test_a_day_that_is_not_answered_costs_no_other(server, read_days):
    server.will(BLIP, BLIP, BLIP, BLIP, EMPTY)
    with pytest.raises(TransientApiError):
        read_days()
    assert len(server.asked) == 4 + 6
