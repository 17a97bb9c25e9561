"""Commands against the sandbox and a real database."""

import csv
import io
import json

import pytest

from analytics_pipeline_tests.cli.conftest import FIRST


class TestCollect:
    def test_it_ends_with_3_and_names_who_is_missing(self, connected):
        done = connected.run(*FIRST)

        assert done.returncode == 3
        assert "29 ok, 0 deferred, 7 skipped, 1 failed" in done.stdout
        assert "vojta_k" in done.stdout
        assert "must log in again" in done.stdout
        assert "accounts to ask" in done.stderr, "progress is shown"

    def test_a_second_run_says_that_nothing_changed(self, collected):
        done = collected.run(*FIRST)

        assert done.returncode == 3
        assert "0 rows changed: the tables are as they were" in done.stdout
        assert "3 calls made" in done.stdout

    def test_without_a_date_it_takes_yesterday(self, collected):
        done = collected.run("collect")

        assert done.stdout.startswith("2026-03-01: ")

    def test_it_ends_with_0_when_nobody_is_missing(self, connected):
        assert connected.run("connections", "remove", "tiktok-112").returncode == 0

        done = connected.run(*FIRST)

        assert done.returncode == 0, done.stdout

    def test_it_ends_with_1_when_a_step_fails(self, connected, sandbox):
        sandbox.faults.add("html", api="creators_app")

        done = connected.run(*FIRST)

        assert done.returncode == 1
        assert "failed: creators: the Creators app does not give" in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_window_is_one_run(self, connected, sandbox):
        connected.variables["ANALYTICS_CLOCK"] = "2026-03-04T04:00:00Z"
        sandbox.clock.set(sandbox.clock.now().replace(day=4))

        done = connected.run("collect", "--from", "2026-03-01", "--to", "2026-03-03")

        assert done.stdout.startswith("2026-03-01 to 2026-03-03: ")
        runs = connected.run("sql", "SELECT count(*) FROM dagster.runs", "--format=csv")
        assert runs.stdout.split() == ["count", "1"]


class TestConnections:
    def test_importing_again_changes_nothing(self, connected):
        done = connected.run("connections", "import", "accounts.csv")

        assert done.returncode == 0
        assert "0 added, 0 updated, 36 unchanged" in done.stdout

    def test_json_is_taken_too(self, shell):
        rows = [{"creator_id": 101, "platform": "instagram", "username": "@Tereza.N"}]
        (shell.folder / "a.json").write_text(json.dumps(rows))

        done = shell.run("connections", "import", "a.json")
        listed = shell.run("connections", "list", "--format", "json")

        assert done.returncode == 0, done.stderr
        assert json.loads(listed.stdout)[0]["username"] == "tereza.n"

    def test_wrong_rows_are_named_and_cost_no_other(self, shell):
        (shell.folder / "a.csv").write_text(
            "creator_id,platform,username\n101,instagram,ok.name\n,instagram,x\n"
            "103,myspace,y\n104,instagram,not a handle\n105,tiktok,z\n"
        )

        done = shell.run("connections", "import", "a.csv")

        assert done.returncode == 3
        assert "1 added" in done.stdout
        assert "4 refused" in done.stdout
        for number in (2, 3, 4, 5):
            assert f"row {number} refused" in done.stderr

    def test_a_file_that_is_none_is_told_in_a_line(self, shell):
        (shell.folder / "a.csv").write_text("name;token\nx;y\n")

        done = shell.run("connections", "import", "a.csv")

        assert done.returncode == 1
        assert "known are creator_id, platform" in done.stderr

    def test_an_account_of_another_creator_is_refused(self, connected):
        (connected.folder / "b.csv").write_text(
            "creator_id,platform,username\n999,instagram,tereza.novakova\n"
        )

        done = connected.run("connections", "import", "b.csv")

        assert done.returncode == 3
        assert "already belongs to creator 101" in done.stderr

    def test_the_list_shows_no_token(self, connected):
        done = connected.run("connections", "list")

        assert "tiktok-104" in done.stdout
        assert "act." not in done.stdout
        assert "EAA" not in done.stdout

    def test_the_list_can_be_narrowed_and_read_by_programs(self, connected):
        done = connected.run("connections", "list", "--creator=103", "--format=csv")

        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert [row["connection_id"] for row in rows] == ["instagram-103", "tiktok-103"]

    def test_the_list_says_why_one_has_ended_and_what_to_do(self, collected):
        done = collected.run("connections", "list", "--creator=112", "--format=json")

        (row,) = [row for row in json.loads(done.stdout) if row["platform"] == "tiktok"]
        assert row["status"] == "reconnect_required"
        assert row["problem"] == "revoked"
        assert row["next_step"].endswith("analytics-pipeline invite 112")

    def test_an_empty_list_is_no_error(self, shell):
        assert shell.run("connections", "list").returncode == 0

    def test_removing_what_is_not_there_is_told(self, shell):
        done = shell.run("connections", "remove", "instagram-1")

        assert done.returncode == 1
        assert "connections list" in done.stderr

    def test_the_key_can_be_changed_without_losing_a_token(self, connected):
        key = connected.run("connections", "new-key").stdout.strip()
        old = (connected.folder / "home" / "secret.key").read_text().strip()
        connected.variables["ANALYTICS_SECRET_KEY"] = f"{key},{old}"

        renewed = connected.run("connections", "renew-encryption")
        connected.variables["ANALYTICS_SECRET_KEY"] = key
        done = connected.run(*FIRST)

        assert "connections encrypted" in renewed.stdout
        assert "29 ok" in done.stdout
        refused = connected.run(
            "sql",
            "SELECT count(*) FROM connections"
            " WHERE connection_status = 'reconnect_required'",
            "--format=csv",
        )
        assert refused.stdout.split() == ["count", "1"]

    def test_a_lost_key_is_told(self, connected):
        connected.variables["ANALYTICS_SECRET_KEY"] = "another key of enough length"

        done = connected.run(*FIRST)

        assert done.returncode == 3
        assert "pipeline_fault" in done.stdout or "ANALYTICS_SECRET_KEY" in done.stderr


