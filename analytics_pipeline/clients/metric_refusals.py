"""Reading the Graph API's answers about insights: which metric an error is about.

One unfit metric voids the whole answer, so an error is read for the names of the
metrics to be left out. Only here does the English `message` decide: of code 10, which
stands for two different things, and of code 100, which names what it does not like.

Source: docs/sources/instagram.md (Insights), facts of Graph API v19 to v26.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from analytics_pipeline.clients.errors import (
    ApiError,
    ItemUnavailable,
    PermanentApiError,
    TooMuchDataError,
    TransientApiError,
)
from analytics_pipeline.clients.graph_errors import understand
from analytics_pipeline.clients.json_answer import JsonObject
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Answer

_BEFORE_CONVERSION = (100, 2108006)
_NOT_SHARED_TO_FACEBOOK = (-1, 2207086)
_PERMISSION_CODE = 10
_WRONG_REQUEST = 100
_BY_INDEX = re.compile(r"metric\[(\d+)\] must be one of the following values")
_BY_NAME = re.compile(
    r"does not support the (?P<listed>.+?) metrics?\b"
    r"|(?P<before>.*)(should be specified with parameter metric_type"
    r"|incompatible with the metric type)",
    re.DOTALL,
)
_ABOUT_THE_WINDOW = re.compile(r"only supports querying data|cannot be more than")
_WORD = re.compile(r"\w+")


class MetricsRefusedError(PermanentApiError):
    """Some metrics are not offered; the others can be asked for.

    Args:
        message: What the platform said.
        metrics: Those it named; never none.
    """

    def __init__(self, message: str, metrics: Sequence[str]) -> None:
        super().__init__(message)
        self.metrics = tuple(metrics)


class UnnamedRefusalError(PermanentApiError):
    """Something in the request is not offered, and the answer does not say what."""


class TooFewViewers(ItemUnavailable):
    """Fewer than five people saw it, so nothing is told of it yet."""


class BeforeConversion(ItemUnavailable):
    """It is from before the account became a professional one; that never changes."""


def understand_insights(answer: Answer, asked: Sequence[str]) -> JsonObject:
    """Return the object of an answer about insights.

    Args:
        answer: As received.
        asked: The metrics in the request, in its order.

    Returns:
        The object; its `data` is a list, empty where there is nothing to tell.

    Raises:
        MetricsRefusedError: Some of the metrics are to be left out.
        UnnamedRefusalError: The same, but none is named.
        TooFewViewers: Of a story.
        BeforeConversion: Of a post or a day.
        TransientApiError: The answer is none that could be used.
    """
    try:
        parsed = understand(answer)
    except TooMuchDataError as error:
        # There is no asking for less of one post.
        raise TransientApiError(str(error)) from error
    except (PermanentApiError, ItemUnavailable) as error:
        _raise_told_apart(answer, asked, error)
    if not isinstance(parsed.get("data"), list):
        msg = "the answer holds no list of metrics"
        raise TransientApiError(msg, Reason.BAD_ANSWER)
    return parsed


def named_metrics(message: str, asked: Sequence[str]) -> list[str]:
    """Return the metrics that a refusal names, by name or by their place.

    Args:
        message: The error's English message.
        asked: The metrics in the request, in its order.

    Returns:
        Those of them that are refused; empty where the message tells of none.

    Examples:
        >>> named_metrics(
        ...     "The Media Insights API does not support the follows, profile_visits "
        ...     "metric for this media product type.",
        ...     ["reach", "follows", "profile_visits"],
        ... )
        ['follows', 'profile_visits']
        >>> named_metrics(
        ...     "metric[1] must be one of the following values: reach",
        ...     ["reach", "plays"],
        ... )
        ['plays']
    """
    by_index = [int(found) for found in _BY_INDEX.findall(message)]
    if by_index:
        return [name for place, name in enumerate(asked) if place in by_index]
    found = _BY_NAME.search(message)
    if found is None:
        return []
    words = set(_WORD.findall(found["listed"] or found["before"] or ""))
    return [name for name in asked if name in words]


def _raise_told_apart(
    answer: Answer, asked: Sequence[str], error: ApiError
) -> NoReturn:
    """Raise what an error means, where codes alone do not tell."""
    raise _told_apart(answer, asked, error) from error


def _told_apart(answer: Answer, asked: Sequence[str], error: ApiError) -> ApiError:
    """Return what an error means, where codes alone do not tell."""
    fields = _error_fields(answer)
    code, subcode = fields.get("code"), fields.get("error_subcode")
    message = str(fields.get("message", ""))
    if (code, subcode) == _BEFORE_CONVERSION:
        return BeforeConversion(str(error))
    if code == _PERMISSION_CODE and "not enough viewers" in message.lower():
        return TooFewViewers(str(error))
    if (code, subcode) == _NOT_SHARED_TO_FACEBOOK:
        return UnnamedRefusalError(str(error))
    is_about_metrics = code == _WRONG_REQUEST and not _ABOUT_THE_WINDOW.search(message)
    if not is_about_metrics or isinstance(error, ItemUnavailable):
        return error
    if "missing permission" in message.lower():
        return PermanentApiError(str(error), Reason.PERMISSION_MISSING)
    named = named_metrics(message, asked)
    return (
        MetricsRefusedError(str(error), named)
        if named
        else UnnamedRefusalError(str(error))
    )


def _error_fields(answer: Answer) -> dict[str, Any]:
    """Return the error object; the exception's own text may be cut short."""
    error = json.loads(answer.body).get("error")
    return error if isinstance(error, dict) else {}
