"""New tokens on disk, between the platform's answer and the database's commit.

A platform that rotates refresh tokens knows the new one only, from its answer on. If
the process or the database dies in that moment, the next process finds the token here.
"""

import hashlib
import json
import logging
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from analytics_pipeline.schemas.connections import TokenGrant
from analytics_pipeline.warehouse.cipher import TokenCipher

_log = logging.getLogger(__name__)


class TokenJournal:
    """Keeps grants that are not known to be stored, encrypted.

    Args:
        folder: Where to; made when needed. Other machines do not see it.
        cipher: Encrypts them.
    """

    def __init__(self, folder: Path, cipher: TokenCipher) -> None:
        self._folder = folder
        self._cipher = cipher
        self._here: dict[Path, tuple[str, TokenGrant]] = {}

    def write(self, connection_id: str, traded: str, grant: TokenGrant) -> None:
        """Keep a grant. A full disk is logged: it must not keep the token from use.

        Args:
            connection_id: Whose.
            traded: The token that was given for it.
            grant: What the platform answered.
        """
        path = self._path(connection_id, traded)
        self._here[path] = (traded, grant)
        text = self._cipher.encrypt(json.dumps(_object(traded, grant)))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Readable by its owner only, as mkstemp makes it.
            descriptor, draft = mkstemp(dir=self._folder)
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        except OSError as error:
            reason = error.strerror or error
            _log.warning("a new token is kept in memory only: %s", reason)

    def kept(self, connection_id: str) -> dict[str, TokenGrant]:
        """Return the grants that are kept of a connection, by what was traded."""
        stem = _hash(connection_id)
        here = [path for path in list(self._here) if path.name.startswith(stem)]
        found = {self._here[path][0]: self._here[path][1] for path in here}
        for path in self._files(stem):
            with suppress(FileNotFoundError):  # Another process has just stored it.
                text = self._cipher.decrypt(path.read_text())
                traded, grant = _read(json.loads(text))
                found.setdefault(traded, grant)
        return found

    def remove(self, connection_id: str, traded: str) -> None:
        """Forget what was got for a token, now that it is stored or outdated.

        Only that: another process may just be keeping what it got for the next one.

        Args:
            connection_id: Whose.
            traded: The token that was given for it.
        """
        path = self._path(connection_id, traded)
        self._here.pop(path, None)
        with suppress(OSError):
            path.unlink(missing_ok=True)

    def forget(self, connection_id: str) -> None:
        """Forget everything that is kept of a connection, readable or not.

        Args:
            connection_id: Whose.
        """
        stem = _hash(connection_id)
        for path in [path for path in self._here if path.name.startswith(stem)]:
            del self._here[path]
        for path in self._files(stem):
            path.unlink(missing_ok=True)

    def _files(self, stem: str) -> list[Path]:
        """Return the files of a connection; hardly ever is there one."""
        if not self._folder.is_dir():
            return []
        return [
            path
            for path in self._folder.iterdir()
            if path.name.startswith(f"{stem}.") and path.suffix == ".token"
        ]

    def _path(self, connection_id: str, traded: str) -> Path:
        return self._folder / f"{_hash(connection_id)}.{_hash(traded)}.token"


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _object(traded: str, grant: TokenGrant) -> dict[str, Any]:
    return {
        "traded": traded,
        "access_token": grant.access_token,
        "access_token_expires_at": _text(grant.access_token_expires_at),
        "refresh_token": grant.refresh_token,
        "refresh_token_expires_at": _text(grant.refresh_token_expires_at),
        "scopes": grant.scopes and list(grant.scopes),
        "consent_expires_at": _text(grant.consent_expires_at),
        "platform_user_id": grant.platform_user_id,
    }


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _read(kept: dict[str, Any]) -> tuple[str, TokenGrant]:
    scopes = kept["scopes"]
    return kept["traded"], TokenGrant(
        access_token=kept["access_token"],
        access_token_expires_at=_instant(kept["access_token_expires_at"]),
        refresh_token=kept["refresh_token"],
        refresh_token_expires_at=_instant(kept["refresh_token_expires_at"]),
        scopes=None if scopes is None else tuple(scopes),
        # A file that an earlier version left has not these.
        consent_expires_at=_instant(kept.get("consent_expires_at")),
        platform_user_id=kept.get("platform_user_id"),
    )
