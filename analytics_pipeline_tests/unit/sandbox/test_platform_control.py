"""Tokens that end on demand, what Meta does one way or the other, retired metrics."""

from datetime import timedelta

import pytest

from analytics_pipeline_tests.unit.sandbox.asking import error_of
from analytics_pipeline_tests.unit.sandbox.consenting import MetaLogin

ONDRA, ELISKA = 102, 103
OWNER = 1


@pytest.fixture
def login(ask):
    return MetaLogin(ask)


def act(ask, creator_id, action, platform="instagram", **more):
    body = {"creator_id": creator_id, "platform": platform, "action": action, **more}
    return ask.control("POST", "tokens", json=body)


@pytest.mark.parametrize(
    ("action", "subcode"),
    [
        ("password_change", 460),
        ("remove_app", 458),
        ("checkpoint", 459),
        ("invalidate", 467),
    ],
)
def test_every_token_issued_before_ends_and_a_new_consent_works(
    ask, sandbox, login, action, subcode
):
    own, first = ask.owner(OWNER)
    consented = login.token(ONDRA)
    (page,) = ask.graph("me/accounts", token=consented).json()["data"]
    waiting = login.code(ONDRA)
    assert act(ask, ONDRA, action).status_code == 200
    for token in (first, consented, page["access_token"]):
        assert error_of(ask.graph(own, token=token)) == (400, 190, subcode)
    assert login.exchange(consented)["error"]["error_subcode"] == subcode
    assert error_of(login.redeem(waiting)) == (400, 190, subcode)
    data = login.debug(consented)
    assert data["is_valid"] is False
    assert data["error"]["subcode"] == subcode
    assert ask.graph(own, token=login.token(ONDRA)).status_code == 200
    assert error_of(ask.graph(own, token=consented)) == (400, 190, subcode)
    sandbox.reset()
    assert ask.graph(own, token=first).status_code == 200


def test_one_person_s_tokens_end_alone(ask):
    act(ask, ONDRA, "password_change")
    other, token = ask.owner(5)
    assert ask.graph(other, token=token).status_code == 200
    assert ask.graph(ask.agency_id).status_code == 200


def test_a_scope_taken_back_is_missing_until_the_next_consent(ask, login):
    own, first = ask.owner(OWNER)
    consented = login.token(ONDRA)
    scope = "instagram_manage_insights"
    assert act(ask, ONDRA, "revoke_scope", scope=scope).status_code == 200
    for token in (first, consented):
        assert scope not in login.debug(token)["scopes"]
        assert ask.graph(own, token=token).status_code == 200
        asked = {"metric": "reach", "period": "day"}
        answer = ask.graph(f"{own}/insights", token=token, **asked)
        assert error_of(answer) == (400, 10, None)
    newer = login.exchange(consented)["access_token"]
    assert scope not in login.debug(newer)["scopes"]
    assert scope in login.debug(login.token(ONDRA))["scopes"]


def test_a_revoked_tiktok_consent_opens_and_refreshes_nothing(ask, sandbox):
    ask.tiktok_token(2)
    grant = sandbox.state.tiktok_tokens.current(2)
    assert ask.user_info(grant.access_token, "open_id").status_code == 200
    assert act(ask, ELISKA, "revoke", "tiktok").status_code == 200
    answer = ask.user_info(grant.access_token, "open_id")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "access_token_invalid"
    assert ask.refresh(grant.refresh_token).json()["error"] == "invalid_grant"


