"""The cookie that tells one browser from another; it says nothing about its person."""

import re

from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.api.security import is_https
from analytics_pipeline.api.signing import fingerprint, new_secret
from analytics_pipeline.settings import Settings

_SECRET = re.compile(r"[A-Za-z0-9_-]{40,64}")
_DAY_SECONDS = 24 * 3600


class Browsers:
    """Gives browsers their cookie.

    Args:
        settings: Tell whether cookies travel encrypted only.
    """

    def __init__(self, settings: Settings) -> None:
        self._is_https = is_https(settings)
        # The prefix keeps other hosts of the same domain from setting it.
        self._name = "__Host-browser" if self._is_https else "browser"

    def known(self, request: Request) -> str | None:
        """Return the hash of a browser's cookie; None for one without."""
        secret = request.cookies.get(self._name, "")
        return fingerprint(secret) if _SECRET.fullmatch(secret) else None

    def greet(self, request: Request) -> tuple[str, str | None]:
        """Return a browser's hash, and its cookie if it has to be given one."""
        known = self.known(request)
        if known is not None:
            return known, None
        secret = new_secret()
        return fingerprint(secret), secret

    def give(self, response: Response, secret: str | None) -> None:
        """Let an answer carry a new cookie; None where the browser has one."""
        if secret is not None:
            self.set_cookie(response, self._name, secret)

    def set_cookie(self, response: Response, name: str, value: str) -> None:
        """Let an answer carry a cookie that no script and no other site can use."""
        response.set_cookie(
            name,
            value,
            max_age=_DAY_SECONDS,
            path="/",
            secure=self._is_https,
            httponly=True,
            # Sent when a platform's page leads back, not with foreign forms.
            samesite="lax",
        )
