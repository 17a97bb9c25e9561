"""What analysts get: answers to the questions of their page, and files of the views."""

import csv
import json
import re
from datetime import date
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analytics_pipeline.warehouse.exporting import ALL, EXPORTABLE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "analysts.md"
QUESTIONS = re.findall(
    r"^### \d+\. (.+?)\n.*?```sql\n(.+?)```", PAGE.read_text(), re.MULTILINE | re.DOTALL
)
TYPES = {
    "text": pa.string(),
    "text[]": pa.list_(pa.string()),
    "bigint": pa.int64(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "jsonb": pa.string(),
}


@pytest.fixture
def exported(collected):
    done = collected.run("export", "all", "--to", "files")
    assert done.returncode == 0, done.stderr
    collected.told = done.stdout
    return collected


def _rows(shell, query):
    with psycopg.connect(shell.variables["ANALYTICS_DATABASE_URL"]) as connection:
        return connection.execute(query).fetchall()


def test_the_page_has_ten_questions():
    assert len(QUESTIONS) == 10


def test_every_question_of_the_page_has_an_answer(collected):
    url = collected.variables["ANALYTICS_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET ROLE analytics_reporting")
        for question, statement in QUESTIONS:
            assert connection.execute(statement).fetchall(), question


def test_the_first_question_is_answered_with_the_stored_totals(collected):
    (_, statement), *_ = QUESTIONS
    answered = {row[0]: row[2:5] for row in _rows(collected, statement)}
    stored = _rows(
        collected,
        "SELECT c.campaign_name, sum(s.post_count), sum(s.view_count),"
        " sum(s.like_count) FROM analytics.campaign_daily_summary s"
        " JOIN analytics.campaigns c USING (campaign_id)"
        " WHERE s.snapshot_date = '2026-03-01' GROUP BY c.campaign_id",
    )

    assert answered == {name: tuple(sums) for name, *sums in stored}


def test_all_views_become_files_with_every_row_and_the_right_types(exported):
    folder = exported.folder / "files"

    assert {path.name for path in folder.iterdir()} == {f"{n}.parquet" for n in ALL}
    for name in ALL:
        item = EXPORTABLE[name]
        table = pq.read_table(folder / f"{name}.parquet")
        (count,) = _rows(exported, f"SELECT count(*) FROM {item.relation}")[0]
        assert table.num_rows == count
        assert f"{name}.parquet: {count:,} rows" in exported.told
        assert table.schema.metadata[b"description"].decode() == item.comment
        for field in item.fields:
            column = table.schema.field(field.name)
            assert column.type == TYPES[field.type]
            assert column.metadata[b"description"].decode() == field.meaning
    assert pq.read_table(folder / "post_days.parquet").num_rows > 100


def test_values_are_those_of_the_view(exported):
    columns = "post_id, like_count, view_count, posted_at, hashtags, unknown_reasons"
    stored = _rows(
        exported,
        f"SELECT {columns}, is_counted, snapshot_date FROM reporting.campaign_posts"
        " ORDER BY campaign_id, platform, post_id",
    )

    file = exported.folder / "files" / "campaign_posts.parquet"
    rows = pq.read_table(file).to_pylist()

    assert len(stored) > 10
    names = [*columns.split(", "), "is_counted", "snapshot_date"]
    for row in rows:
        row["unknown_reasons"] = json.loads(row["unknown_reasons"])
    assert [tuple(row[name] for name in names) for row in rows] == stored
    assert any(row["view_count"] is None for row in rows), "unknown stays null"


def test_days_can_be_chosen_and_marts_be_exported_by_name(collected):
    none = collected.run(
        *("export", "hashtag_post_metrics", "--to", "a", "--until", "2026-02-28")
    )
    day = collected.run(
        *("export", "hashtag_post_metrics", "--to", "b"),
        *("--from", "2026-03-01", "--until", "2026-03-01"),
    )
    name = "hashtag_post_metrics.parquet"

    assert none.returncode == day.returncode == 0, none.stderr + day.stderr
    assert pq.read_table(collected.folder / "a" / name).num_rows == 0
    dates = pq.read_table(collected.folder / "b" / name).column("snapshot_date")
    assert set(dates.to_pylist()) == {date(2026, 3, 1)}


def test_a_csv_keeps_a_spreadsheet_from_computing(collected):
    caption = '=HYPERLINK("http://x","y"),\n+1'
    url = collected.variables["ANALYTICS_DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE analytics.posts SET post_caption = %s", [caption], prepare=False
        )

    done = collected.run("export", "posts", "--to", ".", "--format", "csv")

    assert done.returncode == 0, done.stderr
    with (collected.folder / "posts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["post_caption"] for row in rows} == {f"'{caption}"}
    assert all(isinstance(json.loads(row["hashtags"]), list) for row in rows)
    assert {row["removed_at"] for row in rows} == {""}
    assert rows[0]["posted_at"].endswith("+00:00")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["connections", "--to", "."], "there is no table 'connections' to export"),
        (["creators", "--to", ".", "--from", "2026-03-01"], "creators has no days"),
        (
            ["posts", "--to", ".", "--from", "2026-03-02", "--until", "2026-03-01"],
            "--from 2026-03-02 is after --until 2026-03-01",
        ),
        (["posts", "--to", "/proc/nowhere"], "cannot write to /proc/nowhere"),
        (["posts", "--to", ".", "--from", "99999-01-01"], "does not match the format"),
        (["posts"], "Missing option '--to'"),
    ],
)
def test_what_cannot_be_exported_is_said(shell, arguments, told):
    done = shell.run("export", *arguments)

    assert done.returncode in {1, 2}
    assert told in done.stderr
    assert not list(shell.folder.glob("*.parquet"))
    assert not list(shell.folder.glob(".*.new"))


def test_roles_are_granted_and_the_doctor_knows_them(shell):
    granted = shell.run("grant-reading")
    looked = shell.run("doctor")

    assert granted.returncode == 0, granted.stderr
    assert granted.stdout.splitlines() == [
        "analytics_reporting: may read this database",
        "analytics_service_reader: may read this database",
    ]
    assert "read-only roles: analytics_reporting" in looked.stdout
