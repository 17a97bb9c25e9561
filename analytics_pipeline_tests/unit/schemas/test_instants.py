"""Instants as the sources write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.instants import (
    TimeWithoutOffsetError,
    UnreadableTimeError,
    parse_epoch_seconds,
    parse_iso,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-03-01T12:00:00+0000", id="Graph API"),
        pytest.param("2026-03-01T12:00:00+00:00", id="colon in the offset"),
        pytest.param("2026-03-01T12:00:00Z", id="Z"),
        pytest.param("2026-03-01T12:00:00.000Z", id="milliseconds"),
        pytest.param("2026-03-01 13:00:00+01:00", id="Prague"),
        pytest.param("2026-03-01T07:00-0500", id="New York, without seconds"),
        pytest.param("2026-03-02T02:00:00+14:00", id="already tomorrow there"),
    ],
)
def test_a_time_with_offset_is_an_instant_in_utc(text):
    assert parse_iso(text) == NOON
    assert parse_iso(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["2026-03-01T12:00:00", "2026-03-01 12:00", "2026-03-01T12:00:00.5"]
)
def test_a_time_without_offset_is_no_instant(text):
    with pytest.raises(TimeWithoutOffsetError):
        parse_iso(text)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="null"),
        pytest.param("", id="empty"),
        pytest.param("yesterday", id="words"),
        pytest.param("2026-03-01", id="date only"),
        pytest.param("2026-02-30T12:00:00Z", id="no such day"),
        pytest.param("2026-03-01T25:00:00Z", id="no such hour"),
        pytest.param("01.03.2026 12:00 +0000", id="Czech"),
        pytest.param("Sun, 01 Mar 2026 12:00:00 GMT", id="RFC 822"),
        pytest.param("2026-03-01T12:00:00\ud83d+00:00", id="half a character"),
        pytest.param("0001-01-01T00:00:00+14:00", id="before the calendar"),
        pytest.param("9999-12-31T23:59:59-14:00", id="after the calendar"),
        pytest.param(1772366400, id="number"),
        pytest.param(["2026-03-01T12:00:00Z"], id="list"),
    ],
)
def test_what_is_no_time_is_unreadable(value):
    with pytest.raises(UnreadableTimeError) as raised:
        parse_iso(value)
    assert not isinstance(raised.value, TimeWithoutOffsetError)


offsets = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
times = st.builds(
    lambda microseconds, offset: (
        datetime(1970, 1, 2, tzinfo=UTC) + timedelta(microseconds=microseconds)
    ).astimezone(offset),
    st.integers(0, 2**53),
    offsets,
)


@given(times)
def test_an_instant_survives_being_written_in_any_offset(instant):
    assert parse_iso(instant.isoformat()) == instant
    written = f"{instant:%Y-%m-%dT%H:%M:%S%z}"
    assert parse_iso(written) == instant.replace(microsecond=0)


@given(times.map(lambda instant: instant.replace(microsecond=0)))
def test_an_instant_survives_being_written_in_seconds(instant):
    seconds = int(instant.timestamp())
    assert parse_epoch_seconds(seconds) == instant
    assert parse_epoch_seconds(str(seconds)) == instant
    assert parse_epoch_seconds(seconds).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(1772366400000, id="milliseconds"),
        pytest.param(10**30, id="far too large"),
        pytest.param(-(10**30), id="far too small"),
        pytest.param("9" * 5000, id="digits without end"),
        pytest.param(1772366400.0, id="float"),
        pytest.param(True, id="bool"),
        pytest.param(None, id="null"),
        pytest.param("", id="empty"),
        pytest.param("-5", id="text with a sign"),
        pytest.param("١٢", id="Arabic digits"),
        pytest.param("2026-03-01T12:00:00Z", id="ISO 8601"),
    ],
)
def test_what_is_no_number_of_seconds_is_unreadable(value):
    with pytest.raises(UnreadableTimeError):
        parse_epoch_seconds(value)


anything = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
)


@given(anything)
def test_a_value_is_either_an_instant_or_unreadable(value):
    for parse in (parse_iso, parse_epoch_seconds):
        try:
            instant = parse(value)
        except UnreadableTimeError:
            continue
        assert instant.utcoffset() == timedelta(0)
