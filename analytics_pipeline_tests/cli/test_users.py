"""`analytics-pipeline users`: entered, listed, changed; no password as argument."""

import json

import pytest
from click.testing import CliRunner

from analytics_pipeline.cli.users import users as commands
from analytics_pipeline.warehouse.users import sign_in
from analytics_pipeline_tests.conftest import FIRST_MORNING

PASSWORD = "correct horse battery"


def _run(*arguments, typed=PASSWORD + "\n"):
    return CliRunner().invoke(commands, arguments, input=typed)


@pytest.fixture(autouse=True)
def jana(warehouse, monkeypatch):
    monkeypatch.setenv("ANALYTICS_CLOCK", FIRST_MORNING.isoformat())
    for name in ("CREATORS_API_URL", "META_API_URL", "TIKTOK_API_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    done = _run("create", "Jana", "--role", "reviewer")
    assert done.output == "jana may sign in as reviewer\n"
    return warehouse


def _may_sign_in(warehouse, password=PASSWORD):
    return sign_in(warehouse, "jana", password, FIRST_MORNING) is not None


def test_somebody_is_entered_and_listed_without_the_password(jana):
    assert _may_sign_in(jana)

    listed = _run("list", "--format", "json")

    (row,) = json.loads(listed.output)
    assert (row["user_name"], row["user_role"]) == ("jana", "reviewer")
    assert row["state"] == "enabled"
    assert "argon2" not in listed.output


def test_somebody_is_kept_out_and_let_in_again(jana):
    assert "may not sign in" in _run("disable", "jana").output
    assert not _may_sign_in(jana)
    assert '"disabled"' in _run("list", "--format", "json").output

    assert _run("enable", "jana").exit_code == 0
    assert _may_sign_in(jana)


def test_role_and_password_are_changed(jana):
    assert _run("set-role", "jana", "admin").output == "jana is admin\n"
    done = _run("set-password", "jana", typed="another long password\n")

    assert done.exit_code == 0
    assert "another long password" not in done.output
    assert not _may_sign_in(jana)
    assert _may_sign_in(jana, "another long password")


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (["create", "jana"], PASSWORD, "already"),
        (["create", "petr"], "short", "12 to 256"),
        (["create", "petr"], "", "12 to 256"),
        (["create", "petr", "--role", "king"], PASSWORD, "king"),
        (["create", "petr", PASSWORD], PASSWORD, "unexpected extra argument"),
        (["set-role", "petr", "admin"], "", "no such user"),
        (["set-password", "petr"], PASSWORD, "no such user"),
        (["disable", "petr"], "", "no such user"),
        (["enable", "petr"], "", "no such user"),
    ],
)
def test_what_cannot_be_done_is_told(arguments, typed, told):
    done = _run(*arguments, typed=typed)

    assert done.exit_code != 0
    assert told in (done.output + str(done.exception))
