"""What a login must leave nowhere: codes, states, cookies, tokens, invitations."""

import logging
import re

import pytest

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline_tests.api.clicking import consent, query_of

ONDRA, MARCUS = 102, 110


@pytest.fixture
def kept_logs(caplog):
    """Everything the service's threads log; the tests' own requests are not its.

    pytest listens at uvicorn's access log too, which is switched off for everybody
    else; that a serving process writes none of it is `cli/test_serve_log.py`.
    """
    caplog.set_level(logging.DEBUG)
    return lambda: "\n".join(
        f"{record.getMessage()} {record.exc_text or ''}"
        for record in caplog.records
        if record.threadName != "MainThread" and record.name != "uvicorn.access"
    )


@pytest.mark.parametrize(
    "how", ["well", "with a code that was used", "with a platform that is away"]
)
def test_nothing_secret_is_logged_shown_or_kept_in_clear(office, kept_logs, how):
    secrets = {
        office.sandbox.world.config.meta_app_secret,
        office.sandbox.world.config.tiktok_client_secret,
    }
    shown = ""
    for platform, person in ((Platform.INSTAGRAM, ONDRA), (Platform.TIKTOK, MARCUS)):
        browser, link = office.browser(), office.invite(person)
        back = consent(office.begin(browser, link, platform), person)
        came = query_of(back)
        secrets |= {came["code"], came["state"], link.rsplit("/")[-1]}
        secrets |= {cookie.value for cookie in browser.session.cookies}
        if how == "with a code that was used":
            browser.open(back)
            again = query_of(office.begin(browser, link, platform))["state"]
            back = back.replace(came["state"], again)
        if how == "with a platform that is away":
            office.sandbox.faults.add("reset")
        page = browser.open(back)
        if page.forms:
            secrets |= {
                value for name, value in page.forms[0].values if name == "login"
            }
            browser.follow(browser.submit(page))
        office.sandbox.faults.clear()
        shown += "\n".join(browser.seen)
    tokens = _stored_tokens(office)
    logs = kept_logs()

    assert "oauth/access_token" in logs, "what it asks the platforms is logged"
    assert len(tokens) == (3 if how == "well" else 0)
    for secret in secrets | tokens:
        assert secret not in logs
        for row in office.rows("SELECT logins::text AS told FROM logins"):
            assert secret not in row["told"]
    for token in tokens:
        assert token not in shown
        assert token[:24] not in shown
    home = office.service.settings.home
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files == []


def _stored_tokens(office):
    decrypt = office.service.cipher.decrypt
    return {
        decrypt(row[column])
        for row in office.rows("SELECT * FROM connections")
        for column in ("access_token_encrypted", "refresh_token_encrypted")
        if row[column]
    }


def test_what_waits_for_a_choice_is_encrypted(office):
    browser, link = office.browser(), office.invite(ONDRA)
    office.come_back(browser, link, Platform.INSTAGRAM, ONDRA)

    (login,) = office.rows("SELECT * FROM logins")
    granted = office.service.cipher.decrypt(login["grant_encrypted"])
    # In full: a few letters stand in a ciphertext by chance.
    tokens = re.findall(r"EAAL\w+", granted)
    assert tokens
    assert not any(token in str(dict(login)) for token in tokens)
