"""Keeping tokens alive: looked at, renewed, put off or given up, each for itself."""

import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.clients.errors import PermanentApiError, ReconnectRequired
from analytics_pipeline.sandbox.faults import FaultKind
from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.connections import ConnectionStatus, ReconnectReason
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Account
from analytics_pipeline.steps.asking import CollectOptions, Question, Subject, ask_all
from analytics_pipeline.steps.token_life import Kept
from analytics_pipeline.transform.token_life import NOT_PROLONGED
from analytics_pipeline.warehouse.token_journal import TokenJournal
from analytics_pipeline_tests.conftest import FIRST_DAY
from analytics_pipeline_tests.token_house import open_token_house

META, OTHER, TIKTOK, WITHDRAWN = (
    "instagram-102",
    "instagram-106",
    "tiktok-103",
    "tiktok-112",
)


@pytest.fixture
def house(sandbox, warehouse, clock, tmp_path):
    return open_token_house(sandbox, warehouse, clock, tmp_path)


@pytest.fixture
def meta(house):
    """One connection of Meta, looked at and nearly at half its life."""
    house.only(META)
    house.keep()
    house.move(days=30)
    return house


def test_what_a_file_did_not_tell_is_asked_once(house):
    house.only(META, OTHER)
    before = house.calls()

    report = house.keep()
    again = house.keep()

    found = house.connections()[META]
    assert report.counts == {Kept.LOOKED_AT: 2}
    assert again.counts == {}
    assert house.calls() - before == 2
    assert found.platform_user_id
    assert found.consent_expires_at is not None
    assert found.access_token_issued_at is not None


def test_tokens_of_a_login_that_nobody_finished_are_forgotten(house, warehouse):
    house.only(META)
    with warehouse.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO logins (login_id, invitation_id, platform, browser_hash,"
                " created_at, expires_at, choices, scopes, grant_encrypted)"
                " VALUES ('l', 'i', 'instagram', 'b', :then, :then, '{}', '{}', 'g')"
            ),
            {"then": house.clock() - timedelta(minutes=1)},
        )

    house.keep()

    with warehouse.begin() as connection:
        query = sa.text("SELECT login_outcome, grant_encrypted FROM logins")
        assert connection.execute(query).all() == [("expired", None)]


def test_a_token_is_renewed_at_half_its_life_and_ends_later(meta):
    old = meta.vault().access_token(META)
    before = meta.connections()[META].access_token_expires_at
    assert meta.keep().counts == {Kept.RENEWED: 1}

    found = meta.connections()[META]
    assert found.access_token_expires_at > before + timedelta(days=25)
    assert found.access_token_issued_at == meta.clock()
    assert meta.vault().access_token(META) != old
    assert meta.keep().counts == {}


def test_an_expiry_that_the_exchange_does_not_tell_is_asked_for(meta):
    meta.habits(tell_expires_in=False)
    meta.keep()

    ends = meta.connections()[META].access_token_expires_at
    assert ends == meta.clock() + timedelta(days=60)


def test_a_token_that_is_not_prolonged_stays_and_is_tried_once_a_day(meta):
    meta.habits(exchange_prolongs=False)
    before = meta.vault().access_token(META)

    tried = [meta.keep().counts]
    for _ in range(4):
        meta.move(hours=12)
        tried.append(meta.keep().counts)

    assert [item.get(Kept.NOT_PROLONGED, 0) for item in tried] == [1, 0, 1, 0, 1]
    assert meta.vault().access_token(META) == before
    assert meta.connections()[META].renewal_problem == NOT_PROLONGED

    meta.habits(exchange_prolongs=True)
    meta.move(days=1)
    assert meta.keep().counts == {Kept.RENEWED: 1}
    assert meta.connections()[META].renewal_problem is None


def test_a_token_that_never_ends_is_left_alone(house):
    house.only(META)
    house.keep()
    house.change(META, access_token_expires_at=None)
    house.move(days=300)

    assert house.keep().counts == {}


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("password_change", ReconnectReason.PASSWORD_CHANGED),
        ("remove_app", ReconnectReason.APP_REMOVED),
        ("checkpoint", ReconnectReason.CHECKPOINT),
        ("invalidate", ReconnectReason.INVALIDATED),
    ],
)
def test_a_token_that_meta_has_ended_is_given_up_with_the_reason(meta, action, reason):
    meta.end(102, action)

    assert meta.keep().counts == {Kept.RECONNECT_REQUIRED: 1}

    found = meta.connections()[META]
    assert found.status is ConnectionStatus.RECONNECT_REQUIRED
    assert found.reconnect_reason is reason
    assert found.reconnect_since == meta.clock()


def test_an_expired_token_is_given_up_as_such(meta):
    meta.move(days=40)
    meta.keep()

    assert meta.connections()[META].reconnect_reason is ReconnectReason.EXPIRED


def test_a_refusal_that_debug_token_does_not_confirm_loses_nobody(meta):
    meta.sandbox.faults.add(
        FaultKind.EXPIRED_TOKEN, api="instagram", endpoint="access_token"
    )

    assert meta.keep().counts == {Kept.PROBLEM: 1}
    assert meta.connections()[META].status is ConnectionStatus.CONNECTED

    meta.sandbox.faults.clear()
    assert meta.keep().counts == {Kept.RENEWED: 1}


def _collect_into(house, run, error):
    """Let a collection end with an error for the connection."""
    stored = house.connections()[META].account
    account = Account(stored.platform, "102", META, stored.account_id, None)

    def ask(_):
        raise error

    with house.keeping() as keeping:
        how = CollectOptions(keeping.transport, keeping.policy, concurrency=1)
        subject = Subject(account.platform, AttemptKind.MEDIA, FIRST_DAY)
        ask_all(run, subject, [Question(account, (FIRST_DAY,), 1, ask)], how)


