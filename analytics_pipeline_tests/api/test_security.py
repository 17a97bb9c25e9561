"""Every route of the service: who may call it, what it gives away, where it leads."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from enum import Enum, auto
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
import sqlalchemy as sa
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import positive_data_acceptance

from analytics_pipeline.api.signing import InvitationLinks
from analytics_pipeline.schemas.api_keys import KeyScope
from analytics_pipeline.schemas.logins import InvitationRequest
from analytics_pipeline.schemas.users import UserRole
from analytics_pipeline.service import create_app
from analytics_pipeline.warehouse.invitations import create_invitation
from analytics_pipeline.warehouse.tables import TABLES_BY_NAME
from analytics_pipeline_tests.api.serving import (
    PUBLIC_URL,
    SECRETS,
    Served,
    served,
    service_over,
)
from analytics_pipeline_tests.conftest import FIRST_MORNING, new_database
from analytics_pipeline_tests.stocked import stock


class Access(Enum):
    """Who may call a route."""

    ANYBODY = auto()
    """It tells nothing and changes nothing."""
    INVITED = auto()
    """A person with an invitation, a login's ticket or a confirmation code."""
    META = auto()
    """Whoever has the app's secret, or the verify token."""
    SHOWN_THE_FORM = auto()
    """Whoever was shown the form that is sent."""


