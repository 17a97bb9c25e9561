"""Tokens in use: refreshed once, kept before they are used, by one at a time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.connections import ConnectionRow, TokenGrant
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.cipher import TokenCipher, new_key
from analytics_pipeline.warehouse.connections import import_connection
from analytics_pipeline.warehouse.token_journal import TokenJournal
from analytics_pipeline.warehouse.tokens import TokenVault

WHO = "tiktok-101"


@dataclass
class Platformer:
    """Trades refresh tokens as TikTok does: each works once."""

    clock: object
    newest: str = "rft.0"
    calls: list[str] = field(default_factory=list)

    def __call__(self, refresh_token: str) -> TokenGrant:
        self.calls.append(refresh_token)
        assert refresh_token == self.newest, (
            "an old token was used: the account is lost"
        )
        number = len(self.calls)
        self.newest = f"rft.{number}"
        return TokenGrant(
            access_token=f"act.{number}",
            access_token_expires_at=self.clock() + timedelta(hours=2),
            refresh_token=self.newest,
            refresh_token_expires_at=self.clock() + timedelta(days=180),
            scopes=("video.list",),
        )


@pytest.fixture
def cipher():
    return TokenCipher([new_key()])


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "tokens"


@pytest.fixture
def vault(warehouse, cipher, clock, journal):
    row = ConnectionRow(
        creator_id="101",
        platform=Platform.TIKTOK,
        username=None,
        account_id="-000",
        access_token="act.0",
        refresh_token="rft.0",
        access_token_expires_at=clock() + timedelta(hours=1),
        refresh_token_expires_at=None,
        scopes=(),
    )
    with warehouse.begin() as connection:
        import_connection(connection, row, cipher, clock())
    return TokenVault(warehouse, cipher, clock, journal)


@pytest.fixture
def platform(clock):
    return Platformer(clock)


def test_a_token_that_lives_is_given_as_it_is(vault, platform):
    assert vault.fresh_access_token(WHO, platform) == "act.0"
    assert platform.calls == []


def test_a_token_that_lives_is_given_though_somebody_holds_its_row(
    vault, platform, warehouse
):
    with warehouse.begin() as connection:
        connection.execute(sa.text("SELECT FROM connections FOR UPDATE"))
        with ThreadPoolExecutor(1) as other:
            given = other.submit(vault.fresh_access_token, WHO, platform)
            assert given.result(10) == "act.0"


def test_a_token_about_to_expire_is_refreshed_first(vault, platform, clock):
    clock.move(minutes=51)

    assert vault.fresh_access_token(WHO, platform) == "act.1"
    assert vault.fresh_access_token(WHO, platform) == "act.1"
    assert platform.calls == ["rft.0"]


def test_a_refused_token_is_refreshed_though_it_should_live(vault, platform):
    assert vault.fresh_access_token(WHO, platform, stale="act.0") == "act.1"


def test_a_token_refused_before_another_refreshed_it_is_not_refreshed_again(
    vault, platform
):
    vault.fresh_access_token(WHO, platform, stale="act.0")

    assert vault.fresh_access_token(WHO, platform, stale="act.0") == "act.1"
    assert len(platform.calls) == 1


def test_many_at_once_refresh_once(vault, platform, clock):
    clock.move(hours=3)
    with ThreadPoolExecutor(8) as pool:
        tokens = set(
            pool.map(lambda _: vault.fresh_access_token(WHO, platform), range(8))
        )

    assert tokens == {"act.1"}
    assert platform.calls == ["rft.0"]


def test_new_tokens_are_stored_encrypted_before_they_are_handed_out(
    vault, platform, clock, warehouse, cipher
):
    clock.move(hours=3)
    vault.fresh_access_token(WHO, platform)

    with warehouse.begin() as connection:
        row = connection.execute(sa.text("TABLE connections")).mappings().one()
    assert cipher.decrypt(row["refresh_token_encrypted"]) == "rft.1"
    assert row["access_token_expires_at"] == clock() + timedelta(hours=2)
    assert row["scopes"] == ["video.list"]


def test_a_refresh_that_fails_leaves_the_stored_tokens(vault, clock, warehouse, cipher):
    def refuse(_: str) -> TokenGrant:
        message = "no answer"
        raise ConnectionError(message)

    clock.move(hours=3)
    with pytest.raises(ConnectionError):
        vault.fresh_access_token(WHO, refuse)

    with warehouse.begin() as connection:
        row = connection.execute(sa.text("TABLE connections")).mappings().one()
    assert cipher.decrypt(row["refresh_token_encrypted"]) == "rft.0"


def test_lifetimes_the_platform_does_not_tell_stay_as_they_were(
    vault, platform, clock, warehouse
):
    def without(refresh_token: str) -> TokenGrant:
        grant = platform(refresh_token)
        return TokenGrant(
            grant.access_token,
            grant.access_token_expires_at,
            grant.refresh_token,
            None,
            None,
        )

    vault.fresh_access_token(WHO, platform, stale="act.0")
    clock.move(hours=3)
    vault.fresh_access_token(WHO, without)

    with warehouse.begin() as connection:
        row = connection.execute(sa.text("TABLE connections")).mappings().one()
    assert row["refresh_token_expires_at"] is not None
    assert row["scopes"] == ["video.list"]


def test_without_a_refresh_token_there_is_none_when_it_expires(
    vault, platform, clock, warehouse
):
    with warehouse.begin() as connection:
        connection.execute(
            sa.text("UPDATE connections SET refresh_token_encrypted = NULL")
        )

    assert vault.fresh_access_token(WHO, platform) == "act.0"
    clock.move(hours=3)
    assert vault.fresh_access_token(WHO, platform) is None


def test_a_connection_that_was_removed_has_no_token(vault, platform):
    assert vault.fresh_access_token("tiktok-999", platform) is None
    assert vault.access_token("tiktok-999") is None


def test_a_token_can_be_read_without_refreshing_it(vault, clock):
    clock.move(hours=3)

    assert vault.access_token(WHO) == "act.0"


def test_a_token_of_unknown_life_is_not_refreshed_on_suspicion(vault):
    assert vault.expires_soon(None) is False


def _cut_all_connections(warehouse):
    with warehouse.begin() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def test_a_connection_lost_after_the_platforms_answer_does_not_lose_the_token(
    vault, platform, warehouse
):
    def refresh_and_lose(refresh_token):
        grant = platform(refresh_token)
        _cut_all_connections(warehouse)
        return grant

    assert vault.fresh_access_token(WHO, refresh_and_lose, stale="act.0") == "act.1"
    assert vault.fresh_access_token(WHO, platform, stale="act.1") == "act.2"
    assert platform.calls == ["rft.0", "rft.1"]


def test_a_connection_lost_before_the_platform_is_asked_is_made_again(
    vault, platform, warehouse
):
    vault.fresh_access_token(WHO, platform)
    _cut_all_connections(warehouse)

    assert vault.fresh_access_token(WHO, platform, stale="act.0") == "act.1"
    assert platform.calls == ["rft.0"]


class KilledError(BaseException):
    """The process ends here: nothing of it goes on, not even its error handling."""


@pytest.fixture
def another_vault(warehouse, cipher, clock):
    """The vault of another process, with a journal where a test says."""
    return lambda folder: TokenVault(warehouse, cipher, clock, folder)


def test_a_process_killed_after_the_platforms_answer_does_not_lose_the_token(
    vault, platform, journal, another_vault, monkeypatch
):
    def die(*_):
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(TokenVault, "_store", die)
        with pytest.raises(KilledError):
            vault.fresh_access_token(WHO, platform, stale="act.0")
    (file,) = journal.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "rft.1" not in file.read_text()

    later = another_vault(journal)
    assert later.fresh_access_token(WHO, platform, stale="act.0") == "act.1"

    assert platform.calls == ["rft.0"]
    assert list(journal.iterdir()) == []
    assert later.access_token(WHO) == "act.1"


def test_a_kept_token_that_was_traded_on_meanwhile_is_not_taken(
    vault, platform, cipher, journal
):
    """A file that another machine's process left: the database knows better."""
    seen = []

    def refresh(refresh_token):
        seen.append(platform(refresh_token))
        return seen[-1]

    vault.fresh_access_token(WHO, refresh, stale="act.0")
    vault.fresh_access_token(WHO, refresh, stale="act.1")
    TokenJournal(journal, cipher).write(WHO, "rft.0", seen[0])

    assert vault.fresh_access_token(WHO, platform) == "act.2"
    assert list(journal.iterdir()) == []


