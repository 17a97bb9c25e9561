"""Headers that every answer of the service carries."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics_pipeline.settings import Settings

_WWW = "www."
_YEAR_SECONDS = 365 * 24 * 3600


class SecurityHeaders:
    """Middleware that adds the headers to every answer, errors included.

    Args:
        app: What answers.
        settings: Hold the addresses that forms may lead to.
        others: Headers that differ below a path, by that path.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        others: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._app = app
        self._headers = security_headers(settings)
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        wanted = self._headers_of(scope["path"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _headers_of(self, path: str) -> dict[str, str]:
        for prefix, headers in self._others.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                return {**self._headers, **headers}
        return self._headers


def security_headers(settings: Settings) -> dict[str, str]:
    """Return the headers.

    Args:
        settings: Tell whether the service is reached by https, and where logins lead.

    Returns:
        By name. No page of a login has a script, so none is allowed.
    """
    policy = {
        "default-src": "'none'",
        "style-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": " ".join(("'self'", *_login_origins(settings))),
    }
    headers = {
        "Content-Security-Policy": "; ".join(map(" ".join, policy.items())),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # The address of an invitation is the invitation.
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cache-Control": "no-store",
    }
    if is_https(settings):
        headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"
    return headers


def is_https(settings: Settings) -> bool:
    """Tell whether browsers reach the service encrypted."""
    return urlsplit(settings.public_url).scheme == "https"


def _login_origins(settings: Settings) -> list[str]:
    """Return where the form that begins a login may lead.

    Browsers check the redirects after a form too, and the platforms redirect between
    their own hosts (`m.`, `web.`) before they lead back.
    """
    found = []
    for url in (settings.meta_login_url, settings.tiktok_login_url):
        parts = urlsplit(url)
        host = parts.netloc
        found.append(f"{parts.scheme}://{host}")
        if host.startswith(_WWW):
            found.append(f"{parts.scheme}://*.{host.removeprefix(_WWW)}")
    return found
