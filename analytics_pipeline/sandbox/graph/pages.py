"""Facebook Pages and the people who run them: ``/me``, ``/accounts``, Page nodes.

A Page's ``username`` is not the Instagram handle, and not every Page has an
Instagram account: both have misled collectors before.
"""

from typing import Final

from analytics_pipeline.sandbox.graph.call import GraphCall, read_limit
from analytics_pipeline.sandbox.graph.errors import (
    CursorError,
    GoneError,
    GraphError,
    PageTokenError,
    ParameterError,
    UnknownFieldError,
)
from analytics_pipeline.sandbox.graph.fields import Field, parse_fields
from analytics_pipeline.sandbox.graph.paging import (
    cursor_secret,
    read_cursor,
    write_cursor,
)
from analytics_pipeline.sandbox.graph.tokens import TokenKind
from analytics_pipeline.sandbox.graph.users import render_user, view_user
from analytics_pipeline.sandbox.population.records import AGENCY, Person

_DEFAULT_FIELDS: Final = "access_token,name,id"
_AGENCY_PAGES: Final = ("Lumen Careers", "Atelier Lumen", "Lumen Studio")


def read_user(call: GraphCall, owner: int) -> dict[str, object]:
    """Answer a Facebook user node: only ``id`` and ``name`` are served."""
    values: dict[str, object] = {
        "id": call.world.identities.user_id(owner),
        "name": call.world.creator(owner).name,
    }
    answer = {}
    for field in parse_fields(call.params.get("fields", "id,name")):
        if field.name not in values:
            raise UnknownFieldError(field.name, "node type (User)")
        answer[field.name] = values[field.name]
    answer.setdefault("id", values["id"])
    return answer


def list_pages(call: GraphCall, owner: int) -> dict[str, object]:
    """Answer ``/accounts``: the Pages of a user, page by page.

    Args:
        call: The call that asks.
        owner: The user whose Pages are listed.

    Returns:
        ``data`` and ``paging``; the last page has cursors, but no ``next``.
    """
    limit = read_limit(call.params.get("limit"))
    fields = parse_fields(call.params.get("fields") or _DEFAULT_FIELDS)
    secret, scope = cursor_secret(call), f"accounts/{owner}"
    pages = _granted(call, owner)
    start = 0
    after = call.params.get("after")
    if after is not None:
        start = _position(pages, read_cursor(secret, scope, after)) + 1
    chosen = pages[start : start + limit]
    data = [render_page(call, page_id, fields) for page_id in chosen]
    if not chosen:
        return {"data": data}
    ends = [write_cursor(secret, scope, page_id) for page_id in (chosen[0], chosen[-1])]
    paging: dict[str, object] = {"cursors": {"before": ends[0], "after": ends[1]}}
    if start + limit < len(pages):
        url = call.url.remove_query_params(["before"])
        url = url.include_query_params(access_token=call.token_text, after=ends[1])
        paging["next"] = str(url)
    return {"data": data, "paging": paging}


def _granted(call: GraphCall, owner: int) -> list[str]:
    """List the Pages a person left ticked; none at all without the scope for it."""
    if not call.allows("pages_show_list"):
        return []
    pages = call.world.identities.pages(owner)
    return [page for n, page in enumerate(pages) if n in call.token.grant.pages]


def _position(pages: list[str], page_id: str) -> int:
    """Find a cursor's Page; it may be one that is not granted any more."""
    if page_id not in pages:
        raise CursorError
    return pages.index(page_id)


def subscribe_page(call: GraphCall, page_id: str) -> dict[str, object]:
    """Answer ``/{page-id}/subscribed_apps``: Meta shall push what happens there.

    Args:
        call: The call that asks; it must bring the Page's own token.
        page_id: The Page.

    Returns:
        For a POST ``{"success": true}``; for a GET the list of subscribed apps.

    Raises:
        PageTokenError: The token is a person's.
        GraphError: The scope for it was not granted (200).
        ParameterError: No field was named.
    """
    _require_page(call, page_id)
    if call.token.kind is not TokenKind.PAGE:
        raise PageTokenError
    if not call.allows("pages_manage_metadata"):
        message = "(#200) Requires pages_manage_metadata permission to manage the page"
        raise GraphError(200, message, status=403)
    subscribed = call.state.subscriptions
    if call.method == "POST":
        fields = call.params.get("subscribed_fields", "")
        names = [name.strip() for name in fields.split(",") if name.strip()]
        if not names:
            message = "Param subscribed_fields must be an array"
            raise ParameterError(message)
        subscribed[page_id] = names
        return {"success": True}
    app = {"id": call.world.config.meta_app_id, "name": "Sandbox"}
    fields_of = subscribed.get(page_id)
    return {"data": [{**app, "subscribed_fields": fields_of}] if fields_of else []}


def read_page(call: GraphCall, page_id: str) -> dict[str, object]:
    """Answer a Page node."""
    return render_page(call, page_id, parse_fields(call.params.get("fields", "")))


def render_page(
    call: GraphCall, page_id: str, fields: tuple[Field, ...]
) -> dict[str, object]:
    """Give a Page as a JSON object.

    Args:
        call: The call that asks.
        page_id: The Page.
        fields: What was asked for; nothing means only the id.

    Returns:
        Only keys that have a value; ``id`` is always there.

    Raises:
        GoneError: The Page is not the token owner's.
        UnknownFieldError: A field does not exist.
    """
    owner, number = _require_page(call, page_id)
    account = call.world.identities.behind_pages(owner)[number]
    if not call.allows("instagram_basic"):
        account = None
    values = _page_values(call, page_id, owner, number)
    answer: dict[str, object] = {}
    for field in fields:
        linked = field.name in {
            "instagram_business_account",
            "connected_instagram_account",
        }
        if linked and account is not None:
            user = view_user(call, account, inside=True)
            answer[field.name] = render_user(user, field.inner)
        elif field.name in values:
            answer[field.name] = values[field.name]
        elif not linked:
            raise UnknownFieldError(field.name, "node type (Page)")
    answer.setdefault("id", page_id)
    return answer


def _require_page(call: GraphCall, page_id: str) -> tuple[int, int]:
    """Give the owner and number of a Page the token was granted."""
    found = call.world.identities.page_owner(page_id)
    if found is None or found[0] != call.token.owner:
        raise GoneError(page_id)
    if found[1] not in call.token.grant.pages:
        raise GoneError(page_id)
    return found


def page_name(person: Person, number: int) -> str:
    """Give the name of a person's Page with this number."""
    if person.index == AGENCY:
        return _AGENCY_PAGES[number]
    return f"{person.name} (Page{f' {number + 1}' if number else ''})"


def _page_values(
    call: GraphCall, page_id: str, owner: int, number: int
) -> dict[str, object]:
    person = call.world.creator(owner)
    return {
        "id": page_id,
        "name": page_name(person, number),
        "username": f"page.{number}.{person.handle}",
        "access_token": call.state.meta_tokens.page(call.token.grant, number),
        "tasks": ["ANALYZE", "MANAGE"],
        "category": "Product/service" if owner == AGENCY else "Digital creator",
    }
