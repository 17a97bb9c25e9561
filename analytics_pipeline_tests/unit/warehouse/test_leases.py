"""A lease is held by one at a time, and ends with its holder."""

import threading

import pytest
import sqlalchemy as sa

from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.exclusion import one_at_a_time, work_key
from analytics_pipeline.warehouse.leases import Leases


def _never():
    raise AssertionError


@pytest.fixture
def new_leases(warehouse):
    """Make the leases of one more process."""
    del warehouse  # The environment names it.
    made = []

    def make(beat_seconds=0.02):
        made.append(Leases(load_settings(), beat_seconds))
        return made[-1]

    yield make
    for leases in made:
        leases.close()


def _end_sessions(warehouse, name):
    """End the sessions that hold a lease, as the server does when it restarts."""
    with warehouse.begin() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE granted"
                " AND locktype = 'advisory' AND objsubid = 1"
                " AND (classid::bigint << 32 | objid::bigint) = :key"
            ),
            {"key": work_key(name)},
        )


def test_only_one_holds_a_lease_and_everybody_sees_it(new_leases):
    leases, other = new_leases(), new_leases()

    assert not other.is_held("step")
    with leases.hold("step", _never) as mine, other.hold("step", _never) as theirs:
        assert (mine, theirs) == (True, False)
        assert other.is_held("step")
        assert not other.is_held("another step")
        with other.hold("another step", _never) as free:
            assert free
    assert not other.is_held("step")


def test_a_session_that_was_lost_is_replaced(new_leases, warehouse):
    leases = new_leases()
    taken_again = threading.Event()
    with leases.hold("step", _never):
        _end_sessions(warehouse, "step")
        while not leases.is_held("step"):
            taken_again.wait(0.02)


def test_who_lost_the_lease_to_another_is_told(new_leases, warehouse):
    lost = threading.Event()
    # Beats so rarely that the other is there first.
    with new_leases(beat_seconds=2).hold("step", lost.set):
        _end_sessions(warehouse, "step")
        with new_leases().hold("step", _never) as theirs:
            assert theirs
            assert lost.wait(20)


def test_work_is_done_by_one_at_a_time(warehouse):
    order = []

    def work(name):
        with one_at_a_time(warehouse, "shard 1 of 2"):
            order.append(f"{name} begins")
            order.append(f"{name} ends")

    with one_at_a_time(warehouse, "shard 1 of 2"):
        others = [threading.Thread(target=work, args=[name]) for name in "ab"]
        for other in others:
            other.start()
        with one_at_a_time(warehouse, "shard 0 of 2"):
            order.append("first ends")
    for other in others:
        other.join()

    assert order[0] == "first ends"
    assert [line.split()[0] for line in order[1:]] in (
        ["a"] * 2 + ["b"] * 2,
        ["b"] * 2 + ["a"] * 2,
    )
