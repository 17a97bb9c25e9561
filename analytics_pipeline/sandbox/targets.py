"""Finds out what a request is about: which API, which endpoint, whose account.

Faults and call counts go by this. It looks at the address and the tokens only and
never refuses anything; that is the APIs' business.
"""

import re
from typing import Final

from starlette.requests import Request

from analytics_pipeline.sandbox.calls import Target
from analytics_pipeline.sandbox.graph.routes import bearer
from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.state import SandboxState
from analytics_pipeline.sandbox.tiktok.oauth import read_form

CREATORS_APP, INSTAGRAM, TIKTOK = "creators_app", "instagram", "tiktok"

_DISCOVERED = re.compile(r"business_discovery\.username\(([^()]*)\)")
_TOKEN_ENDPOINTS: Final = frozenset({"oauth/access_token", "debug_token"})
_EDGES: Final = frozenset(
    {"media", "stories", "insights", "accounts", "subscribed_apps"}
)


def creators_app_target(endpoint: str) -> Target:
    """Say what a request to the Creators app is about."""
    return Target(CREATORS_APP, endpoint)


def tiktok_target(
    state: SandboxState, request: Request, endpoint: str, body: bytes
) -> Target:
    """Say whose TikTok account a request is about.

    Args:
        state: The sandbox.
        request: The request.
        endpoint: Its endpoint.
        body: Its body; at the token endpoint it names the account.

    Returns:
        The target; without an account when the token is not one of ours.
    """
    text = request.headers.get("authorization", "").partition(" ")[2].strip()
    if endpoint.startswith("oauth/"):
        form = read_form(body)
        text = form.get("refresh_token") or form.get("code") or form.get("token", "")
    token = state.tiktok_tokens.read(text)
    if token is None:
        return Target(TIKTOK, endpoint)
    world = state.world
    return Target(
        TIKTOK,
        endpoint,
        world.identities.open_id(token.account),
        world.creator(token.account).tiktok_username,
    )


def graph_target(state: SandboxState, request: Request, path: str) -> Target:
    """Say which Instagram account a Graph API request is about.

    Args:
        state: The sandbox.
        request: The request.
        path: Its path below ``/graph/``, with the version.

    Returns:
        The target; its handle is the one asked for, if a handle was asked for.
    """
    parts = [part for part in path.split("/") if part][1:]
    rest = "/".join(parts)
    if rest in _TOKEN_ENDPOINTS or not parts:
        return Target(INSTAGRAM, rest or "unknown")
    found = _DISCOVERED.search(request.query_params.get("fields", ""))
    if found is not None:
        return _discovered(state, found[1].strip().lower())
    endpoint = parts[1] if len(parts) > 1 else ""
    if endpoint and endpoint not in _EDGES:
        return Target(INSTAGRAM, "unknown")
    return _of_node(state, request, parts[0], endpoint)


def _discovered(state: SandboxState, handle: str) -> Target:
    world = state.world
    account = world.find_handle(handle, state.clock.now())
    account_id = "" if account is None else world.identities.instagram_id(account)
    return Target(INSTAGRAM, "business_discovery", account_id, handle)


def _of_node(state: SandboxState, request: Request, node: str, endpoint: str) -> Target:
    identities = state.world.identities
    account = identities.instagram_account(node)
    name = "profile"
    if account is None and (owner := state.world.media_owner(node)) is not None:
        account, name = owner, "media_item"
    if account is None and (page := identities.page_owner(node)) is not None:
        account, name = page[0], "page"
    if account is None:
        name = "user"
        token = state.meta_tokens.read(bearer(request, request.query_params))
        if token is not None and state.world.people.exists(token.owner):
            account = token.owner
    if account is None or not state.world.people.has("instagram", account):
        return Target(INSTAGRAM, endpoint or name)
    now = as_instant(state.clock.now())
    if name == "profile" and endpoint == "insights":
        endpoint = "account_insights"
    return Target(
        INSTAGRAM,
        endpoint or name,
        identities.instagram_id(account),
        state.world.people.handle(account, now),
    )
