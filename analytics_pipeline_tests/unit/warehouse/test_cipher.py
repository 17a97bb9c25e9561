"""Tokens at rest: encrypted, with keys that can be changed."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from analytics_pipeline.settings import ConfigurationError, load_settings
from analytics_pipeline.warehouse.cipher import TokenCipher, new_key

PASSPHRASE = "a passphrase of enough length"


@pytest.mark.parametrize("key", [new_key(), PASSPHRASE], ids=["key", "passphrase"])
def test_a_token_is_not_to_be_read_without_the_key(key):
    encrypted = TokenCipher([key]).encrypt("EAAtoken")

    assert "EAAtoken" not in encrypted
    assert TokenCipher([key]).decrypt(encrypted) == "EAAtoken"


def test_encrypting_twice_gives_two_texts():
    cipher = TokenCipher([PASSPHRASE])

    assert cipher.encrypt("x") != cipher.encrypt("x")


def test_an_older_key_still_decrypts_and_the_newer_one_encrypts():
    old, new = new_key(), new_key()
    stored = TokenCipher([old]).encrypt("token")
    both = TokenCipher([new, old])

    renewed = both.renew(stored)

    assert both.decrypt(stored) == "token"
    assert TokenCipher([new]).decrypt(renewed) == "token"


def test_a_wrong_key_is_told_with_its_variable_and_without_the_token():
    stored = TokenCipher([new_key()]).encrypt("EAAtoken")

    with pytest.raises(ConfigurationError, match="ANALYTICS_SECRET_KEY") as error:
        TokenCipher([new_key()]).decrypt(stored)

    assert "EAAtoken" not in str(error.value)


def test_keys_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("ANALYTICS_SECRET_KEY", f"{new_key()}, {PASSPHRASE}")
    stored = TokenCipher([PASSPHRASE]).encrypt("token")

    assert TokenCipher.from_settings(load_settings()).decrypt(stored) == "token"


def test_without_one_a_key_file_is_made_for_its_owner_only(tmp_path):
    first = TokenCipher.from_settings(load_settings())
    second = TokenCipher.from_settings(load_settings())

    assert second.decrypt(first.encrypt("token")) == "token"
    (file,) = (tmp_path / "home").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_who_make_the_key_file_at_once_agree():
    settings = load_settings()
    with ThreadPoolExecutor(8) as pool:
        ciphers = list(
            pool.map(lambda _: TokenCipher.from_settings(settings), range(8))
        )

    stored = ciphers[0].encrypt("token")
    assert all(cipher.decrypt(stored) == "token" for cipher in ciphers)
