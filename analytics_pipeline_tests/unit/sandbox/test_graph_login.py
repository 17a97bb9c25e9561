"""Logging in with Facebook: the consent page, the code, what was granted."""

from datetime import timedelta

import pytest

from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.world import WorldConfig
from analytics_pipeline_tests.unit.sandbox.asking import Asker, error_of
from analytics_pipeline_tests.unit.sandbox.consenting import (
    ASKED,
    REDIRECT,
    MetaLogin,
    came_back,
    read_form,
)

TEREZA, KITTI, OMAR = 101, 107, 120
OMAR_INDEX = 19
PAGE_FIELDS = "id,name,access_token,instagram_business_account{id,username}"


@pytest.fixture
def login(ask):
    return MetaLogin(ask)


def test_the_first_step_offers_everyone_with_an_instagram_account(login, sandbox):
    answer = login.open()
    form = read_form(answer)
    people = [p for p in sandbox.world.people if p.instagram != "none"]
    assert form.people == [str(person.creator_id) for person in people]
    assert form.values("scope") == ASKED.split(",")
    assert form.ticked == form.boxes
    assert form.decisions == ["choose", "refuse"]
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_second_step_offers_the_pages_of_the_person(login, sandbox):
    first = read_form(login.open())
    second = read_form(login.post(first.submit("choose", person=str(OMAR))))
    assert second.person == str(OMAR)
    assert second.values("page") == sandbox.world.identities.pages(OMAR_INDEX)
    assert second.decisions[:2] == ["allow", "refuse"]


def test_a_hint_chooses_the_person_at_once(login):
    form = read_form(login.open(login_hint=str(OMAR)))
    assert form.person == str(OMAR)
    assert len(form.values("page")) == 2
    assert read_form(login.open(login_hint="nobody")).decisions == ["choose", "refuse"]


def test_what_was_unticked_in_the_first_step_stays_so(login):
    first = read_form(login.open())
    posted = first.submit("choose", str(OMAR), without={"instagram_basic"})
    second = read_form(login.post(posted))
    assert ("scope", "instagram_basic") in second.boxes
    assert ("scope", "instagram_basic") not in second.ticked


def test_another_person_in_the_second_step_gets_to_see_their_own_pages(login, sandbox):
    form = read_form(login.open(login_hint=str(OMAR)))
    again = read_form(login.post(form.submit("allow", person=str(TEREZA))))
    assert again.values("page") == sandbox.world.identities.pages(0)


def test_allowing_leads_back_with_a_code_and_the_same_state(login):
    form = read_form(login.open(login_hint=str(TEREZA)))
    answer = login.post(form.submit("allow"))
    assert answer.headers["location"].startswith(f"{REDIRECT}&code=")
    assert set(came_back(answer)) == {"from", "code", "state"}
    assert came_back(answer)["state"] == "s/1=?&"


def test_refusing_leads_back_with_an_error_and_the_same_state(login):
    form = read_form(login.open())
    back = came_back(login.post(form.submit("refuse")))
    assert back["error"] == "access_denied"
    assert back["error_reason"] == "user_denied"
    assert back["error_description"] == "Permissions error"
    assert back["state"] == "s/1=?&"
    assert "code" not in back


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "1"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "/back"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "http://["},
        {"response_type": "token"},
        {"scope": "instagram_basic,<b>all</b>"},
    ],
    ids=str,
)
def test_a_link_that_is_wrong_shows_an_error_and_leads_nowhere(login, change):
    answer = login.open(**change)
    assert answer.status_code == 400
    assert not answer.history
    assert 'role="alert"' in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"person": "101"},
        {"person": "101", "decision": "perhaps"},
        {"person": "999999", "decision": "allow"},
        {"person": "9" * 5_000, "decision": "allow"},
        {"person": "104", "decision": "allow"},
        {"person": "101", "decision": "allow", "scope": "ads_read"},
        {"person": "101", "decision": "allow", "page": "123"},
    ],
    ids=lambda data: str(data)[:60],
)
def test_a_decision_that_was_not_on_the_page_is_refused(login, data):
    answer = login.post(data)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_plain_client_may_allow_everything_at_once(login):
    code = came_back(login.post({"person": "120", "decision": "allow"}))["code"]
    token = login.redeem(code).json()["access_token"]
    assert login.debug(token)["scopes"] == ASKED.replace(",", " ").split()
    assert len(login.ask.graph("me/accounts", token=token).json()["data"]) == 2


def test_a_code_is_exchanged_for_a_short_token_and_that_for_a_long_one(login, sandbox):
    body = login.redeem(login.code(TEREZA)).json()
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 5181)
    long = login.exchange(body["access_token"])
    assert long["expires_in"] == 60 * 86_400
    now = int(sandbox.clock.now().timestamp())
    data = login.debug(long["access_token"])
    assert data["is_valid"] is True
    assert data["expires_at"] == now + 60 * 86_400
    assert data["data_access_expires_at"] == now + 90 * 86_400
    assert data["user_id"] == sandbox.world.identities.user_id(0)


