"""What the text of an environment variable may be, and what it becomes.

What belongs here: one type per kind of value, with a message that says how to write it.
"""

import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, SecretStr

_MIN_SECRET_LENGTH = 16
_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[mhd]?)", re.ASCII)
_UNIT_HOURS = {"m": 1 / 60, "h": 1.0, "": 1.0, "d": 24.0}
_POSTGRES_SCHEME = re.compile(r"postgres(ql)?(\+psycopg2?)?")


def is_loopback(url: str) -> bool:
    """Tell whether an address can only be answered by this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _http_url(value: str) -> str:
    """Return a base address without its last slash; refuse any other text."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = f"{value!r} is no http(s) address"
        raise ValueError(msg)
    if parts.query or parts.fragment or parts.username:
        msg = "a base address has no user, no '?' and no '#'"
        raise ValueError(msg)
    return value.rstrip("/")


def _time_zone(value: str) -> str:
    """Return an IANA name; refuse any other text."""
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        msg = f"{value!r} is no IANA time zone name; write it like Europe/Prague"
        raise ValueError(msg) from error
    return value


def parse_duration(text: str) -> timedelta:
    """Return what a text like `24`, `90m`, `36h` or `2d` stands for.

    Args:
        text: A number, and a unit unless it is hours.

    Returns:
        The duration.

    Raises:
        ValueError: It is none.
    """
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        msg = f"{text!r} is no duration; write hours (24), or 90m, 36h, 2d"
        raise ValueError(msg)
    return timedelta(hours=float(match["number"]) * _UNIT_HOURS[match["unit"]])


def _duration(value: object) -> object:
    """Return the duration that a text stands for; leave anything else as it is."""
    return parse_duration(value) if isinstance(value, str) else value


def _instant(value: datetime) -> datetime:
    """Return an instant in UTC; refuse one without an offset."""
    if value.tzinfo is None:
        msg = "an instant needs an offset; write it like 2026-03-02T05:00:00+01:00"
        raise ValueError(msg)
    return value.astimezone(UTC)


def _secret_keys(value: SecretStr) -> SecretStr:
    """Return keys, separated by commas; refuse one that is too short."""
    for key in value.get_secret_value().split(","):
        if len(key.strip()) < _MIN_SECRET_LENGTH:
            msg = (
                f"a key has fewer than {_MIN_SECRET_LENGTH} characters; "
                "make one with `analytics-pipeline connections new-key`"
            )
            raise ValueError(msg)
    return value


def _postgres_url(value: SecretStr) -> SecretStr:
    """Return the address of a PostgreSQL database; refuse any other."""
    scheme = urlsplit(value.get_secret_value()).scheme
    if not _POSTGRES_SCHEME.fullmatch(scheme):
        msg = (
            f"the scheme {scheme!r} is not PostgreSQL; "
            "write postgresql://user:password@host:5432/database"
        )
        raise ValueError(msg)
    return value


def _origins(value: object) -> object:
    """Split a list of origins; a page's origin is a scheme and a host, no path."""
    if not isinstance(value, str):
        return value
    origins = tuple(part.strip() for part in value.split(",") if part.strip())
    for origin in origins:
        parts = urlsplit(_http_url(origin))
        if parts.path or origin.endswith("/"):
            msg = f"{origin!r} has a path; an origin is like https://app.example"
            raise ValueError(msg)
    return origins


Url = Annotated[str, AfterValidator(_http_url)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
SecretKeys = Annotated[SecretStr, AfterValidator(_secret_keys)]
PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres_url)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Origins = Annotated[tuple[str, ...], BeforeValidator(_origins)]
Instant = Annotated[datetime, AfterValidator(_instant)]
