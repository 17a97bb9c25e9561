"""The erasure drill: after it, nothing finds the person, and the totals remain."""

import gzip
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from analytics_pipeline.cli.report import report_options
from analytics_pipeline.landing.archive import ArchiveStore
from analytics_pipeline.reports.build import build_report
from analytics_pipeline.reports.files import FileFormat, file_name, render, write_whole
from analytics_pipeline.schemas.erasure import Callback, ErasureStatus, RequestKind
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.settings import environment_names, load_settings
from analytics_pipeline.steps import erasure
from analytics_pipeline.steps.erasure import ErasureTools, erase_pending
from analytics_pipeline.steps.report_files import reports_folder
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.erasure_requests import find_request, store_request
from analytics_pipeline.warehouse.token_journal import TokenJournal
from analytics_pipeline_tests.agency import FAST
from analytics_pipeline_tests.conftest import FIRST_DAY

LAST_DAY = FIRST_DAY + timedelta(days=1)
USER = "10158000000000001"
TOTALS = (
    "SELECT to_jsonb(s) - 'run_id' - 'erased_post_count' AS row"
    " FROM campaign_daily_summary s ORDER BY snapshot_date, campaign_id, platform"
)
# Handles of three letters would be found in the middle of other words.
_AS_A_WORD = r"(?<![\w.]){}(?![\w.])"


@pytest.fixture(scope="module")
def drill(module_agency):
    """Two days of an agency; a connected creator with campaign posts is erased."""
    agency = module_agency
    for day in (FIRST_DAY, LAST_DAY):
        agency.wake(day)
        agency.collect_plainly(day)
    return Drill(agency)


@pytest.fixture
def drilled(drill, monkeypatch):
    """The drill, in the environment it took place in."""
    for name, value in drill.environment.items():
        monkeypatch.setenv(name, value)
    return drill


class Drill:
    """What was known of a person before, and what can be found of them after."""

    def __init__(self, agency) -> None:
        self.agency = agency
        self.environment = {
            name: os.environ[name] for name in environment_names() if name in os.environ
        }
        self.creator_id = agency.value(
            "SELECT h.creator_id FROM hashtag_post_metrics h JOIN connections c"
            " ON c.account_id = h.account_id WHERE h.platform = 'instagram'"
            " AND c.access_token_encrypted IS NOT NULL AND match_level = 'full'"
            " GROUP BY h.creator_id ORDER BY count(*) DESC, h.creator_id LIMIT 1"
        )
        self.totals = agency.rows(TOTALS)
        with agency.warehouse.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE connections SET platform_user_id = %s, page_id = %s"
                " WHERE platform = 'instagram' AND creator_id = %s",
                (USER, "112233445566778", self.creator_id),
            )
        self._report()
        self.names = self._names()
        self.before = self.places_of_names()
        self.outcome_statuses = self._statuses()
        self.code = self._ask()
        self._kill_half_way()
        self.half_way = self.places_of_names()
        self.done = FAST.resolve_job_def("erase").execute_in_process(
            instance=agency.instance
        )

    def _report(self) -> None:
        """Leave a report behind in which the person stands."""
        settings = load_settings()
        how = report_options(settings)
        (row,) = self.agency.rows(
            "SELECT campaign_id FROM hashtag_post_metrics WHERE creator_id = :c"
            " AND match_level = 'full' AND platform = 'instagram' LIMIT 1",
            c=self.creator_id,
        )
        with self.agency.warehouse.reading() as connection:
            report = build_report(connection, row["campaign_id"], None, how)
        name = file_name(report, FileFormat.JSON)
        content = render(report, FileFormat.JSON)
        write_whole(reports_folder(settings) / "2026-03-02" / name, content)

    def _names(self) -> set[str]:
        query = (
            "SELECT unnest(ARRAY[account_id, username, platform_user_id, page_id])"
            " FROM connections WHERE platform = 'instagram' AND creator_id = :c"
            " UNION SELECT post_id FROM posts WHERE creator_id = :c"
            " AND platform = 'instagram'"
            " UNION SELECT display_name FROM account_snapshots WHERE creator_id = :c"
            " AND platform = 'instagram'"
            " UNION SELECT email FROM creators WHERE creator_id = :c"
            " UNION SELECT post_url FROM posts WHERE creator_id = :c"
            " AND platform = 'instagram'"
            # Wordings that nobody else has, too.
            " UNION SELECT post_caption FROM posts p WHERE creator_id = :c"
            " AND platform = 'instagram' AND post_caption LIKE '% %'"
            " AND NOT EXISTS (SELECT 1 FROM posts o WHERE o.post_caption ="
            " p.post_caption AND (o.creator_id, o.platform) <> (:c, 'instagram'))"
        )
        listed = f"SELECT * FROM ({query}) AS t(name)"
        found = self.agency.rows(listed, c=self.creator_id)
        return {row["name"] for row in found} - {None}

    def _statuses(self):
        return self.agency.rows(
            "SELECT snapshot_date, platform, creator_id, status, reason"
            " FROM sync_outcomes ORDER BY 1, 2, 3, 4"
        )

    def _ask(self) -> str:
        now = load_settings().now()
        with self.agency.warehouse.begin() as connection:
            asked = Callback(RequestKind.DELETION, Platform.INSTAGRAM, USER)
            return store_request(connection, asked, now)

    def _tools(self) -> ErasureTools:
        settings = load_settings()
        cipher = TokenCipher.from_settings(settings)
        journal = TokenJournal(settings.token_journal, cipher)
        archive = ArchiveStore(settings.archive_root)
        return ErasureTools(cipher, journal, reports_folder(settings), archive)

    def _kill_half_way(self) -> None:
        """End the first try after the first landing object."""
        done = []

        def until_killed(store, name, change):
            if done:
                raise KeyboardInterrupt
            done.append(name)
            return rewrite(store, name, change)

        rewrite = erasure.rewrite_object
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(erasure, "rewrite_object", until_killed)
            with pytest.raises(KeyboardInterrupt):
                erase_pending(self.agency.run(), self._tools())

    def texts(self) -> dict[str, str]:
        """Everything that is stored anywhere, as text."""
        home = load_settings().home
        texts = {}
        for path in home.rglob("*"):
            if path.is_file() and path.name != "connections.csv":
                name = str(path.relative_to(home))
                if path.suffix == ".gz":
                    texts[name] = _landed_text(gzip.decompress(path.read_bytes()))
                else:
                    texts[name] = path.read_bytes().decode("utf-8", "replace")
        runs = self.agency.instance.get_runs()
        texts["Dagster's history"] = "\n".join(
            str(event)
            for run in runs
            for event in self.agency.instance.all_logs(run.run_id)
        )
        tables = self.agency.rows(
            "SELECT table_schema || '.' || table_name AS name"
            " FROM information_schema.tables"
            " WHERE table_schema IN ('analytics', 'dagster', 'public')"
        )
        for table in tables:
            rows = self.agency.rows(f"SELECT to_jsonb(t) AS row FROM {table['name']} t")
            texts[table["name"]] = "\n".join(
                text for row in rows for text in _strings(row["row"])
            )
        return texts

    def places_of_names(self) -> set[tuple[str, str]]:
        """Where any name of the person stands."""
        return {
            (where, name)
            for where, text in self.texts().items()
            for name in self.names
            if name in text
            and (len(name) > 12 or re.search(_AS_A_WORD.format(re.escape(name)), text))
        }