# A route that is not here has not been thought about.
ROUTES: dict[tuple[str, str], Access | KeyScope | UserRole] = {
    ("GET", "/openapi.json"): Access.ANYBODY,
    ("GET", "/style.css"): Access.ANYBODY,
    ("GET", "/healthz"): Access.ANYBODY,
    ("GET", "/readyz"): Access.ANYBODY,
    ("GET", "/connect/{token}"): Access.INVITED,
    ("POST", "/connect/{token}/{platform}"): Access.INVITED,
    ("GET", "/connect/choose"): Access.INVITED,
    ("POST", "/connect/choose"): Access.INVITED,
    ("GET", "/connect/done"): Access.INVITED,
    ("GET", "/oauth/meta/callback"): Access.INVITED,
    ("GET", "/oauth/tiktok/callback"): Access.INVITED,
    ("GET", "/erasure/{code}"): Access.INVITED,
    ("GET", "/webhooks/meta"): Access.META,
    ("POST", "/webhooks/meta"): Access.META,
    ("POST", "/meta/deauthorize"): Access.META,
    ("POST", "/meta/data-deletion"): Access.META,
    ("GET", "/api/v1/campaigns"): KeyScope.READ,
    ("GET", "/api/v1/campaigns/{campaign_id}"): KeyScope.READ,
    ("GET", "/api/v1/campaigns/{campaign_id}/posts"): KeyScope.READ,
    ("GET", "/api/v1/campaigns/{campaign_id}/missing"): KeyScope.READ,
    ("GET", "/api/v1/campaigns/{campaign_id}/totals"): KeyScope.READ,
    ("GET", "/api/v1/campaigns/{campaign_id}/series"): KeyScope.READ,
    ("GET", "/api/v1/campaigns/{campaign_id}/creators"): KeyScope.READ,
    ("GET", "/api/v1/campaigns/{campaign_id}/explanation"): KeyScope.READ,
    ("GET", "/api/v1/creators"): KeyScope.READ,
    ("GET", "/api/v1/creators/{creator_id}"): KeyScope.READ,
    ("GET", "/api/v1/creators/{creator_id}/months"): KeyScope.READ,
    ("GET", "/api/v1/creators/{creator_id}/coverage"): KeyScope.READ,
    ("GET", "/api/v1/missing"): KeyScope.READ,
    ("GET", "/api/v1/posts/{platform}/{post_id}"): KeyScope.READ,
    ("GET", "/api/v1/posts/{platform}/{post_id}/explanation"): KeyScope.READ,
    (
        "GET",
        "/api/v1/creators/{creator_id}/months/{platform}/{month_start_date}/explanation",
    ): KeyScope.READ,
    ("POST", "/api/v1/invitations"): KeyScope.INVITE,
    ("POST", "/api/facebook/token"): KeyScope.INVITE,
    ("POST", "/api/tiktok/token"): KeyScope.INVITE,
    ("GET", "/api/user/valid"): KeyScope.READ,
    ("GET", "/api/metrics/post"): KeyScope.READ,
    ("GET", "/api/metrics/profile"): KeyScope.READ,
    ("GET", "/api/metrics/posts/refresh/all"): KeyScope.REFRESH,
    ("POST", "/api/metrics/posts/refresh/all"): KeyScope.REFRESH,
    ("POST", "/api/v1/refreshes"): KeyScope.REFRESH,
    ("GET", "/api/v1/refreshes/{refresh_id}"): KeyScope.REFRESH,
    ("GET", "/metrics"): KeyScope.READ,
    ("GET", "/analytics/static/{version}/{name}"): Access.ANYBODY,
    ("GET", "/analytics/sign-in"): Access.ANYBODY,
    ("POST", "/analytics/sign-in"): Access.SHOWN_THE_FORM,
    ("POST", "/analytics/sign-out"): UserRole.VIEWER,
    ("GET", "/analytics"): UserRole.VIEWER,
    ("GET", "/analytics/campaigns/{campaign_id}"): UserRole.VIEWER,
    ("GET", "/analytics/campaigns/{campaign_id}/explanation"): UserRole.VIEWER,
    ("GET", "/analytics/creators/{creator_id}/months/{platform}/{month}"): (
        UserRole.VIEWER
    ),
    ("GET", "/analytics/campaigns/{campaign_id}/report.{form}"): UserRole.VIEWER,
    ("GET", "/analytics/creators"): UserRole.VIEWER,
    ("GET", "/analytics/creators/{creator_id}"): UserRole.VIEWER,
    ("GET", "/analytics/posts/{platform}/{post_id}"): UserRole.VIEWER,
    ("GET", "/analytics/posts/{platform}/{post_id}/explanation"): UserRole.VIEWER,
    ("GET", "/analytics/health"): UserRole.VIEWER,
    ("GET", "/analytics/review"): UserRole.REVIEWER,
    ("POST", "/analytics/review/decide"): UserRole.REVIEWER,
    ("POST", "/analytics/review/add"): UserRole.REVIEWER,
    ("POST", "/analytics/review/withdraw"): UserRole.REVIEWER,
    ("GET", "/analytics/users"): UserRole.ADMIN,
    ("POST", "/analytics/users/role"): UserRole.ADMIN,
    ("POST", "/analytics/users/disable"): UserRole.ADMIN,
    ("POST", "/analytics/users/enable"): UserRole.ADMIN,
    ("POST", "/analytics/refreshes"): UserRole.ADMIN,
}
KEYED = [(*route, scope) for route, scope in ROUTES.items() if scope in list(KeyScope)]
PAGES = "/analytics"
DESCRIBED = [
    route
    for route in ROUTES
    if route[1] not in {"/openapi.json", "/style.css"}
    and not route[1].startswith(PAGES)
]
NOT_PUBLIC = [route for route, who in ROUTES.items() if who is not Access.ANYBODY]
PAGES_NOT_THERE = [("en", "There is no such page"), ("cs", "Taková stránka tu není")]
FILLED = defaultdict(
    lambda: "forged",
    platform="instagram",
    code="A" * 32,
    campaign_id="1",
    creator_id="101",
    post_id="p01",
)
EVIL = "evil.example"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@pytest.fixture(scope="module")
def running(postgres_socket, migrated_template, tmp_path_factory) -> Iterator[Served]:
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, tmp_path_factory.mktemp("home")) as (service, clock),
        served(service, clock) as running,
    ):
        with service.warehouse.begin() as connection:
            stock(connection)
        clock.move(days=2)
        yield running


@pytest.fixture(scope="module")
def token(running):
    """The token of a living invitation, which must never come back by itself."""
    with running.service.warehouse.begin() as connection:
        made = create_invitation(
            connection, InvitationRequest("101", "the tests"), FIRST_MORNING
        )
    return InvitationLinks(running.service.settings).token(made.invitation_id)


def _ask(running, method, path, **more):
    filled = path.format_map(FILLED)
    return requests.request(
        method, running.url + filled, timeout=10, allow_redirects=False, **more
    )


def _stored(running):
    with running.service.warehouse.begin() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for name, table in TABLES_BY_NAME.items()
        }


def test_every_route_is_in_the_table(running):
    found = {
        (method, route.path)
        for route in iter_route_contexts(create_app(running.service).routes)
        for method in set(route.methods or ()) - {"HEAD"}
    }

    assert found == set(ROUTES)


