"""Logging in: an invitation, the platform's page, the account, what is stored."""

from urllib.parse import urlencode

import pytest

from analytics_pipeline.api.pages.texts_en import ENGLISH
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline_tests.api.clicking import consent, query_of
from analytics_pipeline_tests.api.conftest import PUBLIC_URL

META_BACK = f"{PUBLIC_URL}/oauth/meta/callback"
INSTAGRAM, TIKTOK = Platform.INSTAGRAM, Platform.TIKTOK
ONDRA, TWO_ACCOUNTS, PERSONAL, MARCUS, NARROW = 102, 120, 107, 110, 124


def _connections(office):
    return office.rows("SELECT * FROM connections ORDER BY connection_id")


def test_a_creator_connects_an_instagram_account(office):
    browser = office.browser()
    link = office.invite(ONDRA)
    invitation = browser.open(link)
    page = office.come_back(browser, link, INSTAGRAM, ONDRA)
    done = browser.follow(browser.submit(page))

    assert invitation.title == "Connect your accounts"
    assert page.title == "Is this the right account?"
    assert "@ondra_dvorak" in page.text
    assert done.title == "Your account is connected"
    assert "@ondra_dvorak is connected" in done.text
    (stored,) = _connections(office)
    cipher = office.service.cipher
    assert stored["connection_id"] == "instagram-102"
    assert stored["connection_status"] == "connected"
    assert stored["username"] == "ondra_dvorak"
    assert stored["access_token_issued_at"] == office.clock()
    assert (stored["access_token_expires_at"] - office.clock()).days == 60
    assert (stored["consent_expires_at"] - office.clock()).days == 90
    assert {"instagram_basic", "instagram_manage_insights"} <= set(stored["scopes"])
    assert stored["platform_user_id"]
    assert stored["page_id"] == "101348746380849"
    assert cipher.decrypt(stored["access_token_encrypted"]).startswith("EAAL")
    assert office.sandbox.state.subscriptions == {"101348746380849": ["feed"]}
    (login,) = office.rows("SELECT * FROM logins")
    assert login["login_outcome"] == "connected"
    assert (login["grant_encrypted"], login["choices"]) == (None, {})


def test_of_two_accounts_the_second_can_be_chosen(office):
    browser, link = office.browser(), office.invite(TWO_ACCOUNTS)
    page = office.come_back(browser, link, INSTAGRAM, TWO_ACCOUNTS)
    offered = [value for name, value in page.forms[0].offered if name == "account_id"]
    nothing = browser.submit(page)
    done = browser.follow(browser.submit(page, account_id=offered[1]))

    assert page.title == "Which account do you want to connect?"
    assert len(offered) == 2
    assert nothing.status_code == 400
    assert done.title == "Your account is connected"
    (stored,) = _connections(office)
    assert (stored["account_id"], stored["username"]) == (offered[1], "omar.mansour")
    assert stored["page_id"] == "106436244251548"


def test_a_creator_connects_a_tiktok_account(office):
    browser, link = office.browser(), office.invite(MARCUS)
    page = office.come_back(browser, link, TIKTOK, MARCUS)
    done = browser.follow(browser.submit(page))

    assert "TikTok account" in page.text
    assert done.title == "Your account is connected"
    (stored,) = _connections(office)
    assert stored["account_id"] == stored["platform_user_id"]
    assert stored["username"]
    assert f"@{stored['username']} is connected" in done.text
    assert stored["refresh_token_encrypted"]
    assert stored["consent_expires_at"] == stored["refresh_token_expires_at"]
    assert set(stored["scopes"]) == {
        "user.info.basic",
        "user.info.profile",
        "user.info.stats",
        "video.list",
    }


def test_the_same_invitation_works_once_for_each_platform(office):
    browser, link = office.browser(), office.invite(MARCUS)
    for platform in (INSTAGRAM, TIKTOK):
        page = office.come_back(browser, link, platform, MARCUS)
        browser.follow(browser.submit(page))
    again = browser.open(link)

    assert [row["platform"] for row in _connections(office)] == [INSTAGRAM, TIKTOK]
    assert again.status == 200
    assert again.text.count("Connected through this invitation") == 2
    assert again.forms == []
    by_hand = browser.ask("POST", f"{link}/instagram", data={"form_ticket": "x"})
    assert by_hand.status_code == 409
    assert "Already connected" in by_hand.text


def test_an_account_that_is_connected_is_renewed(office):
    office.log_in(ONDRA, INSTAGRAM)
    (before,) = _connections(office)
    office.pass_time(days=3)
    page = office.log_in(ONDRA, INSTAGRAM)
    (after,) = _connections(office)

    assert page.title == "Your account is already connected"
    assert after["connection_id"] == before["connection_id"]
    assert after["access_token_expires_at"] > before["access_token_expires_at"]
    assert after["access_token_encrypted"] != before["access_token_encrypted"]
    assert office.outcomes() == ["connected", "renewed"]


def test_an_account_that_had_to_log_in_again_is_connected_anew(office):
    office.log_in(ONDRA, INSTAGRAM)
    with office.service.warehouse.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE connections SET connection_status = 'reconnect_required', "
            "reconnect_reason = 'password_changed', reconnect_since = now()"
        )
    office.log_in(ONDRA, INSTAGRAM)

    (stored,) = _connections(office)
    assert stored["connection_status"] == "connected"
    assert (stored["reconnect_reason"], stored["reconnect_since"]) == (None, None)


