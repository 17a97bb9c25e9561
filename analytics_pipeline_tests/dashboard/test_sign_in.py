"""Signing in and out: who is let in, for how long, and what strangers learn."""

import re
from http.cookies import SimpleCookie

import pytest

from analytics_pipeline.dashboard.security import safe_path
from analytics_pipeline.schemas.users import UserRole
from analytics_pipeline_tests.api.serving import PUBLIC_URL
from analytics_pipeline_tests.dashboard.conftest import HOME, PASSWORD

SESSION = "__Host-session"


def _home(person):
    return person.ask("GET", HOME).status_code


class TestLettingIn:
    def test_whoever_is_not_signed_in_is_led_to_the_sign_in_and_back(self, house):
        person = house.stranger()
        wanted = "/analytics/campaigns/1?sort=like_count&order=asc"

        page = person.open(PUBLIC_URL + wanted)
        assert page.title == "Sign in"
        answer = person.submit(page, user_name="viewer", password=PASSWORD)

        assert answer.status_code == 303
        assert answer.headers["Location"] == wanted
        assert person.follow(answer).status == 200

    def test_a_name_is_the_same_in_any_case(self, house):
        assert house.stranger().sign_in("  Viewer ").status_code == 303

    def test_the_cookie_is_for_the_service_alone(self, house):
        answer = house.stranger().sign_in("viewer")

        (cookie,) = (
            morsel
            for name, morsel in SimpleCookie(answer.headers["Set-Cookie"]).items()
            if name == SESSION
        )
        assert (cookie["secure"], cookie["httponly"]) == (True, True)
        assert (cookie["samesite"], cookie["path"]) == ("lax", "/")
        assert cookie["domain"] == ""
        stored = house.value(
            "SELECT string_agg(session_hash, ' ') FROM dashboard_sessions"
        )
        assert cookie.value not in stored

    def test_each_sign_in_is_a_session_of_its_own(self, house):
        person = house.stranger()
        person.session.cookies.set(SESSION, "a" * 43, domain="analytics.example")
        person.sign_in("viewer")
        first = person.session.cookies[SESSION]
        person.session.cookies.clear()
        person.sign_in("viewer")

        assert first not in {"a" * 43, person.session.cookies[SESSION]}

    def test_a_form_that_was_shown_to_another_browser_is_refused(self, house):
        page = house.stranger().open(f"{HOME}/sign-in")

        answer = house.stranger().submit(page, user_name="viewer", password=PASSWORD)

        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers

    @pytest.mark.parametrize(
        "wanted",
        [
            "https://evil.example/analytics",
            "//evil.example/analytics",
            "/analytics//evil.example",
            "/analytics/../connect/x",
            "/analytics/%2e%2e/x",
            "/analyticsevil",
            "/analytics\\evil",
            "/connect/choose",
            "/analytics/" + "x" * 2000,
        ],
    )
    def test_a_sign_in_leads_to_pages_of_the_dashboard_only(self, house, wanted):
        person = house.stranger()
        page = person.open(f"{HOME}/sign-in")

        answer = person.submit(page, user_name="viewer", password=PASSWORD, next=wanted)

        assert answer.headers["Location"] == "/analytics" == safe_path(wanted)


class TestRefusing:
    def test_a_wrong_password_and_an_unknown_name_are_told_alike(self, house):
        house.add_user("told.alike")
        wrong = house.stranger().sign_in("told.alike", "not the password")
        unknown = house.stranger().sign_in("nobody.at.all", "not the password")

        assert wrong.status_code == unknown.status_code == 401
        tickets = re.compile(r'(name="form_ticket" value=)"[^"]*"')
        assert tickets.sub("", wrong.text) == tickets.sub("", unknown.text)

    def test_a_name_that_no_row_can_hold_is_an_unknown_name(self, house):
        answer = house.stranger().sign_in("view\x00er")

        assert "Location" not in answer.headers
        assert answer.status_code < 500

    def test_nothing_that_was_typed_comes_back(self, house):
        answer = house.stranger().sign_in("<script>x", "a secret that was typed")

        assert "script>x" not in answer.text
        assert "a secret that was typed" not in answer.text

    def test_after_five_wrong_passwords_even_the_right_one_waits(self, house):
        house.add_user("locked.out")
        for _ in range(5):
            assert house.stranger().sign_in("locked.out", "wrong").status_code == 401

        assert house.stranger().sign_in("locked.out").status_code == 401
        house.running.clock.move(seconds=61)
        assert house.stranger().sign_in("locked.out").status_code == 303

    def test_whoever_is_kept_out_cannot_sign_in_and_is_signed_out_at_once(self, house):
        house.add_user("leaving")
        person = house.stranger()
        person.sign_in("leaving")
        assert _home(person) == 200

        house.people[UserRole.ADMIN].send(
            "/analytics/users/disable", user_name="leaving"
        )

        assert _home(person) == 303
        assert house.stranger().sign_in("leaving").status_code == 401
        house.people[UserRole.ADMIN].send(
            "/analytics/users/enable", user_name="leaving"
        )
        assert _home(person) == 303
        assert house.stranger().sign_in("leaving").status_code == 303


class TestSessions:
    def test_signing_out_ends_the_session_for_good(self, house):
        person = house.stranger()
        person.sign_in("viewer")
        cookie = person.session.cookies[SESSION]

        assert person.send("/analytics/sign-out").status_code == 303
        person.session.cookies.set(SESSION, cookie, domain="analytics.example")

        assert _home(person) == 303

    def test_a_session_ends_after_twelve_idle_hours(self, house):
        person = house.stranger()
        person.sign_in("viewer")
        house.running.clock.move(hours=11)
        assert _home(person) == 200
        house.running.clock.move(hours=11)
        assert _home(person) == 200
        house.running.clock.move(hours=12)

        assert _home(person) == 303

    def test_a_session_ends_after_seven_days_however_busy(self, house):
        person = house.stranger()
        person.sign_in("viewer")
        for _ in range(15):
            house.running.clock.move(hours=11)
            assert _home(person) == 200
        house.running.clock.move(hours=4)

        assert _home(person) == 303

    @pytest.mark.parametrize("value", ["", "short", "x" * 43, "ä" * 43, "x" * 5000])
    def test_a_made_up_cookie_lets_nobody_in(self, house, value):
        person = house.stranger()
        headers = {"Cookie": f"{SESSION}={value}".encode()}

        answer = person.session.get(HOME, headers=headers, allow_redirects=False)

        assert answer.status_code == 303