class TestWhoMayCall:
    @pytest.mark.parametrize(("method", "path"), NOT_PUBLIC)
    def test_a_stranger_is_refused_and_changes_nothing(self, running, method, path):
        before = _stored(running)

        for body in ({}, {"json": {"creator_id": "101"}}, {"data": {"login": "x"}}):
            answer = _ask(running, method, path, **body)
            assert 400 <= answer.status_code < 500, answer.text

        assert _stored(running) == before

    @pytest.mark.parametrize(("method", "path", "scope"), KEYED)
    def test_a_key_opens_only_what_its_scope_names(self, running, method, path, scope):
        others = running.key(*(set(KeyScope) - {scope}))
        own = running.key(scope)

        assert _with_key(running, method, path, None) == 401
        assert _with_key(running, method, path, own + "x") == 401
        assert _with_key(running, method, path, others) == 403
        assert _with_key(running, method, path, own) not in {401, 403}

    def test_another_method_is_no_way_round(self, running):
        for method, path in ROUTES:
            for other in {"PUT", "PATCH", "DELETE", "TRACE", "POST"} - {method}:
                if (other, path) not in ROUTES:
                    answer = _ask(running, other, path)
                    assert answer.status_code in {404, 405}, (other, path)


def _with_key(running, method, path, key):
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return _ask(running, method, path, headers=headers, json={}).status_code


class TestHeaders:
    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_every_answer_is_locked_down(self, running, method, path):
        for answer in (
            _ask(running, method, path),
            _ask(running, "PUT", path),
            _ask(running, method, path, data=b"x" * 2_000_000),
        ):
            expected = dict(HEADERS)
            if path == "/style.css" and answer.ok:
                del expected["Cache-Control"]
            policy = answer.headers["Content-Security-Policy"]
            if path.startswith(PAGES):
                # Its forms are known by where they come from; its scripts are ours.
                expected["Referrer-Policy"] = "same-origin"
                assert "script-src 'self';" in policy
            else:
                assert "script" not in policy
            for name, value in expected.items():
                assert answer.headers[name] == value
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["Strict-Transport-Security"]

    def test_a_route_that_is_not_there_is_locked_down_too(self, running):
        answer = _ask(running, "GET", "/nowhere")

        assert answer.status_code == 404
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize(("language", "title"), PAGES_NOT_THERE)
    def test_a_person_who_is_lost_sees_a_page(self, running, language, title):
        headers = {"Accept": "text/html", "Accept-Language": language}
        answer = _ask(running, "GET", "/nowhere", headers=headers)

        assert answer.status_code == 404
        assert f"<h1>{title}</h1>" in answer.text

    def test_nothing_is_offered_to_other_sites(self, running):
        headers = {"Origin": f"https://{EVIL}", "Access-Control-Request-Method": "POST"}

        for method, path in ROUTES:
            for asked in (method, "OPTIONS"):
                answer = _ask(running, asked, path, headers=headers)
                assert "Access-Control-Allow-Origin" not in answer.headers

    def test_without_https_browsers_are_not_told_to_insist_on_it(
        self, postgres_socket, migrated_template, tmp_path
    ):
        plain = {"ANALYTICS_PUBLIC_URL": "http://127.0.0.1:8090"}
        with (
            new_database(postgres_socket, migrated_template) as url,
            service_over(url, tmp_path, **plain) as (service, clock),
            served(service, clock) as running,
        ):
            answer = _ask(running, "GET", "/healthz")

        assert "Strict-Transport-Security" not in answer.headers


