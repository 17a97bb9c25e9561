"""Binding accounts to creators: what a login stores, and what it must not change."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.connections import (
    BindResult,
    BoundAccount,
    ConnectionRow,
    ConnectionStatus,
    ReconnectReason,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.cipher import TokenCipher, new_key
from analytics_pipeline.warehouse.connections import (
    bind_connection,
    import_connection,
    list_connections,
    mark_reconnect_required,
)

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
CIPHER = TokenCipher([new_key()])
LOGIN = BoundAccount(
    creator_id="101",
    platform=Platform.INSTAGRAM,
    account_id="17841400000000178",
    username="lena.k",
    access_token="EAAnew",
    refresh_token=None,
    access_token_expires_at=NOW + timedelta(days=60),
    refresh_token_expires_at=None,
    consent_expires_at=NOW + timedelta(days=90),
    scopes=("instagram_basic", "pages_show_list"),
    platform_user_id="10203",
    page_id="556677",
)
BY_HANDLE = ConnectionRow(
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
BY_FILE = replace(BY_HANDLE, account_id=LOGIN.account_id, access_token="EAAold")


@pytest.fixture
def connection(warehouse):
    with warehouse.begin() as opened:
        yield opened


def _bind(connection, account=LOGIN, now=NOW):
    return bind_connection(connection, account, CIPHER, now)


def _token(connection):
    encrypted = connection.scalar(
        sa.text("SELECT access_token_encrypted FROM connections")
    )
    return encrypted and CIPHER.decrypt(encrypted)


def test_a_login_stores_all_that_it_learned_and_its_token_encrypted(connection):
    bound = _bind(connection)

    (found,) = list_connections(connection)
    assert (bound.result, bound.connection_id) == (BindResult.ADDED, "instagram-101")
    assert found.status is ConnectionStatus.CONNECTED
    assert found.account.account_id == LOGIN.account_id
    assert found.scopes == LOGIN.scopes
    assert found.platform_user_id == "10203"
    assert found.page_id == "556677"
    assert found.access_token_issued_at == NOW
    assert found.consent_expires_at == NOW + timedelta(days=90)
    assert _token(connection) == "EAAnew"
    assert "EAAnew" not in repr(LOGIN)


def test_an_account_looked_up_by_its_handle_becomes_a_connected_one(connection):
    import_connection(connection, BY_HANDLE, CIPHER, NOW)

    assert _bind(connection).result is BindResult.UPGRADED

    (found,) = list_connections(connection)
    assert found.account.connection_id == "instagram-101"
    assert found.account.account_id == LOGIN.account_id
    assert found.status is ConnectionStatus.CONNECTED


def test_logging_in_again_brings_a_dead_connection_back(connection):
    _bind(connection)
    mark_reconnect_required(
        connection, "instagram-101", ReconnectReason.PASSWORD_CHANGED, NOW
    )

    assert _bind(connection).result is BindResult.RECONNECTED

    (found,) = list_connections(connection)
    assert found.status is ConnectionStatus.CONNECTED
    assert found.reconnect_reason is None
    assert found.reconnect_since is None


def test_logging_in_twice_is_one_connection_with_the_newer_token(connection):
    _bind(connection)

    again = replace(LOGIN, access_token="EAAnewer", username="lena.new")
    assert _bind(connection, again).result is BindResult.RENEWED

    (found,) = list_connections(connection)
    assert found.account.username == "lena.new"
    assert _token(connection) == "EAAnewer"


@pytest.mark.parametrize("known", [BY_HANDLE, BY_FILE], ids=["handle", "id"])
def test_an_account_of_another_creator_is_refused_and_left_as_it_was(connection, known):
    import_connection(connection, replace(known, creator_id="202"), CIPHER, NOW)
    before = connection.execute(sa.text("TABLE connections")).all()

    bound = _bind(connection)

    assert bound.result is BindResult.REFUSED
    assert bound.connection_id == "instagram-202"
    assert connection.execute(sa.text("TABLE connections")).all() == before


def test_an_old_file_does_not_replace_what_a_login_brought(connection):
    import_connection(connection, BY_FILE, CIPHER, NOW)
    _bind(connection)

    again = import_connection(connection, BY_FILE, CIPHER, NOW)

    assert again.result == "unchanged"
    assert _token(connection) == "EAAnew"


def test_a_refusal_of_the_token_before_the_login_does_not_end_the_new_one(connection):
    asked_at = NOW - timedelta(minutes=3)
    _bind(connection)

    late = mark_reconnect_required(
        connection, "instagram-101", ReconnectReason.EXPIRED, NOW, asked_at
    )

    (found,) = list_connections(connection)
    assert late is False
    assert found.status is ConnectionStatus.CONNECTED


def test_two_logins_of_a_new_account_at_once_make_one_connection(warehouse):
    def log_in(_):
        with warehouse.begin() as connection:
            return _bind(connection).result

    with ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(log_in, range(4)))

    assert results == [BindResult.ADDED, *[BindResult.RENEWED] * 3]
