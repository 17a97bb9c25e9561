"""What is learned of accounts: an id once, a handle when it has changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.schemas.connections import ConnectionRow
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Attempt
from analytics_pipeline.warehouse.attempts import store_attempts
from analytics_pipeline.warehouse.cipher import TokenCipher, new_key
from analytics_pipeline.warehouse.connections import (
    import_connection,
    list_connections,
)
from analytics_pipeline.warehouse.learned_accounts import (
    learn_account_ids,
    learn_handles,
)

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
CIPHER = TokenCipher([new_key()])
OUTSIDE = ConnectionRow(
    creator_id="101",
    platform=Platform.INSTAGRAM,
    username="lena.k",
    account_id=None,
    access_token=None,
    refresh_token=None,
    access_token_expires_at=None,
    refresh_token_expires_at=None,
    scopes=(),
)
CONNECTED = replace(OUTSIDE, account_id="178", access_token="EAA1")


@pytest.fixture
def connection(warehouse):
    with warehouse.begin() as opened:
        yield opened


def _import(connection, row, now=NOW):
    return import_connection(connection, row, CIPHER, now)


def _attempt(connection_id, account_id, minute=0, status=Status.OK):
    account = Account(
        Platform.INSTAGRAM, "101", connection_id, account_id, connection_id
    )
    return Attempt(
        attempt_id=f"{connection_id}-{minute}",
        run_id="r",
        account=account,
        snapshot_dates=(NOW.date(),),
        observed_at=NOW + timedelta(minutes=minute),
        covers_from=None,
        status=status,
    )


def _learned(connection):
    learn_account_ids(connection, Platform.INSTAGRAM, NOW)
    return {
        item.account.connection_id: item.account.account_id
        for item in list_connections(connection)
    }


def test_the_id_of_an_account_is_learned_from_its_first_answer(connection):
    _import(connection, OUTSIDE)
    store_attempts(connection, [_attempt("instagram-101", "178")])

    assert _learned(connection) == {"instagram-101": "178"}


def test_an_id_is_not_learned_from_an_answer_that_was_no_good(connection):
    _import(connection, OUTSIDE)
    bad = _attempt("instagram-101", "999", status=Status.SKIPPED)
    store_attempts(connection, [bad])

    assert _learned(connection) == {"instagram-101": None}


def test_two_handles_of_one_account_do_not_both_get_its_id(connection):
    _import(connection, OUTSIDE)
    _import(connection, replace(OUTSIDE, username="lena.old"))
    store_attempts(
        connection,
        [_attempt("instagram-101", "178"), _attempt("instagram-101-2", "178", 1)],
    )

    assert _learned(connection) == {"instagram-101": "178", "instagram-101-2": None}
    assert _learned(connection) == {"instagram-101": "178", "instagram-101-2": None}


def _handle(connection):
    learn_handles(connection, Platform.INSTAGRAM, NOW + timedelta(hours=1))
    (item,) = list_connections(connection)
    return item.account.username


def _named(handle, minute, **changes):
    attempt = _attempt("instagram-101", "178", minute)
    account = replace(attempt.account, username=handle)
    return replace(attempt, account=account, **changes)


def test_a_connected_account_that_answers_with_another_handle_is_called_by_it(
    connection,
):
    _import(connection, CONNECTED)
    answered = [_named("lena.old", 1), _named("lena.new", 2)]
    store_attempts(connection, answered)

    assert _handle(connection) == "lena.new"


def test_a_handle_that_was_entered_after_the_answer_stands(connection):
    _import(connection, CONNECTED)
    store_attempts(connection, [_named("lena.old", 1)])
    entered = replace(CONNECTED, username="lena.entered")
    _import(connection, entered, NOW + timedelta(minutes=2))

    assert _handle(connection) == "lena.entered"


@pytest.mark.parametrize(
    ("row", "changes"),
    [
        pytest.param(OUTSIDE, {}, id="an account that is asked for by its handle"),
        pytest.param(CONNECTED, {"status": Status.FAILED}, id="no good answer"),
    ],
)
def test_a_handle_is_not_learned_from(connection, row, changes):
    _import(connection, row)
    store_attempts(connection, [_named("lena.other", 1, **changes)])

    assert _handle(connection) == "lena.k"
