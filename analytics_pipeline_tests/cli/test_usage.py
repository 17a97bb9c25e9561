"""Help, exit statuses, and errors of one line."""

import pytest

COMMANDS = [
    (),
    ("backfill",),
    ("collect",),
    ("connections",),
    ("connections", "import"),
    ("connections", "list"),
    ("connections", "new-key"),
    ("connections", "remove"),
    ("connections", "renew-encryption"),
    ("demo",),
    ("dev",),
    ("doctor",),
    ("replay",),
    ("report",),
    ("sandbox",),
    ("sql",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(bare_shell, command):
    done = bare_shell.run(*command, "--help")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Usage: ")
    assert "Options:" in done.stdout
    assert not (bare_shell.folder / "home").exists(), "help touches nothing"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nonsense",), "No such command"),
        (("collect", "--date", "soon"), "does not match the format"),
        (("collect", "--from", "2026-03-01"), "needs both --from and --to"),
        (
            ("collect", "--date", "2026-03-01", "--to", "2026-03-02"),
            "either --date, or --from and --to",
        ),
        (
            ("collect", "--from", "2026-03-02", "--to", "2026-03-01"),
            "ends (2026-03-01) before it starts",
        ),
        (("collect", "--date", "2019-01-01"), "ANALYTICS_START_DATE"),
        (("collect", "--date", "2099-01-01"), "has not begun yet"),
        (("backfill",), "--from and --to, or a --campaign"),
        (("backfill", "--from", "2026-03-01"), "needs both --from and --to"),
        (
            ("backfill", "--from", "2026-03-02", "--to", "2026-03-01"),
            "ends (2026-03-01) before it starts",
        ),
        (
            ("backfill", "--from", "2019-01-01", "--to", "2019-01-02"),
            "ANALYTICS_START_DATE",
        ),
        (
            ("backfill", "--from", "2026-03-01", "--to", "2099-01-01"),
            "has not begun yet",
        ),
        (("connections", "import", "nowhere.csv"), "does not exist"),
        (("report",), "Missing argument"),
        (("demo", "--days", "0"), "not in the range"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_would_work(bare_shell, arguments, told):
    done = bare_shell.run(*arguments)

    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_setting_is_one_line_with_the_next_step(bare_shell):
    done = bare_shell.run_afresh("collect", "--date", "2026-03-01")

    assert done.returncode == 1
    assert "CREATORS_API_URL is not set" in done.stderr
    assert "make demo" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_one_line(bare_shell):
    bare_shell.variables["ANALYTICS_TIMEZONE"] = "Mars"

    done = bare_shell.run("connections", "list")

    assert done.returncode == 1
    assert done.stderr.strip() == (
        "Error: ANALYTICS_TIMEZONE: 'Mars' is no IANA time zone name; "
        "write it like Europe/Prague"
    )


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_trace_is_shown_to_those_who_ask(bare_shell, place):
    bare_shell.variables["ANALYTICS_TIMEZONE"] = "Mars"
    arguments = ["connections", "list"]
    arguments.insert(0 if place == "before" else 2, "--verbose")

    done = bare_shell.run(*arguments)

    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_settings_come_from_a_file_as_for_dagster(bare_shell):
    (bare_shell.folder / ".env").write_text("ANALYTICS_TIMEZONE=Nowhere/Land\n")

    done = bare_shell.run("connections", "list")

    assert "Nowhere/Land" in done.stderr


def test_the_version_is_told(bare_shell):
    done = bare_shell.run_afresh("--version")

    assert done.returncode == 0
    assert "analytics-pipeline, version 0." in done.stdout
