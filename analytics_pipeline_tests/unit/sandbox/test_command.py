"""The command line: its help, its complaints, and a real start and stop."""

import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import requests
from click.testing import CliRunner

from analytics_pipeline.sandbox.__main__ import main
from analytics_pipeline.sandbox.faults import FaultKind

COMMAND = [sys.executable, "-m", "analytics_pipeline.sandbox"]


@pytest.fixture
def run_command():
    """Start the command in a process of its own; end it whatever happens."""
    running = []

    def start(*options):
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            [*COMMAND, "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def read_until(process, last):
    """Read what a process prints, up to the line that begins so."""
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith(last):
            return lines
    pytest.fail(f"ended early: {lines} {process.stderr.read()}")
    return lines


def test_help_names_every_option():
    text = CliRunner().invoke(main, ["--help"]).output
    for option in (
        "--host",
        "--port",
        "--seed",
        "--creators",
        "--start",
        "--timezone",
        "--odd-creators",
        "--clock",
        "--ticking",
        "--clock-rate",
        "--latency-ms",
        "--graph-calls-per-hour",
        "--tiktok-calls-per-minute",
        "--tiktok-token-seconds",
        "--creators-token",
        "--connections",
        "--fault-rate",
        "--quiet",
    ):
        assert option in text
    for address in ("webhooks/deliver", "metrics/NAME", "META_LOGIN_URL"):
        assert address in text
    assert "8799" in text
    assert "KIND=RATE" in text
    words = text.replace(",", " ").replace(".", " ").split()
    assert {kind.value for kind in FaultKind} <= set(words)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--creators", "0"], "--creators"),
        (["--timezone", "Europe/Nowhere"], "Europe/Nowhere"),
        (["--clock", "noon"], "write 2026-03-02T05:00Z"),
        (["--clock", "2026-03-02T05:00"], "no UTC offset"),
        (["--start", "yesterday"], "--start"),
        (["--fault-rate", "server_error"], "KIND=RATE"),
        (["--fault-rate", "server_error=often"], "KIND=RATE"),
        (["--fault-rate", "nonsense=0.1"], "nonsense"),
        (["--fault-rate", "server_error=7"], "rate must be"),
        (["--fault-rate", "tiktok:limit_code_4=0.1"], "tiktok"),
        (["--port", "70000"], "--port"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_explained_and_ends_with_2(options, said):
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 2
    assert said in result.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_it_is_told_to_stop(run_command, tmp_path, number):
    connections = tmp_path / "connections.csv"
    process = run_command(
        "--creators", "5",
        "--clock", "2026-03-09T05:00Z",
        "--fault-rate", "tiktok:server_error=1",
        "--connections", str(connections),
    )  # fmt: skip
    lines = read_until(process, "Stop with")
    text = "\n".join(lines)
    url = re.search(r"at (http://127\.0\.0\.1:\d+)", text)[1]
    exported = dict(re.findall(r"export (\w+)=(\S+)", text))
    assert exported["META_API_URL"] == f"{url}/graph/v23.0"
    assert "ANALYTICS_TIMEZONE" in exported
    assert f"curl -X PUT {url}/_sandbox/clock" in text
    now = requests.get(f"{url}/_sandbox/clock", timeout=5).json()["now"]
    assert datetime.fromisoformat(now) == datetime(2026, 3, 9, 5, tzinfo=UTC)
    creators = f"{exported['CREATORS_API_URL']}/api-influencers/creators/"
    assert len(requests.get(creators, timeout=5).json()["creators"]) == 5
    user = f"{exported['TIKTOK_API_URL']}/user/info/"
    assert requests.get(user, timeout=5).status_code == 500
    assert connections.read_text().startswith("creator_id,platform,username,")
    process.send_signal(number)
    assert process.wait(timeout=60) == 0
    assert process.stderr.read() == ""


def test_a_ticking_clock_and_a_quiet_start(run_command, tmp_path):
    connections = tmp_path / "connections.csv"
    process = run_command(
        "--quiet", "--ticking", "--clock-rate", "60", "--connections", str(connections)
    )
    while not connections.exists() or not connections.read_text():
        assert process.poll() is None
    process.terminate()
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_taken_port_is_explained(sandbox):
    port = sandbox.url.rsplit(":", 1)[1]
    result = CliRunner().invoke(main, ["--port", port])
    assert result.exit_code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in result.output
    assert "try another --port" in result.output
