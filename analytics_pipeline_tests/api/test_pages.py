"""The pages: two languages, readable by everybody, nothing foreign in them."""

import re
from dataclasses import replace
from itertools import pairwise
from string import Formatter

import pytest
from starlette.requests import Request

from analytics_pipeline.api.pages.language import Language, preferred_language
from analytics_pipeline.api.pages.render import TEXTS, Pages
from analytics_pipeline.schemas.logins import (
    ASKED_SCOPES,
    ESSENTIAL_SCOPES,
    LOGIN_OUTCOMES,
    MISSED_SCOPES,
    InvitationState,
    LoginOutcome,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.service import create_app
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.logins import LoginProblem
from analytics_pipeline_tests.api.clicking import Browser
from analytics_pipeline_tests.api.conftest import PUBLIC_URL
from analytics_pipeline_tests.api.serving import listening

INSTAGRAM, TIKTOK = Platform.INSTAGRAM, Platform.TIKTOK
ONDRA, TWO_ACCOUNTS = 102, 120


def _placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", Language)
def test_every_text_is_there_in_every_language_with_the_same_blanks(language):
    english, texts = TEXTS[Language.ENGLISH], TEXTS[language]

    assert set(texts) == set(english)
    for name, text in texts.items():
        assert text.strip() == text != ""
        assert _placeholders(text) == _placeholders(english[name]), name
        assert "<" not in text
    copied = [k for k, v in texts.items() if v == english[k]]
    if language is not Language.ENGLISH:
        assert copied == ["platform_instagram", "platform_tiktok"]


def test_every_outcome_problem_and_permission_has_its_texts():
    texts = TEXTS[Language.ENGLISH]
    ended = {f"invitation_{state}" for state in InvitationState}
    for name in (*LoginOutcome, *LoginProblem, *ended - {"invitation_open"}):
        assert f"{name}_title" in texts
        assert f"{name}_text" in texts
    for platform in Platform:
        for scope in ASKED_SCOPES[platform]:
            assert f"scope_{scope}" in texts
        for scope in ESSENTIAL_SCOPES[platform] | MISSED_SCOPES[platform]:
            assert f"missing_{scope}" in texts
            assert scope in ASKED_SCOPES[platform]


def test_every_outcome_says_what_it_means_and_what_to_do():
    assert set(LOGIN_OUTCOMES) == set(LoginOutcome)
    for info in LOGIN_OUTCOMES.values():
        assert info.meaning.endswith(".")
        assert info.is_bound or info.next_step.endswith(".")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("cs", "cs"),
        ("cs-CZ,cs;q=0.9,en;q=0.8", "cs"),
        ("en-GB,en;q=0.9,cs;q=0.8", "en"),
        ("de,fr;q=0.9", "en"),
        ("de, sk;q=0.3, en;q=0.2", "cs"),
        ("cs;q=0, en;q=0.1", "en"),
        ("*;q=0.5, cs;q=x, ;;,", "en"),
        ("cs;q=0.5," * 10_000, "cs"),
    ],
)
def test_a_browser_gets_the_language_it_prefers(header, language):
    assert preferred_language(header) == language


def _all_kinds(office):
    """Give one page of every kind, in the language of the browser."""
    browser = office.browser("cs")
    link = office.invite(TWO_ACCOUNTS)
    yield browser.open(link)
    page = office.come_back(browser, link, INSTAGRAM, TWO_ACCOUNTS)
    yield page
    yield browser.follow(browser.submit(page, account_id=page.forms[0].offered[0][1]))
    yield browser.open(f"{PUBLIC_URL}/connect/forged")
    limited = office.come_back(
        browser,
        office.invite(ONDRA),
        INSTAGRAM,
        ONDRA,
        without=("instagram_manage_insights",),
    )
    yield limited
    yield browser.open(f"{PUBLIC_URL}/oauth/meta/callback")


def test_every_kind_of_page_can_be_read_by_everybody(office):
    for page in _all_kinds(office):
        tags = [tag for tag, _ in page.tags]
        assert page.lang == "cs"
        assert tags.count("h1") == tags.count("main") == tags.count("title") == 1
        levels = [int(tag[1]) for tag in tags if tag in {"h1", "h2", "h3"}]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        for tag, values in page.tags:
            assert not any(name.startswith("on") for name in values), tag
            assert "style" not in values
            if tag == "form":
                assert values["method"] == "post"
        for choice in re.findall(r'<input type="(?!hidden)[^>]*>', page.html):
            before = page.html[: page.html.index(choice)]
            assert before.count("<label") == before.count("</label>") + 1
            assert before.count("<fieldset") == before.count("</fieldset>") + 1
        assert set(tags).isdisjoint({"script", "iframe", "img", "style", "object"})


