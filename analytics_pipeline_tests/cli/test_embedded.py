"""The defaults: no database, no keys, nothing set up; and the demo."""

import time

import psutil


def _processes_of(folder):
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or ())
    ]


def _until_gone(folder):
    deadline = time.monotonic() + 30
    while left := _processes_of(folder):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def test_a_command_brings_its_own_database_and_takes_it_away(bare_shell):
    first = bare_shell.run("sql", "SELECT 1 AS n", "--format", "csv")
    _until_gone(bare_shell.folder)
    second = bare_shell.run("connections", "list")
    _until_gone(bare_shell.folder)

    assert first.stdout == "n\n1\n"
    assert second.returncode == 0


def test_the_demo_runs_and_runs_again_and_leaves_nothing_running(bare_shell):
    first = bare_shell.run("demo", "--days", "2")
    second = bare_shell.run("demo", "--days", "3")

    assert first.returncode == 0, first.stderr
    assert "2026-03-02" in first.stdout
    assert "Jarní kolekce" in first.stdout
    assert "make dev" in first.stdout
    assert second.returncode == 0, second.stderr
    lines = {line[:10]: line for line in second.stdout.splitlines()}
    assert " 3 calls" in lines["2026-03-01"], "days that are there cost no call"
    assert " 3 calls" not in lines["2026-03-03"]
    _until_gone(bare_shell.folder)


def test_the_demo_can_start_afresh(bare_shell):
    bare_shell.run("demo", "--days", "1")

    done = bare_shell.run("demo", "--days", "1", "--fresh")

    assert done.returncode == 0, done.stderr
    (line,) = (x for x in done.stdout.splitlines() if x.startswith("2026-03-01  "))
    assert " 3 calls" not in line
    _until_gone(bare_shell.folder)


def test_the_demo_leaves_real_configuration_and_data_alone(bare_shell, tmp_path):
    bare_shell.variables |= {
        "ANALYTICS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "ANALYTICS_RAW_URL": str(tmp_path / "real-raw"),
        "META_ACCESS_TOKEN": "EAAreal",
    }

    done = bare_shell.run("demo", "--days", "1")

    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "real-raw").exists()
    _until_gone(bare_shell.folder)
