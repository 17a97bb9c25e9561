"""Guards of a walk over pages."""

from collections.abc import Hashable

from analytics_pipeline.clients.errors import PermanentApiError
from analytics_pipeline.schemas.outcomes import Reason

_MOST_PAGES = 1000


class LoopGuard:
    """Stops a walk that goes round in circles or does not end.

    Args:
        what: What is walked, for messages.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._seen: set[Hashable] = set()

    def advance(self, cursor: Hashable) -> None:
        """Take note of the cursor of the next page.

        Args:
            cursor: As the server gave it.

        Raises:
            PermanentApiError: It was there before, or there are too many pages.
        """
        if cursor in self._seen:
            msg = f"{self._what}: the server gave the same cursor twice"
            raise PermanentApiError(msg, Reason.BAD_ANSWER)
        self._seen.add(cursor)
        if len(self._seen) > _MOST_PAGES:
            msg = f"{self._what}: no end after {_MOST_PAGES} pages"
            raise PermanentApiError(msg, Reason.BAD_ANSWER)