def _landed_text(data: bytes) -> str:
    """An object as it stands, and all strings in it without any escapes."""
    lines = data.decode().splitlines()
    unescaped = [text for line in lines for text in _strings(line)]
    return "\n".join([*lines, *unescaped])


def _strings(value: object) -> Iterator[str]:
    """Every string within a value; of one that is JSON, those within it too."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str):
        yield value
        if value.startswith(("{", "[")):
            with suppress(ValueError):
                yield from _strings(json.loads(value))


def test_the_drill_is_about_somebody(drilled):
    places = {where.split("/")[0] for where, _ in drilled.before}

    assert len(drilled.names) > 8
    assert {"raw", "reports", "analytics.posts", "analytics.connections"} <= places
    assert {"analytics.creators", "analytics.collection_attempts"} <= places


def test_nothing_of_the_person_is_found_anywhere(drilled):
    assert drilled.places_of_names() == set()


def test_a_run_that_was_killed_half_way_is_completed(drilled):
    assert drilled.half_way
    assert drilled.done.success
    with drilled.agency.warehouse.begin() as connection:
        request = find_request(connection, drilled.code)
    assert request is not None
    assert request.status is ErasureStatus.DONE
    assert request.report["posts"] > 0
    assert request.report["report_files"] == 1
    # Media, insights of posts and of the account, stories, for each of two days.
    assert request.report["landing_objects"] == 2 * 4


def test_the_campaigns_keep_their_totals_marked(drilled):
    agency = drilled.agency

    assert agency.rows(TOTALS) == drilled.totals
    marked = agency.value("SELECT sum(erased_post_count) FROM campaign_daily_summary")
    assert marked == agency.value(
        "SELECT count(*) FROM hashtag_post_metrics"
        " WHERE post_id LIKE 'erased-%' AND match_level = 'full'"
    )
    assert marked > 0


def test_the_books_still_balance_after_everything_is_read_again(drilled):
    agency = drilled.agency
    outcomes = drilled._statuses()
    marked = agency.rows("SELECT sum(erased_post_count) FROM campaign_daily_summary")
    posts = agency.rows("SELECT * FROM hashtag_post_metrics ORDER BY 1, 2, 3, 4")

    agency.rebuild(FIRST_DAY, LAST_DAY)

    assert agency.rows(TOTALS) == drilled.totals
    assert drilled._statuses() == outcomes == drilled.outcome_statuses
    again = agency.rows("SELECT * FROM hashtag_post_metrics ORDER BY 1, 2, 3, 4")
    assert [row | {"run_id": None} for row in again] == [
        row | {"run_id": None} for row in posts
    ]
    assert marked == agency.rows(
        "SELECT sum(erased_post_count) FROM campaign_daily_summary"
    )
    assert drilled.places_of_names() == set()


def test_the_next_day_brings_nothing_of_the_person_back(drilled):
    agency = drilled.agency
    day = LAST_DAY + timedelta(days=1)
    agency.wake(day)

    agency.collect_plainly(day)

    assert drilled.places_of_names() == set()
    reason = agency.rows(
        "SELECT DISTINCT reason FROM sync_outcomes WHERE snapshot_date = :d"
        " AND creator_id = :c AND platform = 'instagram'",
        d=day,
        c=drilled.creator_id,
    )
    assert reason == [{"reason": "no_connection"}]
