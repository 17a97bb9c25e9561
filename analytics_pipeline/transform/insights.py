"""The Graph API's answers about insights, as numbers with the platform's names.

Source: docs/sources/instagram.md (Insights). Titles and descriptions are translated, so
only `name` tells what a number is; the order is not that of the request. Missing data
is an empty list, which is not zero.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from analytics_pipeline.schemas.findings import Finding, Rule, describe_value
from analytics_pipeline.schemas.known_fields import ObjectKind
from analytics_pipeline.schemas.metrics import MetricRecord
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.transform.drift import unknown_fields
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline.transform.values import storable

_LARGEST = 2.0**63
_NO_PERMISSION = frozenset({3, 10, *range(200, 300)})
_BEFORE_CONVERSION = (100, 2108006)

Number = tuple[float | None, Unknown | None]
"""A number, or why there is none."""


@dataclass(frozen=True, slots=True)
class InsightsRequest:
    """What a request for insights asked.

    Attributes:
        node_id: Of which post or account.
        metrics: Which metrics.
        breakdown: By what they are broken down; None for the whole.
        since: Start of the window in Unix seconds; None of a post.
        until: Its end; None of a post.
        is_series: Whether a value per day was asked for.
    """

    node_id: str
    metrics: tuple[str, ...]
    breakdown: str | None
    since: int | None
    until: int | None
    is_series: bool


def read_request(request: Mapping[str, object]) -> InsightsRequest | None:
    """Return what a request of Instagram asked, if it asked for insights.

    Args:
        request: As the landing store keeps it.

    Returns:
        None for any other request.
    """
    params = request.get("params")
    path = urlsplit(str(request.get("url", ""))).path
    node, _, edge = path.rpartition("/")
    if edge != "insights" or not isinstance(params, dict) or "metric" not in params:
        return None
    return InsightsRequest(
        node_id=node.rpartition("/")[2],
        metrics=tuple(str(params["metric"]).split(",")),
        breakdown=params.get("breakdown"),
        since=_seconds(params.get("since")),
        until=_seconds(params.get("until")),
        is_series=params.get("metric_type") == "time_series",
    )


def parse_post_insights(payload: object, request: InsightsRequest) -> ParsedAnswer:
    """Read the insights of a post or story.

    Args:
        payload: The answer's JSON.
        request: What was asked.

    Returns:
        One record per metric that was asked, or per part of it; nothing for an error
        that says nothing of the post.
    """
    parsed = ParsedAnswer()
    reason = refusal_reason(payload)
    if reason is not None:
        parsed.metrics += _unknown(request, reason)
    listed = listed_metrics(payload)
    if listed is None:
        return parsed
    parsed.findings += unknown_fields(ObjectKind.INSTAGRAM_INSIGHT, listed)
    by_name = metrics_by_name(listed)
    for metric in request.metrics:
        item = by_name.get(metric)
        if request.breakdown is not None:
            parsed.metrics += _parts(item, metric, request, parsed.findings)
            continue
        value, unknown = whole(item, request.node_id, metric, parsed.findings)
        parsed.metrics.append(MetricRecord(request.node_id, metric, value, unknown))
    return parsed


def refusal_reason(payload: object) -> Unknown | None:
    """Return why an error tells no numbers, now or ever; None for any other answer."""
    error = payload.get("error") if isinstance(payload, dict) else None
    if not isinstance(error, dict) or error.get("is_transient") is True:
        return None
    code, subcode = error.get("code"), error.get("error_subcode")
    if (code, subcode) == _BEFORE_CONVERSION:
        return Unknown.BEFORE_CONVERSION
    # One code stands for two things; of it alone the text decides.
    if code == 10 and "not enough viewers" in str(error.get("message")).lower():  # noqa: PLR2004
        return Unknown.TOO_FEW_VIEWERS
    return Unknown.NO_PERMISSION if code in _NO_PERMISSION else None


def listed_metrics(payload: object) -> list[Any] | None:
    """Return the metrics in an answer; None for an error, or what is no such answer."""
    if not isinstance(payload, dict) or "error" in payload:
        return None
    listed = payload.get("data")
    return listed if isinstance(listed, list) else None


def metrics_by_name(listed: list[Any]) -> dict[str, dict[str, Any]]:
    """Return the metrics in an answer by their names; what has none is left out."""
    return {
        item["name"]: item
        for item in listed
        if isinstance(item, dict) and isinstance(item.get("name"), str)
    }


def whole(
    item: Mapping[str, Any] | None, key: str, metric: str, findings: list[Finding]
) -> Number:
    """Return a metric's number: `values[0].value`, else `total_value.value`.

    Args:
        item: The metric in the answer; None when it is not there.
        key: Names the post or account in a finding.
        metric: The metric's name.
        findings: Where findings go.

    Returns:
        The number, or why there is none.
    """
    if item is None:
        return None, Unknown.NOT_REPORTED
    values, total = item.get("values"), item.get("total_value")
    holder = values[0] if isinstance(values, list) and values else total
    if not isinstance(holder, dict):
        return None, Unknown.NOT_REPORTED
    return read_number(holder.get("value"), key, metric, findings)


def parts(
    item: Mapping[str, Any] | None, key: str, metric: str, findings: list[Finding]
) -> Iterator[tuple[str, str, Number]]:
    """Yield a metric's parts.

    Args:
        item: The metric in the answer; None when it is not there.
        key: Names the post or account in a finding.
        metric: The metric's name.
        findings: Where findings go.

    Yields:
        By what it is broken down, which part in lower case, and the part's number.
    """
    total = item.get("total_value") if item else None
    broken_down = total.get("breakdowns") if isinstance(total, dict) else None
    for breakdown in broken_down if isinstance(broken_down, list) else ():
        keys, results = _listed(breakdown, "dimension_keys", "results")
        for result in results:
            (names,) = _listed(result, "dimension_values")
            if names:
                number = read_number(result.get("value"), key, metric, findings)
                yield _joined(keys), _joined(names), number


def read_number(
    value: object, key: str, metric: str, findings: list[Finding]
) -> Number:
    """Return a number of an answer.

    Args:
        value: As answered.
        key: Names the post or account in a finding.
        metric: The metric's name.
        findings: Where a finding goes.

    Returns:
        The number, or why there is none.
    """
    if value is None:
        return None, Unknown.NOT_REPORTED
    rule = None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        findings.append(Finding(Rule.COUNT_AS_TEXT, key, metric, describe_value(value)))
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        rule = Rule.WRONG_TYPE
    elif value < 0:
        rule = Rule.NEGATIVE_COUNT
    elif math.isnan(value) or value >= _LARGEST:
        rule = Rule.COUNT_TOO_LARGE
    else:
        return float(value), None
    findings.append(Finding(rule, key, metric, describe_value(value)))
    return None, Unknown.REJECTED


def _unknown(request: InsightsRequest, reason: Unknown) -> Iterator[MetricRecord]:
    if request.breakdown is None:  # Parts that are not known have no names.
        for metric in request.metrics:
            yield MetricRecord(request.node_id, metric, None, reason)


def _parts(
    item: Mapping[str, Any] | None,
    metric: str,
    request: InsightsRequest,
    findings: list[Finding],
) -> Iterator[MetricRecord]:
    for by, part, (value, unknown) in parts(item, request.node_id, metric, findings):
        yield MetricRecord(
            request.node_id,
            metric,
            value,
            unknown,
            breakdown=by,
            breakdown_value=part,
        )


def _listed(holder: object, *names: str) -> list[list[Any]]:
    found = [holder.get(name) if isinstance(holder, dict) else None for name in names]
    return [item if isinstance(item, list) else [] for item in found]


def _joined(names: list[Any]) -> str:
    """Documented in capitals, recorded in lower case."""
    return storable(",".join(map(str, names))).lower()


def _seconds(value: object) -> int | None:
    return int(value) if isinstance(value, str) and value.isdigit() else None
