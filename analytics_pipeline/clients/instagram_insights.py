"""Insights of connected accounts through the Graph API (Facebook Login).

One call per post brings all metrics of its kind. A metric that is refused is left out,
remembered, and the rest asked again: one unfit metric would otherwise void everything.
What goes wrong with one post costs no other post.

Source: docs/sources/instagram.md (Insights; Graph API v23.0, read 2026-11).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from analytics_pipeline.clients.budget import Budgets
from analytics_pipeline.clients.capabilities import Capabilities
from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.errors import (
    ApiError,
    ItemUnavailable,
    PermanentApiError,
    TransientApiError,
)
from analytics_pipeline.clients.graph_usage import use_case_usage
from analytics_pipeline.clients.instagram import use_case_budget
from analytics_pipeline.clients.json_answer import JsonObject
from analytics_pipeline.clients.metric_refusals import (
    BeforeConversion,
    MetricsRefusedError,
    UnnamedRefusalError,
    understand_insights,
)
from analytics_pipeline.clients.transport import Request
from analytics_pipeline.schemas.metric_sets import (
    ACCOUNT_TOTALS,
    BREAKDOWNS,
    FOLLOWS,
    POST_METRICS,
)
from analytics_pipeline.schemas.metrics import ProductType
from analytics_pipeline.schemas.outcomes import Reason

_POST_ID = re.compile(r"[A-Za-z0-9_]+")
_MOST_FAILURES_IN_A_ROW = 3

Ask = Callable[[Sequence[str]], JsonObject]
"""Asks for some metrics."""


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """A connected account, with its own token."""

    account_id: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PostToAsk:
    """A post whose insights are wanted.

    Attributes:
        post_id: Which.
        product: What kind it is, which decides what can be asked.
        broken_down: Metrics to be asked by their parts too, each in a call of its own.
    """

    post_id: str
    product: ProductType
    broken_down: tuple[str, ...] = ()

    @property
    def calls(self) -> int:
        """Requests that asking takes."""
        return 1 + len(self.broken_down)


class PlatformDay(NamedTuple):
    """A day as the platform counts it, in Unix seconds, half-open."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class _AccountQuestion:
    """Metrics of an account that can be asked for together."""

    metrics: tuple[str, ...]
    metric_type: str
    breakdown: str | None = None


_TOTALS = _AccountQuestion(ACCOUNT_TOTALS, "total_value")
_FOLLOWS = _AccountQuestion((FOLLOWS,), "total_value", BREAKDOWNS[FOLLOWS])


def account_calls(days: int) -> int:
    """Return how many requests asking about an account on some days takes."""
    return 1 + 2 * days


class InstagramInsights:
    """Reads the insights of connected accounts.

    Args:
        base_url: Of the Graph API, with its version.
        budgets: Makes the budgets that calls are taken from.
    """

    def __init__(self, base_url: str, budgets: Budgets | None = None) -> None:
        self._base_url = base_url
        self._budgets = budgets or Budgets()

    def read_posts(
        self,
        conversation: Conversation,
        owner: OwnAccount,
        posts: Sequence[PostToAsk],
        capabilities: Capabilities,
    ) -> None:
        """Ask for the insights of posts, one after the other; the answers are kept.

        A post that is gone, too new, too old or seen by too few is not a failure.

        Args:
            conversation: Asks and keeps the answers.
            owner: Whose posts.
            posts: Which.
            capabilities: What may be asked for, and what is learned of that.

        Raises:
            BudgetExhausted: The account's calls are used up.
            ReconnectRequired: Its token is dead.
            PermanentApiError: A permission is missing; or, once all other posts have
                been asked, the platform refused what was asked of one.
            TransientApiError: Once all other posts have been asked: one was not
                answered, or several in a row were not.
        """
        setbacks = _Setbacks()
        for post in posts:
            if not _POST_ID.fullmatch(post.post_id):
                continue  # Nothing else may get into an address.
            path = f"/{post.post_id}/insights"
            with setbacks.of_one():
                ask = self._asking(conversation, owner, path, {})
                _ask_metrics(
                    ask, post.product, POST_METRICS[post.product], capabilities
                )
            for metric in post.broken_down:
                ask = self._asking(
                    conversation, owner, path, {"breakdown": BREAKDOWNS[metric]}
                )
                with setbacks.of_one():
                    _ask_metrics(ask, post.product, (metric,), capabilities)
        setbacks.raise_worst()

    def read_account(
        self,
        conversation: Conversation,
        owner: OwnAccount,
        days: Sequence[PlatformDay],
        series: Sequence[str],
        capabilities: Capabilities,
    ) -> None:
        """Ask for the insights of an account on some days; the answers are kept.

        Totals are asked day by day, from the newest back until the platform says that
        the account was no professional one yet; series in one call for all days.
        The next window that an answer offers is never followed: there is one for ever.

        Args:
            conversation: Asks and keeps the answers.
            owner: Whose.
            days: Days that have ended, one after the other, oldest first.
            series: Metrics to ask for as a series.
            capabilities: What may be asked for, and what is learned of that.

        Raises:
            BudgetExhausted: The account's calls are used up.
            ReconnectRequired: Its token is dead.
            PermanentApiError: A permission is missing; or, once all else has been
                asked, the platform refused a request.
            TransientApiError: Once all else has been asked: a request was not answered,
                or several in a row were not.
        """
        path = f"/{owner.account_id}/insights"
        setbacks = _Setbacks()

        def ask(since: int, until: int, what: _AccountQuestion) -> None:
            params = {"period": "day", "metric_type": what.metric_type}
            params |= {"since": str(since), "until": str(until)}
            params |= {"breakdown": what.breakdown} if what.breakdown else {}
            asking = self._asking(conversation, owner, path, params)
            with setbacks.of_one():
                _ask_metrics(asking, ProductType.ACCOUNT, what.metrics, capabilities)

        known: list[PlatformDay] = []
        for day in reversed(days):
            ask(*day, _TOTALS)
            if isinstance(setbacks.last, BeforeConversion):
                break
            ask(*day, _FOLLOWS)
            known.append(day)
        if known:
            question = _AccountQuestion(tuple(series), "time_series")
            ask(known[-1].since, known[0].until, question)
        setbacks.raise_worst()

    def _asking(
        self,
        conversation: Conversation,
        owner: OwnAccount,
        path: str,
        params: dict[str, str],
    ) -> Ask:
        budget = use_case_budget(self._budgets, owner.account_id)

        def ask(metrics: Sequence[str]) -> JsonObject:
            request = Request(
                "GET",
                self._base_url + path,
                {"metric": ",".join(metrics)} | params,
                token=owner.token,
            )
            return conversation.ask(
                request,
                lambda answer: understand_insights(answer, metrics),
                budget,
                use_case_usage,
            )

        return ask