def test_a_tiktok_scope_can_be_taken_back(ask, sandbox):
    ask.tiktok_token(2)
    grant = sandbox.state.tiktok_tokens.current(2)
    assert ask.videos(grant.access_token).status_code == 200
    act(ask, ELISKA, "revoke_scope", "tiktok", scope="video.list")
    answer = ask.videos(grant.access_token)
    assert answer.json()["error"]["code"] == "scope_not_authorized"
    body = ask.refresh(grant.refresh_token).json()
    assert body["scope"] == "user.info.basic,user.info.profile,user.info.stats"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"creator_id": 102},
        {"creator_id": 5, "platform": "instagram", "action": "invalidate"},
        {"creator_id": 102, "platform": "myspace", "action": "invalidate"},
        {"creator_id": 102, "platform": "instagram", "action": "revoke"},
        {"creator_id": 102, "platform": "instagram", "action": ["invalidate"]},
        {"creator_id": 102, "platform": "instagram", "action": "revoke_scope"},
        {"creator_id": 102, "platform": "tiktok", "action": "revoke"},
        {"creator_id": 103, "platform": "tiktok", "action": "checkpoint"},
    ],
    ids=str,
)
def test_a_wrong_action_is_refused(ask, body):
    answer = ask.control("POST", "tokens", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_an_exchange_may_keep_the_expiry_and_tell_nothing(ask, sandbox, login):
    long = login.token(ONDRA)
    expires = login.debug(long)["expires_at"]
    assert expires > 0
    sandbox.clock.set(sandbox.clock.now() + timedelta(days=10))
    prolonged = login.exchange(long)
    assert login.debug(prolonged["access_token"])["expires_at"] == expires + 864_000
    wanted = {"exchange_prolongs": False}
    ask.control("PUT", "meta", json=wanted)
    kept = login.exchange(long)
    assert kept["expires_in"] == 50 * 86_400
    assert login.debug(kept["access_token"])["expires_at"] == expires
    answer = ask.control("PUT", "meta", json={"tell_expires_in": False})
    assert answer.json() == {"exchange_prolongs": False, "tell_expires_in": False}
    assert set(login.exchange(long)) == {"access_token", "token_type"}
    short = login.redeem(login.code(ONDRA)).json()["access_token"]
    now = sandbox.clock.now().timestamp()
    fresh = login.debug(login.exchange(short)["access_token"])
    assert fresh["expires_at"] == now + 60 * 86_400
    sandbox.reset()
    before = ask.control("GET", "meta").json()
    assert before == {"exchange_prolongs": True, "tell_expires_in": True}


@pytest.mark.parametrize("body", [{"exchange_prolongs": 1}, {"colour": True}], ids=str)
def test_a_habit_that_makes_no_sense_is_refused(ask, body):
    assert ask.control("PUT", "meta", json=body).status_code == 400


def insights(ask, sandbox, product, metric):
    posts = sandbox.world.instagram_posts(OWNER, sandbox.clock.now())
    post = next(post for post in posts if post.product == product)
    _, token = ask.owner(OWNER)
    return ask.graph(f"{post.post_id}/insights", token=token, metric=metric)


def test_a_metric_retired_for_all_posts_is_not_among_the_known_ones(ask, sandbox):
    assert insights(ask, sandbox, "FEED", "reach,saved").status_code == 200
    answer = ask.control("PUT", "metrics/saved", json={"retired": True})
    row = {"name": "saved", "retired": True, "products": None}
    assert answer.json() == {"metrics": [row]}
    for product in ("FEED", "REELS"):
        refused = insights(ask, sandbox, product, "reach,saved")
        assert error_of(refused) == (400, 100, None)
        message = refused.json()["error"]["message"]
        start = "(#100) metric[1] must be one of the following values: "
        assert message.startswith(start)
        assert "saved" not in message.removeprefix(start).split(", ")
    assert insights(ask, sandbox, "FEED", "reach").status_code == 200
    ask.control("PUT", "metrics/saved", json={"retired": False})
    assert ask.control("GET", "metrics").json() == {"metrics": []}
    assert insights(ask, sandbox, "FEED", "reach,saved").status_code == 200


def test_a_metric_retired_for_reels_is_named_there_and_lives_elsewhere(ask, sandbox):
    wanted = {"retired": True, "products": ["REELS"]}
    ask.control("PUT", "metrics/shares", json=wanted)
    refused = insights(ask, sandbox, "REELS", "reach,shares")
    assert error_of(refused) == (400, 100, None)
    assert (
        "does not support the shares metric for this media product type"
        in (refused.json()["error"]["message"])
    )
    assert insights(ask, sandbox, "FEED", "reach,shares").status_code == 200
    sandbox.reset()
    assert insights(ask, sandbox, "REELS", "reach,shares").status_code == 200


def test_an_account_s_metric_is_retired_apart_from_the_posts(ask):
    def status(metric):
        params = {"metric": metric, "period": "day", "metric_type": "total_value"}
        return ask.own(OWNER, "insights", **params).status_code

    ask.control("PUT", "metrics/likes", json={"retired": True})
    assert status("likes") == 200
    wanted = {"retired": True, "products": ["ACCOUNT"]}
    ask.control("PUT", "metrics/likes", json=wanted)
    assert status("likes") == 400
    ask.control("PUT", "metrics/profile_views", json={"retired": True})
    assert status("profile_views") == 400


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("nonsense", {"retired": True}),
        ("reach", {"retired": "yes"}),
        ("reach", {"retired": True, "products": ["LIVE"]}),
        ("reach", {"retired": True, "products": "REELS"}),
    ],
)
def test_a_retirement_that_makes_no_sense_is_refused(ask, name, body):
    assert ask.control("PUT", f"metrics/{name}", json=body).status_code == 400
    assert ask.control("GET", "metrics").json() == {"metrics": []}
