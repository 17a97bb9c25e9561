"""A walk over pages ends, whatever the server says."""

import pytest

from analytics_pipeline.clients.errors import PermanentApiError
from analytics_pipeline.clients.paging import LoopGuard
from analytics_pipeline.schemas.outcomes import Reason


@pytest.mark.parametrize(
    "cursors",
    [["a", "a"], ["a", "b", "c", "a"], [5, 5]],
    ids=["at once", "in a circle", "numbers"],
)
def test_a_repeated_cursor_stops_the_walk(cursors):
    guard = LoopGuard("Some posts")
    for cursor in cursors[:-1]:
        guard.advance(cursor)
    with pytest.raises(
        PermanentApiError, match=r"Some posts: .* same cursor"
    ) as caught:
        guard.advance(cursors[-1])
    assert caught.value.reason is Reason.BAD_ANSWER


def test_a_walk_without_end_is_stopped():
    guard = LoopGuard("Some posts")
    for page in range(1000):
        guard.advance(page)
    with pytest.raises(PermanentApiError, match="no end after 1000 pages") as caught:
        guard.advance(1000)
    assert caught.value.reason is Reason.BAD_ANSWER
