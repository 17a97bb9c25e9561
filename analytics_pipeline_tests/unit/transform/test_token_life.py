"""What a token needs: by its age, its platform, and what failed before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.transform.token_life import (
    NOT_PROLONGED,
    Need,
    need_of,
    renewal_due_at,
)
from analytics_pipeline_tests.unit.transform.test_alerts import META, NOW, TIKTOK


def _need(item, **time):
    return need_of(item, NOW + timedelta(**time))


@pytest.mark.parametrize(
    ("days", "need"),
    [(29.9, None), (30, Need.RENEW), (59, Need.RENEW), (60, Need.LOOK)],
)
def test_a_token_is_renewed_at_half_its_life_and_looked_at_once_it_ended(days, need):
    assert _need(META, days=days) is need


def test_a_short_token_is_renewed_at_half_its_life_too():
    assert _need(TIKTOK, minutes=59) is None
    assert _need(TIKTOK, minutes=60) is Need.RENEW


@pytest.mark.parametrize("ends", [NOW + timedelta(days=60), None])
def test_a_token_of_meta_s_that_was_not_seen_being_handed_out_is_looked_at(ends):
    item = replace(META, access_token_issued_at=None, access_token_expires_at=ends)

    assert _need(item) is Need.LOOK


def test_a_doubted_token_is_looked_at():
    assert _need(replace(META, token_doubted_at=NOW)) is Need.LOOK


def test_a_token_of_unknown_age_counts_from_its_last_change():
    item = replace(TIKTOK, access_token_issued_at=None)

    assert renewal_due_at(item) == NOW + timedelta(hours=1)


def test_a_token_of_unknown_life_is_due_and_one_without_end_never():
    unknown = replace(TIKTOK, access_token_issued_at=None, access_token_expires_at=None)

    assert _need(unknown) is Need.RENEW
    assert _need(replace(META, access_token_expires_at=None), days=999) is None


def test_what_nothing_can_renew_ends():
    item = replace(TIKTOK, has_refresh_token=False)

    assert _need(item, hours=1) is None
    assert _need(item, hours=2) is Need.END


@pytest.mark.parametrize(
    ("problem", "hours", "need"),
    [
        ("transient: HTTP 500", 0.5, Need.RENEW),
        ("budget: limit reached", 0.5, Need.RENEW),
        (NOT_PROLONGED, 0.5, None),
        ("not_configured: META_APP_ID", 23, None),
        ("request_rejected: 100", 24, Need.RENEW),
    ],
)
def test_what_may_pass_is_tried_again_soon_and_the_rest_daily(problem, hours, need):
    tried = NOW + timedelta(days=31)
    item = replace(META, renewal_problem=problem, renewal_tried_at=tried)

    assert need_of(item, tried + timedelta(hours=hours)) is need


@pytest.mark.parametrize(
    "status", [ConnectionStatus.PUBLIC, ConnectionStatus.RECONNECT_REQUIRED]
)
def test_a_connection_without_a_living_token_needs_nothing(status):
    assert _need(replace(META, status=status), days=300) is None
