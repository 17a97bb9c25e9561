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
        self._here: dict[str, tuple[str, TokenGrant]] = {}

    def write(self, connection_id: str, traded: str, grant: TokenGrant) -> None:
        """Keep a grant. A full disk is logged: it must not keep the token from use.

        Args:
            connection_id: Whose.
            traded: The refresh token that was given for it.
            grant: What the platform answered.
        """
        self._here[connection_id] = (traded, grant)
        text = self._cipher.encrypt(json.dumps(_object(traded, grant)))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Readable by its owner only, as mkstemp makes it.
            descriptor, draft = mkstemp(dir=self._folder)
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(self._path(connection_id))
        except OSError as error:
            reason = error.strerror or error
            _log.warning("a new token is kept in memory only: %s", reason)

    def read(self, connection_id: str) -> tuple[str, TokenGrant] | None:
        """Return what was traded and for which grant; None when nothing is kept."""
        if connection_id in self._here:
            return self._here[connection_id]
        try:
            text = self._path(connection_id).read_text()
        except OSError:
            return None
        return _read(json.loads(self._cipher.decrypt(text)))

    def remove(self, connection_id: str) -> None:
        """Forget a grant, now that it is stored or outdated."""
        self._here.pop(connection_id, None)
        with suppress(OSError):
            self._path(connection_id).unlink(missing_ok=True)

    def _path(self, connection_id: str) -> Path:
        name = hashlib.blake2b(connection_id.encode(), digest_size=16).hexdigest()
        return self._folder / f"{name}.token"


def _object(traded: str, grant: TokenGrant) -> dict[str, Any]:
    until = grant.refresh_token_expires_at
    return {
        "traded": traded,
        "access_token": grant.access_token,
        "access_token_expires_at": grant.access_token_expires_at.isoformat(),
        "refresh_token": grant.refresh_token,
        "refresh_token_expires_at": until and until.isoformat(),
        "scopes": grant.scopes and list(grant.scopes),
    }


def _read(kept: dict[str, Any]) -> tuple[str, TokenGrant]:
    until, scopes = kept["refresh_token_expires_at"], kept["scopes"]
    return kept["traded"], TokenGrant(
        access_token=kept["access_token"],
        access_token_expires_at=datetime.fromisoformat(kept["access_token_expires_at"]),
        refresh_token=kept["refresh_token"],
        refresh_token_expires_at=datetime.fromisoformat(until) if until else None,
        scopes=None if scopes is None else tuple(scopes),
    )
