"""Reading a connections file: each row alone, and no token in any message."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.connections import CONNECTION_COLUMNS, ConnectionRow
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.connection_file import (
    ConnectionFileError,
    RefusedRow,
    parse_connection_file,
)

OUTSIDE = {"creator_id": "1", "platform": "instagram", "username": "jana"}
OWN = {
    "creator_id": "2",
    "platform": "instagram",
    "account_id": "17841400000000002",
    "access_token": "EAA-secret",
}
TIKTOK = {
    "creator_id": "3",
    "platform": "tiktok",
    "account_id": "-000abc",
    "access_token": "act.secret",
    "refresh_token": "rft.secret",
    "access_token_expires_at": "2026-03-02T05:00:00+01:00",
    "refresh_token_expires_at": "2027-03-01T00:00:00Z",
    "scopes": "user.info.basic, video.list",
}


def as_csv(*rows, newline="\n"):
    lines = [",".join(CONNECTION_COLUMNS)]
    lines += [
        ",".join(f'"{row.get(name, "")}"' for name in CONNECTION_COLUMNS)
        for row in rows
    ]
    return newline.join(lines) + newline


def in_both_forms(*rows):
    """Read rows from CSV and from JSON; both must say the same."""
    read = parse_connection_file(as_csv(*rows), is_json=False)
    assert parse_connection_file(json.dumps(rows), is_json=True) == read
    return read


def test_a_file_is_read_row_by_row():
    rows, refused = in_both_forms(OUTSIDE, OWN, TIKTOK)
    assert refused == []
    assert rows[0] == ConnectionRow(
        "1", Platform.INSTAGRAM, "jana", None, None, None, None, None, ()
    )
    assert rows[1].access_token == "EAA-secret"
    assert rows[2] == ConnectionRow(
        creator_id="3",
        platform=Platform.TIKTOK,
        username=None,
        account_id="-000abc",
        access_token="act.secret",
        refresh_token="rft.secret",
        access_token_expires_at=datetime(2026, 3, 2, 4, tzinfo=UTC),
        refresh_token_expires_at=datetime(2027, 3, 1, tzinfo=UTC),
        scopes=("user.info.basic", "video.list"),
    )


def test_handles_and_platforms_are_read_in_any_spelling():
    (row,), _ = in_both_forms(
        OUTSIDE
        | {"platform": " TikTok", "username": "@Jana "}
        | {"access_token": "act"}
    )
    assert (row.platform, row.username) == (Platform.TIKTOK, "jana")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param(
            OUTSIDE | {"creator_id": " "}, "creator_id is empty", id="no creator"
        ),
        pytest.param(
            OUTSIDE | {"platform": "myspace"},
            "platform is 'myspace'; it must be one of instagram, tiktok",
            id="another platform",
        ),
        pytest.param(
            OUTSIDE | {"username": ""},
            "an Instagram account without a token needs username",
            id="Instagram without anything",
        ),
        pytest.param(
            OUTSIDE | {"username": "Jana Nováková"},
            "username 'jana nováková' is no possible Instagram handle",
            id="a name instead of a handle",
        ),
        pytest.param(
            OUTSIDE | {"access_token": "EAA-secret"},
            "an Instagram account with a token needs account_id",
            id="token without id",
        ),
        pytest.param(
            TIKTOK | {"access_token": "", "refresh_token": ""},
            "a TikTok account needs refresh_token, or at least access_token",
            id="TikTok without token",
        ),
        pytest.param(
            TIKTOK | {"account_id": ""},
            "a TikTok account needs account_id (its open_id) or username",
            id="TikTok without name",
        ),
        pytest.param(
            TIKTOK | {"access_token_expires_at": "2026-03-02T05:00:00"},
            "access_token_expires_at is no ISO 8601 time with offset",
            id="expiry without offset",
        ),
        pytest.param(
            TIKTOK | {"refresh_token_expires_at": "soon"},
            "refresh_token_expires_at is no ISO 8601 time with offset",
            id="unreadable expiry",
        ),
    ],
)
def test_a_wrong_row_is_named_and_costs_no_other(row, problem):
    rows, refused = in_both_forms(OUTSIDE, row, OWN)
    assert [read.creator_id for read in rows] == ["1", "2"]
    assert refused == [RefusedRow(2, problem)]
    assert "secret" not in problem


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("jana", id="no object"),
        pytest.param({}, id="empty object"),
        pytest.param({"creator_id": "1", "username": "jana"}, id="no platform"),
        pytest.param({"platform": "instagram", "username": "jana"}, id="no creator"),
        pytest.param(OUTSIDE | {"creator_id": None}, id="null"),
    ],
)
def test_an_entry_without_what_is_required_costs_no_other(entry):
    text = json.dumps([entry, OUTSIDE])
    rows, refused = parse_connection_file(text, is_json=True)
    assert [row.creator_id for row in rows] == ["1"]
    assert [row.number for row in refused] == [1]


def test_json_may_hold_numbers_and_lists():
    entry = TIKTOK | {"creator_id": 3, "scopes": ["user.info.basic", "video.list"]}
    (row,), _ = parse_connection_file(json.dumps([entry]), is_json=True)
    assert row.creator_id == "3"
    assert row.scopes == ("user.info.basic", "video.list")


@pytest.mark.parametrize(
    ("text", "is_json", "message"),
    [
        pytest.param("{", True, "this is no JSON", id="no JSON"),
        pytest.param('{"creator_id": 1}', True, "an array of objects", id="one object"),
        pytest.param('[{"token": 1}]', True, "unknown: token", id="JSON column"),
        pytest.param(
            "creator,platform\n1,tiktok",
            False,
            "unknown: creator; missing: creator_id",
            id="CSV columns",
        ),
        pytest.param("", False, "missing: creator_id, platform", id="empty"),
        pytest.param(
            f"creator_id,platform\n{'x' * 200_000},tiktok",
            False,
            "this is no CSV",
            id="a field without end",
        ),
    ],
)
def test_a_file_that_is_none_says_what_it_should_be(text, is_json, message):
    with pytest.raises(ConnectionFileError, match=message):
        parse_connection_file(text, is_json=is_json)


@pytest.mark.parametrize(
    "newline", ["\n", "\r\n", "\r"], ids=["Unix", "Windows", "Mac"]
)
def test_a_csv_may_come_from_any_system(newline):
    text = "\ufeff" + as_csv(OUTSIDE, TIKTOK, newline=newline)
    rows, refused = parse_connection_file(text, is_json=False)
    assert [row.creator_id for row in rows] == ["1", "3"]
    assert refused == []


def test_a_csv_row_may_be_too_short_or_too_long():
    text = "creator_id,platform,username\n1,instagram\n2,instagram,jana,more\n"
    rows, refused = parse_connection_file(text, is_json=False)
    assert [row.creator_id for row in rows] == ["2"]
    assert [row.number for row in refused] == [1]


cells = st.text(st.characters(categories=["L", "Nd", "P", "S", "Zs"]), max_size=10)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"creator_id": cells, "platform": cells | st.sampled_from(Platform)},
            optional=dict.fromkeys([*CONNECTION_COLUMNS][2:], cells),
        ),
        max_size=4,
    )
)
def test_every_row_is_either_read_or_refused_once(listed):
    rows, refused = parse_connection_file(json.dumps(listed), is_json=True)
    assert len(rows) + len(refused) == len(listed)
    assert len({row.number for row in refused}) == len(refused)
    assert all(row.username or row.account_id for row in rows)


@given(st.text())
def test_no_text_is_a_file_without_a_header_or_an_array(text):
    for is_json in (True, False):
        with pytest.raises(ConnectionFileError, match=r"\w"):
            parse_connection_file(text, is_json=is_json)


@given(st.text())
def test_nothing_behind_the_header_stops_the_reading(text):
    body = f"creator_id,platform,username\n{text}\n1,instagram,jana"
    rows, refused = parse_connection_file(body, is_json=False)
    assert rows or refused