def test_a_code_can_be_redeemed_by_form_too(login):
    url = f"{login.ask.sandbox.meta_api_url}/oauth/access_token"
    form = {**login.app, "redirect_uri": REDIRECT, "code": login.code(TEREZA)}
    assert "access_token" in login.ask.session.post(url, data=form, timeout=5).json()


def test_a_code_works_once(login):
    code = login.code(TEREZA)
    assert login.redeem(code).status_code == 200
    answer = login.redeem(code)
    assert error_of(answer) == (400, 100, 36009)
    message = "This authorization code has been used."
    assert answer.json()["error"]["message"] == message


def test_a_code_lives_ten_minutes(login, sandbox):
    code = login.code(TEREZA)
    began = sandbox.clock.now()
    sandbox.clock.set(began + timedelta(minutes=10))
    assert error_of(login.redeem(code)) == (400, 100, 36007)
    sandbox.clock.set(began + timedelta(minutes=9, seconds=59))
    assert login.redeem(code).status_code == 200


def test_a_code_is_bound_to_its_address_byte_for_byte(login):
    code = login.code(TEREZA)
    other = login.redeem(code, redirect_uri=REDIRECT + "/")
    assert error_of(other) == (400, 100, 36008)
    assert "redirect_uri is identical" in other.json()["error"]["message"]
    assert login.redeem(code).status_code == 200


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"client_secret": "wrong"}, (400, 101, None)),
        ({"client_id": "1"}, (400, 101, None)),
        ({"code": "nonsense"}, (400, 100, None)),
        ({"code": ""}, (400, 100, None)),
        ({"redirect_uri": ""}, (400, 100, None)),
    ],
    ids=str,
)
def test_a_wrong_redemption_is_refused_and_uses_nothing_up(login, change, expected):
    code = login.code(TEREZA)
    assert error_of(login.redeem(**{"code": code, **change})) == expected
    assert login.redeem(code).status_code == 200


def test_a_tampered_code_is_refused(login):
    code = login.code(TEREZA)
    forged = code.replace("AQ0x", "AQ1x")
    assert forged != code
    assert error_of(login.redeem(forged)) == (400, 100, None)


def test_a_reset_forgets_which_codes_were_used(login, sandbox):
    code = login.code(TEREZA)
    login.redeem(code)
    sandbox.reset()
    assert login.redeem(code).status_code == 200


def test_two_accounts_stand_behind_two_pages_and_the_first_is_the_spare(login, sandbox):
    token = login.token(OMAR)
    pages = login.ask.graph("me/accounts", token=token, fields=PAGE_FIELDS)
    first, second = pages.json()["data"]
    assert first["name"] != second["name"]
    real = sandbox.world.identities.instagram_id(OMAR_INDEX)
    assert second["instagram_business_account"]["id"] == real
    assert second["instagram_business_account"]["username"] == "omar.mansour"
    spare = first["instagram_business_account"]
    assert spare["username"] == "omar.mansour.spare"
    for account in (spare["id"], real):
        answer = login.ask.graph(f"{account}/media", token=token, fields="id")
        assert answer.status_code == 200
    posts = login.ask.graph(f"{spare['id']}/media", token=token, limit=100).json()
    assert 1 <= len(posts["data"]) <= 5
    stories = login.ask.graph(f"{spare['id']}/stories", token=token).json()
    assert stories == {"data": []}


def test_the_spare_account_can_be_discovered_and_takes_part_in_nothing(ask, sandbox):
    now = sandbox.clock.now()
    spare = sandbox.world.find_handle("omar.mansour.spare", now)
    assert ask.discover("omar.mansour.spare").status_code == 200
    assert ask.discover("ondra_dvorak.spare").status_code == 400
    posts = sandbox.world.instagram_posts(spare, now)
    assert all(post.campaign_id is None for post in posts)
    real = sandbox.world.instagram_posts(OMAR_INDEX, now)
    assert any(post.campaign_id for post in real)


def test_the_first_token_of_the_one_with_two_accounts_opens_both(ask):
    _, token = ask.owner(OMAR_INDEX)
    pages = ask.graph("me/accounts", token=token, fields=PAGE_FIELDS).json()["data"]
    for page in pages:
        account = page["instagram_business_account"]["id"]
        assert ask.graph(account, token=token).status_code == 200


def test_a_page_token_of_a_consent_opens_only_the_account_behind_it(login):
    token = login.token(OMAR)
    pages = login.ask.graph("me/accounts", token=token, fields=PAGE_FIELDS)
    first, second = pages.json()["data"]
    ids = [page["instagram_business_account"]["id"] for page in (first, second)]
    page_token = second["access_token"]
    assert login.ask.graph(ids[1], token=page_token).status_code == 200
    assert error_of(login.ask.graph(ids[0], token=page_token)) == (400, 100, 33)


def test_an_unticked_page_is_neither_listed_nor_open(login, sandbox):
    first, second = sandbox.world.identities.pages(OMAR_INDEX)
    token = login.token(OMAR, without={second})
    pages = login.ask.graph("me/accounts", token=token, fields="id").json()["data"]
    assert pages == [{"id": first}]
    assert error_of(login.ask.graph(second, token=token)) == (400, 100, 33)
    real = sandbox.world.identities.instagram_id(OMAR_INDEX)
    assert error_of(login.ask.graph(real, token=token)) == (400, 100, 33)


