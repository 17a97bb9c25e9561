"""Asking many accounts: what is held and told of them grows with no number of them."""

import itertools
from datetime import UTC, datetime

import pytest

from analytics_pipeline.clients.conversation import RetryPolicy
from analytics_pipeline.clients.transport import Transport
from analytics_pipeline.clients.walk import Walk
from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Attempt
from analytics_pipeline.schemas.shards import Shard
from analytics_pipeline.steps.asking import (
    CollectOptions,
    Question,
    Subject,
    ask_all,
)
from analytics_pipeline.steps.collect_report import MOST_NAMED, Tally
from analytics_pipeline_tests.rows import DAY, insert

NOW = datetime(2026, 3, 6, 5, tzinfo=UTC)
MANY = 1_300


def _account(number):
    name = f"instagram-{number:05d}"
    return Account(Platform.INSTAGRAM, str(number), name, f"178{number}", None)


@pytest.fixture
def accounts(warehouse):
    found = [_account(number) for number in range(MANY)]
    with warehouse.begin() as connection:
        for account in found[:-1]:
            insert(
                connection,
                "connections",
                connection_id=account.connection_id,
                creator_id=account.creator_id,
                platform=account.platform,
                account_id=account.account_id,
                connection_status="public",
                scopes=[],
            )
    return found


class Asked:
    """Questions that are made when they are drawn, and note how far that is."""

    def __init__(self, accounts):
        self.accounts = accounts
        self.drawn = 0
        self.ahead = 0
        self.order = []

    def __len__(self):
        return len(self.accounts)

    def __iter__(self):
        for account in self.accounts:
            self.drawn += 1
            yield Question(account, (DAY,), 1, lambda _, it=account: self._ask(it))

    def _ask(self, account):
        self.order.append(account.connection_id)
        self.ahead = max(self.ahead, self.drawn - len(self.order))
        return Walk(account.account_id, None, NOW)


def _ask(run, questions, shard=None):
    transport = Transport(run.clock)
    options = CollectOptions(transport, RetryPolicy(), 1)
    if shard is not None:
        options = CollectOptions(transport, RetryPolicy(), 1, shard=shard)
    subject = Subject(Platform.INSTAGRAM, AttemptKind.MEDIA, DAY)
    try:
        return ask_all(run, subject, questions, options)
    finally:
        transport.close()


def test_questions_are_made_as_their_turn_comes_and_asked_in_order(run, accounts):
    questions = Asked(accounts)

    tally = _ask(run, questions)

    # Whose connection was removed since it was planned is not asked.
    assert questions.order == [it.connection_id for it in accounts[:-1]]
    assert questions.ahead <= 501
    assert (tally.accounts, tally.by_status) == (MANY - 1, {Status.OK: MANY - 1})
    assert len(tally.object_urls) == 1


def test_shards_of_one_run_write_objects_of_their_own(run, accounts):
    written = [
        _ask(run, Asked(accounts[:3]), Shard(number, 2)).object_urls
        for number in range(2)
    ]
    assert len(set(itertools.chain(*written))) == 2
    for url in itertools.chain(*written):
        assert len(list(run.landing.read_attempts(url))) == 3


def test_a_tally_names_the_accounts_worst_off_and_counts_all():
    tally = Tally()
    for number in range(5 * MOST_NAMED):
        tally.add(
            Attempt(
                attempt_id=str(number),
                run_id="r",
                account=_account(number),
                snapshot_dates=(DAY,),
                observed_at=NOW,
                covers_from=None,
                status=Status.DEFERRED,
                reason=Reason.NOT_REACHED,
                calls=2,
                calls_unplanned=number if number % 2 else -number,
            )
        )
    assert tally.accounts == tally.by_status[Status.DEFERRED] == 5 * MOST_NAMED
    assert tally.calls == 10 * MOST_NAMED
    assert [int(it.attempt_id) for it in tally.without_answer] == list(
        range(MOST_NAMED)
    )
    worst = [int(it.attempt_id) for it in tally.off_plan]
    assert worst == list(reversed(range(4 * MOST_NAMED, 5 * MOST_NAMED)))
