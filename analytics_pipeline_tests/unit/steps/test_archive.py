"""Archived months: nothing is lost by a kill, and they come back as they were."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.landing import archive as archive_module
from analytics_pipeline.landing.archive import ArchiveError, ArchiveStore
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import PARTITIONED, TABLES
from analytics_pipeline.steps import archive as steps
from analytics_pipeline.steps.archive import (
    archive_months,
    erase_from_archive,
    restore_months,
)
from analytics_pipeline.transform.canonical import caption_id
from analytics_pipeline.transform.erasure import Eraser
from analytics_pipeline.warehouse.load import merge
from analytics_pipeline.warehouse.partitions import ArchivedMonthError, months_there
from analytics_pipeline.warehouse.persons import Person
from analytics_pipeline.warehouse.tables import TABLES_BY_NAME, archived_snapshots
from analytics_pipeline_tests.stored_rows import sample_row

OLD, NEW = date(2025, 11, 1), date(2025, 12, 1)
RETENTION = timedelta(days=90)
BY_NAME = {table.name: table for table in TABLES}


@pytest.fixture
def store(tmp_path) -> ArchiveStore:
    return ArchiveStore(str(tmp_path / "home" / "archive"))


@pytest.fixture
def stocked(run):
    """Rows of two months in every partitioned table; the first is past retention."""
    run = replace(run, clock=lambda: datetime(2026, 3, 2, 5, tzinfo=UTC))
    with run.warehouse.begin() as connection:
        for table in PARTITIONED:
            rows = [
                _row(table, day, number)
                for day in (OLD, date(2025, 11, 30), NEW)
                for number in range(3)
            ]
            merge(connection, table, rows)
    return run


def _row(table, day, number):
    ids = {"account_id": f"a{number}", "post_id": f"p{number}", "username": "봄"}
    given = {name: value for name, value in ids.items() if name in table.columns}
    row = sample_row(table.name, **given | {table.partitioned_by: day})
    if "unknown_reasons" in row:
        row["unknown_reasons"] = {"view_count": "not_offered", "reach": "봄"}
    if "candidate_reasons" in row:
        row["candidate_reasons"] = {"z": {"b": 1, "aa": [1.5, None]}, "yy": True}
    return row


def _contents(run):
    with run.warehouse.begin() as connection:
        return {
            table.name: {
                tuple(map(str, row))
                for row in connection.execute(sa.select(TABLES_BY_NAME[table.name]))
            }
            for table in PARTITIONED
        }


def _noted(run):
    with run.warehouse.begin() as connection:
        return connection.execute(sa.select(archived_snapshots)).all()


def test_a_month_past_retention_leaves_the_tables_and_comes_back_as_it_was(
    stocked, store
):
    before = _contents(stocked)

    report = archive_months(stocked, store, RETENTION)

    assert {item.month.table.name for item in report.archived} == {
        table.name for table in PARTITIONED
    }
    assert {item.rows for item in report.archived} == {6}
    assert all(len(rows) == 3 for rows in _contents(stocked).values())
    with stocked.warehouse.begin() as connection:
        for table in PARTITIONED:
            assert months_there(connection, table) == [NEW]
    assert archive_months(stocked, store, RETENTION).archived == ()
    assert len(store.names()) == len(PARTITIONED)

    restored = restore_months(stocked, store, OLD)

    assert restored == dict.fromkeys(before, 6)
    assert _contents(stocked) == before
    assert (_noted(stocked), store.names()) == ([], [])
    assert restore_months(stocked, store, OLD) == {}


@pytest.mark.parametrize("moment", ["writing", "checking", "dropping", "committing"])
def test_a_kill_while_archiving_loses_nothing(stocked, store, monkeypatch, moment):
    before = _contents(stocked)

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "writing":
            patch.setattr(archive_module.os, "fsync", die)
        elif moment == "checking":
            patch.setattr(steps, "_check", die)
        elif moment == "dropping":
            patch.setattr(steps, "drop_month", die)
        else:
            patch.setattr(steps.ArchivedMonth, "__init__", die)
        with pytest.raises(KeyboardInterrupt):
            archive_months(stocked, store, RETENTION)

    assert _contents(stocked) == before
    assert _noted(stocked) == []
    archive_months(stocked, store, RETENTION)
    restore_months(stocked, store, OLD)
    assert _contents(stocked) == before


def test_a_kill_after_a_month_came_back_leaves_no_second_copy(
    stocked, store, monkeypatch
):
    before = _contents(stocked)
    archive_months(stocked, store, RETENTION)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ArchiveStore, "remove", die)
        with pytest.raises(KeyboardInterrupt):
            restore_months(stocked, store, OLD)
    restore_months(stocked, store, OLD)
    assert _contents(stocked) == before

    archive_months(stocked, store, timedelta(days=200))

    assert store.names() == []


def test_a_damaged_file_is_not_restored(stocked, store):
    archive_months(stocked, store, RETENTION)
    after = _contents(stocked)
    name = "account_snapshots/2025-11.parquet"
    with store.open(name) as file:
        rows = [row for block in file.blocks() for row in block][1:]
        store.write(name, file.fields, [rows], lambda: file.digest)

    with pytest.raises(ArchiveError, match="does not hold the rows"):
        restore_months(stocked, store, OLD)

    assert _contents(stocked)["account_snapshots"] == after["account_snapshots"]
    assert "account_snapshots" in {row.archived_table for row in _noted(stocked)}


def test_a_month_in_use_is_left_for_the_next_time(stocked, store, monkeypatch):
    monkeypatch.setattr("analytics_pipeline.warehouse.archive._LONGEST_WAIT", "100ms")
    with stocked.warehouse.begin() as reader:
        reader.execute(sa.text("SELECT * FROM post_snapshots LIMIT 1"))
        report = archive_months(stocked, store, RETENTION)

    assert [month.table.name for month in report.postponed] == ["post_snapshots"]
    assert len(_contents(stocked)["post_snapshots"]) == 9
    again = archive_months(stocked, store, RETENTION)
    assert [item.month.table.name for item in again.archived] == ["post_snapshots"]


def test_an_archived_day_is_not_loaded_until_it_is_restored(stocked, store):
    archive_months(stocked, store, RETENTION)
    table = BY_NAME["post_snapshots"]
    with (
        pytest.raises(ArchivedMonthError, match="2025-11"),
        stocked.warehouse.begin() as connection,
    ):
        merge(connection, table, [_row(table, OLD, 9)])

    restore_months(stocked, store, OLD)
    with stocked.warehouse.begin() as connection:
        assert merge(connection, table, [_row(table, OLD, 9)]).inserted == 1


def test_an_erasure_reaches_archived_months(stocked, store):
    archive_months(stocked, store, RETENTION)
    eraser = Eraser(b"key", Platform.INSTAGRAM, frozenset({"jaro"}))
    person = Person(
        platform=Platform.INSTAGRAM,
        creator_ids=frozenset({"c"}),
        connection_ids=frozenset(),
        account_ids=frozenset({"a1"}),
        handles=frozenset(),
        other_ids=frozenset(),
        post_ids=frozenset({"p1"}),
    )
    caption = "my secret #jaro"

    first = erase_from_archive(store, person, eraser, [caption])
    again = erase_from_archive(store, person, eraser, [caption])

    # Two days in each table; rows of candidates go, so they are not found again.
    assert (first, again) == (10, 8)
    restore_months(stocked, store, OLD)
    with stocked.warehouse.begin() as connection:
        for table in PARTITIONED:
            columns = TABLES_BY_NAME[table.name].c
            found = connection.execute(
                sa.select(columns.account_id, sa.func.count())
                .where(columns[table.partitioned_by] < NEW)
                .group_by(columns.account_id)
            ).all()
            kept = {} if table.name == "review_candidates" else {"a1": 2}
            expected = {eraser.pseudonym(name): count for name, count in kept.items()}
            assert dict(map(tuple, found)) == {"a0": 2, "a2": 2} | expected
        snapshot = connection.execute(
            sa.text(
                "SELECT post_id, caption_id, count_sources FROM post_snapshots"
                " WHERE account_id LIKE 'erased%' LIMIT 1"
            )
        ).one()
        assert snapshot.post_id == eraser.pseudonym("p1")
        assert snapshot.caption_id is None, "a wording that nobody knows any more"


def test_a_wording_that_is_known_keeps_its_hashtags(stocked, store):
    caption = "my secret #jaro"
    with stocked.warehouse.begin() as connection:
        row = _row(BY_NAME["post_snapshots"], OLD, 1)
        merge(
            connection,
            BY_NAME["post_snapshots"],
            [row | {"caption_id": caption_id(caption)}],
        )
    archive_months(stocked, store, RETENTION)
    eraser = Eraser(b"key", Platform.INSTAGRAM, frozenset({"jaro"}))
    person = Person(
        Platform.INSTAGRAM,
        frozenset(),
        frozenset(),
        frozenset({"a1"}),
        frozenset(),
        frozenset(),
    )
    for _ in range(2):
        erase_from_archive(store, person, eraser, [caption])

    with store.open("post_snapshots/2025-11.parquet") as file:
        place = [field.name for field in file.fields].index("caption_id")
        found = {row[place] for block in file.blocks() for row in block}
    assert caption_id("#jaro") in found
    assert caption_id(caption) not in found
