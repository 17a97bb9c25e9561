"""The Creators app's list of creators without those who asked to be forgotten.

The agency's app goes on delivering them. Their number is the agency's own and stays;
whatever else is told of them is not kept.
"""

import json
import re
from collections.abc import Collection
from typing import Any

_EMAIL = re.compile(r"[^\s\"'<>@:,]+@[^\s\"'<>@,]+")


def without_creators(entries: object, creator_ids: Collection[str]) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON value in which erased creators are numbers only.

    Args:
        entries: As the app delivers its list, or the answer that holds it.
        creator_ids: Whose details go.

    Returns:
        The same, each object with the id of such a creator reduced to that id.
    """
    if isinstance(entries, list):
        return [without_creators(entry, creator_ids) for entry in entries]
    if not isinstance(entries, dict):
        return entries
    if str(entries.get("id")) in creator_ids:
        return {"id": entries["id"]}
    rest = {
        name: without_creators(value, creator_ids) for name, value in entries.items()
    }
    # Hardly anybody is erased: what stays as it is needs no room a second time.
    return entries if rest == entries else rest


def body_without_creators(body: str, creator_ids: Collection[str]) -> str:
    """Return an answer's body in which erased creators are numbers only.

    Args:
        body: As received.
        creator_ids: Whose details go.

    Returns:
        The body; unchanged when none of them is in it. Of a body that is no JSON, all
        that looks like an address of e-mail goes: nobody can tell whose it is.
    """
    if not creator_ids:
        return body
    try:
        parsed = json.loads(body)
        rest = without_creators(parsed, creator_ids)
    except (ValueError, RecursionError):
        return _EMAIL.sub("erased", body)
    return body if rest == parsed else json.dumps(rest, ensure_ascii=False)
