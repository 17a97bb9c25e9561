"""Meta's signatures: of pushes and of the requests that its callbacks carry.

Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
Source: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

_ALGORITHM = "HMAC-SHA256"
_PUSH_SIGNATURE = re.compile(r"sha256=(?P<digest>[0-9a-f]{64})", re.ASCII)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+=*", re.ASCII)
_PERSON = re.compile(r"[0-9A-Za-z_-]{1,128}", re.ASCII)
# How long Meta repeats a callback is not documented; pushes are repeated for 36 hours.
_OLDEST = timedelta(days=7)
_CLOCKS_DIFFER = timedelta(hours=1)


class SignatureError(Exception):
    """What was sent is not what Meta signed; the message says why, without it."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a callback says.

    Attributes:
        platform_user_id: The person it is about.
        issued_at: When Meta signed it, where it says so.
    """

    platform_user_id: str
    issued_at: datetime | None


def push_is_signed(body: bytes, signatures: list[str], secret: str) -> bool:
    """Tell whether a push comes from Meta.

    Args:
        body: As received, byte by byte.
        signatures: Every `X-Hub-Signature-256` of it; there must be exactly one.
        secret: The app's secret.

    Returns:
        Whether the signature is the body's.
    """
    if len(signatures) != 1:
        return False
    given = _PUSH_SIGNATURE.fullmatch(signatures[0])
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return given is not None and hmac.compare_digest(given["digest"], expected)


def read_signed_request(text: str, secret: str, now: datetime) -> SignedRequest:
    """Read the form field `signed_request` of a callback.

    Args:
        text: The field: signature and payload, each in base64url, joined by a dot.
        secret: The app's secret.
        now: The current instant.

    Returns:
        What it says.

    Raises:
        SignatureError: It is not signed with the secret, or not by the one algorithm
            that is accepted, or too long ago, or says nothing.
    """
    signature, dot, payload = text.partition(".")
    expected = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    # The signature first: nothing unsigned is worth understanding.
    if not dot or not hmac.compare_digest(_decoded(signature), expected):
        msg = "the signature is not that of the payload"
        raise SignatureError(msg)
    content = _json_object(_decoded(payload))
    if str(content.get("algorithm")).upper() != _ALGORITHM:
        msg = f"the algorithm is not {_ALGORITHM}"
        raise SignatureError(msg)
    person = content.get("user_id")
    if isinstance(person, bool) or not isinstance(person, int | str):
        person = ""
    if not _PERSON.fullmatch(str(person)):
        msg = "it names no user_id"
        raise SignatureError(msg)
    return SignedRequest(str(person), _issued_at(content.get("issued_at"), now))


def _decoded(text: str) -> bytes:
    """Return the bytes of base64url, whose padding Meta leaves out."""
    if not _BASE64URL.fullmatch(text):
        return b""
    bare = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        return b""


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        msg = "the payload is no JSON object"
        raise SignatureError(msg)
    return value


def _issued_at(value: object, now: datetime) -> datetime | None:
    """Return when it was signed; requests without a time are taken as they come."""
    if value is None:
        return None
    earliest, latest = now - _OLDEST, now + _CLOCKS_DIFFER
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and earliest.timestamp() <= value <= latest.timestamp()
    ):
        return datetime.fromtimestamp(value, UTC)
    msg = "it was not issued within the last week"
    raise SignatureError(msg)
