"""``business_discovery``: what the agency's token sees of other accounts."""

import re

from analytics_pipeline.sandbox.graph.call import BASIC, INSIGHTS, GraphCall
from analytics_pipeline.sandbox.graph.errors import (
    GraphError,
    NoPermissionError,
    NotDiscoverableError,
    ParameterError,
)
from analytics_pipeline.sandbox.graph.fields import Field
from analytics_pipeline.sandbox.graph.users import render_user, view_user
from analytics_pipeline.sandbox.population.records import AGENCY, Trait

_HANDLE = re.compile(r"[a-z0-9._]{1,30}")
_LIVE_MEDIA_CODE = 36104


def discover(call: GraphCall, asker: int, field: Field) -> dict[str, object]:
    """Answer a ``business_discovery`` field.

    Args:
        call: The call that asks.
        asker: The account in the path; only the agency's own may ask.
        field: The field with its ``username`` and what is asked of the target.

    Returns:
        The target's account, with only what is public of it.

    Raises:
        NoPermissionError: The token is not the agency's.
        ParameterError: No name was given.
        NotDiscoverableError: Nobody can be discovered by this name.
    """
    if call.token.owner != AGENCY or not call.owns(asker):
        raise NoPermissionError
    call.require_scope(BASIC, INSIGHTS)
    handle = field.modifiers.get("username", "").lower()
    if not handle:
        message = "The parameter username is required"
        raise ParameterError(message)
    for inner in field.inner:
        _refuse_private_edge(inner.name)
    account = call.world.find_handle(handle, call.now) if _is_handle(handle) else None
    if account is None or Trait.PERSONAL in call.world.creator(account).traits:
        raise NotDiscoverableError
    return render_user(view_user(call, account, inside=False), field.inner)


def _is_handle(text: str) -> bool:
    return _HANDLE.fullmatch(text) is not None


def _refuse_private_edge(name: str) -> None:
    if name in {"stories", "insights"}:
        raise NoPermissionError
    if name == "live_media":
        message = f"(#{_LIVE_MEDIA_CODE}) Live media of other accounts cannot be read"
        raise GraphError(_LIVE_MEDIA_CODE, message)
