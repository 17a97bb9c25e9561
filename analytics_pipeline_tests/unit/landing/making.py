"""Answers and attempts for the tests of the landing store."""

import resource
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from analytics_pipeline.landing.store import ObjectKey
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Account, Answer, Attempt

DAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
KEY = ObjectKey("raw_instagram_media", DAY, "run-1")
SOMEBODY = Account(
    Platform.INSTAGRAM, "7", "c-1", "17841400000000001", "žofie.příkladná"
)


def an_attempt(attempt_id="a1", **changes):
    attempt = Attempt(
        attempt_id=attempt_id,
        run_id=KEY.run_id,
        account=SOMEBODY,
        snapshot_dates=(DAY,),
        observed_at=NOW,
        covers_from=None,
        status=Status.OK,
    )
    return replace(attempt, **changes)


def an_answer(number=1, body=None):
    return Answer(
        request={"method": "GET", "url": "https://graph/x", "params": {"page": "1"}},
        status=200,
        headers={"content-type": "application/json"},
        body=f'{{"answer": {number}, "caption": "한글 🌸"}}' if body is None else body,
        observed_at=NOW + timedelta(seconds=number),
    )


@contextmanager
def files_no_larger_than(size):
    """Let writing beyond a size fail, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
