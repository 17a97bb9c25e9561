"""Insights of whole accounts, by the platform's days.

Which metric is asked how, how far back, and what is not ready yet. A day's figures
appear some hours after it ended and grow a little for two days more.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from analytics_pipeline.sandbox.graph.account_window import Window, read_window
from analytics_pipeline.sandbox.graph.call import BASIC, INSIGHTS, GraphCall
from analytics_pipeline.sandbox.graph.errors import GraphError, ParameterError
from analytics_pipeline.sandbox.graph.insights import KNOWN as KNOWN_OF_POSTS
from analytics_pipeline.sandbox.graph.insights import professional_since
from analytics_pipeline.sandbox.graph.retirement import ACCOUNT
from analytics_pipeline.sandbox.graph.times import graph_time
from analytics_pipeline.sandbox.population.account_days import AccountDay
from analytics_pipeline.sandbox.population.calendar import as_instant, as_moment
from analytics_pipeline.sandbox.population.config import DAY_SECONDS
from analytics_pipeline.sandbox.population.records import Trait

READY_SECONDS: Final = 6 * 3_600
FINAL_SECONDS: Final = 48 * 3_600
FEWEST_FOLLOWERS: Final = 100
SERIES_DAYS: Final = 30

_NEW_FOLLOWERS: Final = "follower_count"
_FOLLOWS: Final = "follows_and_unfollows"
_FOLLOW_TYPE: Final = "follow_type"
_SERIES: Final = frozenset({"reach", _NEW_FOLLOWERS})
# Counted by accounts, so days do not add up.
_UNIQUE: Final = frozenset({"reach", "accounts_engaged"})
_RETURNING_SHARE = 0.35
_EARLY_SHARE = 0.97

_VALUES: Final[Mapping[str, Callable[[AccountDay], int]]] = {
    "reach": lambda day: day.reach,
    _NEW_FOLLOWERS: lambda day: day.gained,
    _FOLLOWS: lambda day: day.gained,
    "views": lambda day: day.views,
    "accounts_engaged": lambda day: day.accounts_engaged,
    "total_interactions": lambda day: day.total_interactions,
    "likes": lambda day: day.likes,
    "comments": lambda day: day.comments,
    "shares": lambda day: day.shares,
    "saves": lambda day: day.saves,
    "replies": lambda day: day.replies,
    "reposts": lambda day: day.reposts,
    "profile_links_taps": lambda day: day.profile_links_taps,
    "profile_views": lambda day: day.profile_views,
    "website_clicks": lambda day: day.website_clicks,
}
KNOWN: Final = tuple(sorted(_VALUES))


def list_account_insights(
    call: GraphCall, account: int, node_id: str
) -> dict[str, object]:
    """Answer ``/{ig-user-id}/insights``; one wrong metric voids the whole answer.

    Args:
        call: The call that asks.
        account: The account asked about.
        node_id: Its id.

    Returns:
        ``data`` with one row per metric that has figures for the window, and
        ``paging`` to the windows before and after, without an end.

    Raises:
        ParameterError: A metric is unknown, or asked in a way it is not served,
            or the window is too long or in the future.
        GraphError: The window begins before the account was professional.
    """
    call.require_owner(account, node_id)
    call.require_scope(BASIC, INSIGHTS)
    names = _read_metrics(call)
    total = _read_type(call)
    if call.params.get("period") != "day":
        message = "The parameter period must be day for these metrics"
        raise ParameterError(message)
    _refuse_unfit(names, call.params.get("breakdown"), total=total)
    window = read_window(call.params, as_instant(call.now))
    if _NEW_FOLLOWERS in names:
        _refuse_old(call, window)
    _refuse_unprofessional(call, account, window)
    asked = _Asked(call, account, node_id, window)
    rows = (asked.total(name) if total else asked.series(name) for name in names)
    return {"data": [row for row in rows if row], "paging": _paging(call, window)}


class _Asked:
    """One question about an account and a window."""

    def __init__(
        self, call: GraphCall, account: int, node_id: str, window: Window
    ) -> None:
        self._days = call.world.account_days
        self._account = account
        self._node_id = node_id
        self._window = window
        self._now = as_instant(call.now)
        followers = call.world.followers("instagram", account, call.now)
        self._too_small = followers < FEWEST_FOLLOWERS

    def series(self, name: str) -> dict[str, object] | None:
        """Give one value per day that ended within the window and is ready."""
        if name == _NEW_FOLLOWERS and self._too_small:
            return None
        calendar = self._days.calendar
        values = []
        for day in self._window.days(calendar):
            end = calendar.start_of(day + 1)
            if not self._window.since < end <= self._window.until:
                continue
            if end + READY_SECONDS > self._now:
                continue
            figure = _VALUES[name](self._days.day(self._account, day))
            value = int(figure * self._share_known(end))
            values.append({"value": value, "end_time": graph_time(as_moment(end))})
        return {**self._row(name), "values": values} if values else None

    def total(self, name: str) -> dict[str, object] | None:
        """Give one value for the window, or what of it is ready in whole days."""
        ready = self._window.ready(self._now - READY_SECONDS)
        if ready is None:
            return None
        value: dict[str, object] = {"value": self._sum(ready, name, _VALUES[name])}
        if name == _FOLLOWS:
            parts = (
                ("FOLLOWER", self._sum(ready, name, _VALUES[name])),
                ("NON_FOLLOWER", self._sum(ready, name, lambda day: day.lost)),
            )
            results = [
                {"dimension_values": [kind], "value": part} for kind, part in parts
            ]
            value = {
                "breakdowns": [{"dimension_keys": [_FOLLOW_TYPE], "results": results}]
            }
        return {**self._row(name), "total_value": value}

    def _sum(
        self, window: Window, name: str, figure: Callable[[AccountDay], int]
    ) -> int:
        parts = list(self._parts(window, figure))
        if name not in _UNIQUE or window.until - window.since <= DAY_SECONDS:
            return int(sum(parts))
        most = max(parts)
        return int(most + _RETURNING_SHARE * (sum(parts) - most))

    def _parts(
        self, window: Window, figure: Callable[[AccountDay], int]
    ) -> Iterator[float]:
        """Give what each of the platform's days contributes to a window."""
        calendar = self._days.calendar
        for day in window.days(calendar):
            start, end = calendar.start_of(day), calendar.start_of(day + 1)
            inside = min(end, window.until) - max(start, window.since)
            if inside > 0:
                whole = figure(self._days.day(self._account, day))
                share = inside / (end - start)
                yield whole * share * self._share_known(min(end, window.until))

    def _share_known(self, end: int) -> float:
        return 1.0 if end + FINAL_SECONDS <= self._now else _EARLY_SHARE

    def _row(self, name: str) -> dict[str, object]:
        return {
            "name": name,
            "period": "day",
            "title": name.replace("_", " ").capitalize(),
            "description": f"{name.replace('_', ' ').capitalize()} of this account.",
            "id": f"{self._node_id}/insights/{name}/day",
        }


