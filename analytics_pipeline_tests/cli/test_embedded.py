"""The defaults: no database, no keys, nothing set up; and the demo."""

import re
import signal
import socket
import time
from pathlib import Path

import psutil
import requests

README = Path(__file__).resolve().parents[2] / "README.md"


def _processes_of(folder):
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or ())
    ]


def _shown_in_readme():
    _, _, rest = README.read_text().partition(
        "<!-- printed by make demo -->\n```text\n"
    )
    shown, _, _ = rest.partition("```")
    lines = shown.splitlines()
    assert len(lines) > 20
    return lines


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


def test_the_demo_prints_what_the_readme_shows_and_runs_again(bare_shell, tmp_path):
    # Whatever is configured for real must neither be used nor touched.
    bare_shell.variables |= {
        "ANALYTICS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "ANALYTICS_RAW_URL": str(tmp_path / "real-raw"),
        "META_ACCESS_TOKEN": "EAAreal",
    }
    demo = bare_shell.folder / "home" / "demo"

    first = bare_shell.run("demo")
    second = bare_shell.run("demo", "--days", "2")
    reports = sorted(path.name for path in (demo / "reports").iterdir())
    third = bare_shell.run("demo", "--days", "1", "--fresh")

    assert first.returncode == 0, first.stderr
    for line in _shown_in_readme():
        assert line in first.stdout
    assert "make dev" in first.stdout
    for name in ("campaign-501-2026-03-14.html", "campaign-501-2026-03-14.xlsx"):
        assert name in reports
        assert name in first.stdout
    assert second.returncode == 0, second.stderr
    lines = _days_told(second)
    for day in ("2026-03-01", "2026-03-02"):
        assert " 3 calls" in lines[day], "days that are there cost no call"
    assert third.returncode == 0, third.stderr
    assert re.search(r" \d{2,3} calls", _days_told(third)["2026-03-01"])
    assert (demo / "raw").is_dir()
    assert not (tmp_path / "real-raw").exists()
    _until_gone(bare_shell.folder)


def _days_told(done):
    return {line[:10]: line for line in done.stdout.splitlines()}


def test_the_ui_comes_up_and_goes_with_everything_it_started(bare_shell):
    with socket.socket() as free, socket.socket() as another:
        ports = []
        for place in (free, another):
            place.bind(("127.0.0.1", 0))
            ports.append(place.getsockname()[1])
    address, pages = (f"http://127.0.0.1:{port}" for port in ports)
    options = ("--port", str(ports[0]), "--dashboard-port", str(ports[1]))

    process = bare_shell.start("dev", *options)
    try:
        sign_in = _until_answered(f"{pages}/analytics/sign-in")
        told = _until_answered(f"{address}/server_info").json()
        query = {
            "query": "{ repositoriesOrError { ... on RepositoryConnection {"
            " nodes { schedules { name } assetNodes { assetKey { path } } } } } }"
        }
        loaded = requests.post(f"{address}/graphql", json=query, timeout=60).json()
    finally:
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=60)

    assert "dagster_version" in told
    (location,) = loaded["data"]["repositoriesOrError"]["nodes"]
    assert {item["name"] for item in location["schedules"]} == {
        "collect_daily",
        "collect_stories",
        "forget_old_runs",
        "keep_house",
        "keep_tokens_alive",
    }
    assert {"assetKey": {"path": ["hashtag_post_metrics"]}} in location["assetNodes"]
    assert address in printed
    assert f"{pages}/analytics" in printed
    assert "Sign in" in sign_in.text
    _until_gone(bare_shell.folder)


def _until_answered(url):
    deadline = time.monotonic() + 90
    while True:
        try:
            return requests.get(url, timeout=5)
        except requests.RequestException:
            assert time.monotonic() < deadline, "it does not come up"
            time.sleep(0.5)
