"""Instagram account and media nodes, and their edges."""

from typing import Final

from analytics_pipeline.sandbox.graph.call import BASIC, INSIGHTS, GraphCall, read_limit
from analytics_pipeline.sandbox.graph.discovery import discover
from analytics_pipeline.sandbox.graph.errors import GoneError
from analytics_pipeline.sandbox.graph.fields import parse_fields
from analytics_pipeline.sandbox.graph.insights import media_insights
from analytics_pipeline.sandbox.graph.media import render_media
from analytics_pipeline.sandbox.graph.paging import (
    PageRequest,
    edge_paging,
    page_of_posts,
)
from analytics_pipeline.sandbox.graph.times import read_time
from analytics_pipeline.sandbox.graph.users import render_user, view_media, view_user
from analytics_pipeline.sandbox.population.records import Post

DISCOVERY: Final = "business_discovery"


def read_account(call: GraphCall, account: int, node_id: str) -> dict[str, object]:
    """Answer an Instagram account node, with ``business_discovery`` if asked for."""
    call.require_owner(account, node_id)
    call.require_scope(BASIC)
    fields = parse_fields(call.params.get("fields", ""))
    plain = tuple(field for field in fields if field.name != DISCOVERY)
    discovered = {
        field.name: discover(call, account, field)
        for field in fields
        if field.name == DISCOVERY
    }
    own = render_user(view_user(call, account, inside=True), plain)
    return {**discovered, **own}


def list_media(call: GraphCall, account: int, node_id: str) -> dict[str, object]:
    """Answer ``/{ig-user-id}/media`` of the token owner's account."""
    call.require_owner(account, node_id)
    call.require_scope(BASIC)
    params = call.params
    fields = parse_fields(params.get("fields", ""))
    wanted = PageRequest(
        limit=read_limit(params.get("limit")),
        after=params.get("after"),
        before=params.get("before"),
        since=read_time(params.get("since")),
        until=read_time(params.get("until")),
    )
    page = page_of_posts(call, account, wanted)
    user = view_user(call, account, inside=True)
    data = [render_media(view_media(user, post), fields) for post in page.posts]
    url = call.url.include_query_params(
        access_token=call.token_text, limit=wanted.limit
    )
    return {"data": data, **edge_paging(page, url)}


def list_stories(call: GraphCall, account: int, node_id: str) -> dict[str, object]:
    """Answer ``/{ig-user-id}/stories``: what is active now, without ``paging``."""
    call.require_owner(account, node_id)
    call.require_scope(BASIC)
    fields = parse_fields(call.params.get("fields", ""))
    limit = read_limit(call.params.get("limit"))
    user = view_user(call, account, inside=True)
    stories = call.world.stories(account, call.now)[:limit]
    return {
        "data": [render_media(view_media(user, story), fields) for story in stories]
    }


def read_media(call: GraphCall, node_id: str) -> dict[str, object]:
    """Answer a media node of the token owner's account."""
    post = _own_post(call, node_id)
    user = view_user(call, post.account, inside=True)
    fields = parse_fields(call.params.get("fields", ""))
    return render_media(view_media(user, post), fields)


def read_insights(call: GraphCall, node_id: str) -> dict[str, object]:
    """Answer ``/{media-id}/insights``."""
    post = _own_post(call, node_id)
    call.require_scope(INSIGHTS)
    params = call.params
    return media_insights(call, post, params.get("metric"), params.get("breakdown"))


def _own_post(call: GraphCall, node_id: str) -> Post:
    post = call.world.find_media(node_id, call.now)
    if post is None or not call.owns(post.account):
        raise GoneError(node_id)
    call.require_scope(BASIC)
    return post
