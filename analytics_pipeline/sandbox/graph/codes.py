"""The codes Meta's consent page sends back: bound, short-lived, good for once."""

import re
from datetime import datetime
from typing import Final

from analytics_pipeline.sandbox.graph.errors import CodeError
from analytics_pipeline.sandbox.graph.tokens import MetaGrant, read_grant
from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.population.dice import mac

CODE_SECONDS: Final = 600

_FORM = re.compile(
    r"AQ(\d{1,7})x(\d{1,11})c(\d{1,11})s([0-9a-f]{1,4})p(\d{1,3})"
    r"r([0-9a-f]{24})x([0-9a-f]{24})"
)


class LoginCodes:
    """The codes of one world; only which are used up is remembered."""

    def __init__(self, secret: str) -> None:
        """Sign codes.

        Args:
            secret: The key.
        """
        self._secret = f"{secret}/code"
        self._used: set[str] = set()

    def issue(self, grant: MetaGrant, redirect_uri: str, now: datetime) -> str:
        """Give a code for a grant, to be used with the same ``redirect_uri``."""
        claim = (
            f"{grant.owner}x{as_instant(now) + CODE_SECONDS}{grant.as_text()}"
            f"r{mac(self._secret, redirect_uri)}"
        )
        return f"AQ{claim}x{mac(self._secret, claim)}"

    def take(self, code: str, redirect_uri: str, now: datetime) -> MetaGrant:
        """Use up a code.

        Args:
            code: What the consent page sent back.
            redirect_uri: What the consent page was asked with, byte for byte.
            now: The sandbox's time.

        Returns:
            What was granted.

        Raises:
            CodeError: The code is no code, used up, expired, or was asked for
                with another ``redirect_uri``.
        """
        match = _FORM.fullmatch(code)
        if match is None:
            raise CodeError(_MALFORMED)
        owner, expires, consented, scopes, pages, digest, signature = match.groups()
        claim = f"{owner}x{expires}c{consented}s{scopes}p{pages}r{digest}"
        if mac(self._secret, claim) != signature:
            raise CodeError(_MALFORMED)
        if code in self._used:
            raise CodeError(_USED, 36009)
        if as_instant(now) >= int(expires):
            raise CodeError(_EXPIRED, 36007)
        if mac(self._secret, redirect_uri) != digest:
            raise CodeError(_OTHER_REDIRECT, 36008)
        self._used.add(code)
        return read_grant(owner, consented, scopes, pages)


_MALFORMED = "Invalid verification code format."
_USED = "This authorization code has been used."
_EXPIRED = "This authorization code has expired."
_OTHER_REDIRECT = (
    "Error validating verification code. Please make sure your redirect_uri is "
    "identical to the one you used in the OAuth dialog request"
)
