"""Sessions: whose, until when, and forgotten when long over."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.users import IDLE_LIFE, LONGEST_LIFE, UserRole
from analytics_pipeline.warehouse.sessions import (
    end_session,
    end_sessions_of,
    find_session,
    start_session,
)
from analytics_pipeline.warehouse.tables import dashboard_sessions
from analytics_pipeline.warehouse.users import create_user, disable_user


@pytest.fixture
def connection(warehouse, clock):
    with warehouse.begin() as connection:
        user = create_user(
            connection, "jana", UserRole.VIEWER, "correct horse battery", clock()
        )
        for name in ("one", "two"):
            start_session(connection, name, user.user_id, clock())
        connection.info["user_id"] = user.user_id
        yield connection


def _who(connection, clock, name="one"):
    return find_session(connection, name, clock())


def test_a_session_is_somebodys_until_it_ends(connection, clock):
    assert _who(connection, clock) == "jana"
    assert _who(connection, clock, "unknown") is None

    end_session(connection, "one", clock())

    assert _who(connection, clock) is None
    assert _who(connection, clock, "two") == "jana"


def test_all_of_somebodys_end_together(connection, clock):
    end_sessions_of(connection, connection.info["user_id"], clock())

    assert _who(connection, clock) is _who(connection, clock, "two") is None


def test_whoever_is_kept_out_has_none(connection, clock):
    disable_user(connection, "jana", clock())

    assert _who(connection, clock) is None


def test_it_lives_while_it_is_used_and_no_longer_than_it_may(connection, clock):
    began = clock()
    while clock() + timedelta(hours=11) < began + LONGEST_LIFE:
        clock.move(hours=11)
        assert _who(connection, clock) == "jana"
    assert _who(connection, clock, "two") is None, "it was idle"
    clock.instant = began + LONGEST_LIFE

    assert _who(connection, clock) is None


def test_use_is_noted_now_and_then_only(connection, clock):
    began = clock()
    clock.move(minutes=4)
    _who(connection, clock)
    used = sa.select(dashboard_sessions.c.last_used_at).where(
        dashboard_sessions.c.session_hash == "one"
    )
    assert connection.scalar(used) == began
    clock.move(minutes=1)
    _who(connection, clock)

    assert connection.scalar(used) == clock()
    assert timedelta(minutes=5) < IDLE_LIFE


def test_what_ended_long_ago_is_forgotten(connection, clock):
    clock.move(days=38)

    start_session(connection, "new", connection.info["user_id"], clock())

    assert connection.scalars(sa.select(dashboard_sessions.c.session_hash)).all() == [
        "new"
    ]
