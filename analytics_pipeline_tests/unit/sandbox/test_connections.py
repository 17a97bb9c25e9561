"""The connections file holds what consent pages would have given."""

import csv
from datetime import datetime

import pytest

COLUMNS = [
    "creator_id",
    "platform",
    "username",
    "account_id",
    "access_token",
    "refresh_token",
    "access_token_expires_at",
    "refresh_token_expires_at",
    "scopes",
]


def rows_of(ask, platform):
    return {
        int(row["creator_id"]): row
        for row in ask.connections()
        if row["platform"] == platform
    }


def test_the_header_is_exactly_as_agreed(ask):
    text = ask.control("GET", "connections.csv").text
    assert text.splitlines()[0] == ",".join(COLUMNS)


def test_every_account_of_every_creator_is_listed_once(ask, sandbox):
    listed = [(int(row["creator_id"]), row["platform"]) for row in ask.connections()]
    expected = []
    for person in sandbox.world.people:
        if person.instagram != "none":
            expected.append((person.creator_id, "instagram"))
        if person.tiktok:
            expected.append((person.creator_id, "tiktok"))
    assert listed == expected


def test_outside_accounts_are_known_by_handle_only(ask):
    row = rows_of(ask, "instagram")[101]
    assert row["username"] == "tereza.novakova"
    assert [row[column] for column in COLUMNS[3:]] == [""] * 6


def test_connected_accounts_bring_a_token_that_works(ask):
    for row in rows_of(ask, "instagram").values():
        if row["access_token"]:
            answer = ask.graph(
                row["account_id"], row["access_token"], fields="username"
            )
            assert answer.json()["username"] == row["username"]
            assert row["refresh_token"] == ""
            assert "instagram_basic" in row["scopes"].split(" ")


def test_tiktok_accounts_bring_both_tokens_and_both_expiries(ask, sandbox):
    for creator_id, row in rows_of(ask, "tiktok").items():
        index = creator_id - 101
        assert row["account_id"] == sandbox.world.identities.open_id(index)
        assert row["access_token"].startswith("act.")
        assert row["refresh_token"].startswith("rft.")
        assert "video.list" in row["scopes"].split(" ")


def test_times_have_an_offset(ask):
    for row in ask.connections():
        for column in ("access_token_expires_at", "refresh_token_expires_at"):
            if row[column]:
                assert datetime.fromisoformat(row[column]).tzinfo is not None


def test_a_renamed_account_stands_under_its_old_handle(ask, sandbox):
    assert sandbox.world.handle(7, sandbox.clock.now()) == "pimchanok.s.official"
    assert rows_of(ask, "instagram")[108]["username"] == "pimchanok.s"


def test_a_personal_account_is_listed_too(ask):
    assert rows_of(ask, "instagram")[107]["username"] == "kitti.jaidee"


def test_after_a_rotation_the_file_holds_the_living_tokens(ask):
    old = rows_of(ask, "tiktok")[103]["refresh_token"]
    new = ask.refresh(old).json()
    row = rows_of(ask, "tiktok")[103]
    assert row["refresh_token"] == new["refresh_token"]
    assert row["access_token"] == new["access_token"]


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_the_file_can_be_written_to_disk(ask, sandbox, tmp_path, kind):
    path = tmp_path / "connections.csv"
    path.write_text("old")
    sandbox.write_connections(kind(path))
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == ask.connections()