def test_a_public_account_of_the_creator_becomes_a_connected_one(office):
    with office.service.warehouse.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO connections (connection_id, platform, creator_id, username, "
            "scopes, connection_status, updated_at) VALUES ('instagram-102', "
            "'instagram', '102', 'ondra_dvorak', '{}', 'public', now())"
        )
    page = office.log_in(ONDRA, INSTAGRAM)

    assert page.title == "Your account is connected"
    (stored,) = _connections(office)
    assert stored["connection_id"] == "instagram-102"
    assert stored["account_id"]


def test_the_account_of_another_creator_is_refused_and_nothing_changes(office):
    office.log_in(ONDRA, INSTAGRAM)
    before = _connections(office)
    browser, link = office.browser(), office.invite(101)
    page = office.come_back(browser, link, INSTAGRAM, ONDRA)
    refused = browser.follow(browser.submit(page))

    assert refused.status == 409
    assert refused.title == "This account belongs to somebody else"
    assert "102" not in refused.text
    assert _connections(office) == before
    assert office.outcomes() == ["connected", "other_creator"]
    (login,) = office.rows("SELECT * FROM logins WHERE login_outcome = 'other_creator'")
    assert login["detail"] == "the account is instagram-102"
    assert login["grant_encrypted"] is None
    assert len(office.rows("SELECT * FROM invitation_uses")) == 1


@pytest.mark.parametrize(
    ("person", "platform", "unticked", "outcome"),
    [
        (ONDRA, INSTAGRAM, "instagram_basic", "permission_missing"),
        (ONDRA, INSTAGRAM, "pages_show_list", "permission_missing"),
        (ONDRA, INSTAGRAM, "101348746380849", "no_page"),
        (PERSONAL, INSTAGRAM, "", "no_professional_account"),
        (MARCUS, TIKTOK, "video.list", "permission_missing"),
        (MARCUS, TIKTOK, "user.info.basic", "permission_missing"),
    ],
)
def test_what_lacks_too_much_is_refused_with_the_way_back(
    office, person, platform, unticked, outcome
):
    browser, link = office.browser(), office.invite(person)
    page = office.come_back(browser, link, platform, person, without=(unticked,))

    assert page.title == ENGLISH[f"{outcome}_title"]
    assert page.links == [link]
    assert office.outcomes() == [outcome]
    assert _connections(office) == []
    assert browser.open(link).forms != []


def test_a_refusal_names_what_was_missing(office):
    browser, link = office.browser(), office.invite(ONDRA)
    page = office.come_back(
        browser, link, INSTAGRAM, ONDRA, without=("instagram_basic",)
    )

    assert "your Instagram profile and posts" in page.text
    assert "reach, saves" not in page.text


@pytest.mark.parametrize(
    ("person", "platform", "unticked", "missing"),
    [
        (ONDRA, INSTAGRAM, "instagram_manage_insights", "reach, saves, shares"),
        (MARCUS, TIKTOK, "user.info.stats", "numbers of followers"),
        (MARCUS, TIKTOK, "user.info.profile", "the account’s handle"),
    ],
)
def test_what_lacks_a_little_is_connected_with_a_warning(
    office, person, platform, unticked, missing
):
    browser, link = office.browser(), office.invite(person)
    page = office.come_back(browser, link, platform, person, without=(unticked,))
    done = browser.follow(browser.submit(page))

    assert missing in page.text
    assert missing in done.text
    assert done.title == "Your account is connected, with something missing"
    assert office.outcomes() == ["limited"]
    (stored,) = _connections(office)
    assert unticked not in stored["scopes"]


@pytest.mark.parametrize("unticked", ["business_management", "pages_manage_metadata"])
def test_what_shows_nowhere_is_not_complained_about(office, unticked):
    page = office.log_in(ONDRA, INSTAGRAM, without=(unticked,))

    assert page.title == "Your account is connected"


def test_a_page_that_cannot_be_subscribed_is_told_to_the_operator_only(office):
    page = office.log_in(ONDRA, INSTAGRAM, without=("pages_manage_metadata",))

    assert page.title == "Your account is connected"
    (login,) = office.rows("SELECT * FROM logins")
    assert login["login_outcome"] == "connected"
    assert "Meta will not push its stories: Graph API error 200" in login["detail"]


@pytest.mark.parametrize("platform", Platform)
def test_who_refuses_is_told_so_and_can_come_back(office, platform):
    browser, link = office.browser(), office.invite(MARCUS)
    page = office.come_back(browser, link, platform, MARCUS, decision="refuse")

    assert page.status == 200
    assert page.title == "You did not agree"
    assert page.links == [link]
    assert office.outcomes() == ["refused"]
    assert office.log_in(MARCUS, platform).title == "Your account is connected"


def test_facebooks_tail_is_not_part_of_the_code(office):
    browser, link = office.browser(), office.invite(ONDRA)
    came = query_of(consent(office.begin(browser, link, INSTAGRAM), ONDRA))
    came["code"] += "#_"

    page = browser.open(f"{META_BACK}?{urlencode(came)}")

    assert page.title == "Is this the right account?"


def test_the_way_there_asks_for_exactly_what_the_page_names(office):
    browser, link = office.browser(), office.invite(MARCUS)
    meta = query_of(office.begin(browser, link, INSTAGRAM))
    tiktok = query_of(office.begin(browser, link, TIKTOK))

    assert meta["redirect_uri"].endswith("/analytics/oauth/meta/callback")
    assert tiktok["redirect_uri"].endswith("/analytics/oauth/tiktok/callback")
    assert len(meta["state"]) >= 43
    assert meta["state"] != tiktok["state"]
    assert meta["response_type"] == tiktok["response_type"] == "code"
    assert "instagram_manage_insights" in meta["scope"].split(",")
    assert tiktok["scope"].split(",")[0] == "user.info.basic"
    assert "secret" not in str(meta) + str(tiktok)
