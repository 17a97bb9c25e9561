"""Sending one HTTP request: timeouts, a connection per thread, secrets kept out.

What belongs here: bytes out, bytes in. What an answer means is decided in the clients,
whether to ask again in `conversation.py`.

Each call goes straight to urllib3, the engine of `requests`, at half the cost; how its
host is reached is for `requests` to decide (`routes.py`).
"""

import json
import logging
import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

import requests
import urllib3
from urllib3 import exceptions

from analytics_pipeline.clients.errors import ReconnectRequired, TransientApiError
from analytics_pipeline.clients.routes import Routes
from analytics_pipeline.schemas.records import Answer, Clock

_KEPT_HEADERS = (
    "content-type",
    "date",
    "retry-after",
    "facebook-api-version",
    "x-app-usage",
    "x-business-use-case-usage",
)
# A slash can be escaped in JSON.
_TOKEN_IN_ADDRESS = re.compile(
    r"((?:access|refresh)_token(?:=|%3D))(?:[^&\"'\\\s]|\\/)+"
)
_QUERY = re.compile(r"\?[^\s\"']*")
_TOKEN_IN_OBJECT = re.compile(r'("(?:access|refresh)_token"\s*:\s*")(?:[^"\\]|\\.)+')
_REDACTED = "REDACTED"
# Repeats are decided in `conversation.py`, where they are counted.
_ASKED_ONCE = urllib3.Retry(total=False, redirect=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, with its secrets apart from what may be logged.

    Attributes:
        method: GET or POST.
        url: Address without query.
        params: Query parameters; never a token.
        json: Body as JSON.
        form: Body as form, which may hold secrets; it is neither logged nor kept.
        token: Sent as bearer token.
        secret_params: Query parameters of an API that takes secrets nowhere else; they
            are neither logged nor kept.
        is_secret: Whether the answer holds secrets, so that it must not be kept. Where
            secrets are sent in a form or a query, it is.

    Raises:
        ReconnectRequired: The token is none that could be sent.
    """

    method: str
    url: str
    params: dict[str, str] = field(default_factory=dict)
    json: dict[str, object] | None = None
    form: dict[str, str] | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    secret_params: dict[str, str] = field(default_factory=dict, repr=False)
    is_secret: bool = False

    def __post_init__(self) -> None:
        """Refuse a token that http.client would name in its refusal."""
        if self.token and not (self.token.isascii() and self.token.isprintable()):
            msg = "the stored token holds characters that no token has"
            raise ReconnectRequired(msg)
        if self.form or self.secret_params:
            object.__setattr__(self, "is_secret", True)

    def describe(self) -> dict[str, object]:
        """Return what may be kept of it."""
        described: dict[str, object] = {"method": self.method, "url": self.url}
        if self.params:
            described["params"] = self.params
        if self.json is not None:
            described["json"] = self.json
        return described


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for a server, in seconds."""

    connect: float = 5.0
    read: float = 30.0


class Transport:
    """Sends requests, from any number of threads.

    Args:
        clock: Stamps the answers.
        timeouts: For every request.
    """

    def __init__(self, clock: Clock, timeouts: Timeouts | None = None) -> None:
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._waiting = urllib3.Timeout(
            connect=self._timeouts.connect, read=self._timeouts.read
        )
        self._headers = {
            **requests.utils.default_headers(),
            "User-Agent": "analytics-pipeline",
        }
        self._routes = Routes()
        logging.getLogger("urllib3.connectionpool").addFilter(_without_queries)

    def send(self, request: Request) -> Answer:
        """Send one request, once.

        Args:
            request: What to ask. The answer to a secret one is given as it is, and
                must not be kept.

        Returns:
            The answer, whatever its status.

        Raises:
            TransientApiError: There was no answer.
        """
        try:
            response = self._sent(request)
        except (exceptions.HTTPError, requests.RequestException, ValueError) as error:
            told = self._told(request, error)
            # What urllib3 says of its failures names the query.
            raise TransientApiError(told) from (None if request.is_secret else error)
        body = response.data.decode("utf-8", "replace")
        return Answer(
            request=request.describe(),
            status=response.status,
            headers={
                name: value
                for name in _KEPT_HEADERS
                if (value := response.headers.get(name)) is not None
            },
            body=SecretText(body) if request.is_secret else redact(body, request.token),
            observed_at=self._clock(),
        )

    def close(self) -> None:
        """Close the connections of all threads."""
        self._routes.close()

    def _sent(self, request: Request) -> urllib3.BaseHTTPResponse:
        parts = urlsplit(request.url)
        route = self._routes.to(f"{parts.scheme}://{parts.netloc}")
        target = parts.path or "/"
        query = urlencode(request.params | request.secret_params)
        if parts.query or query:
            target = f"{target}?{'&'.join(filter(None, (parts.query, query)))}"
        headers = self._headers
        if request.token:
            headers = headers | {"Authorization": f"Bearer {request.token}"}
        body = None
        if request.json is not None:
            body = json.dumps(request.json, allow_nan=False).encode()
            headers = headers | {"Content-Type": "application/json"}
        elif request.form is not None:
            body = urlencode(request.form).encode()
            headers = headers | {"Content-Type": "application/x-www-form-urlencoded"}
        return route.pool.urlopen(
            request.method,
            route.before_path + target,
            body,
            headers,
            retries=_ASKED_ONCE,
            # An API that redirects has moved; its token must not follow.
            redirect=False,
            assert_same_host=False,
            timeout=self._waiting,
        )

    def _told(self, request: Request, error: Exception) -> str:
        """Tell in words without secrets why there was no answer."""
        is_late = isinstance(error, exceptions.TimeoutError)
        if is_late and not isinstance(error, exceptions.NewConnectionError):
            return f"no answer in {self._timeouts.read:g} s from {request.url}"
        return f"no connection to {request.url}: {_kind(error)}"


def _kind(error: Exception) -> str:
    """Name what was wrong as requests does."""
    if isinstance(error, exceptions.SSLError):
        return "SSLError"
    if isinstance(error, exceptions.ProxyError):
        return "ProxyError"
    if isinstance(error, exceptions.DecodeError):
        return "ContentDecodingError"
    if isinstance(error, exceptions.LocationValueError):
        return "InvalidURL"
    if isinstance(error, exceptions.HTTPError):
        return "ConnectionError"
    return type(error).__name__


def _without_queries(record: logging.LogRecord) -> bool:
    """Take the queries out of what urllib3 logs of each request; some hold secrets."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            _QUERY.sub("?…", arg) if isinstance(arg, str) else arg
            for arg in record.args
        )
    return True


class SecretText(str):
    """A payload that holds secrets; it is not shown where it is only looked at."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Tell that there is something, not what."""
        return repr(_REDACTED)


def redact(body: str, token: str | None) -> str:
    """Return a payload without access tokens.

    Meta puts the asker's token into the `paging.next` address of its answers.

    Args:
        body: As received.
        token: The token that was sent.

    Returns:
        The payload, each token replaced by `REDACTED`.

    Examples:
        >>> redact('{"next":"https://x/?access_token=EAAB12&limit=5"}', None)
        '{"next":"https://x/?access_token=REDACTED&limit=5"}'
    """
    for spelling in _spellings(token) if token else ():
        body = body.replace(spelling, _REDACTED)
    if "_token" in body:
        body = _TOKEN_IN_ADDRESS.sub(rf"\g<1>{_REDACTED}", body)
        body = _TOKEN_IN_OBJECT.sub(rf"\g<1>{_REDACTED}", body)
    return body


def _spellings(token: str) -> tuple[str, ...]:
    """Return a token as it stands in JSON, in an address, and last as it is."""
    escaped = json.dumps(token)[1:-1]
    return escaped.replace("/", "\\/"), escaped, quote(token, safe=""), token
