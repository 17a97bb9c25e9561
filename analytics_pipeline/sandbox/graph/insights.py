"""Insights of single posts and stories, with the platform's refusals.

Which metric suits which kind of post, and the four different ways of not getting
a number: an unfit metric, an unknown one, one that needs a share to Facebook, and
a story that too few people saw.
"""

from collections.abc import Mapping
from typing import Final

from analytics_pipeline.sandbox.graph.call import INSIGHTS, GraphCall
from analytics_pipeline.sandbox.graph.errors import GraphError, ParameterError
from analytics_pipeline.sandbox.graph.fields import Field
from analytics_pipeline.sandbox.graph.retirement import RetiredMetrics
from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.population.config import DAY_SECONDS
from analytics_pipeline.sandbox.population.dice import Dice
from analytics_pipeline.sandbox.population.records import Post, Trait
from analytics_pipeline.sandbox.world import World

FEED, REELS, STORY = "FEED", "REELS", "STORY"
FEWEST_VIEWERS: Final = 5
CONVERTED_DAYS_BEFORE: Final = 30

_COMMON = frozenset({"views", "reach", "shares", "total_interactions", "reposts"})
_POSTS = frozenset({"likes", "comments", "saved", "total_likes", "total_comments"})
_FACEBOOK = frozenset({"facebook_views", "crossposted_views"})
SUITABLE: Final[Mapping[str, frozenset[str]]] = {
    FEED: _COMMON
    | _POSTS
    | {"profile_visits", "follows", "profile_activity", "total_views"}
    | {"facebook_views"},
    REELS: _COMMON
    | _POSTS
    | {"ig_reels_avg_watch_time", "ig_reels_video_view_total_time"}
    | {"reels_skip_rate", "total_views"}
    | _FACEBOOK,
    STORY: _COMMON
    | {"profile_visits", "follows", "profile_activity", "navigation", "replies"}
    | {"link_clicks", "total_views", "facebook_views"},
}
KNOWN: Final = tuple(sorted(frozenset().union(*SUITABLE.values())))
BREAKDOWNS: Final = {
    "profile_activity": "action_type",
    "navigation": "story_navigation_action_type",
}

_NOT_YET_SECONDS = 3_600
_TAP_FORWARD_SHARE = 0.75


def expand_insights(call: GraphCall, post: Post, field: Field) -> dict[str, object]:
    """Answer ``insights.metric(...)`` inside a list of fields."""
    call.require_scope(INSIGHTS)
    return media_insights(call, post, field.modifiers.get("metric"), None)


def media_insights(
    call: GraphCall, post: Post, metric: str | None, breakdown: str | None
) -> dict[str, object]:
    """Answer the insights of one post; one bad metric voids the whole answer.

    Args:
        call: The call that asks.
        post: The owner's own post or active story.
        metric: The metrics' names, with commas.
        breakdown: A breakdown's name, or None.

    Returns:
        ``{"data": [...]}``; empty while there is no data yet.

    Raises:
        GraphError: A metric is missing, unknown or unfit (100), not available
            because the post was not shared to Facebook (-1/2207086), from before
            the account was professional (100/2108006), or a story has too few
            viewers (10).
    """
    metrics = _read_metrics(call.state.retired, metric, post, breakdown)
    _refuse_unavailable(call, post, metrics)
    age = as_instant(call.now) - as_instant(post.posted_at)
    if age < _NOT_YET_SECONDS and post.product != STORY:
        return {"data": []}
    data = [_metric(call, post, name, breakdown) for name in reversed(metrics)]
    return {"data": data}


