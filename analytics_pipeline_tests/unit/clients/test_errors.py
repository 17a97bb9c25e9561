"""The error taxonomy: what each kind does to the account, and what it may say."""

from datetime import timedelta

import pytest

from analytics_pipeline.clients.errors import (
    ApiError,
    BudgetExhausted,
    ItemUnavailable,
    PermanentApiError,
    ReconnectRequired,
    TooMuchDataError,
    TransientApiError,
)
from analytics_pipeline.schemas.outcomes import REASONS, Reason, Status


@pytest.mark.parametrize(
    ("error", "reason", "status"),
    [
        (TransientApiError("x"), Reason.TRANSIENT, Status.FAILED),
        (TooMuchDataError("x"), Reason.TRANSIENT, Status.FAILED),
        (BudgetExhausted("x", timedelta(1)), Reason.BUDGET, Status.DEFERRED),
        (ReconnectRequired("x"), Reason.RECONNECT_REQUIRED, Status.FAILED),
        (ItemUnavailable("x"), Reason.NOT_FOUND, Status.SKIPPED),
        (PermanentApiError("x"), Reason.REQUEST_REJECTED, Status.FAILED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ApiError) else None,
)
def test_every_kind_has_its_outcome(error, reason, status):
    assert isinstance(error, ApiError)
    assert error.reason is reason
    assert REASONS[reason].status is status


def test_a_finer_reason_takes_the_place_of_the_usual_one():
    error = PermanentApiError("x", Reason.NOT_CONFIGURED)
    assert error.reason is Reason.NOT_CONFIGURED
    assert PermanentApiError("y").reason is Reason.REQUEST_REJECTED


def test_a_refused_token_is_certainly_dead_unless_said_otherwise():
    assert ReconnectRequired("x").is_certain
    assert not ReconnectRequired("x", is_certain=False).is_certain


def test_a_long_message_is_cut():
    assert str(ApiError("x" * 10_000)) == "x" * 300


@pytest.mark.parametrize("odd", ["\x00", "\n", "\x1b", "\x7f", "\ud83d"], ids=repr)
def test_a_platform_s_words_can_be_written_to_any_file_and_database(odd):
    assert str(ApiError(f"a{odd}b")) == "a\N{REPLACEMENT CHARACTER}b"


def test_words_in_any_script_stay_as_they_are():
    words = "Žádné právo 권한 없음 สิทธิ์ 😀"
    assert str(ApiError(words)) == words
