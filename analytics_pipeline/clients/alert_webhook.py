"""Posting alerts to an address of the operator's, which is itself a secret."""

import logging
from urllib.parse import urlsplit

import requests

from analytics_pipeline.clients.transport import Timeouts

_TIMEOUTS = Timeouts(connect=5.0, read=10.0)
_HTTP_LOG = logging.getLogger("urllib3.connectionpool")


class AlertNotPostedError(Exception):
    """An alert could not be posted; the message never names the address."""


class AlertWebhook:
    """Posts JSON.

    Args:
        address: Where to. Who knows it can write there, so it is never told.
        timeouts: For one post.
    """

    def __init__(self, address: str, timeouts: Timeouts = _TIMEOUTS) -> None:
        self._address = address
        self._timeouts = timeouts

    def post(self, message: dict[str, object]) -> None:
        """Post a message, once.

        Args:
            message: What to post.

        Raises:
            AlertNotPostedError: It was not accepted.
        """
        problem = self._problem(message)
        # Raised here: what requests raises names the address, and would hang on it.
        if problem is not None:
            raise AlertNotPostedError(problem)

    def _problem(self, message: dict[str, object]) -> str | None:
        quiet = _HidePath(urlsplit(self._address).path)
        _HTTP_LOG.addFilter(quiet)
        try:
            answer = requests.post(
                self._address,
                json=message,
                timeout=(self._timeouts.connect, self._timeouts.read),
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError) as error:
            return f"no answer ({type(error).__name__})"
        finally:
            _HTTP_LOG.removeFilter(quiet)
        if answer.status_code not in range(200, 300):
            return f"HTTP {answer.status_code}"
        return None


class _HidePath(logging.Filter):
    """Takes the secret part of the address out of what urllib3 logs."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a record that names the path; let every record pass."""
        if isinstance(record.args, tuple) and self._path.strip("/"):
            record.args = tuple(
                "/…" if isinstance(arg, str) and arg.startswith(self._path) else arg
                for arg in record.args
            )
        return True
