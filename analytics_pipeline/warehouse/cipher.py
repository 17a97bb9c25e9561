"""Encryption of tokens at rest, with key rotation."""

import base64
import os
from functools import lru_cache
from pathlib import Path
from tempfile import mkstemp

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from analytics_pipeline.settings import ConfigurationError, Settings

# Only keeps the result apart from other programs' keys; the key itself is the secret.
_SALT = b"analytics-pipeline/tokens"
_KEY_FILE = "secret.key"


class TokenCipher:
    """Encrypts with the first key, decrypts with any.

    Args:
        keys: At least one. A Fernet key is used as it is, any other text is stretched.
    """

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(_fernet_key(key)) for key in keys])

    @classmethod
    def from_settings(cls, settings: Settings) -> "TokenCipher":
        """Build the cipher from ANALYTICS_SECRET_KEY, else from the key file.

        Args:
            settings: Holds the keys, or the folder of the key file. The file is made,
                readable by its owner only, when there is none.

        Returns:
            The cipher.
        """
        return cls(secret_keys(settings))

    def encrypt(self, token: str) -> str:
        """Return the token encrypted with the first key."""
        return self._fernet.encrypt(token.encode()).decode()

    def decrypt(self, encrypted: str) -> str:
        """Return a token in clear.

        Args:
            encrypted: As `encrypt` returned it, with this or an earlier first key.

        Returns:
            The token.

        Raises:
            ConfigurationError: None of the keys fits.
        """
        try:
            return self._fernet.decrypt(encrypted).decode()
        except InvalidToken:
            msg = (
                "ANALYTICS_SECRET_KEY: no key decrypts the stored tokens; add the key "
                "they were encrypted with, after the new one and a comma"
            )
            raise ConfigurationError(msg) from None

    def renew(self, encrypted: str) -> str:
        """Return the same token encrypted with the first key."""
        return self.encrypt(self.decrypt(encrypted))


def secret_keys(settings: Settings) -> list[str]:
    """Return the keys of ANALYTICS_SECRET_KEY, else the one of the key file.

    Args:
        settings: Holds the keys, or the folder of the key file. The file is made,
            readable by its owner only, when there is none.

    Returns:
        At least one key; the first is the newest.
    """
    if settings.secret_key is not None:
        listed = settings.secret_key.get_secret_value().split(",")
        return [key.strip() for key in listed]
    return [_key_of_file(settings.home / _KEY_FILE)]


def new_key() -> str:
    """Return a fresh random key, as ANALYTICS_SECRET_KEY takes it."""
    return Fernet.generate_key().decode()


@lru_cache(maxsize=16)
def _fernet_key(key: str) -> bytes:
    try:
        Fernet(key)
    except ValueError:
        stretched = Scrypt(salt=_SALT, length=32, n=2**14, r=8, p=1).derive(
            key.encode()
        )
        return base64.urlsafe_b64encode(stretched)
    return key.encode()


def _key_of_file(path: Path) -> str:
    """Return the key of the file, making it on first use; two may come at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Readable by its owner only, as mkstemp makes it.
        descriptor, draft = mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w") as file:
            file.write(new_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # Fails where another was first.
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_text().strip()
