"""What an answer says about one post or account, cut out of it as it stands."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from analytics_pipeline.schemas.explanations import RecordKind
from analytics_pipeline.transform.pushes import is_pushed

_FOLLOWERS = frozenset({"followers_count", "follower_count"})
# Lists of other things within the record of an account.
_HOLDERS = frozenset({"media"})


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A part of an answer.

    Attributes:
        kind: What it is.
        record: Its JSON.
        names: The fields or metrics it tells, in the platform's words.
    """

    kind: RecordKind
    record: object
    names: frozenset[str]


def find_records(
    request: Mapping[str, object], body: str, post_id: str, account_id: str
) -> Iterator[FoundRecord]:
    """Yield what an answer says about a post and its account.

    Args:
        request: As the landing store keeps it.
        body: The answer as received.
        post_id: The post.
        account_id: Its account.

    Yields:
        The records, in the order they stand; none of an answer that is no JSON.
    """
    path = urlsplit(str(request.get("url", ""))).path.split("/")
    is_asked = post_id in path
    if not is_asked and post_id not in body and account_id not in body:
        return
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return
    if is_asked:
        is_insights = path[-1] == "insights"
        kind = RecordKind.INSIGHTS if is_insights else RecordKind.DIRECT_READ
        yield FoundRecord(kind, payload, _metrics(payload))
        return
    is_push = is_pushed(request)
    for record in _objects(payload):
        if is_push and _is(record.get("media_id"), post_id):
            yield FoundRecord(RecordKind.PUSH, record, frozenset(record))
        elif _is(record.get("id"), post_id):
            yield FoundRecord(RecordKind.POST, record, frozenset(record))
        elif _is_account(record, account_id):
            own = {k: v for k, v in record.items() if k not in _HOLDERS}
            yield FoundRecord(RecordKind.ACCOUNT, own, frozenset(own))


def _objects(payload: object) -> Iterator[Mapping[str, object]]:
    """Yield every object in a payload, each before those in it."""
    waiting = [payload]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting.extend(reversed(found.values()))
        elif isinstance(found, list):
            waiting.extend(reversed(found))


def _is(value: object, name: str) -> bool:
    return value is not None and str(value).strip() == name


def _is_account(record: Mapping[str, object], account_id: str) -> bool:
    ids = (record.get("id"), record.get("open_id"))
    is_theirs = any(_is(value, account_id) for value in ids)
    return is_theirs and not _FOLLOWERS.isdisjoint(record)


def _metrics(payload: object) -> frozenset[str]:
    listed = payload.get("data") if isinstance(payload, dict) else None
    return frozenset(
        str(item["name"])
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, dict) and "name" in item
    )
