"""Looking at the active stories of connected creators, and at their insights."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from analytics_pipeline.clients.capabilities import Capabilities
from analytics_pipeline.clients.conversation import Conversation
from analytics_pipeline.clients.errors import ReconnectRequired
from analytics_pipeline.clients.instagram_insights import (
    InstagramInsights,
    OwnAccount,
    PostToAsk,
)
from analytics_pipeline.clients.instagram_stories import InstagramStories
from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.connections import Connection, ConnectionStatus
from analytics_pipeline.schemas.metrics import ProductType
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.stories import LiveStory
from analytics_pipeline.steps.asking import (
    CollectOptions,
    Question,
    Subject,
    ask_all,
    recover,
)
from analytics_pipeline.steps.collect_report import CollectReport, Tally
from analytics_pipeline.steps.completeness import scheduled_for
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.planning import needs_of
from analytics_pipeline.transform.story_looks import (
    LOOK_PAUSE,
    DueLooks,
    days_of_look,
    due_last_looks,
    must_look,
)
from analytics_pipeline.warehouse.campaigns import newest_participants
from analytics_pipeline.warehouse.connections import list_connections
from analytics_pipeline.warehouse.exclusion import at_work
from analytics_pipeline.warehouse.stories import last_looks, live_stories
from analytics_pipeline.warehouse.tokens import TokenVault

_log = logging.getLogger(__name__)
_PARTICIPANTS_AGE = timedelta(days=7)
_CALLS_OF_A_LIST = 1


@dataclass(frozen=True, slots=True)
class StoryReader:
    """Reads the stories of one account at a time.

    Attributes:
        stories: Lists them.
        insights: Asks for their numbers.
        capabilities: What numbers may be asked for.
        vault: Has the tokens.
    """

    stories: InstagramStories
    insights: InstagramInsights
    capabilities: Capabilities
    vault: TokenVault

    def planned_calls(self, stories: int) -> int:
        """Return how many requests a look at an account should take."""
        return _CALLS_OF_A_LIST + stories * _to_ask("").calls

    def read(self, connection: Connection, conversation: Conversation) -> None:
        """Look at an account, or raise the ApiError that kept it from being seen.

        Args:
            connection: Whose stories.
            conversation: Asks and keeps the answers.

        Raises:
            ReconnectRequired: There is no token.
        """
        account = connection.account
        token = self.vault.access_token(account.connection_id)
        if token is None or account.account_id is None:
            msg = "no token is stored for this connected account"
            raise ReconnectRequired(msg)
        owner = OwnAccount(account.account_id, token)
        active = self.stories.list_active(conversation, owner)
        asked = [_to_ask(post_id) for post_id in active]
        self.insights.read_posts(conversation, owner, asked, self.capabilities)


@dataclass(frozen=True, slots=True)
class Poll:
    """A look between two collections of a day.

    Attributes:
        connection_ids: Only these accounts; none for all that take part.
    """

    connection_ids: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class LookReport:
    """What became of a look.

    Attributes:
        collected: The asking.
        not_collected: Days that are over: their stories cannot be asked for any more.
        days: The days that the look belongs to; none where nobody was looked at.
        connection_ids: Whose answers may be new.
    """

    collected: CollectReport
    not_collected: tuple[date, ...]
    days: tuple[date, ...]
    connection_ids: frozenset[str] = frozenset()


def look_at_stories(
    run: Run,
    reader: StoryReader,
    days: Sequence[date],
    options: CollectOptions,
    poll: Poll | None = None,
) -> LookReport:
    """Look once at the stories that are active now.

    Args:
        run: The run.
        reader: Reads the accounts.
        days: The days it is made for; nobody is asked where all of them are over.
        options: How.
        poll: That this is one look of many, after half an hour already. None: one from
            the morning after the day on is enough, so that collecting a day again costs
            no other.

    Returns:
        What became of each account.
    """
    with at_work(run.warehouse):
        return _look(run, reader, days, options, poll)


def _look(
    run: Run,
    reader: StoryReader,
    days: Sequence[date],
    options: CollectOptions,
    poll: Poll | None,
) -> LookReport:
    recovered = recover(run)
    now = run.clock()
    over = tuple(day for day in days if not run.rule.is_on_time(day, now))
    if len(over) == len(days):
        _log.info("stories: not collected, the days asked for are over")
        return LookReport(CollectReport(Tally(), 0, 0, recovered), over, ())
    looked_for = days_of_look(now, run.rule)
    since = now - LOOK_PAUSE if poll else _enough_since(run, max(days), now)
    with run.warehouse.begin() as connection:
        taking_part = connected_participants(connection, run)
        looks = last_looks(connection, looked_for)
        names = [item.account.connection_id for item in taking_part]
        live = _by_connection(live_stories(connection, names, now))
    only = poll.connection_ids if poll else ()
    wanted = [
        item
        for item in taking_part
        if (not only or item.account.connection_id in only)
        and options.shard.has(item.account.connection_id)
    ]
    questions = [
        _question(reader, item, looked_for, len(live.get(name, ())))
        for item in wanted
        for name in [item.account.connection_id]
        if options.refresh or must_look(looks.get(name), live.get(name, ()), since, now)
    ]
    subject = Subject(Platform.INSTAGRAM, AttemptKind.STORIES, looked_for[1])
    asked = ask_all(run, subject, questions, options)
    planned = sum(question.calls for question in questions)
    reused = len(wanted) - len(questions)
    report = CollectReport(asked, planned, reused, recovered)
    asked_ids = frozenset(item.account.connection_id for item in questions)
    return LookReport(report, over, looked_for if asked.accounts else (), asked_ids)


def connected_participants(connection: sa.Connection, run: Run) -> list[Connection]:
    """Return the connected Instagram accounts of those who take part now.

    Args:
        connection: To the warehouse.
        run: The run.

    Returns:
        The accounts of the newest participants that are known; none if that is more
        than a week ago.
    """
    today = run.rule.day_of(run.clock())
    participants = newest_participants(connection, today - _PARTICIPANTS_AGE, today)
    creators = {need.creator_id for need in needs_of(participants, Platform.INSTAGRAM)}
    return [
        item
        for item in list_connections(connection, Platform.INSTAGRAM, creators)
        if item.status is ConnectionStatus.CONNECTED
    ]


def last_looks_due(run: Run) -> DueLooks | None:
    """Return whom to look at because a story of theirs is about to end.

    Args:
        run: The stores and the clock.

    Returns:
        The accounts; None where no story's last look is due.
    """
    now = run.clock()
    with run.warehouse.begin() as connection:
        taking_part = connected_participants(connection, run)
        names = [item.account.connection_id for item in taking_part]
        live = live_stories(connection, names, now)
        looks = last_looks(connection, days_of_look(now, run.rule))
    return due_last_looks(live, looks, now)


def _enough_since(run: Run, day: date, now: datetime) -> datetime:
    """Return from when on one look is enough for the collection of a day."""
    marks = (run.rule.start(day), run.rule.end(day), scheduled_for(day, run.rule))
    return max((mark for mark in marks if mark <= now), default=now)


def _question(
    reader: StoryReader, connection: Connection, days: tuple[date, date], stories: int
) -> Question:
    def ask(conversation: Conversation) -> None:
        reader.read(connection, conversation)

    return Question(connection.account, days, reader.planned_calls(stories), ask)


def _to_ask(post_id: str) -> PostToAsk:
    return PostToAsk(post_id, ProductType.STORY)


def _by_connection(stories: Sequence[LiveStory]) -> dict[str, list[LiveStory]]:
    found: dict[str, list[LiveStory]] = {}
    for story in stories:
        found.setdefault(story.connection_id, []).append(story)
    return found
