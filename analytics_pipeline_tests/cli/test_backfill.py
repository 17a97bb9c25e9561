"""`backfill`: the plan is what the run does, and planning leaves no trace."""

import re
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql

from analytics_pipeline.schemas.tables import TABLES

WINDOW = ("backfill", "--from", "2026-03-01", "--to", "2026-03-09")
# Early on the 10th in Prague: of the window only the 9th can still be seen in time.
LATE_MORNING = datetime(2026, 3, 10, 4, tzinfo=UTC)
PLANNED = re.compile(r"(\w+): (\d+) accounts to ask, (\d+) calls planned")


@pytest.fixture
def later(sandbox):
    """Let it be some days later, for the sandbox and for a shell."""

    def move(shell):
        sandbox.clock.set(LATE_MORNING)
        shell.variables["ANALYTICS_CLOCK"] = LATE_MORNING.isoformat()
        return shell

    return move


def _everything(shell):
    """Return every row of the warehouse, and every file of the local state."""
    with psycopg.connect(shell.variables["ANALYTICS_DATABASE_URL"]) as connection:
        rows = {
            table.name: sorted(
                row[0]
                for row in connection.execute(
                    sql.SQL("SELECT t::text FROM analytics.{} t").format(
                        sql.Identifier(table.name)
                    )
                )
            )
            for table in TABLES
        }
    return rows, sorted(str(path) for path in shell.folder.rglob("*"))


def _planned(output):
    """Return accounts and calls by API, as the plan shows them."""
    cells = (line.split("│")[1:4] for line in output.splitlines() if "│" in line)
    return {api.strip(): (count.strip(), calls.strip()) for api, count, calls in cells}


def test_a_dry_run_plans_without_asking_a_platform_or_writing(
    connected, later, sandbox
):
    shell = later(connected)
    before = _everything(shell)
    sandbox.calls.reset()

    done = shell.run(*WINDOW, "--dry-run")

    assert done.returncode == 0, done.stderr
    assert sandbox.calls.count(api="instagram") == 0
    assert sandbox.calls.count(api="tiktok") == 0
    assert _everything(shell) == before
    assert "by the participants the Creators app tells now" in done.stdout
    assert "asked late, only for posts" in done.stdout
    assert "without followers: 2026-03-01 to 2026-03-08\n" in done.stdout
    assert "on time, with every tracked post: 2026-03-09\n" in done.stdout
    assert "rebuilt" not in done.stdout
    assert "nothing written" in done.stdout


def test_the_run_asks_what_the_plan_told(connected, later, sandbox):
    shell = later(connected)
    sandbox.calls.reset()

    done = shell.run(*WINDOW)

    assert done.returncode == 3, done.stderr
    planned = _planned(done.stdout)
    carried_out = {
        api: (accounts, calls) for api, accounts, calls in PLANNED.findall(done.stderr)
    }
    assert carried_out == {api: planned[api] for api in ("instagram", "tiktok")}
    accounts, calls = planned["account insights"]
    assert int(calls) == sandbox.calls.count(endpoint="account_insights")
    assert int(calls) > 2 * int(accounts) > 0
    asked = sandbox.calls.count(api="creators_app")
    assert asked == 2 * int(planned["creators_app"][1]), "once to plan, once to run"
    assert "2026-03-01 to 2026-03-09: " in done.stdout
    assert "vojta_k" in done.stdout
    runs = shell.run("sql", "SELECT count(*) FROM dagster.runs", "--format=csv")
    assert runs.stdout.split() == ["count", "1"]


def test_a_second_backfill_rebuilds_without_a_call(collected, later, sandbox):
    shell = later(collected)
    first = shell.run(*WINDOW)
    sandbox.calls.reset()

    done = shell.run(*WINDOW)

    assert "without followers: 2026-03-02 to 2026-03-08\n" in first.stdout
    assert "landing store, without a call: 2026-03-01\n" in first.stdout
    assert _planned(done.stdout)["instagram"] == ("0", "0")
    assert _planned(done.stdout)["tiktok"] == ("0", "0")
    assert "without a call: 2026-03-01 to 2026-03-09\n" in done.stdout
    assert "0 rows changed" in done.stdout
    assert sandbox.calls.count(api="instagram") == 0
    assert sandbox.calls.count(api="tiktok") == 0


def test_a_campaign_has_a_window_of_its_own_and_shows_its_own_accounts(
    connected, later
):
    shell = later(connected)

    whole = shell.run(*WINDOW, "--dry-run")
    done = shell.run("backfill", "--campaign", "501", "--dry-run")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Plan for 2026-03-01 to 2026-03-09\n")
    own, everybody = _planned(done.stdout), _planned(whole.stdout)
    accounts, calls = everybody["instagram"]
    assert 0 < int(own["instagram"][0]) < int(accounts)
    assert "The run does whole days, for everybody: " in done.stdout
    assert f"instagram: {accounts} accounts, {calls} calls" in done.stdout


def test_the_days_are_told_when_the_creators_app_is_silent(collected, later, sandbox):
    shell = later(collected)
    sandbox.faults.add("server_error", api="creators_app")

    done = shell.run(*WINDOW, "--dry-run")

    assert done.returncode == 0, done.stderr
    assert "by the participants known last, as the Creators app fails" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--campaign", "999"), "there is no campaign '999'; known are: 501 (Jarn"),
        (("--campaign", "512"), "campaign 512 has no usable publishing dates"),
        (("--campaign", "513"), "2025-12-16, before ANALYTICS_START_DATE (2026-02-01)"),
        (("--campaign", "514"), "starts publishing on 2026-04-10"),
        (
            ("--campaign", "501", "--from", "2026-01-01", "--to", "2026-03-01"),
            "before ANALYTICS_START_DATE (2026-02-01)",
        ),
    ],
)
def test_a_campaign_that_cannot_be_filled_is_told_in_one_line(
    connected, arguments, told
):
    done = connected.run("backfill", *arguments)

    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
