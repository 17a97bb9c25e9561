"""Stored connections: imported without harm, listed without tokens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.connections import (
    RECONNECT_REASONS,
    ConnectionRow,
    ConnectionStatus,
    ReconnectReason,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.cipher import TokenCipher, new_key
from analytics_pipeline.warehouse.connections import (
    import_connection,
    list_connections,
    mark_reconnect_required,
    remove_connection,
    renew_encryption,
)

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
KEY = new_key()
CIPHER = TokenCipher([KEY])

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
TIKTOK = replace(
    OUTSIDE,
    platform=Platform.TIKTOK,
    username="lena_k",
    account_id="-000abc",
    access_token="act.1",
    refresh_token="rft.1",
    access_token_expires_at=NOW + timedelta(hours=2),
    scopes=("user.info.basic", "video.list"),
)


@pytest.fixture
def connection(warehouse):
    with warehouse.begin() as opened:
        yield opened


def _import(connection, row):
    return import_connection(connection, row, CIPHER, NOW)


def _stored(connection):
    return [
        dict(r) for r in connection.execute(sa.text("TABLE connections")).mappings()
    ]


def test_a_new_account_is_added_with_an_id_people_can_read(connection):
    assert _import(connection, OUTSIDE).result == "added"

    (found,) = list_connections(connection)
    assert found.account.connection_id == "instagram-101"
    assert found.account.username == "lena.k"
    assert found.status is ConnectionStatus.PUBLIC


def test_a_second_account_of_the_same_creator_gets_an_id_of_its_own(connection):
    _import(connection, OUTSIDE)
    _import(connection, replace(OUTSIDE, username="lena.two"))
    remove_connection(connection, "instagram-101")
    _import(connection, replace(OUTSIDE, username="lena.three"))

    ids = [item.account.connection_id for item in list_connections(connection)]
    assert ids == ["instagram-101", "instagram-101-2"]


def test_tokens_are_stored_encrypted_and_never_listed(connection):
    _import(connection, TIKTOK)

    (row,) = _stored(connection)
    (found,) = list_connections(connection)

    assert CIPHER.decrypt(row["access_token_encrypted"]) == "act.1"
    assert "act.1" not in str(row)
    assert "rft.1" not in str(row)
    assert "act.1" not in repr(found)
    assert "act.1" not in repr(TIKTOK)
    assert found.status is ConnectionStatus.CONNECTED
    assert found.scopes == ("user.info.basic", "video.list")


def test_the_same_row_again_changes_nothing(connection):
    _import(connection, TIKTOK)
    before = _stored(connection)

    assert _import(connection, TIKTOK).result == "unchanged"
    assert _stored(connection) == before


def test_tokens_rotated_since_are_not_overwritten_by_the_old_file(connection):
    _import(connection, TIKTOK)
    rotated = CIPHER.encrypt("rft.2")
    connection.execute(
        sa.text("UPDATE connections SET refresh_token_encrypted = :token"),
        {"token": rotated},
    )

    assert _import(connection, TIKTOK).result == "unchanged"
    assert _stored(connection)[0]["refresh_token_encrypted"] == rotated


def test_new_tokens_bring_a_dead_connection_back(connection):
    _import(connection, TIKTOK)
    mark_reconnect_required(connection, "tiktok-101", ReconnectReason.REVOKED, NOW)
    (dead,) = list_connections(connection)

    result = _import(connection, replace(TIKTOK, refresh_token="rft.new")).result
    (alive,) = list_connections(connection)

    assert dead.status is ConnectionStatus.RECONNECT_REQUIRED
    assert dead.reconnect_reason is ReconnectReason.REVOKED
    assert dead.reconnect_since == NOW
    assert result == "updated"
    assert alive.status is ConnectionStatus.CONNECTED
    assert alive.reconnect_reason is None
    assert alive.reconnect_since is None


def test_a_dead_connection_keeps_its_first_reason(connection):
    _import(connection, TIKTOK)
    first = mark_reconnect_required(
        connection, "tiktok-101", ReconnectReason.PASSWORD_CHANGED, NOW
    )
    second = mark_reconnect_required(
        connection, "tiktok-101", ReconnectReason.UNKNOWN, NOW + timedelta(days=1)
    )

    (dead,) = list_connections(connection)
    assert (first, second) == (True, False)
    assert dead.reconnect_reason is ReconnectReason.PASSWORD_CHANGED
    assert dead.reconnect_since == NOW


def test_every_reason_to_reconnect_says_what_it_means_and_what_to_do():
    assert set(RECONNECT_REASONS) == set(ReconnectReason)
    assert all(item.meaning and item.way_back for item in RECONNECT_REASONS.values())


def test_a_new_handle_of_a_known_account_is_taken_over(connection):
    _import(connection, TIKTOK)

    result = _import(connection, replace(TIKTOK, username="lena_new")).result

    (found,) = list_connections(connection)
    assert result == "updated"
    assert found.account.username == "lena_new"


def test_an_account_known_by_its_handle_gets_id_and_token_when_it_connects(connection):
    _import(connection, OUTSIDE)
    connected = replace(OUTSIDE, account_id="178", access_token="EAAx")

    assert _import(connection, connected).result == "updated"

    (found,) = list_connections(connection)
    assert found.account.account_id == "178"
    assert found.status is ConnectionStatus.CONNECTED


@pytest.mark.parametrize("row", [OUTSIDE, TIKTOK], ids=["handle", "id"])
def test_an_account_of_another_creator_is_refused(connection, row):
    _import(connection, row)

    result = _import(connection, replace(row, creator_id="202"))

    assert result.result == "refused"
    assert "101" in (result.problem or "")
    assert len(list_connections(connection)) == 1


def test_the_same_handle_on_another_platform_is_another_account(connection):
    _import(connection, OUTSIDE)
    _import(connection, replace(TIKTOK, username="lena.k"))

    assert len(list_connections(connection)) == 2


def test_connections_can_be_narrowed(connection):
    _import(connection, OUTSIDE)
    _import(connection, TIKTOK)
    _import(connection, replace(OUTSIDE, creator_id="102", username="b"))

    by_platform = list_connections(connection, Platform.TIKTOK)
    by_creator = list_connections(connection, creator_ids=["102"])
    by_nobody = list_connections(connection, creator_ids=[])

    assert [c.account.connection_id for c in by_platform] == ["tiktok-101"]
    assert [c.account.connection_id for c in by_creator] == ["instagram-102"]
    assert by_nobody == []


def test_a_removed_connection_is_gone_with_its_tokens(connection):
    _import(connection, TIKTOK)

    assert remove_connection(connection, "tiktok-101") is True
    assert remove_connection(connection, "tiktok-101") is False
    assert _stored(connection) == []


def test_changing_the_key_keeps_every_token(connection):
    _import(connection, TIKTOK)
    _import(connection, OUTSIDE)
    new = new_key()

    assert renew_encryption(connection, TokenCipher([new, KEY])) == 1

    tokens = {
        TokenCipher([new]).decrypt(row["refresh_token_encrypted"])
        for row in _stored(connection)
        if row["refresh_token_encrypted"]
    }
    assert tokens == {"rft.1"}