def test_a_personal_account_has_a_page_with_nothing_behind_it(login, sandbox):
    token = login.token(KITTI)
    pages = login.ask.graph("me/accounts", token=token, fields=PAGE_FIELDS)
    (page,) = pages.json()["data"]
    assert set(page) == {"id", "name", "access_token"}
    own = sandbox.world.identities.instagram_id(KITTI - 101)
    assert error_of(login.ask.graph(own, token=token)) == (400, 100, 33)


def test_without_the_scope_no_pages_are_listed_and_no_error_says_so(login):
    token = login.token(TEREZA, without={"pages_show_list"})
    answer = login.ask.graph("me/accounts", token=token, fields=PAGE_FIELDS)
    assert (answer.status_code, answer.json()) == (200, {"data": []})


def test_without_the_scope_neither_profile_nor_media_nor_stories_open(login, sandbox):
    token = login.token(TEREZA, without={"instagram_basic"})
    own = sandbox.world.identities.instagram_id(0)
    post = sandbox.world.instagram_posts(0, sandbox.clock.now())[0]
    for path in (own, f"{own}/media", f"{own}/stories", post.post_id):
        answer = login.ask.graph(path, token=token)
        assert error_of(answer) == (400, 10, None)
        assert "does not have permission" in answer.json()["error"]["message"]
    pages = login.ask.graph("me/accounts", token=token, fields=PAGE_FIELDS)
    assert "instagram_business_account" not in pages.json()["data"][0]


def test_without_the_scope_insights_are_refused_wherever_they_are_asked(login, sandbox):
    token = login.token(TEREZA, without={"instagram_manage_insights"})
    own = sandbox.world.identities.instagram_id(0)
    post = sandbox.world.instagram_posts(0, sandbox.clock.now())[0]
    asked = [
        (f"{post.post_id}/insights", {"metric": "reach"}),
        (f"{own}/media", {"fields": "id,insights.metric(reach)"}),
        (f"{own}/insights", {"metric": "reach", "period": "day"}),
    ]
    for path, params in asked:
        answer = login.ask.graph(path, token=token, **params)
        assert error_of(answer) == (400, 10, None)
    assert login.ask.graph(f"{own}/media", token=token).status_code == 200
    assert "instagram_manage_insights" not in login.debug(token)["scopes"]


def subscribe(ask, page_id, token, **params):
    url = f"{ask.sandbox.meta_api_url}/{page_id}/subscribed_apps"
    headers = {"Authorization": f"Bearer {token}"}
    return ask.session.post(url, params=params, headers=headers, timeout=5)


def test_a_page_is_subscribed_with_its_own_token(login):
    token = login.token(TEREZA)
    (page,) = login.ask.graph("me/accounts", token=token).json()["data"]
    path = f"{page['id']}/subscribed_apps"
    before = login.ask.graph(path, token=page["access_token"]).json()
    assert before == {"data": []}
    answer = subscribe(
        login.ask, page["id"], page["access_token"], subscribed_fields="feed"
    )
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    (app,) = login.ask.graph(path, token=page["access_token"]).json()["data"]
    assert app["subscribed_fields"] == ["feed"]


def test_a_subscription_takes_the_right_token_scope_and_field(login, sandbox):
    token = login.token(TEREZA)
    (page,) = login.ask.graph("me/accounts", token=token).json()["data"]
    page_id, page_token = page["id"], page["access_token"]
    fields = {"subscribed_fields": "feed"}
    assert error_of(subscribe(login.ask, page_id, token, **fields)) == (400, 210, None)
    assert error_of(subscribe(login.ask, page_id, page_token)) == (400, 100, None)
    foreign = sandbox.world.identities.pages(1)[0]
    answer = subscribe(login.ask, foreign, page_token, **fields)
    assert error_of(answer) == (400, 100, 33)
    narrow = login.token(TEREZA, without={"pages_manage_metadata"})
    (page,) = login.ask.graph("me/accounts", token=narrow).json()["data"]
    answer = subscribe(login.ask, page_id, page["access_token"], **fields)
    assert error_of(answer) == (403, 200, None)


def test_logging_in_counts_as_no_call_but_redeeming_does(login, sandbox):
    code = login.code(TEREZA)
    assert sandbox.calls.count() == 0
    login.redeem(code)
    assert sandbox.calls.count("instagram", "oauth/access_token") == 1


def test_tokens_of_a_consent_still_work_after_a_restart():
    with SandboxServer(WorldConfig()) as sandbox, Asker(sandbox) as ask:
        token = MetaLogin(ask).token(TEREZA, without={"instagram_manage_insights"})
    with SandboxServer(WorldConfig()) as sandbox, Asker(sandbox) as ask:
        own = sandbox.world.identities.instagram_id(0)
        assert ask.graph(own, token=token).status_code == 200
        assert "instagram_manage_insights" not in MetaLogin(ask).debug(token)["scopes"]