def test_a_disk_that_is_full_keeps_no_token_from_use(
    vault, platform, another_vault, tmp_path
):
    (tmp_path / "file").touch()
    nowhere = another_vault(tmp_path / "file" / "tokens")

    assert nowhere.fresh_access_token(WHO, platform, stale="act.0") == "act.1"
    assert vault.access_token(WHO) == "act.1"


def test_tidying_up_leaves_what_another_process_is_just_being_given(
    vault, platform, journal, cipher, monkeypatch
):
    """Between one process's commit and its tidying up, another trades on and dies."""
    other = TokenJournal(journal, cipher)
    tidy = TokenJournal.remove

    def late(self, connection_id, traded):
        other.write(WHO, platform.newest, platform(platform.newest))
        tidy(self, connection_id, traded)

    with monkeypatch.context() as patch:
        patch.setattr(TokenJournal, "remove", late)
        assert vault.fresh_access_token(WHO, platform, stale="act.0") == "act.1"

    assert vault.fresh_access_token(WHO, platform, stale="act.1") == "act.2"
    assert list(journal.iterdir()) == []


def test_a_token_that_never_ends_and_has_no_refresh_token_is_kept_as_well(
    vault, cipher, journal
):
    grant = TokenGrant(
        access_token="EAAnew",
        access_token_expires_at=None,
        refresh_token=None,
        refresh_token_expires_at=None,
        scopes=None,
        platform_user_id="10203",
    )
    TokenJournal(journal, cipher).write(WHO, "act.0", grant)

    assert vault.has_unsettled(WHO)
    vault.settle(WHO)

    assert vault.access_token(WHO) == "EAAnew"
    assert not vault.has_unsettled(WHO)