class _Setbacks:
    """What went wrong with single items; the others are asked all the same."""

    def __init__(self) -> None:
        self._transient: TransientApiError | None = None
        self._permanent: PermanentApiError | None = None
        self._in_a_row = 0
        self.last: ApiError | None = None

    @contextmanager
    def of_one(self) -> Iterator[None]:
        """Ask about one item; what is only about that item goes no further."""
        self.last = None
        try:
            yield
        except TransientApiError as error:
            self._transient = self.last = error
        except PermanentApiError as error:
            if error.reason is Reason.PERMISSION_MISSING:
                raise
            self._permanent = self.last = error
        except ItemUnavailable as error:
            self.last = error
            self._in_a_row = 0  # The answer says so, and is kept.
            return
        else:
            self._in_a_row = 0
            return
        self._in_a_row += 1
        if self._in_a_row == _MOST_FAILURES_IN_A_ROW:
            self.raise_worst()  # Each further item would be asked in vain.

    def raise_worst(self) -> None:
        """Raise what asking again could mend, else what has to be looked at."""
        if self._transient is not None:
            raise self._transient
        if self._permanent is not None:
            raise self._permanent


def _ask_metrics(
    ask: Ask, product: ProductType, metrics: Sequence[str], capabilities: Capabilities
) -> None:
    """Ask for metrics, leaving out those that are refused, until the rest is answered.

    Args:
        ask: Asks.
        product: What is asked about.
        metrics: All that could be asked.
        capabilities: What may be asked for, and what is learned of that.

    Raises:
        UnnamedRefusalError: Everything was refused, and nothing named: the request is
            wrong, not a metric.
    """
    with capabilities.asking(product, metrics):
        while asked := capabilities.usable(product, metrics):
            try:
                answered = _names(ask(asked))
            except MetricsRefusedError as refusal:
                capabilities.refuse(product, refusal.metrics, str(refusal))
            except UnnamedRefusalError as refusal:
                refused = _search_halves(ask, asked)
                if len(refused) == len(asked):
                    raise
                if not refused:
                    return  # Each was answered; only together they were not.
                capabilities.refuse(product, refused, str(refusal))
            else:
                capabilities.answered(product, set(asked) & set(answered))
                return


def _search_halves(ask: Ask, metrics: Sequence[str]) -> list[str]:
    """Find what was refused, unnamed, among some metrics; see `_search`."""
    if len(metrics) == 1:
        return [*metrics]
    middle = len(metrics) // 2
    return _search(ask, metrics[:middle]) + _search(ask, metrics[middle:])


def _search(ask: Ask, metrics: Sequence[str]) -> list[str]:
    """Ask for metrics, and for halves of them until each refusal is found.

    Args:
        ask: Asks.
        metrics: Some of which may be refused without being named.

    Returns:
        Those that are refused; the answers to the others are kept.
    """
    try:
        ask(metrics)
    except MetricsRefusedError as refusal:
        rest = [name for name in metrics if name not in refusal.metrics]
        return [*refusal.metrics, *(_search(ask, rest) if rest else ())]
    except UnnamedRefusalError:
        return _search_halves(ask, metrics)
    return []


def _names(parsed: JsonObject) -> list[str]:
    """Return the metrics in an answer."""
    return [
        str(item["name"])
        for item in parsed["data"]
        if isinstance(item, dict) and "name" in item
    ]
