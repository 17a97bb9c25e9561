"""Signed requests of Meta's callbacks: only what the secret signed is read."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from analytics_pipeline.api.signatures import (
    SignatureError,
    SignedRequest,
    push_is_signed,
    read_signed_request,
)
from analytics_pipeline_tests.api.serving import APP_SECRET, signature_of
from analytics_pipeline_tests.conftest import FIRST_MORNING

NOW = int(FIRST_MORNING.timestamp())
DAY = int(timedelta(days=1).total_seconds())


def _base64url(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _sign(payload, secret=APP_SECRET, digest=hashlib.sha256):
    signature = hmac.new(secret.encode(), payload.encode(), digest).digest()
    return f"{_base64url(signature)}.{payload}"


def _signed(**changes):
    content = {"algorithm": "HMAC-SHA256", "issued_at": NOW, "user_id": "218471"}
    content |= changes
    kept = {name: value for name, value in content.items() if value is not ...}
    return _sign(_base64url(json.dumps(kept).encode()))


def _read(text):
    return read_signed_request(text, APP_SECRET, FIRST_MORNING)


def test_what_meta_signed_is_read():
    assert _read(_signed()) == SignedRequest("218471", FIRST_MORNING)


def test_the_example_of_the_rfc_for_hmac_fits():
    """RFC 4231, test case 2: the digest is not only compared with itself."""
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    body = b"what do ya want for nothing?"

    assert push_is_signed(body, [f"sha256={digest}"], "Jefe")
    assert not push_is_signed(body + b".", [f"sha256={digest}"], "Jefe")


@pytest.mark.parametrize("length", range(4))
def test_padding_may_be_there_or_missing(length):
    text = _signed(note="x" * length)
    signature, payload = text.split(".")
    padded = payload + "=" * (-len(payload) % 4)

    assert _read(text) == _read(f"{signature}=.{payload}")
    assert _read(_sign(padded)).platform_user_id == "218471"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"algorithm": "none"}, "algorithm"),
        ({"algorithm": "HMAC-SHA1"}, "algorithm"),
        ({"algorithm": None}, "algorithm"),
        ({"algorithm": ...}, "algorithm"),
        ({"user_id": ...}, "user_id"),
        ({"user_id": None}, "user_id"),
        ({"user_id": ""}, "user_id"),
        ({"user_id": True}, "user_id"),
        ({"user_id": ["218471"]}, "user_id"),
        ({"user_id": "1\0"}, "user_id"),
        ({"user_id": "1" * 129}, "user_id"),
        ({"issued_at": NOW - 8 * DAY}, "issued"),
        ({"issued_at": NOW + DAY}, "issued"),
        ({"issued_at": 0}, "issued"),
        ({"issued_at": -1e400}, "issued"),
        ({"issued_at": 10**400}, "issued"),
        ({"issued_at": True}, "issued"),
        ({"issued_at": str(NOW)}, "issued"),
    ],
    ids=str,
)
def test_what_it_says_must_be_sound(changes, problem):
    with pytest.raises(SignatureError, match=problem):
        _read(_signed(**changes))


def test_a_number_is_a_person_too_and_a_time_may_be_missing():
    assert _read(_signed(user_id=218471, issued_at=...)) == SignedRequest(
        "218471", None
    )


def test_meta_may_repeat_it_for_days():
    assert _read(_signed(issued_at=NOW - 6 * DAY))
    assert _read(_signed(issued_at=NOW + 60))


@pytest.mark.parametrize(
    "payload", ["", "bm90IEpTT04", "W10", "IjIxODQ3MSI", "!!!", "A", "ee"], ids=repr
)
def test_a_signed_payload_that_is_no_object_is_refused(payload):
    with pytest.raises(SignatureError, match="object"):
        _read(_sign(payload))


def test_nesting_without_end_is_refused():
    with pytest.raises(SignatureError, match="object"):
        _read(_sign(_base64url(b"[" * 100_000)))


_GOOD = _signed()
_SIGNATURE, _PAYLOAD = _GOOD.split(".")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        _PAYLOAD,
        f".{_PAYLOAD}",
        f"{_SIGNATURE}.",
        f"{_SIGNATURE[:-2]}.{_PAYLOAD}",
        f"{_SIGNATURE}.{_PAYLOAD}A",
        f"{_SIGNATURE}.{_PAYLOAD}.x",
        f"{_SIGNATURE} .{_PAYLOAD}",
        f"{'A' * 43}.{_PAYLOAD}",
        f"é.{_PAYLOAD}",
        _sign(_PAYLOAD, secret="another"),
        _sign(_PAYLOAD, secret=""),
        _sign(_PAYLOAD, digest=hashlib.sha1),
    ],
    ids=lambda text: text[:20] or "nothing",
)
def test_anything_else_is_not_signed(text):
    with pytest.raises(SignatureError, match="signature") as error:
        _read(text)
    assert APP_SECRET not in str(error.value)


def test_a_push_has_exactly_one_signature():
    good = signature_of(b"x")

    assert push_is_signed(b"x", [good], APP_SECRET)
    assert not push_is_signed(b"x", [], APP_SECRET)
    assert not push_is_signed(b"x", [good, good], APP_SECRET)
