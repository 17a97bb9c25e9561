"""What the service hands out and must recognise: invitation links, tickets of forms.

Signed with the keys of ANALYTICS_SECRET_KEY: the first signs, all are recognised, so
links outlive a change of the key. A signature proves only that we made it; whether it
still works is for the database to say.
"""

import hashlib
import hmac
import secrets

from itsdangerous import BadSignature, URLSafeSerializer

from analytics_pipeline.settings import Settings
from analytics_pipeline.warehouse.cipher import secret_keys

_LONGEST = 512
_RANDOM_BYTES = 32


class Signer:
    """Signs short texts for one purpose; those of another are not recognised.

    Args:
        settings: Hold the keys.
        purpose: What it is for.
    """

    def __init__(self, settings: Settings, purpose: str) -> None:
        # itsdangerous signs with the last key.
        self._serializer = URLSafeSerializer(
            list(reversed(secret_keys(settings))),
            salt=f"analytics-pipeline/{purpose}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign(self, text: str) -> str:
        """Return a text that can stand in an address."""
        return str(self._serializer.dumps(text))

    def read(self, signed: str) -> str | None:
        """Return what was signed; None if it was not signed here, or not for this."""
        if len(signed) > _LONGEST:
            return None
        try:
            text = self._serializer.loads(signed)
        except BadSignature:
            return None
        return text if isinstance(text, str) else None


class InvitationLinks:
    """The addresses that invitations are sent as.

    Args:
        settings: Hold the service's public address and the keys.
    """

    def __init__(self, settings: Settings) -> None:
        self._base = settings.public_url
        self._signer = Signer(settings, "invitation")

    def token(self, invitation_id: str) -> str:
        """Return the part of the address that proves the invitation."""
        return self._signer.sign(invitation_id)

    def link(self, invitation_id: str) -> str:
        """Return the address to send to the creator."""
        return f"{self._base}/connect/{self.token(invitation_id)}"

    def read(self, token: str) -> str | None:
        """Return the invitation that a token is of; None for one not made here."""
        return self._signer.read(token)


def new_secret() -> str:
    """Return a random text that nobody can guess."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def fingerprint(secret: str) -> str:
    """Return what may be stored of a random secret: it cannot be turned back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())
