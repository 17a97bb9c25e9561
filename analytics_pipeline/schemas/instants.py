"""How the sources write instants, read into aware UTC datetimes."""

from datetime import UTC, datetime

_DATE_LENGTH = len("2026-03-02")


class UnreadableTimeError(ValueError):
    """A time that is none."""


class TimeWithoutOffsetError(UnreadableTimeError):
    """A time of which nobody can say when it was."""


def parse_iso(value: object) -> datetime:
    """Return an ISO 8601 time with offset (Graph API: `2023-08-16T09:30:00+0000`).

    Args:
        value: As it stands in the answer.

    Returns:
        The instant, in UTC.

    Raises:
        UnreadableTimeError: It is no such time.
        TimeWithoutOffsetError: It lacks the offset.

    Examples:
        >>> parse_iso("2023-08-16T09:30:00+0200")
        datetime.datetime(2023, 8, 16, 7, 30, tzinfo=datetime.timezone.utc)
    """
    if not isinstance(value, str) or len(value) <= _DATE_LENGTH:
        raise UnreadableTimeError
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError as error:
        raise UnreadableTimeError from error
    if parsed.tzinfo is None:
        raise TimeWithoutOffsetError
    return _in_utc(parsed)


def parse_epoch_seconds(value: object) -> datetime:
    """Return an instant given as seconds since 1970 (TikTok's `create_time`).

    Args:
        value: As it stands in the answer.

    Returns:
        The instant, in UTC.

    Raises:
        UnreadableTimeError: It is no whole number, or milliseconds.
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise UnreadableTimeError
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise UnreadableTimeError
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableTimeError from error


def _in_utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise UnreadableTimeError from error
