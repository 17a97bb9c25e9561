"""Alerts: what ends, when it is told, and what is never told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.schemas.alerts import AlertSubject
from analytics_pipeline.schemas.connections import (
    Connection,
    ConnectionStatus,
    ReconnectReason,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account
from analytics_pipeline.transform.alerts import alert_message, alert_row, alerts_of
from analytics_pipeline.transform.token_life import NOT_PROLONGED

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
META = Connection(
    account=Account(Platform.INSTAGRAM, "101", "instagram-101", "178", "lena.k"),
    status=ConnectionStatus.CONNECTED,
    access_token_expires_at=NOW + timedelta(days=60),
    refresh_token_expires_at=None,
    scopes=(),
    access_token_issued_at=NOW,
    consent_expires_at=NOW + timedelta(days=90),
    updated_at=NOW,
)
TIKTOK = replace(
    META,
    account=Account(Platform.TIKTOK, "101", "tiktok-101", "-000", "lena.k"),
    access_token_expires_at=NOW + timedelta(hours=2),
    refresh_token_expires_at=NOW + timedelta(days=180),
    consent_expires_at=None,
    has_refresh_token=True,
)


def _told(item, **time):
    return [
        (alert.subject, alert.threshold)
        for alert in alerts_of(item, NOW + timedelta(**time))
    ]


def test_a_connection_that_keeps_itself_alive_is_not_told():
    assert _told(META) == []
    assert _told(TIKTOK) == []


@pytest.mark.parametrize(
    ("days_left", "threshold"),
    [(14.01, None), (14, 14), (8, 14), (7, 7), (3, 3), (1.5, 3), (0.5, 1), (-2, 1)],
)
def test_a_consent_is_told_by_the_smallest_threshold_that_is_passed(
    days_left, threshold
):
    item = replace(META, consent_expires_at=NOW + timedelta(days=days_left))

    expected = [] if threshold is None else [(AlertSubject.CONSENT, threshold)]
    assert _told(item) == expected


def test_tiktok_s_consent_ends_with_its_refresh_token():
    assert _told(TIKTOK, days=174) == [(AlertSubject.CONSENT, 7)]


def test_a_token_of_meta_s_is_told_only_where_it_is_not_renewed():
    assert _told(META, days=29) == []
    renewed = replace(
        META,
        access_token_issued_at=NOW + timedelta(days=50),
        access_token_expires_at=NOW + timedelta(days=62),
    )
    assert _told(renewed, days=55) == []
    stays = replace(META, renewal_problem=NOT_PROLONGED)
    assert _told(stays, days=50) == [(AlertSubject.ACCESS_TOKEN, 14)]


def test_a_token_that_nobody_tries_to_renew_is_told_too():
    """The schedule is off: nothing has failed, and nothing happens."""
    assert _told(META, days=50) == [(AlertSubject.ACCESS_TOKEN, 14)]


def test_a_tiktok_token_that_nothing_renews_is_told():
    item = replace(TIKTOK, has_refresh_token=False)

    assert _told(item) == [(AlertSubject.ACCESS_TOKEN, 1)]


def test_what_has_ended_is_told_at_once_and_alone():
    since = NOW - timedelta(days=3)
    item = replace(
        META,
        status=ConnectionStatus.RECONNECT_REQUIRED,
        reconnect_reason=ReconnectReason.PASSWORD_CHANGED,
        reconnect_since=since,
        consent_expires_at=NOW + timedelta(days=2),
    )

    (alert,) = alerts_of(item, NOW)

    assert (alert.subject, alert.threshold) == (AlertSubject.CONNECTION, 0)
    assert alert.ends_at == since
    assert "password" in str(alert_row(alert)["what"])


def test_an_account_without_a_login_has_nothing_that_ends():
    assert _told(replace(META, status=ConnectionStatus.PUBLIC), days=300) == []


def test_a_message_says_who_what_when_and_what_to_do_and_names_no_person():
    alerts = alerts_of(TIKTOK, NOW + timedelta(days=174))

    message = alert_message(alerts)

    (row,) = message["alerts"]
    assert row["creator_id"] == "101"
    assert row["connection_id"] == "tiktok-101"
    assert row["next_step"] == "analytics-pipeline invite 101"
    assert str(message["text"]).startswith(
        "1 connection needs attention:\n- tiktok-101"
    )
    assert "2026-08-29" in str(message["text"])
    assert "lena" not in str(message)
