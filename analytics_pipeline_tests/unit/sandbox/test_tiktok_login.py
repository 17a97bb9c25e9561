"""Logging in with TikTok: the consent page, the code, what was granted."""

from datetime import timedelta

import pytest

from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.world import WorldConfig
from analytics_pipeline_tests.unit.sandbox.asking import TIMEOUT, Asker
from analytics_pipeline_tests.unit.sandbox.consenting import (
    TIKTOK_ASKED,
    came_back,
    read_form,
)

REDIRECT = "https://app.example/tiktok"
ELISKA, VOJTA = 103, 112


class Login:
    """The steps of logging in with TikTok."""

    def __init__(self, ask):
        self.ask = ask
        self.url = ask.environment["TIKTOK_LOGIN_URL"]
        self.params = {
            "client_key": ask.environment["TIKTOK_CLIENT_KEY"],
            "scope": TIKTOK_ASKED,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "state": "s",
        }

    def open(self, **change):
        params = {k: v for k, v in {**self.params, **change}.items() if v is not None}
        return self.ask.get(self.url, params=params)

    def post(self, data):
        return self.ask.session.post(
            self.url,
            params=self.params,
            data=data,
            timeout=TIMEOUT,
            allow_redirects=False,
        )

    def back(self, creator_id, without=()):
        form = read_form(self.open())
        posted = form.submit("allow", str(creator_id), without)
        return came_back(self.post(posted))

    def redeem(self, code, redirect_uri=REDIRECT):
        return self.ask.token_call(
            grant_type="authorization_code", code=code, redirect_uri=redirect_uri
        )


@pytest.fixture
def login(ask):
    return Login(ask)


def test_the_page_offers_everyone_with_a_tiktok_account(login, sandbox):
    answer = login.open()
    form = read_form(answer)
    people = [person for person in sandbox.world.people if person.tiktok]
    assert form.people == [str(person.creator_id) for person in people]
    assert f"@{people[0].tiktok_username}" in answer.text
    assert form.ticked == [("scope", scope) for scope in TIKTOK_ASKED.split(",")]
    assert form.decisions == ["allow", "refuse"]
    assert read_form(login.open(login_hint=str(VOJTA))).person == str(VOJTA)


def test_allowing_leads_back_with_a_code_the_scopes_and_the_state(login):
    back = login.back(ELISKA)
    assert set(back) == {"code", "scopes", "state"}
    assert (back["scopes"], back["state"]) == (TIKTOK_ASKED, "s")
    body = login.redeem(back["code"]).json()
    assert body["scope"] == TIKTOK_ASKED
    assert login.ask.user_info(body["access_token"], "open_id").status_code == 200


def test_refusing_leads_back_with_an_error_and_the_state(login):
    form = read_form(login.open())
    back = came_back(login.post(form.submit("refuse")))
    assert set(back) == {"error", "error_description", "state"}
    assert back["error"] == "access_denied"


@pytest.mark.parametrize(
    "change",
    [
        {"client_key": "<script>"},
        {"redirect_uri": None},
        {"redirect_uri": "data:text/html,x"},
        {"response_type": "token"},
        {"scope": "video.upload"},
    ],
    ids=str,
)
def test_a_link_that_is_wrong_shows_an_error_and_leads_nowhere(login, change):
    answer = login.open(**change)
    assert (answer.status_code, answer.history) == (400, [])
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"person": "103"},
        {"person": "101", "decision": "allow"},
        {"person": "x", "decision": "allow"},
        {"person": "103", "decision": "allow", "scope": "video.upload"},
    ],
    ids=str,
)
def test_a_decision_that_was_not_on_the_page_is_refused(login, data):
    assert login.post(data).status_code == 400


def test_a_code_works_once(login):
    code = login.back(ELISKA)["code"]
    assert "access_token" in login.redeem(code).json()
    again = login.redeem(code)
    assert (again.status_code, again.json()["error"]) == (200, "invalid_grant")


def test_a_code_lives_ten_minutes(login, sandbox):
    code = login.back(ELISKA)["code"]
    sandbox.clock.set(sandbox.clock.now() + timedelta(minutes=10))
    assert login.redeem(code).json()["error"] == "invalid_grant"


def test_a_code_of_a_consent_that_was_revoked_since_is_dead(login):
    code = login.back(ELISKA)["code"]
    body = {"creator_id": ELISKA, "platform": "tiktok", "action": "revoke"}
    login.ask.control("POST", "tokens", json=body)
    assert login.redeem(code).json()["error"] == "invalid_grant"
    assert "access_token" in login.redeem(login.back(ELISKA)["code"]).json()


def test_a_code_is_bound_to_its_address(login):
    code = login.back(ELISKA)["code"]
    other = login.redeem(code, REDIRECT + "/")
    assert other.json()["error"] == "invalid_grant"
    assert "access_token" in login.redeem(code).json()


def test_a_rotation_between_consent_and_code_does_no_harm(login):
    code = login.back(ELISKA)["code"]
    row = next(r for r in login.ask.connections() if r["refresh_token"])
    login.ask.refresh(row["refresh_token"])
    assert "access_token" in login.redeem(code).json()


def test_an_unticked_scope_is_missing_from_every_token_that_follows(login):
    back = login.back(ELISKA, without={"video.list"})
    assert "video.list" not in back["scopes"]
    first = login.redeem(back["code"]).json()
    second = login.ask.refresh(first["refresh_token"]).json()
    for body in (first, second):
        assert body["scope"] == "user.info.basic,user.info.profile,user.info.stats"
        answer = login.ask.videos(body["access_token"])
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "scope_not_authorized"


def test_a_consent_brings_a_revoked_creator_back_with_what_they_allowed(login):
    body = login.redeem(login.back(VOJTA)["code"]).json()
    assert login.ask.videos(body["access_token"]).status_code == 200


def test_logging_in_counts_as_no_call(login, sandbox):
    login.back(ELISKA)
    assert sandbox.calls.count() == 0


def test_tokens_of_a_consent_keep_their_scopes_after_a_restart():
    with SandboxServer(WorldConfig()) as sandbox, Asker(sandbox) as ask:
        login = Login(ask)
        code = login.back(ELISKA, without={"user.info.stats"})["code"]
        body = login.redeem(code).json()
    with SandboxServer(WorldConfig()) as sandbox, Asker(sandbox) as ask:
        token = body["access_token"]
        assert ask.user_info(token, "open_id").status_code == 200
        assert ask.user_info(token, "follower_count").status_code == 401
        newer = ask.refresh(body["refresh_token"]).json()
        assert newer["scope"] == "user.info.basic,user.info.profile,video.list"


def test_a_consent_after_a_restart_is_not_undone_by_a_token_of_before_it():
    with SandboxServer(WorldConfig()) as sandbox, Asker(sandbox) as ask:
        old = Login(ask).redeem(Login(ask).back(ELISKA)["code"]).json()
        old = ask.refresh(old["refresh_token"]).json()
        opened = sandbox.clock.now()
    later = opened + timedelta(hours=1)
    with SandboxServer(WorldConfig(), later) as sandbox, Asker(sandbox) as ask:
        new = Login(ask).redeem(Login(ask).back(ELISKA)["code"]).json()
        assert ask.user_info(old["access_token"], "open_id").status_code == 200
        assert "access_token" in ask.refresh(new["refresh_token"]).json()
        assert ask.refresh(old["refresh_token"]).json()["error"] == "invalid_grant"
