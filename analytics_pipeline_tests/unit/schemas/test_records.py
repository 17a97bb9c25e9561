"""Records: they cannot be changed, and name things as the columns do."""

import dataclasses
from datetime import UTC, datetime

import pytest

from analytics_pipeline.schemas.connections import (
    CONNECTION_COLUMNS,
    ConnectionRow,
    TokenGrant,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import (
    AccountRecord,
    Attempt,
    CampaignRecord,
    CreatorRecord,
    Involvement,
    PostRecord,
)
from analytics_pipeline.schemas.tables import (
    ACCOUNT_SNAPSHOTS,
    ATTEMPTS,
    CAMPAIGNS,
    CREATORS,
    PARTICIPANTS,
    POST_SNAPSHOTS,
    POSTS,
)


@pytest.mark.parametrize(
    ("record", "tables", "besides"),
    [
        pytest.param(CreatorRecord, [CREATORS], set(), id="creator"),
        pytest.param(CampaignRecord, [CAMPAIGNS], set(), id="campaign"),
        pytest.param(Involvement, [PARTICIPANTS], set(), id="involvement"),
        pytest.param(AccountRecord, [ACCOUNT_SNAPSHOTS], {"unknown"}, id="account"),
        pytest.param(PostRecord, [POSTS, POST_SNAPSHOTS], {"unknown"}, id="post"),
        pytest.param(Attempt, [ATTEMPTS], {"account"}, id="attempt"),
    ],
)
def test_a_record_names_things_as_the_columns_do(record, tables, besides):
    names = {field.name for field in dataclasses.fields(record)}
    columns = {column for table in tables for column in table.columns}
    assert names - columns == besides


def test_the_columns_of_a_connections_file_are_the_fields_of_a_row():
    fields = [field.name for field in dataclasses.fields(ConnectionRow)]
    assert list(CONNECTION_COLUMNS) == fields
    assert all(meaning.endswith(".") for meaning in CONNECTION_COLUMNS.values())


def test_a_record_cannot_be_changed():
    involvement = Involvement("1", "2")
    with pytest.raises(dataclasses.FrozenInstanceError):
        involvement.creator_id = "3"
    assert involvement == Involvement("1", "2")


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        pytest.param(
            ConnectionRow(
                "7", Platform.TIKTOK, "jana", "-0a", "act.s3", "rft.s3", None, None, ()
            ),
            "ConnectionRow(tiktok jana of creator 7)",
            id="row with a handle",
        ),
        pytest.param(
            ConnectionRow(
                "7", Platform.TIKTOK, None, "-0a", "act.s3", "rft.s3", None, None, ()
            ),
            "ConnectionRow(tiktok -0a of creator 7)",
            id="row without a handle",
        ),
        pytest.param(
            TokenGrant(
                "act.s3", datetime(2026, 3, 2, 5, tzinfo=UTC), "rft.s3", None, None
            ),
            "TokenGrant(until 2026-03-02 05:00)",
            id="grant",
        ),
    ],
)
def test_what_holds_a_token_never_shows_it(record, shown):
    assert f"{record}" == f"{record!r}" == shown
    assert "s3" not in shown
