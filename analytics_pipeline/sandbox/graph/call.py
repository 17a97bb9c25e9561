"""One authenticated call to the Graph API, as its handlers see it.

Knows whose token asks and what it may see; which path leads to which handler is
decided in ``routes``.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from starlette.datastructures import URL, QueryParams

from analytics_pipeline.sandbox.graph.errors import (
    GoneError,
    NoPermissionError,
    ParameterError,
)
from analytics_pipeline.sandbox.graph.tokens import MetaToken
from analytics_pipeline.sandbox.state import SandboxState
from analytics_pipeline.sandbox.world import World

BASIC: Final = "instagram_basic"
INSIGHTS: Final = "instagram_manage_insights"
DEFAULT_LIMIT = 25
MOST_LIMIT = 100
_LONGEST_NUMBER = 12


@dataclass(slots=True)
class GraphCall:
    """A request with its token already checked.

    Attributes:
        state: The sandbox.
        url: The address asked for.
        params: Its query.
        token: What the token says.
        token_text: The token itself, for the address of a next page.
        now: The sandbox's time, the same for the whole answer.
        method: How it was asked.
        repeat_cursor: A fault: never let a walk end.
        headers: Headers to add to the answer.
    """

    state: SandboxState
    url: URL
    params: QueryParams
    token: MetaToken
    token_text: str
    now: datetime
    method: str = "GET"
    repeat_cursor: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The world asked about."""
        return self.state.world

    def owns(self, account: int) -> bool:
        """Tell whether the token may see an Instagram account from inside."""
        grant = self.token.grant
        if account == grant.owner and not grant.consented:
            return True
        behind = self.world.identities.behind_pages(grant.owner)
        return any(
            number in grant.pages and linked == account
            for number, linked in enumerate(behind)
        )

    def allows(self, scope: str) -> bool:
        """Tell whether the token's owner granted a scope and left it granted."""
        return scope in self.state.meta_tokens.scopes(self.token.grant)

    def require_scope(self, *scopes: str) -> None:
        """Refuse a token without all of these scopes.

        Args:
            *scopes: What the answer takes.

        Raises:
            NoPermissionError: One of them was not granted, or taken back.
        """
        if not all(self.allows(scope) for scope in scopes):
            raise NoPermissionError

    def require_owner(self, account: int, node_id: str) -> None:
        """Refuse a token that does not belong to the account.

        Args:
            account: The account concerned.
            node_id: The id asked for, to be named in the refusal.

        Raises:
            GoneError: The account is another's.
        """
        if not self.owns(account):
            raise GoneError(node_id)


def read_limit(text: str | None) -> int:
    """Read a page size; too large a one is cut, as the platform does.

    Args:
        text: The value of ``limit``, or None.

    Returns:
        From 1 to 100.

    Raises:
        ParameterError: It is not a positive number.
    """
    if text is None:
        return DEFAULT_LIMIT
    short = len(text) <= _LONGEST_NUMBER and text.isascii()
    if not (short and text.isdecimal() and int(text)):
        message = "Param limit must be a positive integer"
        raise ParameterError(message)
    return min(int(text), MOST_LIMIT)
