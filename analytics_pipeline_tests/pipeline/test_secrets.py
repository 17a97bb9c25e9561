"""Secrets reach no log, no exception, no raw answer and not Dagster's event log."""

import gzip
from pathlib import Path

import pytest

from analytics_pipeline_tests.commands import CommandLine
from analytics_pipeline_tests.conftest import FIRST_DAY

SECRET_COLUMNS = ("access_token", "refresh_token")


@pytest.fixture
def shell(agency, database_url, tmp_path):
    variables = agency.sandbox.environment() | {
        "ANALYTICS_HOME": str(tmp_path / "home"),
        "ANALYTICS_DATABASE_URL": database_url,
        "ANALYTICS_START_DATE": "2026-02-01",
        "ANALYTICS_CLOCK": agency.sandbox.clock.now().isoformat(),
    }
    return CommandLine(tmp_path, variables)


def _secrets(shell: CommandLine, tmp_path: Path) -> set[str]:
    header, *lines = (tmp_path / "connections.csv").read_text().splitlines()
    places = [header.split(",").index(name) for name in SECRET_COLUMNS]
    found = {line.split(",")[place] for line in lines for place in places}
    found |= {shell.variables["META_ACCESS_TOKEN"]}
    found |= {shell.variables["TIKTOK_CLIENT_SECRET"]}
    return {secret for secret in found if secret}


def _everything_stored(agency) -> str:
    tables = agency.rows(
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables"
        " WHERE schemaname IN ('analytics', 'dagster')"
    )
    return "\n".join(
        str(row)
        for table in tables
        for row in agency.rows(f"SELECT t::text FROM {table['name']} t")
    )


def test_no_secret_is_left_anywhere(agency, shell, tmp_path):
    """Not when all goes well, nor when accounts fail in every way."""
    for creator_id, fault in enumerate(("expired_token", "html", "reset"), 101):
        account = agency.value(
            "SELECT min(username) FROM connections WHERE creator_id = :c",
            c=str(creator_id),
        )
        agency.sandbox.faults.add(fault, account=account)
    done = shell.run("--verbose", "collect", "--date", FIRST_DAY.isoformat())
    listed = shell.run("connections", "list", "--format", "json")
    looked = shell.run("doctor", "--tokens")

    texts = {
        "output": done.stdout + done.stderr + listed.stdout + looked.stdout,
        "database": _everything_stored(agency),
    }
    for path in (tmp_path / "home").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if path.suffix == ".gz":
                data = gzip.decompress(data)
            texts[path.name] = data.decode("utf-8", "replace")
    secrets = _secrets(shell, tmp_path)

    assert len(secrets) > 20
    assert any("raw" in str(path) for path in (tmp_path / "home").rglob("*.gz"))
    for where, text in texts.items():
        for secret in secrets:
            assert secret not in text, f"a secret stands in {where}"
        assert "act." not in text, f"a rotated token stands in {where}"
        assert "rft." not in text, f"a rotated token stands in {where}"
