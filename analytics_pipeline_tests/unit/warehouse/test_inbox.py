"""The inbox: a push is one row, however often it comes, until it is processed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa

from analytics_pipeline.schemas.messages import (
    MESSAGE_OUTCOMES,
    META,
    Message,
    MessageOutcome,
)
from analytics_pipeline.warehouse.inbox import (
    mark_processed,
    replay_messages,
    store_message,
    waiting_messages,
)
from analytics_pipeline.warehouse.tables import webhook_inbox
from analytics_pipeline_tests.conftest import FIRST_MORNING

HOUR = timedelta(hours=1)
HELLO_HASH = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def _store(warehouse, body, at=FIRST_MORNING):
    with warehouse.begin() as connection:
        return store_message(connection, META, body, at)


def _waiting(warehouse, **limits):
    with warehouse.begin() as connection:
        return [item.body for item in waiting_messages(connection, **limits)]


def _process(warehouse, body, outcome=MessageOutcome.APPLIED):
    message_id, _ = _store(warehouse, body)
    with warehouse.begin() as connection:
        mark_processed(connection, message_id, outcome, "why", "run-1", FIRST_MORNING)
    return message_id


def test_its_id_is_the_hash_of_its_bytes(warehouse):
    assert _store(warehouse, "hello") == (HELLO_HASH, True)


def test_the_same_body_again_is_no_second_message(warehouse):
    _store(warehouse, "hello")

    assert _store(warehouse, "hello", FIRST_MORNING + HOUR) == (HELLO_HASH, False)
    with warehouse.begin() as connection:
        (message,) = waiting_messages(connection)
    assert message == Message(HELLO_HASH, META, "hello", FIRST_MORNING)


def test_of_many_at_once_one_is_new(warehouse):
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: _store(warehouse, "hello")[1], range(16)))

    assert results.count(True) == 1
    assert _waiting(warehouse) == ["hello"]


def test_a_blank_more_is_another_message(warehouse):
    _store(warehouse, "{}")
    _store(warehouse, "{} ", FIRST_MORNING + HOUR)

    assert _waiting(warehouse) == ["{}", "{} "]


def test_the_longest_waiting_come_first(warehouse):
    _store(warehouse, "late", FIRST_MORNING + HOUR)
    _store(warehouse, "early")

    assert _waiting(warehouse, limit=1) == ["early"]


def test_what_is_processed_waits_no_more_and_a_repeat_does_not_wake_it(warehouse):
    _process(warehouse, "hello")
    _store(warehouse, "hello", FIRST_MORNING + HOUR)

    assert _waiting(warehouse) == []
    with warehouse.begin() as connection:
        row = connection.execute(sa.select(webhook_inbox)).one()
    assert (row.message_outcome, row.detail, row.run_id, row.processed_at) == (
        "applied",
        "why",
        "run-1",
        FIRST_MORNING,
    )


def test_a_replay_lets_all_wait_again_or_one_or_the_newer(warehouse):
    first = _process(warehouse, "first")
    _process(warehouse, "second", MessageOutcome.REJECTED)

    with warehouse.begin() as connection:
        assert replay_messages(connection, since=FIRST_MORNING + HOUR) == 0
        assert replay_messages(connection, message_id=first) == 1
        assert [item.body for item in waiting_messages(connection)] == ["first"]
        assert replay_messages(connection, since=FIRST_MORNING) == 1
        assert replay_messages(connection) == 0
    assert sorted(_waiting(warehouse)) == ["first", "second"]


def test_an_erased_message_never_waits_again_even_when_it_is_repeated(warehouse):
    _process(warehouse, "about somebody")
    with warehouse.begin() as connection:
        connection.execute(sa.update(webhook_inbox).values(body=None))
        assert replay_messages(connection) == 0

    assert _store(warehouse, "about somebody")[1] is False
    assert _waiting(warehouse) == []


def test_a_message_prints_its_id_only():
    message = Message("id", META, "about somebody", FIRST_MORNING)

    assert repr(message) == "Message(meta id)"


def test_every_outcome_has_its_meaning():
    assert set(MESSAGE_OUTCOMES) == set(MessageOutcome)