class TestReport:
    def test_by_id_as_a_table(self, collected):
        done = collected.run("report", "501")

        assert done.returncode == 0, done.stderr
        for text in ("Jarní kolekce", "#jarnikolekce", "Partial matches", "Not known"):
            assert text in done.stdout

    def test_by_name_in_any_case(self, collected):
        done = collected.run("report", "JARNÍ")

        assert "campaign 501" in done.stdout

    def test_as_json_it_is_whole(self, collected):
        read = json.loads(collected.run("report", "501", "--format", "json").stdout)

        assert read["campaign"]["campaign_id"] == "501"
        assert read["day"] == "2026-03-01"
        assert read["schema_version"] == 1
        assert read["posts"]
        assert {post["match_level"] for post in read["posts"]} == {"full"}
        posts = sum(its["post_count"] for its in read["by_platform"].values())
        assert posts == read["figures"]["post_count"] == len(read["posts"])

    def test_as_csv_it_is_one_row_per_post(self, collected):
        done = collected.run("report", "501", "--format", "csv")

        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert {row["match_level"] for row in rows} == {"full", "partial"}
        assert all(row["post_url"].startswith("https://") for row in rows)
        assert any(row["view_count"] == "" for row in rows), "unknown is empty, not 0"

    def test_as_html_it_is_a_file_that_is_named(self, collected, tmp_path):
        done = collected.run("report", "501", "--format", "html")

        name = "campaign-501-2026-03-01.html"
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"{name}: ")
        assert "Jarní kolekce" in (tmp_path / name).read_text()

    def test_it_can_be_written_elsewhere_or_to_standard_output(
        self, collected, tmp_path
    ):
        file = tmp_path / "new" / "report.html"
        command = ("report", "501", "--format", "html", "--output")

        czech = collected.run(*command, str(file), "--language", "cs")
        piped = collected.run(*command, "-")
        refused = collected.run(*command, str(tmp_path))

        assert czech.returncode == 0, czech.stderr
        assert "Zpráva o kampani" in file.read_text()
        assert piped.stdout.startswith("<!DOCTYPE html>")
        assert refused.returncode == 1
        assert f"cannot write {tmp_path}: " in refused.stderr

    def test_an_output_needs_a_format(self, collected):
        done = collected.run("report", "501", "--output", "x.html")

        assert done.returncode == 2
        assert "--format" in done.stderr

    def test_a_campaign_that_is_not_there_is_told_with_those_that_are(self, collected):
        done = collected.run("report", "nothing")

        assert done.returncode == 1
        assert "501 Jarní kolekce" in done.stderr

    def test_a_name_of_several_is_told(self, collected):
        done = collected.run("report", "e")

        assert done.returncode == 1
        assert "give the id" in done.stderr

    def test_a_campaign_without_posts_has_a_report(self, collected):
        done = collected.run("report", "512")

        assert done.returncode == 0
        assert "cannot match as it stands" in done.stdout
        assert "Nothing has been collected for it yet" in done.stdout

    def test_before_anything_was_known_there_is_nothing_to_tell(self, collected):
        done = collected.run("report", "501", "--date", "2026-02-01")

        assert "Nothing has been collected" in done.stdout

    def test_before_the_first_run_it_says_what_to_do(self, shell):
        done = shell.run("report", "501")

        assert done.returncode == 1
        assert "analytics-pipeline collect" in done.stderr


