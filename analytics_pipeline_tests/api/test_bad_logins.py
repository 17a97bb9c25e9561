"""Logins that must not go on: each gets its own answer, and nothing changes."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from analytics_pipeline.api.signing import InvitationLinks, Signer
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.invitations import revoke_invitation
from analytics_pipeline.warehouse.logins import end_overdue_logins
from analytics_pipeline_tests.api.clicking import consent, query_of
from analytics_pipeline_tests.api.conftest import PUBLIC_URL

INSTAGRAM, TIKTOK = Platform.INSTAGRAM, Platform.TIKTOK
ONDRA, TWO_ACCOUNTS, MARCUS = 102, 120, 110
CALLBACKS = {
    INSTAGRAM: f"{PUBLIC_URL}/oauth/meta/callback",
    TIKTOK: f"{PUBLIC_URL}/oauth/tiktok/callback",
}


def _nothing_was_bound(office):
    return office.rows("SELECT 1 FROM connections UNION SELECT 1 FROM invitation_uses")


def _code_calls(office, platform):
    """Count the requests that could trade a code."""
    api = "instagram" if platform is INSTAGRAM else "tiktok"
    return office.sandbox.calls.count(api)


def _returned(office, platform=INSTAGRAM, person=MARCUS):
    """Give a browser, its invitation, and the address a platform leads back to."""
    browser, link = office.browser(), office.invite(person)
    return browser, link, consent(office.begin(browser, link, platform), person)


class TestInvitations:
    def test_a_forged_or_truncated_one_is_not_known(self, office):
        link = office.invite(ONDRA)
        foreign = load_settings({"ANALYTICS_SECRET_KEY": "somebody else's key"})
        token = InvitationLinks(office.service.settings).read(link.rsplit("/")[-1])
        forged = InvitationLinks(foreign).token(token)

        for address in (
            link[:-1],
            f"{PUBLIC_URL}/connect/{forged}",
            f"{PUBLIC_URL}/connect/{token}",
            f"{PUBLIC_URL}/connect/{'x' * 5000}",
        ):
            page = office.browser().open(address)
            assert page.status == 404
            assert page.title == "This invitation is not known"
            assert page.forms == []

    def test_one_signed_for_another_purpose_is_not_known(self, office):
        token = office.invite(ONDRA).rsplit("/")[-1]
        invitation_id = InvitationLinks(office.service.settings).read(token)
        ticket = Signer(office.service.settings, "login").sign(invitation_id)

        page = office.browser().open(f"{PUBLIC_URL}/connect/{ticket}")

        assert page.status == 404

    def test_an_older_key_still_recognises_its_links(self, office):
        token = office.invite(ONDRA).rsplit("/")[-1]
        rotated = load_settings(
            {"ANALYTICS_SECRET_KEY": "a newer key of the office,the-key-of-the-office"}
        )
        replaced = load_settings({"ANALYTICS_SECRET_KEY": "a newer key of the office"})

        assert InvitationLinks(rotated).read(token)
        assert InvitationLinks(replaced).read(token) is None

    def test_an_expired_one_says_so_and_begins_nothing(self, office):
        browser, link = office.browser(), office.invite(ONDRA, days=1)
        page = browser.open(link)
        office.pass_time(hours=24)
        late, pressed = browser.open(link), browser.submit(page)

        assert (late.status, late.title) == (410, "The invitation has expired")
        assert pressed.status_code == 410
        assert office.outcomes() == []

    def test_a_withdrawn_one_says_so_and_begins_nothing(self, office):
        browser, link = office.browser(), office.invite(ONDRA)
        page = browser.open(link)
        _revoke(office, link)
        late, pressed = browser.open(link), browser.submit(page)

        assert (late.status, late.title) == (410, "The invitation was withdrawn")
        assert pressed.status_code == 410
        assert office.outcomes() == []

    def test_one_for_a_platform_is_for_no_other(self, office):
        browser, link = office.browser(), office.invite(MARCUS, TIKTOK)
        page = browser.open(link)
        ticket = dict(page.forms[0].values)

        assert [form.action for form in page.forms] == [f"{link}/tiktok"]
        for platform in ("instagram", "facebook", "../api"):
            answer = browser.ask("POST", f"{link}/{platform}", data=ticket)
            assert answer.status_code in {404, 405}
        assert office.outcomes() == []

    @pytest.mark.parametrize("ends", ["expires", "is withdrawn", "is used"])
    def test_one_that_ends_while_its_creator_is_away_binds_nothing(self, office, ends):
        browser, link, back = _returned(office)
        before = _code_calls(office, INSTAGRAM)
        _end(office, link, ends)
        page = browser.open(back)

        assert (page.status, page.title) == (410, "The invitation has ended")
        assert office.outcomes() == ["invitation_ended"]
        assert office.rows("SELECT 1 FROM connections") == []
        assert _code_calls(office, INSTAGRAM) == before

    @pytest.mark.parametrize("ends", ["expires", "is withdrawn", "is used"])
    def test_one_that_ends_before_the_choice_binds_nothing(self, office, ends):
        browser, link, back = _returned(office)
        page = browser.open(back)
        _end(office, link, ends)
        done = browser.follow(browser.submit(page))

        assert (done.status, done.title) == (410, "The invitation has ended")
        assert office.outcomes() == ["invitation_ended"]
        assert office.rows("SELECT 1 FROM connections") == []

    def test_what_was_connected_is_shown_after_it_ended(self, office):
        browser, link = office.browser(), office.invite(MARCUS, days=1)
        page = office.come_back(browser, link, TIKTOK, MARCUS)
        browser.submit(page)
        office.pass_time(days=2)
        late = browser.open(link)

        assert late.status == 200
        assert "Connected through this invitation" in late.text
        assert "Its time is over" in late.text
        assert late.forms == []

    def test_two_logins_at_once_through_one_bind_one_account(self, office):
        link = office.invite(TWO_ACCOUNTS)
        pages = []
        for _ in range(2):
            browser = office.browser()
            page = office.come_back(browser, link, INSTAGRAM, TWO_ACCOUNTS)
            pages.append((browser, page))
        titles = []
        for number, (browser, page) in enumerate(pages):
            account_id = page.forms[0].offered[number][1]
            done = browser.follow(browser.submit(page, account_id=account_id))
            titles.append(done.title)

        assert titles == ["Your account is connected", "The invitation has ended"]
        assert len(office.rows("SELECT 1 FROM connections")) == 1


class TestForms:
    def test_a_login_begins_only_from_our_own_form_in_the_same_browser(self, office):
        link, other = office.invite(ONDRA), office.invite(MARCUS)
        browser, stranger = office.browser(), office.browser()
        page, foreign = browser.open(link), stranger.open(other)
        ticket = dict(page.forms[0].values)
        tries = [
            (browser, {}),
            (browser, {"form_ticket": "forged"}),
            (browser, dict(foreign.forms[0].values)),
            (stranger, ticket),
            (office.browser(), ticket),
        ]

        for who, data in tries:
            answer = who.ask("POST", f"{link}/instagram", data=data)
            assert answer.status_code == 403
            assert "Please try once more" in answer.text
        assert office.outcomes() == []

    def test_a_choice_needs_its_ticket_its_browser_and_an_account_it_offered(
        self, office
    ):
        browser, _, back = _returned(office, person=ONDRA)
        page = browser.open(back)
        good = dict(page.forms[0].values)
        login_id = Signer(office.service.settings, "login").read(good["login"])
        stranger = office.browser()
        stranger.open(office.invite(MARCUS))
        tries = [
            (browser, good | {"login": "forged"}, 400),
            (browser, good | {"login": login_id}, 400),
            (browser, {"account_id": good["account_id"]}, 400),
            (browser, good | {"account_id": "17841400000000000"}, 400),
            (stranger, good, 403),
            (office.browser(), good, 403),
        ]

        for who, data, status in tries:
            answer = who.ask("POST", page.forms[0].action, data=data)
            assert answer.status_code == status
        assert _nothing_was_bound(office) == []
        assert browser.follow(browser.submit(page)).title == "Your account is connected"

    def test_a_choice_made_twice_is_made_once(self, office):
        browser, _, back = _returned(office, person=ONDRA)
        page = browser.open(back)
        first, second = (browser.follow(browser.submit(page)) for _ in range(2))

        assert first.title == second.title == "Your account is connected"
        assert office.outcomes() == ["connected"]

    def test_a_choice_that_comes_too_late_binds_nothing_and_keeps_no_token(
        self, office
    ):
        browser, _, back = _returned(office, person=ONDRA)
        page = browser.open(back)
        (waiting,) = office.rows("SELECT * FROM logins")
        office.pass_time(minutes=16)
        done = browser.follow(browser.submit(page))

        assert waiting["grant_encrypted"]
        assert waiting["choices"]
        assert (done.status, done.title) == (410, "That took too long")
        (ended,) = office.rows("SELECT * FROM logins")
        assert (ended["grant_encrypted"], ended["choices"]) == (None, {})
        assert _nothing_was_bound(office) == []

    def test_a_login_that_is_ended_while_its_code_is_traded_keeps_no_token(
        self, office
    ):
        browser, link, back = _returned(office, person=ONDRA)
        office.sandbox.faults.add("slow", endpoint="accounts", params={"seconds": 1})
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(browser.open, back)
            while not office.rows(
                "SELECT 1 FROM logins WHERE returned_at > '2000-1-1'"
            ):
                time.sleep(0.02)
            with office.service.warehouse.begin() as connection:
                later = office.clock() + timedelta(hours=1)
                assert end_overdue_logins(connection, later) == 1
            page = coming.result()

        assert (page.status, page.title) == (410, "That took too long")
        assert page.links == [link]
        (ended,) = office.rows("SELECT * FROM logins")
        assert (ended["grant_encrypted"], ended["choices"]) == (None, {})

    def test_a_login_nobody_finishes_is_ended_by_the_next_one(self, office):
        browser, _, back = _returned(office, person=ONDRA)
        browser.open(back)
        office.pass_time(minutes=16)
        office.begin(office.browser(), office.invite(MARCUS), TIKTOK)

        assert office.outcomes() == ["expired", None]
        assert office.rows("SELECT 1 FROM logins WHERE grant_encrypted > ''") == []


@pytest.mark.parametrize("platform", Platform)
class TestStates:
    def test_a_forged_one_is_not_known(self, office, platform):
        browser, _, back = _returned(office, platform)
        before = _code_calls(office, platform)
        came = query_of(back)
        for state in ("", "forged", came["state"] + "x", "x" * 10_000):
            query = urlencode(came | {"state": state})
            page = browser.open(f"{CALLBACKS[platform]}?{query}")
            assert (page.status, page.title) == (400, "This login is not known")

        assert _code_calls(office, platform) == before
        assert office.outcomes() == [None]
        assert browser.open(back).title == "Is this the right account?"

    def test_a_replayed_one_trades_nothing(self, office, platform):
        browser, link, back = _returned(office, platform)
        page = browser.open(back)
        before = _code_calls(office, platform)
        again = browser.open(back)

        assert (again.status, again.title) == (409, "This login was already used")
        assert again.links == [link]
        assert _code_calls(office, platform) == before
        assert browser.follow(browser.submit(page)).title == "Your account is connected"

    def test_an_expired_one_trades_nothing(self, office, platform):
        browser, link, back = _returned(office, platform)
        before = _code_calls(office, platform)
        office.pass_time(minutes=15)
        page = browser.open(back)

        assert (page.status, page.title) == (410, "That took too long")
        assert page.links == [link]
        assert _code_calls(office, platform) == before
        assert office.outcomes() == ["expired"]

    def test_one_of_another_browser_changes_nothing(self, office, platform):
        browser, _, back = _returned(office, platform)
        before = _code_calls(office, platform)
        stranger = office.browser()
        stranger.open(office.invite(ONDRA))
        for other in (stranger, office.browser()):
            page = other.open(back)
            assert page.status == 403
            assert page.title == "This is not the browser you began in"
            assert page.links == []

        assert _code_calls(office, platform) == before
        assert office.outcomes() == [None]
        assert browser.open(back).title == "Is this the right account?"

    def test_one_of_another_platform_is_not_known(self, office, platform):
        browser, _, back = _returned(office, platform)
        (other,) = set(Platform) - {platform}
        page = browser.open(f"{CALLBACKS[other]}?{urlencode(query_of(back))}")

        assert (page.status, page.title) == (400, "This login is not known")
        assert office.outcomes() == [None]

    def test_a_code_that_was_traded_is_refused(self, office, platform):
        browser, link = office.browser(), office.invite(MARCUS)
        used = query_of(consent(office.begin(browser, link, platform), MARCUS))
        browser.open(f"{CALLBACKS[platform]}?{urlencode(used)}")
        fresh = query_of(office.begin(browser, link, platform))
        came = {"code": used["code"], "state": fresh["state"]}
        page = browser.open(f"{CALLBACKS[platform]}?{urlencode(came)}")

        assert (page.status, page.title) == (400, "The login could not be finished")
        assert page.links == [link]
        assert office.outcomes()[1] == "code_rejected"
        assert _nothing_was_bound(office) == []
        assert used["code"] not in page.html

    @pytest.mark.parametrize(
        ("came", "outcome", "status"),
        [
            ({"error": "access_denied"}, "refused", 200),
            ({"error": "server_error"}, "platform_failed", 502),
            ({"error": "<script>alert(1)</script>"}, "platform_failed", 502),
            ({"code": ""}, "platform_failed", 502),
            ({}, "platform_failed", 502),
            ({"code": "x" * 9000}, "code_rejected", 400),
            ({"code": "a code", "error": "access_denied"}, "refused", 200),
        ],
    )
    def test_what_else_a_page_can_send_back(
        self, office, platform, came, outcome, status
    ):
        browser, link = office.browser(), office.invite(MARCUS)
        state = query_of(office.begin(browser, link, platform))["state"]
        query = urlencode({"state": state} | came)
        page = browser.open(f"{CALLBACKS[platform]}?{query}")

        assert page.status == status
        assert office.outcomes() == [outcome]
        assert "script" not in page.html
        assert _nothing_was_bound(office) == []


def test_a_platform_that_fails_is_told_and_can_be_tried_again(office):
    browser, link, back = _returned(office, TIKTOK)
    office.sandbox.faults.add("server_error", api="tiktok")
    page = browser.open(back)

    assert (page.status, page.title) == (502, "The platform did not answer")
    assert page.links == [link]
    assert office.outcomes() == ["platform_failed"]


def _revoke(office, link):
    invitation_id = InvitationLinks(office.service.settings).read(link.rsplit("/")[-1])
    with office.service.warehouse.begin() as connection:
        assert revoke_invitation(connection, invitation_id, office.clock())


def _end(office, link, how):
    if how == "is withdrawn":
        _revoke(office, link)
        return
    change = "expires_at = :now"
    statement = f"UPDATE invitations SET {change}"
    if how == "is used":
        statement = (
            "INSERT INTO invitation_uses SELECT invitation_id, 'instagram', 'c-1', :now"
            " FROM invitations"
        )
    with office.service.warehouse.begin() as connection:
        connection.execute(sa.text(statement), {"now": office.clock()})
