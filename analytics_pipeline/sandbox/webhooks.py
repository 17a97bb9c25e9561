"""What the sandbox pushes to an application, and how it signs it."""

import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

SIGNATURE_HEADER: Final = "X-Hub-Signature-256"


@dataclass(slots=True)
class Webhooks:
    """Where pushes go, and which were delivered.

    Attributes:
        callback_url: The verified address, or "" before there is one.
        delivered: The ids of the stories whose final numbers were taken.
    """

    callback_url: str = ""
    delivered: set[str] = field(default_factory=set)


def signature(secret: str, body: bytes) -> str:
    """Give the value of the signature header for a push."""
    return "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()


def signed_request(secret: str, claims: dict[str, object]) -> str:
    """Give claims as Meta's callbacks carry them: signature, dot, payload."""
    payload = _base64(json.dumps(claims, separators=(",", ":")).encode())
    digest = hmac.new(secret.encode(), payload.encode(), sha256).digest()
    return f"{_base64(digest)}.{payload}"


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