@pytest.mark.parametrize(
    "error",
    [
        ReconnectRequired("Graph API error 190", is_certain=False),
        PermanentApiError("Graph API error 10", Reason.PERMISSION_MISSING),
    ],
    ids=["190 without subcode", "permission"],
)
def test_what_only_debug_token_can_explain_is_asked_there(house, run, error):
    house.only(META)
    house.keep()
    house.end(102, "revoke_scope", scope="instagram_manage_insights")
    _collect_into(house, run, error)
    assert house.connections()[META].token_doubted_at is not None

    assert house.keep().counts == {Kept.LOOKED_AT: 1}

    found = house.connections()[META]
    assert found.status is ConnectionStatus.CONNECTED
    assert "instagram_manage_insights" not in found.scopes
    assert "instagram_basic" in found.scopes
    assert found.token_doubted_at is None


def test_a_doubted_token_that_is_dead_is_given_up(house, run):
    house.only(META)
    house.keep()
    house.end(102, "checkpoint")
    _collect_into(house, run, ReconnectRequired("190", is_certain=False))

    house.keep()

    assert house.connections()[META].reconnect_reason is ReconnectReason.CHECKPOINT


def test_a_withdrawn_consent_is_told_from_one_that_has_ended(house):
    house.only(TIKTOK, WITHDRAWN)
    house.keep()
    revoked = house.connections()[WITHDRAWN].reconnect_reason
    house.move(days=400)
    house.keep()

    assert revoked is ReconnectReason.REVOKED
    assert house.connections()[TIKTOK].reconnect_reason is ReconnectReason.EXPIRED


def test_a_tiktok_token_without_a_refresh_token_ends_by_itself(house):
    house.only(TIKTOK)
    house.change(TIKTOK, refresh_token_encrypted=None)
    before = house.keep().counts
    house.move(days=2)

    assert before == {}
    assert house.keep().counts == {Kept.RECONNECT_REQUIRED: 1}
    assert house.connections()[TIKTOK].reconnect_reason is ReconnectReason.EXPIRED


def test_one_that_fails_stops_no_other_and_is_tried_again(house):
    house.only(META, TIKTOK)
    house.move(hours=13)
    house.sandbox.faults.add(FaultKind.SERVER_ERROR, api="instagram")

    assert house.keep().counts == {Kept.PROBLEM: 1, Kept.RENEWED: 1}
    assert house.connections()[META].renewal_problem.startswith("transient: ")

    house.sandbox.faults.clear()
    assert house.keep().counts == {Kept.LOOKED_AT: 1}
    assert house.connections()[META].renewal_problem is None


def test_without_an_app_nothing_is_asked_and_the_reason_is_kept(house, monkeypatch):
    house.only(META)
    monkeypatch.delenv("META_APP_SECRET")
    before = house.calls()

    assert house.keep().counts == {Kept.PROBLEM: 1}
    assert house.keep().counts == {}, "tried again a day later"
    assert house.calls() == before
    assert house.connections()[META].renewal_problem.startswith("not_configured: ")


def test_a_wrong_app_secret_ends_no_connection(meta, monkeypatch):
    monkeypatch.setenv("META_APP_SECRET", "another-secret")

    assert meta.keep().counts == {Kept.PROBLEM: 1}

    found = meta.connections()[META]
    assert found.status is ConnectionStatus.CONNECTED
    assert found.renewal_problem.startswith("not_configured: ")


def test_a_dead_connection_lives_again_by_what_a_killed_process_had_been_given(
    house, monkeypatch
):
    """The token was traded, its process died, another machine's was then refused."""
    house.only(TIKTOK)
    house.move(hours=13)
    with monkeypatch.context() as patch:
        patch.setattr(type(house.vault()), "_store", lambda *_: 1 / 0)
        patch.setattr(TokenJournal, "kept", lambda *_: {})
        house.keep()
        house.change(
            TIKTOK,
            connection_status="reconnect_required",
            reconnect_reason="revoked",
            renewal_problem=None,
        )

    assert house.keep().counts == {Kept.RENEWED: 1}

    found = house.connections()[TIKTOK]
    assert found.status is ConnectionStatus.CONNECTED
    assert found.reconnect_reason is None


def test_no_secret_is_told_by_a_renewal_or_its_failure(meta, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    token = meta.vault().access_token(META)
    monkeypatch.setenv("META_API_URL", "http://127.0.0.1:9/graph/v23.0")
    failed = meta.keep()
    monkeypatch.setenv("META_API_URL", meta.sandbox.meta_api_url)
    meta.keep()

    newer = meta.vault().access_token(META)
    with meta.warehouse.begin() as connection:
        row = str(connection.execute(sa.text("TABLE connections")).all())
    secret = meta.sandbox.world.config.meta_app_secret
    assert failed.counts == {Kept.PROBLEM: 1}
    assert newer != token
    # The sandbox runs in this process, and writes its own log.
    ours = [item for item in caplog.records if not item.name.startswith("uvicorn")]
    logged = "\n".join(item.getMessage() for item in ours)
    assert "debug_token" in logged
    for told in (logged, row):
        assert not any(hidden in told for hidden in (token, newer, secret))


def test_what_debug_token_would_add_may_be_missing(meta):
    """The exchange told the expiry; the rest is learned another time."""
    before = meta.connections()[META]
    meta.sandbox.faults.add(
        FaultKind.SERVER_ERROR, api="instagram", endpoint="debug_token"
    )

    assert meta.keep().counts == {Kept.RENEWED: 1}

    found = meta.connections()[META]
    assert found.access_token_expires_at == meta.clock() + timedelta(days=60)
    assert found.scopes == before.scopes
    assert found.platform_user_id == before.platform_user_id