class TestSql:
    def test_it_answers_in_three_ways(self, shell):
        query = "SELECT 1 AS one, 'a,b' AS text, NULL AS nothing, ARRAY['x'] AS list"

        table = shell.run("sql", query)
        as_json = shell.run("sql", query, "--format", "json")
        as_csv = shell.run("sql", query, "--format", "csv")

        assert "a,b" in table.stdout
        assert json.loads(as_json.stdout) == [
            {"one": 1, "text": "a,b", "nothing": None, "list": ["x"]}
        ]
        assert as_csv.stdout == 'one,text,nothing,list\n1,"a,b",,"[""x""]"\n'

    def test_columns_of_one_name_are_all_shown(self, shell):
        done = shell.run("sql", "SELECT 1 AS n, 2 AS n", "--format", "csv")

        assert done.stdout == "n,n\n1,2\n"

    @pytest.mark.parametrize(
        "query",
        [
            "DELETE FROM creators",
            "CREATE TABLE x (y int)",
            "COMMIT; DROP TABLE creators",
            "SELECT 1; SELECT 2",
            "SET TRANSACTION READ WRITE",
            "SELEKT 1",
            "SELECT nothing FROM creators",
        ],
    )
    def test_anything_but_reading_is_refused_in_a_line(self, shell, query):
        done = shell.run("sql", query)

        assert done.returncode == 1
        assert done.stderr.startswith("Error: ")
        assert len(done.stderr.strip().splitlines()) == 1
        left = shell.run("sql", "SELECT count(*) FROM creators", "--format", "csv")
        assert left.stdout.split() == ["count", "0"]

    def test_markup_in_data_is_printed_as_it_is(self, shell):
        done = shell.run("sql", "SELECT '[red]:smile:[/red]' AS caption")

        assert "[red]:smile:[/red]" in done.stdout


class TestDoctor:
    def test_a_sound_deployment_is_told_so(self, connected):
        done = connected.run("doctor")

        assert done.returncode == 0, done.stdout
        for what in ("landing store", "Creators app", "agency", "database", "36 acc"):
            assert what in done.stdout

    def test_every_token_can_be_asked_about(self, collected):
        done = collected.run("doctor", "--tokens")

        assert done.returncode == 1
        assert "failed   tiktok-112" in done.stdout
        assert done.stdout.count("its token answers for") > 10

    def test_what_is_missing_is_named_with_the_next_step(self, bare_shell):
        bare_shell.variables["ANALYTICS_DATABASE_URL"] = "postgresql://x@127.0.0.1:1/y"
        bare_shell.variables["ANALYTICS_RAW_URL"] = "/dev/null/raw"

        done = bare_shell.run("doctor")

        assert done.returncode == 1
        for text in ("CREATORS_API_URL is not set", "/dev/null/raw", "127.0.0.1"):
            assert text in done.stdout
        assert "make demo" in done.stdout

    def test_an_api_that_fails_is_told(self, connected, sandbox):
        sandbox.faults.add("html", api="creators_app")
        sandbox.faults.add("expired_token", api="instagram", endpoint="profile")

        done = connected.run("doctor")

        assert done.returncode == 1
        assert "failed   Creators app" in done.stdout
        assert "failed   Instagram, agency" in done.stdout


class TestReplay:
    def test_a_new_database_is_rebuilt_from_the_landing_store(
        self, collected, sandbox, database_url
    ):
        columns = "snapshot_date, post_id, view_count, like_count, comment_count"
        query = f"SELECT {columns} FROM post_snapshots ORDER BY post_id"
        before = collected.run("sql", query, "--format=csv").stdout
        collected.variables["ANALYTICS_DATABASE_URL"] = database_url
        sandbox.write_connections(collected.folder / "accounts.csv")
        collected.run("connections", "import", "accounts.csv")
        sandbox.calls.reset()

        replayed = collected.run("replay")
        collected.run(*FIRST)

        assert "48 attempts in 5 landing objects" in replayed.stdout
        assert collected.run("sql", query, "--format=csv").stdout == before
        assert len(before.splitlines()) > 100
        assert sandbox.calls.count(api="instagram") == 0
