"""Erased accounts are known again when they come, and cannot be read out."""

import pytest

from analytics_pipeline.schemas.connections import BoundAccount, ConnectionRow
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.cipher import TokenCipher, new_key
from analytics_pipeline.warehouse.connections import (
    bind_connection,
    import_connection,
    list_connections,
)
from analytics_pipeline.warehouse.erased_accounts import (
    erased_creators,
    is_erased,
    lift_erasure,
    remember_erased,
    renew_erased,
)
from analytics_pipeline.warehouse.tables import erased_accounts

IG, TT = Platform.INSTAGRAM, Platform.TIKTOK
KEY = new_key()
CIPHER = TokenCipher([KEY])
NAMES = ("17841400000000101", "jana.nova")


@pytest.fixture
def connection(warehouse, clock):
    """A transaction in which one creator's Instagram account was erased."""
    with warehouse.begin() as opened:
        remember_erased(opened, CIPHER, (IG, "101"), NAMES, clock())
        yield opened


def _row(**changes):
    fields = {
        "creator_id": "101",
        "platform": IG,
        "username": None,
        "account_id": None,
        "access_token": None,
        "refresh_token": None,
        "access_token_expires_at": None,
        "refresh_token_expires_at": None,
        "scopes": (),
    }
    return ConnectionRow(**(fields | changes))


def _login(creator_id="101", account_id=NAMES[0]):
    return BoundAccount(
        creator_id=creator_id,
        platform=IG,
        account_id=account_id,
        username="jana.is.back",
        access_token="new-token",
        refresh_token=None,
        access_token_expires_at=None,
        refresh_token_expires_at=None,
        consent_expires_at=None,
        scopes=("instagram_basic",),
        platform_user_id="555",
    )


@pytest.mark.parametrize("name", [*NAMES, "Jana.Nova"])
def test_an_erased_account_is_known_by_its_id_and_by_its_handle(connection, name):
    assert is_erased(connection, CIPHER, IG, [None, name])
    assert not is_erased(connection, CIPHER, TT, [name])
    assert not is_erased(connection, CIPHER, IG, [None, name + "x"])


def test_nothing_in_the_table_tells_who_it_was(connection):
    text = str(connection.execute(erased_accounts.select()).all())

    assert not any(name in text for name in NAMES)
    hashes = connection.scalars(
        erased_accounts.select().with_only_columns(erased_accounts.c.account_hash)
    ).all()
    assert len(set(hashes)) == 2


def test_the_same_account_erased_twice_has_unlinkable_hashes(connection, clock):
    clock.move(days=1)

    remember_erased(connection, CIPHER, (IG, "101"), NAMES, clock())

    hashes = connection.scalars(
        erased_accounts.select().with_only_columns(erased_accounts.c.account_hash)
    ).all()
    assert len(set(hashes)) == 4


@pytest.mark.parametrize(
    "row",
    [
        _row(username="jana.nova"),
        _row(username="another", account_id=NAMES[0], access_token="t" * 20),
        _row(creator_id="102", username="jana.nova"),
    ],
    ids=["by handle", "by id, with a token", "for another creator"],
)
def test_importing_it_again_is_refused_and_says_what_helps(connection, clock, row):
    done = import_connection(connection, row, CIPHER, clock())

    assert done.result == "refused"
    assert "asked to be forgotten" in done.problem
    assert "invite" in done.problem
    assert list_connections(connection) == []


def test_other_accounts_are_imported_as_ever(connection, clock):
    row = _row(username="somebody.else")

    assert import_connection(connection, row, CIPHER, clock()).result == "added"


def test_a_login_lifts_it(connection, clock):
    bind_connection(connection, _login(), CIPHER, clock())

    assert not is_erased(connection, CIPHER, IG, NAMES)
    assert erased_creators(connection) == frozenset()


def test_a_login_with_another_account_lifts_it_for_this_creator(connection, clock):
    bind_connection(connection, _login(account_id="17841400000000777"), CIPHER, clock())

    assert erased_creators(connection) == frozenset()


def test_a_login_of_somebody_else_lifts_nothing(connection, clock):
    account = _login(creator_id="102", account_id="17841400000000777")

    bind_connection(connection, account, CIPHER, clock())

    assert is_erased(connection, CIPHER, IG, NAMES)
    assert erased_creators(connection) == {"101"}


def test_a_creator_without_any_account_is_kept_from_being_stored(connection, clock):
    remember_erased(connection, CIPHER, (TT, "103"), (), clock())

    assert erased_creators(connection) == {"101", "103"}
    assert lift_erasure(connection, CIPHER, (IG, "103"), ["new.account"]) == 1
    assert erased_creators(connection) == {"101"}


def test_a_change_of_the_secret_key_does_not_make_it_forget(connection):
    new = new_key()

    assert renew_erased(connection, TokenCipher([new, KEY])) == 2

    assert is_erased(connection, TokenCipher([new]), IG, NAMES)


def test_when_it_was_erased_is_told(connection, clock):
    rows = connection.execute(erased_accounts.select()).all()

    assert {row.erased_at for row in rows} == {clock()}
