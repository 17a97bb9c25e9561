"""Ordinary records; a test says only what it is about."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from analytics_pipeline.schemas.connections import Connection, ConnectionStatus
from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.records import (
    Account,
    AccountRecord,
    Attempt,
    PostRecord,
)
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.planning import Need

DAY = date(2026, 3, 1)
RULE = DayRule(ZoneInfo("Europe/Prague"), timedelta(hours=24))
MORNING_AFTER = datetime(2026, 3, 2, 5, tzinfo=UTC)
"""Early on the following day: on time for `DAY`."""
FIRST_LATE = RULE.end(DAY) + RULE.grace
"""The first instant at which an observation is too late for `DAY`."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
"""Whatever a JSON document may hold."""


def account(creator_id="1", *, number=1, **changes):
    """An account; accounts of one creator are told apart by their number."""
    fields = {
        "platform": Platform.INSTAGRAM,
        "creator_id": creator_id,
        "connection_id": f"instagram-{creator_id}-{number}",
        "account_id": f"1784140000000{creator_id}{number}",
        "username": f"creator.{creator_id}.{number}",
    }
    return Account(**(fields | changes))


def connection(of=None, status=ConnectionStatus.PUBLIC):
    return Connection(of or account(), status, None, None, ())


def attempt(observed_at=MORNING_AFTER, *days, **changes):
    """An attempt that went well, unless the changes say otherwise."""
    fields = {
        "attempt_id": f"attempt at {observed_at.isoformat()}",
        "run_id": "run-1",
        "account": account(),
        "snapshot_dates": days or (DAY,),
        "observed_at": observed_at,
        "covers_from": None,
        "status": Status.OK,
        "calls": 1,
    }
    return Attempt(**(fields | changes))


def need(day=DAY, creator_id="1", **changes):
    fields = {
        "platform": Platform.INSTAGRAM,
        "tracked_from": date(2026, 2, 20),
        "ends_on": date(2026, 3, 10),
    }
    return Need(day=day, creator_id=creator_id, **(fields | changes))


def account_record(follower_count=1000, **changes):
    fields = {
        "platform": Platform.INSTAGRAM,
        "account_id": "17841400000000011",
        "username": "creator.1.1",
        "display_name": "Jana",
        "following_count": 10,
        "post_count_reported": 100,
    }
    return AccountRecord(follower_count=follower_count, **(fields | changes))


def post(post_id="1", like_count=1, **changes):
    fields = {
        "platform": Platform.INSTAGRAM,
        "account_id": "17841400000000011",
        "content_type": ContentType.INSTAGRAM_POST,
        "media_type": "IMAGE",
        "posted_at": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "post_caption": "#jaro",
        "post_url": "https://www.instagram.com/p/1/",
        "duration_seconds": None,
        "view_count": None,
        "comment_count": 0,
        "share_count": None,
    }
    return PostRecord(post_id=post_id, like_count=like_count, **(fields | changes))
