"""Facebook Pages and the people who run them: ``/me``, ``/accounts``, Page nodes.

A Page's ``username`` is not the Instagram handle, and not every Page has an
Instagram account: both have misled collectors before.
"""

from typing import Final

from analytics_pipeline.sandbox.graph.call import GraphCall, read_limit
from analytics_pipeline.sandbox.graph.errors import (
    GoneError,
    UnknownFieldError,
)
from analytics_pipeline.sandbox.graph.fields import Field, parse_fields
from analytics_pipeline.sandbox.graph.paging import (
    cursor_secret,
    read_cursor,
    write_cursor,
)
from analytics_pipeline.sandbox.graph.users import render_user, view_user
from analytics_pipeline.sandbox.population.records import AGENCY, AGENCY_SECOND_BRAND

_DEFAULT_FIELDS: Final = "access_token,name,id"
_AGENCY_PAGES: Final = ("Lumen Careers", "Atelier Lumen", "Lumen Studio")
_AGENCY_ACCOUNTS: Final = (None, AGENCY, AGENCY_SECOND_BRAND)


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
    pages = call.world.identities.pages(owner)
    start = 0
    after = call.params.get("after")
    if after is not None:
        start = pages.index(read_cursor(secret, scope, after)) + 1
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
    found = call.world.identities.page_owner(page_id)
    if found is None or found[0] != call.token.owner:
        raise GoneError(page_id)
    owner, number = found
    account = _AGENCY_ACCOUNTS[number] if owner == AGENCY else owner
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


def _page_values(
    call: GraphCall, page_id: str, owner: int, number: int
) -> dict[str, object]:
    person = call.world.creator(owner)
    name = _AGENCY_PAGES[number] if owner == AGENCY else f"{person.name} (Page)"
    return {
        "id": page_id,
        "name": name,
        "username": f"page.{number}.{person.handle}",
        "access_token": call.state.meta_tokens.page(owner),
        "tasks": ["ANALYZE", "MANAGE"],
        "category": "Product/service" if owner == AGENCY else "Digital creator",
    }
