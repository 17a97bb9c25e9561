"""Collecting the insights of connected accounts' posts for some days."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analytics_pipeline.clients.capabilities import Capabilities, Refusal
from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.errors import PermanentApiError, ReconnectRequired
from analytics_pipeline.clients.instagram_insights import (
    InstagramInsights,
    OwnAccount,
    PostToAsk,
)
from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.connections import Connection, ConnectionStatus
from analytics_pipeline.schemas.metrics import ProductType
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.shards import WHOLE, Shard
from analytics_pipeline.steps.asking import (
    CollectOptions,
    Question,
    Subject,
    ask_all,
    recover,
)
from analytics_pipeline.steps.capabilities import open_capabilities
from analytics_pipeline.steps.collect_report import CollectReport
from analytics_pipeline.steps.readings import read_day
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.insight_plan import due_posts
from analytics_pipeline.transform.planning import (
    AccountPlan,
    Need,
    Plan,
    needs_of,
    plan_accounts,
)
from analytics_pipeline.warehouse.attempts import find_attempts
from analytics_pipeline.warehouse.campaigns import participants_on
from analytics_pipeline.warehouse.capabilities import posts_never_answered
from analytics_pipeline.warehouse.connections import list_connections
from analytics_pipeline.warehouse.tokens import TokenVault

_log = logging.getLogger(__name__)
_SCOPE = "instagram_manage_insights"
_KINDS = (AttemptKind.MEDIA, AttemptKind.POST_INSIGHTS)


@dataclass(frozen=True, slots=True)
class InsightsReader:
    """Reads insights by the connected creators' own tokens.

    Attributes:
        client: Asks Instagram.
        vault: Has the tokens.
        api_url: Base address of the Graph API, with its version.
    """

    client: InstagramInsights
    vault: TokenVault
    api_url: str

    def owner(self, connection: Connection) -> OwnAccount:
        """Return an account with its token.

        Args:
            connection: Which.

        Returns:
            What a client asks with.

        Raises:
            ReconnectRequired: There is no token.
            PermanentApiError: It is known that its owner did not allow insights.
        """
        account = connection.account
        if not may_ask(connection):
            msg = f"its owner did not grant {_SCOPE}"
            raise PermanentApiError(msg, Reason.PERMISSION_MISSING)
        token = self.vault.access_token(account.connection_id)
        if token is None or account.account_id is None:
            msg = "no token is stored for this connected account"
            raise ReconnectRequired(msg)
        return OwnAccount(account.account_id, token)


@dataclass(frozen=True, slots=True)
class InsightsReport:
    """What became of a collection of insights.

    Attributes:
        collected: What became of each account.
        refusals: Metrics that the platform refused, and nobody will be asked again.
    """

    collected: CollectReport
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class PlannedPosts:
    """The posts of one account to be asked for.

    Attributes:
        connection: Which account.
        days: For which days.
        posts: Which posts.
    """

    connection: Connection
    days: tuple[date, ...]
    posts: tuple[PostToAsk, ...]

    @property
    def calls(self) -> int:
        """Requests that asking should take."""
        if not may_ask(self.connection):
            return 0
        return sum(post.calls for post in self.posts)


def may_ask(connection: Connection) -> bool:
    """Tell whether nothing is known that forbids asking for insights."""
    return not connection.scopes or _SCOPE in connection.scopes


def connected_accounts(
    run: Run, days: Sequence[date], shard: Shard
) -> tuple[list[Need], list[Connection]]:
    """Return what some days need of Instagram, and a shard's connected accounts."""
    with run.warehouse.begin() as connection:
        needs = needs_of(participants_on(connection, days), Platform.INSTAGRAM)
        connections = list_connections(
            connection, Platform.INSTAGRAM, {need.creator_id for need in needs}
        )
    return needs, [
        item
        for item in connections
        if item.status is ConnectionStatus.CONNECTED
        and shard.has(item.account.connection_id)
    ]


