"""Reading an answer's body as the JSON object that every API here promises."""

import json
from typing import Any

from analytics_pipeline.clients.errors import TransientApiError
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Answer

JsonObject = dict[str, Any]


def read_json(answer: Answer) -> Any:  # noqa: ANN401 - whatever JSON it is
    """Return an answer's JSON.

    Args:
        answer: As received.

    Returns:
        What it holds.

    Raises:
        TransientApiError: It is no JSON: a page of a proxy, or cut off on the way.
    """
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        kind = answer.headers.get("content-type", "no content type")
        msg = (
            f"HTTP {answer.status} with {len(answer.body)} characters of {kind} that "
            "are no JSON"
        )
        raise TransientApiError(msg, Reason.BAD_ANSWER) from error


def read_object(answer: Answer) -> JsonObject:
    """Return an answer's JSON object.

    Args:
        answer: As received.

    Returns:
        The object.

    Raises:
        TransientApiError: It is no JSON, or JSON of another kind.
    """
    parsed = read_json(answer)
    if not isinstance(parsed, dict):
        msg = f"HTTP {answer.status} with a JSON {type(parsed).__name__}, not an object"
        raise TransientApiError(msg, Reason.BAD_ANSWER)
    return parsed
