"""How requests to the control addresses are read, and refused in plain words."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from analytics_pipeline.sandbox.state import SandboxState


class ControlError(Exception):
    """A control request that makes no sense; the text says why."""


Endpoint = Callable[[Request], Awaitable[Response]]


def refusing(endpoint: Endpoint) -> Endpoint:
    """Turn complaints into HTTP 400."""

    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except (ControlError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return guarded


async def read_object(request: Request) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        request: The request.

    Returns:
        What stands in its body.

    Raises:
        ControlError: The body is something else.
    """
    try:
        value = json.loads(await request.body())
    except ValueError as error:
        message = "the body must be JSON"
        raise ControlError(message) from error
    if not isinstance(value, dict):
        message = "the body must be a JSON object"
        raise ControlError(message)
    return value


def read_keys(wanted: dict[str, Any], **kinds: type) -> None:
    """Check that an object holds these keys only, each of its kind or null.

    Args:
        wanted: The object.
        **kinds: The kind of each key; ``object`` for any.

    Raises:
        ControlError: A key is not known, or of another kind.
    """
    for key, value in wanted.items():
        if key not in kinds:
            message = f"{key!r} is none of {sorted(kinds)}"
            raise ControlError(message)
        wanted_kind = kinds[key]
        if value is None or wanted_kind is object:
            continue
        if type(value) is not wanted_kind:
            message = f"{key} must be {wanted_kind.__name__}, not {value!r}"
            raise ControlError(message)


def find_creator(state: SandboxState, creator_id: object) -> int:
    """Give the number of a creator.

    Args:
        state: The sandbox.
        creator_id: The Creators app's id, as a number or as text.

    Returns:
        The creator's position in the world.

    Raises:
        ControlError: There is no such creator.
    """
    text = str(creator_id)
    known = state.world.people
    decimal = text.isascii() and text.isdecimal()
    index = known.index_of(int(text)) if decimal else None
    if index is None:
        message = f"creator_id must be the id of a creator, not {creator_id!r}"
        raise ControlError(message)
    return index