def collect_post_insights(
    run: Run, reader: InsightsReader, days: Sequence[date], options: CollectOptions
) -> InsightsReport:
    """Ask for the insights that some days need, and keep the answers.

    Args:
        run: The run.
        reader: Reads insights.
        days: The days; their lists of posts have been collected.
        options: How.

    Returns:
        What became of each account.
    """
    recovered = recover(run)
    refresh, shard = options.refresh, options.shard
    planned, reused = plan_post_insights(run, days, refresh=refresh, shard=shard)
    calls = sum(item.calls for item in planned)
    _log.info(
        "instagram: %d accounts to ask for insights of %d posts, %d calls planned",
        len(planned),
        sum(len(item.posts) for item in planned),
        calls,
    )
    known = open_capabilities(run, reader.api_url, AttemptKind.POST_INSIGHTS)
    questions = [_question(reader, item, known) for item in planned]
    subject = Subject(Platform.INSTAGRAM, AttemptKind.POST_INSIGHTS, max(days))
    asked = ask_all(run, subject, questions, options)
    collected = CollectReport(asked, calls, reused, recovered)
    return InsightsReport(collected, known.refusals)


def plan_post_insights(
    run: Run, days: Sequence[date], *, refresh: bool = False, shard: Shard = WHOLE
) -> tuple[list[PlannedPosts], int]:
    """Decide whose posts are asked for, for some days.

    Args:
        run: The run.
        days: The days; their lists of posts have been collected.
        refresh: Ask again for days that can still be observed on time.
        shard: Plan only the accounts of this part.

    Returns:
        The accounts with a post that is due, most urgent first; and how many account
        days the landing store already has.
    """
    needs, connections = connected_accounts(run, days, shard)
    with run.warehouse.begin() as connection:
        before = find_attempts(
            connection, Platform.INSTAGRAM, days, (AttemptKind.POST_INSIGHTS,)
        )
    clock = (run.rule, run.clock())
    plan = plan_accounts(needs, connections, before, clock, refresh=refresh)
    due = _due_posts(run, plan, refresh=refresh)
    found = []
    for account in plan.accounts:
        of_account = due.get(account.connection.account.connection_id, {})
        posts: dict[str, ProductType] = {}
        for of_day in of_account.values():
            posts |= of_day
        if posts:
            asked = tuple(PostToAsk(*post) for post in posts.items())
            listed_days = tuple(sorted(of_account))
            found.append(PlannedPosts(account.connection, listed_days, asked))
    return found, plan.reused


def _due_posts(
    run: Run, plan: Plan, *, refresh: bool
) -> dict[str, dict[date, dict[str, ProductType]]]:
    """Return the posts to be asked for, by connection and day."""
    by_day: dict[date, dict[str, AccountPlan]] = {}
    for account in plan.accounts:
        for day in account.days:
            of_day = by_day.setdefault(day, {})
            of_day[account.connection.account.connection_id] = account
    with run.warehouse.begin() as connection:
        hopeless = posts_never_answered(connection)
    clock = (run.rule, run.clock())
    due: dict[str, dict[date, dict[str, ProductType]]] = {}
    for day, accounts in by_day.items():
        for readings in read_day(run, Platform.INSTAGRAM, day, _KINDS, accounts):
            name = readings.account.connection_id
            found = due_posts(day, clock, readings.attempts, refresh=refresh)
            if found is not None:
                wanted = {key: found[key] for key in found if key not in hopeless}
                due.setdefault(name, {})[day] = wanted
    return due


def _question(
    reader: InsightsReader, planned: PlannedPosts, known: Capabilities
) -> Question:
    def ask(conversation: Conversation) -> None:
        owner = reader.owner(planned.connection)
        reader.client.read_posts(conversation, owner, planned.posts, known)

    account = planned.connection.account
    return Question(account, planned.days, planned.calls, ask)