class TestRedirects:
    @pytest.mark.parametrize(("method", "path"), ROUTES)
    @pytest.mark.parametrize("tail", ["", "/", f"//{EVIL}", f"/%5c%5c{EVIL}/.."])
    def test_nobody_is_led_to_where_a_request_says(self, running, method, path, tail):
        named = f"https://{EVIL}/"
        query = dict.fromkeys(
            ("next", "redirect_uri", "redirect", "url", "return_to", "lang", "state"),
            named,
        )
        headers = {
            "Host": EVIL,
            "X-Forwarded-Host": EVIL,
            "Forwarded": f"host={EVIL}",
            "X-Original-URL": named,
            "Referer": named,
        }

        answer = _ask(running, method, path + tail, params=query, headers=headers)

        target = urlsplit(answer.headers.get("Location", ""))
        assert target.netloc in {"", urlsplit(PUBLIC_URL).netloc}
        assert f"//{EVIL}" not in answer.text

    def test_a_login_leads_to_the_configured_platform_only(self, running, token):
        session = requests.Session()
        page = session.get(f"{running.url}/connect/{token}", timeout=10)
        assert page.status_code == 200
        ticket = page.text.partition('name="form_ticket" value="')[2].partition('"')[0]
        # The cookie is for https, as the service is reached; the test speaks http.
        cookies = "; ".join(f"{item.name}={item.value}" for item in session.cookies)

        answer = requests.post(
            f"{running.url}/connect/{token}/instagram?redirect_uri=https://{EVIL}/",
            data={"form_ticket": ticket, "redirect_uri": f"https://{EVIL}/"},
            headers={"Host": EVIL, "Cookie": cookies},
            timeout=10,
            allow_redirects=False,
        )

        assert answer.status_code == 303, answer.text
        assert answer.headers["Location"].startswith("https://www.facebook.com/")
        assert EVIL not in answer.headers["Location"]


def _bodies(token, code):
    """Give bodies of every kind with secrets in them, right ones and wrong ones."""
    handed = {"email": "a@b.example", "code": code, "redirect_uri": token}
    yield {"data": token.encode()}
    yield {"data": {"signed_request": f"{token}.{code}", "login": token}}
    yield {"json": {"email": "a@b.example", "meta_token": token}}
    yield {"json": handed}
    yield {"json": {"email": [token], "meta_token": [token], "code": [code]}}
    yield {"json": {"creator_id": token, "platforms": [token], token: code}}


class TestLeaks:
    def test_no_secret_is_told_to_callers_or_to_the_log(self, running, token, caplog):
        key = running.key(KeyScope.INVITE)
        sent = ["EAAtoken-that-was-sent", "code-of-a-login", "state-of-a-login"]
        query = dict(
            zip(("access_token", "code", "state"), sent, strict=True),
            **{"hub.verify_token": "a-wrong-word", "error": "<script>x</script>"},
        )
        headers = {
            "Authorization": f"Bearer {key}",
            "Cookie": f"browser={sent[0]}",
            "X-Hub-Signature-256": f"sha256={sent[0]}",
        }
        answers = []
        with caplog.at_level(logging.DEBUG):
            for method, path in ROUTES:
                for body in _bodies(*sent[:2]):
                    asked = {"params": query, "headers": headers} | body
                    answers.append(_ask(running, method, path, **asked))
            _ask(running, "GET", f"/connect/{token}")

        ours = "\n".join(
            record.getMessage()
            for record in caplog.records
            # The test's own client; and what `serve` turns off and pytest on again.
            if not record.name.startswith(("urllib3.", "uvicorn.access"))
        )
        told = "\n".join(f"{answer.headers} {answer.text}" for answer in answers)
        for secret in (*SECRETS, key, token, *sent, "a-wrong-word"):
            assert secret not in ours
            assert secret not in told
        assert "<script>" not in told

    def test_the_description_names_no_secret_and_no_address(self, running):
        text = _ask(running, "GET", "/openapi.json").text

        for secret in SECRETS:
            assert secret not in text
        assert "127.0.0.1" not in text


@pytest.fixture(scope="module")
def described(running):
    """The service by its own description."""
    return schemathesis.openapi.from_url(f"{running.url}/openapi.json")


@pytest.fixture(scope="module")
def key(running):
    return running.key(*KeyScope)


@pytest.mark.parametrize(("method", "path"), DESCRIBED)
def test_whatever_is_sent_the_service_does_as_it_describes(
    described, key, method, path
):
    """No server error; status, media type and form as described; keys insisted on."""
    # No description says which tickets and e-mail addresses there are, nor which
    # cursors were handed out and what day it is.
    who = ROUTES[method, path]
    is_about_somebody = who in {Access.INVITED, KeyScope.READ} or "token" in path
    # The older system's answer about a creator that is not known is 400.
    is_about_somebody |= path == "/api/metrics/profile"
    excluded = [positive_data_acceptance] if is_about_somebody else []

    @given(case=described[path][method].as_strategy())
    @settings(
        max_examples=15,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def fuzz(case):
        # Beside the key, an invented one would be taken for the one that was let in.
        case.headers.pop("Authorization", None)
        case.call_and_validate(
            headers={"X-API-Key": key}, allow_redirects=False, excluded_checks=excluded
        )

    fuzz()
