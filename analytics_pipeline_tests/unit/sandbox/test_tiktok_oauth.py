"""TikTok's token endpoint: rotation, its refusals, and a restart in between."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.tiktok.tokens import TikTokTokens
from analytics_pipeline.sandbox.world import World, WorldConfig
from analytics_pipeline_tests.unit.sandbox.asking import TIMEOUT, Asker

OPENING = datetime(2026, 3, 2, 5, tzinfo=UTC)
USER, REVOKED, EXPIRED, NARROW = 2, 11, 12, 23
ANSWER_KEYS = {
    "access_token",
    "expires_in",
    "open_id",
    "refresh_expires_in",
    "refresh_token",
    "scope",
    "token_type",
}


def first_tokens(ask, creator_id):
    rows = ask.connections()
    return next(
        row
        for row in rows
        if row["creator_id"] == str(creator_id) and row["platform"] == "tiktok"
    )


def works(ask, access_token):
    return ask.user_info(access_token, "open_id").status_code == 200


def test_a_refresh_answers_flat_with_a_new_pair(ask, sandbox):
    old = first_tokens(ask, 103)
    answer = ask.refresh(old["refresh_token"])
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == ANSWER_KEYS
    assert body["access_token"].startswith("act.")
    assert body["refresh_token"].startswith("rft.")
    assert body["refresh_token"] != old["refresh_token"]
    assert body["expires_in"] == 86_400
    assert body["open_id"] == sandbox.world.identities.open_id(USER)
    scopes = {"user.info.basic", "user.info.profile", "user.info.stats", "video.list"}
    assert set(body["scope"].split(",")) == scopes
    assert body["token_type"] == "Bearer"
    assert works(ask, body["access_token"])


def test_a_used_refresh_token_is_dead(ask):
    old = first_tokens(ask, 103)["refresh_token"]
    new = ask.refresh(old).json()["refresh_token"]
    again = ask.refresh(old)
    assert again.status_code == 200
    assert again.json()["error"] == "invalid_grant"
    assert set(again.json()) == {"error", "error_description", "log_id"}
    assert ask.refresh(new).status_code == 200


def test_a_refresh_does_not_restart_the_year(ask, sandbox):
    old = first_tokens(ask, 103)["refresh_token"]
    first = ask.refresh(old).json()
    now = sandbox.clock.now()
    sandbox.clock.set(now + timedelta(seconds=1_000))
    second = ask.refresh(first["refresh_token"]).json()
    assert second["refresh_expires_in"] == first["refresh_expires_in"] - 1_000
    assert 0 < second["refresh_expires_in"] < 31_536_000


def test_a_refresh_token_ends_with_its_year(ask, sandbox):
    old = first_tokens(ask, 103)
    ends = datetime.fromisoformat(old["refresh_token_expires_at"])
    sandbox.clock.set(ends)
    answer = ask.refresh(old["refresh_token"])
    assert answer.json()["error"] == "invalid_grant"
    sandbox.clock.set(ends - timedelta(seconds=1))
    assert "error" not in ask.refresh(old["refresh_token"]).json()


def test_an_access_token_expires_by_the_sandbox_s_clock(ask, sandbox):
    old = first_tokens(ask, 103)
    ends = datetime.fromisoformat(old["access_token_expires_at"])
    sandbox.clock.set(ends - timedelta(seconds=1))
    assert works(ask, old["access_token"])
    sandbox.clock.set(ends)
    answer = ask.user_info(old["access_token"], "open_id")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "access_token_invalid"


def test_the_life_of_access_tokens_is_an_option():
    config = WorldConfig(tiktok_access_lifetime=7_200)
    with SandboxServer(config) as sandbox, Asker(sandbox) as ask:
        old = first_tokens(ask, 103)
        assert ask.refresh(old["refresh_token"]).json()["expires_in"] == 7_200


def test_an_earlier_access_token_lives_on_until_it_expires(ask):
    old = first_tokens(ask, 103)["refresh_token"]
    first = ask.refresh(old).json()
    ask.refresh(first["refresh_token"])
    assert works(ask, first["access_token"])


def test_one_creator_s_access_token_is_expired_from_the_start(ask, sandbox):
    sandbox.clock.set(OPENING)
    row = first_tokens(ask, 101 + EXPIRED)
    assert datetime.fromisoformat(row["access_token_expires_at"]) < OPENING
    assert not works(ask, row["access_token"])
    body = ask.refresh(row["refresh_token"]).json()
    assert works(ask, body["access_token"])
    assert works(ask, first_tokens(ask, 103)["access_token"])


def test_one_creator_s_consent_is_revoked(ask):
    row = first_tokens(ask, 101 + REVOKED)
    assert not works(ask, row["access_token"])
    answer = ask.refresh(row["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (200, "invalid_grant")


def consent_code(ask, creator_id):
    params = {"creator_id": creator_id}
    return ask.control("GET", "consent", params=params).json()["tiktok_code"]


def consent(ask, code, **change):
    form = {"redirect_uri": "https://example.com/back", "code": code, **change}
    return ask.token_call(grant_type="authorization_code", **form)


def test_a_new_consent_brings_a_revoked_creator_back(ask):
    body = consent(ask, consent_code(ask, 101 + REVOKED)).json()
    assert set(body) == ANSWER_KEYS
    assert body["refresh_expires_in"] == 31_536_000
    assert works(ask, body["access_token"])


def test_a_code_works_once(ask):
    code = consent_code(ask, 103)
    assert "error" not in consent(ask, code).json()
    assert consent(ask, code).json()["error"] == "invalid_grant"


def test_a_new_consent_ends_the_earlier_refresh_token(ask):
    old = first_tokens(ask, 103)["refresh_token"]
    consent(ask, consent_code(ask, 103))
    assert ask.refresh(old).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_key": "wrong"}, "invalid_client"),
        ({"client_secret": None}, "invalid_client"),
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"refresh_token": None}, "invalid_request"),
        ({"refresh_token": "nonsense"}, "invalid_grant"),
        ({"refresh_token": "rft.2.0.1.nonsense"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
        (
            {"grant_type": "authorization_code", "redirect_uri": "https://x.example"},
            "invalid_request",
        ),
        (
            {
                "grant_type": "authorization_code",
                "redirect_uri": "https://x.example",
                "code": "nonsense",
            },
            "invalid_grant",
        ),
    ],
    ids=str,
)
def test_wrong_requests_are_refused_under_http_200(ask, form, error):
    whole = {"grant_type": "refresh_token", "refresh_token": "rft.x", **form}
    answer = ask.token_call(**whole)
    assert answer.status_code == 200
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


def test_an_access_token_does_not_refresh_and_a_refresh_token_opens_nothing(ask):
    row = first_tokens(ask, 103)
    assert ask.refresh(row["access_token"]).json()["error"] == "invalid_grant"
    assert not works(ask, row["refresh_token"])
    code = consent_code(ask, 103)
    assert ask.refresh(code).json()["error"] == "invalid_grant"


def test_a_json_body_is_refused(ask):
    body = json.dumps({"grant_type": "refresh_token"})
    url = f"{ask.sandbox.tiktok_api_url}/oauth/token/"
    headers = {"Content-Type": "application/json"}
    answer = ask.session.post(url, data=body, headers=headers, timeout=TIMEOUT)
    assert answer.status_code == 200
    assert answer.json()["error"] == "invalid_request"


def test_a_revoked_token_ends_everything_of_its_account(ask):
    row = first_tokens(ask, 103)
    body = ask.refresh(row["refresh_token"]).json()
    answer = ask.token_call("revoke", token=body["access_token"])
    assert (answer.status_code, answer.json()) == (200, {})
    assert not works(ask, body["access_token"])
    assert ask.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"


def test_revoking_a_foreign_token_is_refused(ask):
    assert (
        ask.token_call("revoke", token="nonsense").json()["error"] == "invalid_request"
    )
    assert ask.token_call("revoke").json()["error"] == "invalid_request"
    wrong = ask.token_call("revoke", token="x", client_key="y")
    assert wrong.json()["error"] == "invalid_client"


def test_a_restarted_sandbox_adopts_the_generation_of_a_signed_token():
    with SandboxServer(WorldConfig()) as sandbox, Asker(sandbox) as ask:
        first = first_tokens(ask, 103)
        token = first["refresh_token"]
        for _ in range(3):
            body = ask.refresh(token).json()
            token = body["refresh_token"]
    with SandboxServer(WorldConfig()) as sandbox, Asker(sandbox) as ask:
        assert works(ask, body["access_token"])
        newer = ask.refresh(token).json()
        assert works(ask, newer["access_token"])
        assert ask.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
        assert ask.refresh(token).json()["error"] == "invalid_grant"


def test_even_a_newer_access_token_alone_makes_the_older_refresh_token_dead():
    with SandboxServer(WorldConfig()) as sandbox, Asker(sandbox) as ask:
        first = first_tokens(ask, 103)
        body = ask.refresh(first["refresh_token"]).json()
    with SandboxServer(WorldConfig()) as sandbox, Asker(sandbox) as ask:
        assert works(ask, body["access_token"])
        assert ask.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_token_of_another_seed_is_foreign():
    other = TikTokTokens(World(WorldConfig(seed=8))).current(USER)
    with SandboxServer(WorldConfig(seed=7)) as sandbox, Asker(sandbox) as ask:
        assert not works(ask, other.access_token)
        assert ask.refresh(other.refresh_token).json()["error"] == "invalid_grant"


def test_only_accounts_that_changed_are_remembered():
    tokens = TikTokTokens(World(WorldConfig(creators=5_000)))
    for index in range(5_000):
        if tokens._world.people.has("tiktok", index):
            tokens.current(index)
    assert tokens._changed == {}
    grant = tokens.current(USER)
    tokens.refresh(grant.refresh_token, OPENING)
    assert set(tokens._changed) == {USER}


def test_a_narrow_consent_says_so(ask):
    row = first_tokens(ask, 101 + NARROW)
    assert row["scopes"] == "user.info.basic video.list"
    body = ask.refresh(row["refresh_token"]).json()
    assert body["scope"] == "user.info.basic,video.list"