def test_a_page_can_be_switched_to_the_other_language_and_stays_so(office):
    browser, link = office.browser("en"), office.invite(ONDRA)
    english = browser.open(link)
    (switch,) = (href for href in english.links if href.startswith("?"))
    czech = browser.open(f"{link}{switch}")
    back = office.come_back(browser, link, INSTAGRAM, ONDRA)

    assert switch == "?lang=cs"
    assert czech.title == "Propojte své účty"
    assert "?lang=en" in czech.links
    assert back.lang == "cs"
    (switch,) = (href for href in back.links if href.startswith("?"))
    address = f"{PUBLIC_URL}/connect/choose{switch}"
    assert browser.open(address).title == "Is this the right account?"


def test_a_language_nobody_speaks_here_changes_nothing(office):
    page = office.browser("cs").open(office.invite(ONDRA) + '?lang="><script>')

    assert page.lang == "cs"
    assert "<script" not in page.html


def test_what_platforms_call_things_is_shown_as_text(office):
    evil = '<b>"Page" & co</b>'
    change = {"op": "set", "path": ["data", 0, "name"], "value": evil}
    office.sandbox.faults.add("patch", endpoint="accounts", params={"ops": [change]})
    browser, link = office.browser(), office.invite(ONDRA)
    page = office.come_back(browser, link, INSTAGRAM, ONDRA)

    assert "&lt;b&gt;&#34;Page&#34; &amp; co&lt;/b&gt;" in page.html
    assert evil in page.text


def test_the_agency_is_named_if_it_has_a_name():
    named = load_settings({"ANALYTICS_AGENCY_NAME": "Lumen & Söhne"})
    nameless = load_settings({})
    request = Request(
        {"type": "http", "query_string": b"", "headers": [(b"accept-language", b"cs")]}
    )
    values = {"expires_at": named.now(), "offers": [], "form_ticket": ""}

    shown = [
        Pages(settings).show(request, "connect.html", values).body.decode()
        for settings in (named, nameless)
    ]

    assert "Lumen &amp; Söhne vás zve" in shown[0]
    assert "Agentura, se kterou spolupracujete, vás zve" in shown[1]


class TestHeaders:
    def test_every_answer_forbids_what_no_page_needs(self, office):
        browser, link = office.browser(), office.invite(ONDRA)
        addresses = [
            link,
            f"{PUBLIC_URL}/style.css",
            f"{PUBLIC_URL}/nothing-here",
            f"{PUBLIC_URL}/oauth/meta/callback?state=x",
        ]
        for address in addresses:
            headers = browser.ask("GET", address).headers
            policy = headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'")
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Strict-Transport-Security"] == "max-age=31536000"
            assert "server" not in headers or "uvicorn" in headers["server"]
            if not address.endswith(".css"):
                assert headers["Cache-Control"] == "no-store"

    def test_forms_may_lead_to_the_platforms_and_nowhere_else(self, office):
        from_sandbox = office.browser().ask("GET", office.invite(ONDRA)).headers
        (allowed,) = re.findall(
            r"form-action ([^;]*)", from_sandbox["Content-Security-Policy"]
        )

        assert allowed.split()[0] == "'self'"
        assert set(allowed.split()[1:]) == {office.sandbox.url}

    def test_the_cookie_is_for_this_site_and_no_script(self, office):
        answer = office.browser().ask("GET", office.invite(ONDRA))
        cookie = answer.headers["set-cookie"]

        assert cookie.startswith("__Host-browser=")
        for part in ("HttpOnly", "Path=/", "SameSite=lax", "Secure"):
            assert part in cookie
        assert "Domain" not in cookie

    def test_a_cookie_that_is_none_of_ours_is_replaced(self, office):
        browser = office.browser()
        browser.session.headers["Cookie"] = "__Host-browser=' OR 1=1"

        assert "set-cookie" in browser.ask("GET", office.invite(ONDRA)).headers


def test_a_platform_that_is_not_configured_is_not_offered(office):
    settings = office.service.settings.model_copy(update={"meta_app_secret": None})
    app = create_app(replace(office.service, settings=settings))
    link = office.invite(ONDRA)
    with listening(app) as url:
        browser = Browser(PUBLIC_URL, url)
        page = browser.open(link)
        pressed = browser.ask(
            "POST", f"{link}/instagram", data=dict(page.forms[0].values)
        )

    assert [form.action for form in page.forms] == [f"{link}/tiktok"]
    assert "Logging in here is not possible at the moment" in page.text
    assert pressed.status_code == 503
    assert "is not set up" in pressed.text
    assert office.outcomes() == []
