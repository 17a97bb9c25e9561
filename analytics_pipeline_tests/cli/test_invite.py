"""`analytics-pipeline invite`: links, and what becomes of them."""

import pytest
from click.testing import CliRunner

from analytics_pipeline.api.signing import InvitationLinks
from analytics_pipeline.cli.invite import invite as command
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.invitations import list_invitations


@pytest.fixture
def invite(warehouse, monkeypatch):
    """The command over an empty warehouse; in this process, to be cheap."""
    del warehouse  # The environment names it.
    monkeypatch.setenv("ANALYTICS_PUBLIC_URL", "https://analytics.example")

    def run(*arguments):
        return CliRunner().invoke(command, arguments)

    return run


def _invitations(warehouse):
    with warehouse.begin() as connection:
        return list_invitations(connection)


def _list_creator(warehouse, creator_id):
    with warehouse.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO creators (creator_id, is_listed, first_seen_at, last_seen_at, "
            "updated_at, run_id) VALUES (%s, true, now(), now(), now(), 'r')",
            (creator_id,),
        )


def test_it_prints_the_link_alone_and_tells_the_rest_beside_it(invite, warehouse):
    _list_creator(warehouse, "101")
    done = invite("101", "--platform", "tiktok", "--valid-for", "36h")

    (made,) = _invitations(warehouse)
    assert done.exit_code == 0, done.output
    assert (
        done.stdout == InvitationLinks(load_settings()).link(made.invitation_id) + "\n"
    )
    assert done.stdout.startswith("https://analytics.example/connect/")
    assert f"invitation {made.invitation_id} for tiktok, until 20" in done.stderr
    assert made.platforms == ("tiktok",)
    assert made.invited_by == "command line"
    assert (made.expires_at - made.created_at).total_seconds() == 36 * 3600


def test_a_creator_nobody_has_listed_is_refused(invite, warehouse):
    _list_creator(warehouse, "101")
    done = invite("102")

    assert done.exit_code == 1
    assert "has not listed a creator '102'" in done.stderr
    assert _invitations(warehouse) == []


def test_as_long_as_no_creators_are_known_it_warns(invite, warehouse):
    done = invite("102")

    assert done.exit_code == 0
    assert "nobody could check that '102' is one" in done.stderr
    assert len(_invitations(warehouse)) == 1


def test_invitations_are_listed_and_withdrawn(invite, warehouse):
    invite("101")
    (made,) = _invitations(warehouse)
    before = invite("--list")
    withdrawn = invite("--revoke", made.invitation_id)
    again = invite("--revoke", made.invitation_id)
    after = invite("--list")
    unknown = invite("--revoke", "0" * 16)

    assert "open" in before.stdout
    assert "/connect/" not in before.stdout
    assert withdrawn.stdout == again.stdout == f"withdrew {made.invitation_id}\n"
    assert "revoked" in after.stdout
    assert unknown.exit_code == 1
    assert "there is no invitation" in unknown.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("101", "--list"),
        ("--list", "--revoke", "x"),
        ("101", "--valid-for", "0d"),
        ("101", "--valid-for", "91d"),
        ("101", "--valid-for", "soon"),
        ("101", "--platform", "facebook"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_told_and_makes_nothing(invite, warehouse, arguments):
    done = invite(*arguments)

    assert done.exit_code == 2
    assert _invitations(warehouse) == []
