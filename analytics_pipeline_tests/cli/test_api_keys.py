"""`analytics-pipeline api-keys`: made, listed, revoked; seen once."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from analytics_pipeline.cli.api_keys import api_keys as commands
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.api_keys import recognise_key
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.tables import api_keys
from analytics_pipeline_tests.conftest import FIRST_MORNING


def _recognised(shell, key):
    with (
        Warehouse.open(load_settings(shell.variables)) as warehouse,
        warehouse.begin() as connection,
    ):
        return recognise_key(connection, key, FIRST_MORNING)


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(shell):
    made = shell.run(
        *("api-keys", "create", "Creators app", "--scope", "invite", "--scope", "read")
    )
    key = made.stdout.strip()
    assert made.returncode == 0, made.stderr
    assert "cannot be shown again" in made.stderr
    assert _recognised(shell, key).scopes == {"invite", "read"}

    listed = shell.run("api-keys", "list", "--format", "json")
    (row,) = json.loads(listed.stdout)
    assert (row["key_id"], row["name"]) == (key.split("_")[1], "Creators app")
    assert row["last_used_at"].startswith("2026-03-02")
    assert key.split("_", 2)[2] not in listed.stdout

    revoked = shell.run("api-keys", "revoke", row["key_id"])
    assert revoked.stdout == f"revoked {row['key_id']}\n"
    assert _recognised(shell, key) is None


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["create", "somebody"], 2, "--scope"),
        (["create", "somebody", "--scope", "everything"], 2, "everything"),
        (["create", " ", "--scope", "read"], 1, "one line"),
        (["create", "two\nlines", "--scope", "read"], 1, "one line"),
        (["revoke", "000000000000"], 1, "no such key in force"),
    ],
)
def test_what_cannot_be_done_is_told_and_makes_no_key(
    warehouse, arguments, status, told
):
    done = CliRunner().invoke(commands, arguments)

    assert done.exit_code == status
    assert told in done.output
    with warehouse.begin() as connection:
        assert connection.execute(sa.select(api_keys)).all() == []