def _read_metrics(
    retired: RetiredMetrics, metric: str | None, post: Post, breakdown: str | None
) -> list[str]:
    names = [name.strip() for name in (metric or "").split(",") if name.strip()]
    if not names:
        message = "The parameter metric is required"
        raise ParameterError(message)
    known = [name for name in KNOWN if not retired.is_unknown(name)]
    for number, name in enumerate(names):
        if name not in known:
            values = ", ".join(known)
            message = f"metric[{number}] must be one of the following values: {values}"
            raise ParameterError(message)
    unfit = [
        name
        for name in names
        if name not in SUITABLE[post.product] or retired.is_unfit(name, post.product)
    ]
    if unfit:
        message = (
            f"The Media Insights API does not support the {', '.join(unfit)} metric "
            "for this media product type."
        )
        raise ParameterError(message)
    if breakdown is not None and any(BREAKDOWNS.get(n) != breakdown for n in names):
        message = f"Incompatible breakdowns ({breakdown}) for {', '.join(names)}"
        raise ParameterError(message)
    return names


def _refuse_unavailable(call: GraphCall, post: Post, metrics: list[str]) -> None:
    if _FACEBOOK & set(metrics):
        raise GraphError(-1, "Fatal", subcode=2207086)
    if post.product == STORY and post.counters.reach < FEWEST_VIEWERS:
        message = "(#10) Not enough viewers for the media to show insights"
        raise GraphError(10, message)
    converted_late = Trait.CONVERTED_LATE in call.world.creator(post.account).traits
    posted = as_instant(post.posted_at)
    if converted_late and posted < professional_since(call.world):
        message = "(#100) Media posted before the account became professional"
        raise GraphError(100, message, subcode=2108006, user_title="Media too old")


def professional_since(world: World) -> int:
    """Give the Unix second at which late accounts became professional."""
    start = world.calendar.start_of(world.config.start.toordinal())
    return start - CONVERTED_DAYS_BEFORE * DAY_SECONDS


def _metric(
    call: GraphCall, post: Post, name: str, breakdown: str | None
) -> dict[str, object]:
    value = metric_value(call.world.config.seed, post, name)
    answer: dict[str, object] = {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        "title": name.replace("_", " ").capitalize(),
        "description": f"Lifetime {name.replace('_', ' ')} of this post.",
        "id": f"{post.post_id}/insights/{name}/lifetime",
    }
    if breakdown is not None:
        forward = int(value * _TAP_FORWARD_SHARE)
        names = ("tap_forward", "tap_back")
        if name == "profile_activity":
            names = ("bio_link_clicked", "other")
        results = [
            {"dimension_values": [dimension], "value": part}
            for dimension, part in zip(names, (forward, value - forward), strict=True)
        ]
        parts = [{"dimension_keys": [breakdown], "results": results}]
        answer["total_value"] = {"value": value, "breakdowns": parts}
    return answer


def metric_value(seed: int, post: Post, name: str) -> int:
    """Give the true value of a metric of a post."""
    counters = post.counters
    known: dict[str, int] = {
        "views": counters.views,
        "total_views": counters.views,
        "reach": counters.reach,
        "likes": counters.likes,
        "total_likes": counters.likes,
        "comments": counters.comments,
        "total_comments": counters.comments,
        "saved": counters.saves,
        "shares": counters.shares,
        "reposts": counters.shares // 5,
        "replies": counters.comments,
        "total_interactions": (
            counters.likes + counters.comments + counters.saves + counters.shares
        ),
    }
    if name in known:
        return known[name]
    share = Dice(seed, "metric", name, post.post_id).uniform(*_SHARES[name])
    if name == "ig_reels_avg_watch_time":
        return int(post.duration_seconds * 1_000 * share)
    if name == "ig_reels_video_view_total_time":
        return int(counters.views * post.duration_seconds * 1_000 * share)
    if name == "reels_skip_rate":
        return int(100 * share)
    return int(counters.reach * share)


_SHARES: Final[Mapping[str, tuple[float, float]]] = {
    "profile_visits": (0.01, 0.05),
    "follows": (0.0005, 0.004),
    "profile_activity": (0.002, 0.01),
    "navigation": (1.0, 1.6),
    "link_clicks": (0.0, 0.02),
    "ig_reels_avg_watch_time": (0.3, 0.7),
    "ig_reels_video_view_total_time": (0.3, 0.7),
    "reels_skip_rate": (0.2, 0.5),
}
