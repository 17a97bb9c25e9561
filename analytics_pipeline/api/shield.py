"""The last resort: whatever fails inside is told to the log, never to the caller."""

import logging
import traceback
from http import HTTPStatus
from secrets import token_hex

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics_pipeline.api.problems import Refusals

_log = logging.getLogger(__name__)


class Shield:
    """Answers 500 to what nothing else has caught.

    The log gets the kind of the failure and where it happened, not its message: that
    may hold what was sent, and with it somebody's token.

    Args:
        app: What comes after.
        refusals: Answer in its place.
    """

    def __init__(self, app: ASGIApp, refusals: Refusals) -> None:
        self._app = app
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 - that is what it is for
            incident = token_hex(4)
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("incident %s: %s\n%s", incident, type(error).__name__, where)
            if scope["type"] == "http" and not has_begun:
                answer = self._refusals.refuse(
                    Request(scope),
                    HTTPStatus.INTERNAL_SERVER_ERROR,
                    f"something failed inside; the log calls it incident {incident}",
                )
                await answer(scope, receive, send)
