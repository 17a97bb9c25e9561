"""Media insights: the right metrics for the right kind of post, and refusals."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.sandbox.graph.insights import SUITABLE
from analytics_pipeline_tests.unit.sandbox.asking import error_of

START = datetime(2026, 3, 1, tzinfo=UTC)
OWNER, STORYTELLER = 1, 16
SAFE = {
    "REELS": "views,reach,likes,comments,saved,shares,total_interactions,"
    "ig_reels_avg_watch_time,ig_reels_video_view_total_time",
    "FEED": "views,reach,likes,comments,saved,shares,total_interactions,"
    "profile_visits,follows",
    "STORY": "views,reach,replies,shares,total_interactions,profile_visits,"
    "follows,navigation",
}


def post_of(sandbox, product):
    now = sandbox.clock.now()
    if product == "STORY":
        stories = sandbox.world.stories(STORYTELLER, now)
        return max(stories, key=lambda story: story.counters.reach), STORYTELLER
    posts = sandbox.world.instagram_posts(OWNER, now)
    return next(post for post in posts if post.product == product), OWNER


def insights(ask, post, owner, metric, **params):
    _, token = ask.owner(owner)
    return ask.graph(f"{post.post_id}/insights", token=token, metric=metric, **params)


@pytest.mark.parametrize("product", ["FEED", "REELS", "STORY"])
def test_the_safe_metrics_of_each_product_are_answered(ask, sandbox, product):
    post, owner = post_of(sandbox, product)
    body = insights(ask, post, owner, SAFE[product]).json()
    values = {row["name"]: row["values"][0]["value"] for row in body["data"]}
    assert set(values) == set(SAFE[product].split(","))
    assert values["reach"] == post.counters.reach
    assert values["views"] == post.counters.views
    assert values["shares"] == post.counters.shares


@pytest.mark.parametrize("product", ["FEED", "REELS", "STORY"])
def test_every_suitable_metric_has_a_value(ask, sandbox, product):
    post, owner = post_of(sandbox, product)
    names = SUITABLE[product] - {"facebook_views", "crossposted_views"}
    body = insights(ask, post, owner, ",".join(names)).json()
    assert {row["name"] for row in body["data"]} == names
    for row in body["data"]:
        assert type(row["values"][0]["value"]) is int
        assert row["values"][0]["value"] >= 0


def test_a_row_reads_as_the_sheet_shows(ask, sandbox):
    post, owner = post_of(sandbox, "FEED")
    (row,) = insights(ask, post, owner, "reach").json()["data"]
    assert set(row) == {"name", "period", "values", "title", "description", "id"}
    assert row["period"] == "lifetime"
    assert row["values"] == [{"value": post.counters.reach}]
    assert row["id"] == f"{post.post_id}/insights/reach/lifetime"


def test_rows_do_not_come_in_the_order_asked(ask, sandbox):
    post, owner = post_of(sandbox, "FEED")
    rows = insights(ask, post, owner, "views,reach,likes").json()["data"]
    assert [row["name"] for row in rows] != ["views", "reach", "likes"]


@pytest.mark.parametrize(
    ("metric", "kind"),
    [
        ("navigation", "story_navigation_action_type"),
        ("profile_activity", "action_type"),
    ],
)
def test_a_breakdown_comes_beside_the_plain_value(ask, sandbox, metric, kind):
    post, owner = post_of(sandbox, "STORY")
    (row,) = insights(ask, post, owner, metric, breakdown=kind).json()["data"]
    total = row["total_value"]
    assert total["value"] == row["values"][0]["value"]
    (part,) = total["breakdowns"]
    assert part["dimension_keys"] == [kind]
    assert sum(result["value"] for result in part["results"]) == total["value"]


@pytest.mark.parametrize(
    ("product", "metric", "named"),
    [
        ("REELS", "reach,profile_visits,follows", "profile_visits, follows"),
        ("STORY", "reach,saved,likes", "saved, likes"),
        ("FEED", "navigation", "navigation"),
        ("FEED", "ig_reels_avg_watch_time,reach", "ig_reels_avg_watch_time"),
    ],
)
def test_an_unfit_metric_is_named(ask, sandbox, product, metric, named):
    post, owner = post_of(sandbox, product)
    answer = insights(ask, post, owner, metric)
    assert error_of(answer) == (400, 100, None)
    message = answer.json()["error"]["message"]
    assert f"does not support the {named} metric for this media product" in message


@pytest.mark.parametrize("name", ["impressions", "plays", "video_views", "nonsense"])
def test_an_unknown_metric_is_numbered_and_not_named(ask, sandbox, name):
    post, owner = post_of(sandbox, "FEED")
    answer = insights(ask, post, owner, f"reach,{name}")
    assert error_of(answer) == (400, 100, None)
    message = answer.json()["error"]["message"]
    assert "metric[1] must be one of the following values: " in message
    assert name not in message


@pytest.mark.parametrize(
    ("product", "metric"),
    [("FEED", "facebook_views"), ("REELS", "reach,crossposted_views")],
)
def test_facebook_metrics_void_the_answer(ask, sandbox, product, metric):
    post, owner = post_of(sandbox, product)
    assert error_of(insights(ask, post, owner, metric)) == (400, -1, 2207086)


@pytest.mark.parametrize("metric", ["reach", "navigation,reach"])
def test_a_breakdown_on_a_metric_without_one_is_refused(ask, sandbox, metric):
    post, owner = post_of(sandbox, "STORY")
    kind = "story_navigation_action_type"
    answer = insights(ask, post, owner, metric, breakdown=kind)
    assert error_of(answer) == (400, 100, None)


@pytest.mark.parametrize("metric", [None, "", " , "])
def test_insights_without_a_metric_are_refused(ask, sandbox, metric):
    post, owner = post_of(sandbox, "FEED")
    assert error_of(insights(ask, post, owner, metric)) == (400, 100, None)


def test_a_story_almost_nobody_saw_is_refused(ask, sandbox):
    for hours in range(0, 240, 6):
        at = START + timedelta(hours=hours)
        few = [
            s for s in sandbox.world.stories(STORYTELLER, at) if s.counters.reach < 5
        ]
        if few:
            sandbox.clock.set(at)
            answer = insights(ask, few[0], STORYTELLER, "reach")
            assert error_of(answer) == (400, 10, None)
            assert "Not enough viewers" in answer.json()["error"]["message"]
            return
    pytest.fail("no story was seen by fewer than five")


def test_insights_end_with_the_story(ask, sandbox):
    post, owner = post_of(sandbox, "STORY")
    sandbox.clock.set(post.posted_at + timedelta(days=1))
    assert error_of(insights(ask, post, owner, "reach")) == (400, 100, 33)


def test_a_very_young_post_has_no_data_yet_and_no_zero(ask, sandbox):
    post, owner = post_of(sandbox, "FEED")
    sandbox.clock.set(post.posted_at + timedelta(minutes=30))
    assert insights(ask, post, owner, "reach").json() == {"data": []}
    sandbox.clock.set(post.posted_at + timedelta(hours=2))
    assert len(insights(ask, post, owner, "reach").json()["data"]) == 1


def test_a_post_from_before_the_conversion_has_no_insights(ask, sandbox):
    posts = sandbox.world.instagram_posts(STORYTELLER, sandbox.clock.now())
    assert error_of(insights(ask, posts[-1], STORYTELLER, "reach")) == (
        400,
        100,
        2108006,
    )
    assert insights(ask, posts[0], STORYTELLER, "reach").status_code == 200


def test_insights_of_another_s_post_are_refused(ask, sandbox):
    post, _ = post_of(sandbox, "FEED")
    assert error_of(insights(ask, post, STORYTELLER, "reach")) == (400, 100, 33)


def test_insights_agree_with_the_list(ask, sandbox):
    post, owner = post_of(sandbox, "REELS")
    rows = insights(ask, post, owner, "likes,comments,saved,shares").json()["data"]
    _, token = ask.owner(owner)
    fields = "like_count,comments_count,saved_count,shares_count"
    body = ask.graph(post.post_id, token=token, fields=fields).json()
    values = {row["name"]: row["values"][0]["value"] for row in rows}
    assert values == {
        "likes": body["like_count"],
        "comments": body["comments_count"],
        "saved": body["saved_count"],
        "shares": body["shares_count"],
    }
