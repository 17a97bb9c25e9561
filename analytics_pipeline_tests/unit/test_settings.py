"""The configuration: defaults, and messages that name the variable."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics_pipeline.setting_values import is_loopback
from analytics_pipeline.settings import (
    ConfigurationError,
    environment_names,
    load_settings,
    require,
)

LOOPBACK = {
    "CREATORS_API_URL": "http://127.0.0.1:1/api",
    "META_API_URL": "http://localhost:1/v23.0",
    "TIKTOK_API_URL": "http://[::1]:1/v2",
}


def test_everything_has_a_default_but_the_keys_of_the_outside():
    settings = load_settings({})

    assert settings.meta_api_url == "https://graph.facebook.com/v23.0"
    assert settings.tiktok_api_url == "https://open.tiktokapis.com/v2"
    assert settings.snapshot_grace == timedelta(hours=24)
    assert settings.tracking_days == 14
    assert settings.hashtag_rule == "all"
    assert settings.creators_api_url is None
    assert settings.landing_url == str(settings.home / "raw")


def test_an_empty_variable_counts_as_unset():
    assert load_settings({"ANALYTICS_TIMEZONE": "  "}).timezone == "UTC"


def test_a_base_address_loses_its_last_slash():
    settings = load_settings({"CREATORS_API_URL": "https://app.example/api/"})

    assert settings.creators_api_url == "https://app.example/api"


def test_a_home_is_expanded_and_made_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/nowhere")

    assert load_settings({"ANALYTICS_HOME": "state"}).home == tmp_path / "state"
    assert load_settings({"ANALYTICS_HOME": "~/x"}).home == Path("/nowhere/x")


@pytest.mark.parametrize(
    ("text", "hours"),
    [("24", 24), ("36h", 36), ("90m", 1.5), ("2d", 48), ("1.5 D", 36)],
)
def test_the_grace_period_is_written_in_hours_or_with_a_unit(text, hours):
    settings = load_settings({"ANALYTICS_SNAPSHOT_GRACE": text})

    assert settings.snapshot_grace == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ANALYTICS_TIMEZONE", "Mars/Phobos", "IANA"),
        ("ANALYTICS_TIMEZONE", "../etc/passwd", "IANA"),
        ("ANALYTICS_SNAPSHOT_GRACE", "soon", "write hours"),
        ("ANALYTICS_CLOCK", "2026-03-02T05:00:00", "needs an offset"),
        ("ANALYTICS_SECRET_KEY", "short", "new-key"),
        ("ANALYTICS_DATABASE_URL", "mysql://u:p@h/x", "postgresql://"),
        ("ANALYTICS_CONCURRENCY", "0", "greater than or equal to 1"),
        ("ANALYTICS_HASHTAG_RULE", "some", "'all' or 'any'"),
        ("ANALYTICS_START_DATE", "yesterday", "date"),
        ("ANALYTICS_TRACKING_DAYS", "-1", "greater than or equal to 0"),
        ("META_API_URL", "graph.facebook.com", "no http(s) address"),
        ("CREATORS_API_URL", "https://user:pw@app.example", "no user"),
        ("META_IG_USER_ID", "17/../me", "pattern"),
    ],
)
def test_a_wrong_value_is_told_with_its_variable(name, value, told):
    with pytest.raises(ConfigurationError) as error:
        load_settings({name: value})

    assert name in str(error.value)
    assert told in str(error.value)


def test_all_wrong_values_are_told_at_once():
    wrong = {"ANALYTICS_TIMEZONE": "x", "ANALYTICS_CONCURRENCY": "many"}

    with pytest.raises(ConfigurationError, match=r"TIMEZONE.*CONCURRENCY"):
        load_settings(wrong)


def test_a_message_about_a_secret_does_not_hold_it():
    with pytest.raises(ConfigurationError) as error:
        load_settings({"ANALYTICS_DATABASE_URL": "mysql://u:hunter2@h/x"})

    assert "hunter2" not in str(error.value)


def test_secrets_print_as_asterisks():
    settings = load_settings(
        {
            "META_ACCESS_TOKEN": "EAAsecret",
            "TIKTOK_CLIENT_SECRET": "tt-secret",
            "ANALYTICS_SECRET_KEY": "a-key-of-enough-length",
            "CREATORS_API_TOKEN": "app-secret",
            "ANALYTICS_DATABASE_URL": "postgresql://u:pw-secret@h/x",
        }
    )

    for text in (repr(settings), str(settings)):
        for name in ("app_secret", "client_secret", "secret_key"):
            text = text.replace(name, "")  # noqa: PLW2901 - names are no secrets
        assert "secret" not in text


def test_a_set_clock_is_taken_when_every_api_is_on_loopback():
    clock = "2026-03-02T05:00:00+01:00"

    settings = load_settings(LOOPBACK | {"ANALYTICS_CLOCK": clock})

    assert settings.now() == datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize("name", LOOPBACK)
def test_a_set_clock_is_refused_when_an_api_is_not_on_loopback(name):
    outside = LOOPBACK | {
        name: "https://example.org/api",
        "ANALYTICS_CLOCK": "2026-03-02T05:00:00Z",
    }

    with pytest.raises(ConfigurationError, match="ANALYTICS_CLOCK"):
        load_settings(outside)


def test_without_a_set_clock_the_system_tells_the_time():
    before = datetime.now(UTC)

    assert before <= load_settings({}).now() <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:80", True),
        ("http://127.9.9.9", True),
        ("http://localhost", True),
        ("http://[::1]/x", True),
        ("http://127.0.0.1.example.org", False),
        ("https://graph.facebook.com", False),
        ("http://10.0.0.1", False),
        ("nonsense", False),
    ],
)
def test_loopback_is_told_by_the_host(url, expected):
    assert is_loopback(url) is expected


def test_a_missing_setting_is_told_with_what_it_is_for():
    with pytest.raises(ConfigurationError, match=r"TOKEN is not set.*read"):
        require(None, "META_ACCESS_TOKEN", "read outside creators")


def test_a_setting_that_is_there_is_given_in_clear():
    settings = load_settings({"META_ACCESS_TOKEN": "EAAx"})

    assert require(settings.meta_access_token, "META_ACCESS_TOKEN", "x") == "EAAx"
    assert require("plain", "X", "x") == "plain"


def test_every_attribute_has_one_variable():
    names = environment_names()

    assert len(set(names.values())) == len(names)
    assert all(name.isupper() for name in names)