def _read_metrics(call: GraphCall) -> list[str]:
    text = call.params.get("metric", "")
    names = list(dict.fromkeys(n.strip() for n in text.split(",") if n.strip()))
    if not names:
        message = "The parameter metric is required"
        raise ParameterError(message)
    known = [name for name in KNOWN if not _is_retired(call, name)]
    for number, name in enumerate(names):
        if name not in known:
            values = ", ".join(known)
            message = f"metric[{number}] must be one of the following values: {values}"
            raise ParameterError(message)
    return names


def _is_retired(call: GraphCall, name: str) -> bool:
    """Tell whether an account's metric is gone; a post's of that name may not be."""
    retired = call.state.retired
    if retired.is_unfit(name, ACCOUNT):
        return True
    return name not in KNOWN_OF_POSTS and retired.is_unknown(name)


def _read_type(call: GraphCall) -> bool:
    """Tell whether totals are asked for."""
    kind = call.params.get("metric_type", "time_series")
    if kind not in {"time_series", "total_value"}:
        message = "metric_type must be one of the following values: time_series, "
        message += "total_value"
        raise ParameterError(message)
    return kind == "total_value"


def _refuse_unfit(names: list[str], breakdown: str | None, *, total: bool) -> None:
    wrong = [n for n in names if n not in _SERIES] if not total else []
    if wrong:
        message = (
            f"The following metrics ({', '.join(wrong)}) should be specified with "
            "parameter metric_type=total_value"
        )
        raise ParameterError(message)
    if total and _NEW_FOLLOWERS in names:
        message = (
            f"The following metrics ({_NEW_FOLLOWERS}) are incompatible with the "
            "metric type (total_value)"
        )
        raise ParameterError(message)
    if _FOLLOWS in names and breakdown is None:
        message = f"The metric {_FOLLOWS} requires the breakdown {_FOLLOW_TYPE}"
        raise ParameterError(message)
    if breakdown is not None and (breakdown != _FOLLOW_TYPE or names != [_FOLLOWS]):
        message = f"Incompatible breakdowns ({breakdown}) for {', '.join(names)}"
        raise ParameterError(message)


def _refuse_old(call: GraphCall, window: Window) -> None:
    calendar = call.world.account_days.calendar
    today = calendar.day_of(as_instant(call.now))
    first = calendar.start_of(today - SERIES_DAYS)
    if window.named and not (
        first <= window.since and window.until <= calendar.start_of(today)
    ):
        message = (
            f"({_NEW_FOLLOWERS}) metric only supports querying data for the last "
            f"{SERIES_DAYS} days excluding the current day"
        )
        raise ParameterError(message)


def _refuse_unprofessional(call: GraphCall, account: int, window: Window) -> None:
    late = Trait.CONVERTED_LATE in call.world.creator(account).traits
    if late and window.since < professional_since(call.world):
        message = "(#100) The window begins before the account became professional"
        raise GraphError(100, message, subcode=2108006)


def _paging(call: GraphCall, window: Window) -> dict[str, object]:
    length = window.until - window.since
    moves = {"previous": window.since - length, "next": window.until}
    return {
        name: str(
            call.url.include_query_params(
                access_token=call.token_text, since=since, until=since + length
            )
        )
        for name, since in moves.items()
    }
