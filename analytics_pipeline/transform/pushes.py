"""What Meta's pushes say: whose they are, and the final numbers of stories.

A body is an object or a list of them. Only `story_insights` is kept: the other fields
are about other people. An entry of account "0" is a test of Meta's dashboard.

Source: docs/sources/instagram.md (Pushes).
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from analytics_pipeline.schemas.findings import Finding, Rule, describe_value
from analytics_pipeline.schemas.instants import (
    UnreadableTimeError,
    parse_epoch_seconds,
)
from analytics_pipeline.schemas.known_fields import (
    INSTAGRAM_STORY_PUSH_COUNTS,
    ObjectKind,
)
from analytics_pipeline.schemas.metrics import MetricRecord, MetricSource
from analytics_pipeline.schemas.outcomes import Unknown
from analytics_pipeline.transform.drift import unknown_fields
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline.transform.values import RecordReader, read_id

PUSH_REQUEST: dict[str, object] = {"method": "PUSH", "source": "meta"}
"""What stands in the landing store where other answers have their request."""

_OBJECT = "instagram"
_FIELD = "story_insights"
_TEST_ACCOUNT = "0"
_TOO_FEW_VIEWERS = -1
# Seconds reach this in the year 5138; Meta's messaging pushes tell milliseconds.
_LARGEST_SECONDS = 10**11
# Meta repeats a push for 36 hours; a time from longer ago is none of its sending.
_LONGEST_DELAY = timedelta(hours=48)


def is_pushed(request: Mapping[str, object]) -> bool:
    """Tell whether what stands for a request says that nobody asked."""
    # Of a person who was erased, an empty address may have been added.
    return request.get("method") == PUSH_REQUEST["method"]


class MalformedPushError(ValueError):
    """A body that is no push; the message says why, without quoting it."""


@dataclass(frozen=True, slots=True)
class PushedEntry:
    """What a push says about the stories of one account.

    Attributes:
        account_id: Whose.
        sent_at: When it was sent, as it says itself.
        body: The entry as received, but for changes of other fields.
    """

    account_id: str
    sent_at: datetime | None
    body: str

    def observed_at(self, received_at: datetime) -> datetime:
        """Return when its numbers were true: when it was sent, if that can be."""
        at = self.sent_at
        is_credible = at is not None and received_at - _LONGEST_DELAY <= at
        return at if at and is_credible and at <= received_at else received_at


@dataclass(frozen=True, slots=True)
class ReadPush:
    """What became of reading a push.

    Attributes:
        entries: What it says about stories.
        left_out: What else it holds, and how often.
        malformed: What in it is no part of a push, and how often.
    """

    entries: tuple[PushedEntry, ...]
    left_out: Counter[str]
    malformed: Counter[str]


def read_push(body: str) -> ReadPush:
    """Take a push apart.

    Args:
        body: As received.

    Returns:
        Its entries, and what was left out. One malformed entry costs no other.

    Raises:
        MalformedPushError: It is no JSON object, nor a list.
    """
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        msg = "the body is no JSON"
        raise MalformedPushError(msg) from error
    if not isinstance(parsed, dict | list):
        msg = f"the body is a JSON {type(parsed).__name__}"
        raise MalformedPushError(msg)
    reader = _PushReader()
    entries = [
        entry
        for update in (parsed if isinstance(parsed, list) else [parsed])
        for entry in reader.entries(update)
    ]
    return ReadPush(tuple(entries), reader.left_out, reader.malformed)


class _PushReader:
    """Reads the parts of a push, counting what it leaves out."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.malformed: Counter[str] = Counter()

    def entries(self, update: object) -> Iterator[PushedEntry]:
        if not isinstance(update, dict) or not isinstance(update.get("entry"), list):
            self.malformed["without a list of entries"] += 1
        elif update.get("object") != _OBJECT:
            self.left_out["about another object than instagram"] += 1
        else:
            for entry in update["entry"]:
                yield from self._entry(entry)

    def _entry(self, entry: object) -> Iterator[PushedEntry]:
        if not isinstance(entry, dict):
            self.malformed["an entry that is no object"] += 1
            return
        account_id = read_id(entry, "id", "entry", [])
        changes = entry.get("changes")
        if account_id is None:
            self.malformed["an entry without an account"] += 1
        elif account_id == _TEST_ACCOUNT:
            self.left_out["a test of the dashboard"] += 1
        elif not isinstance(changes, list):
            self.left_out["an entry without changes"] += 1
        elif kept := [change for change in changes if self._is_kept(change)]:
            body = json.dumps({**entry, "changes": kept}, ensure_ascii=False)
            yield PushedEntry(account_id, _sent_at(entry.get("time")), body)

    def _is_kept(self, change: object) -> bool:
        if not isinstance(change, dict) or not isinstance(change.get("field"), str):
            self.malformed["a change without a field"] += 1
            return False
        if change["field"] != _FIELD:
            self.left_out["a change of another field"] += 1
            return False
        if not isinstance(change.get("value"), dict):
            self.malformed["a change without values"] += 1
            return False
        return True


def parse_pushed_entry(payload: object) -> ParsedAnswer:
    """Read the numbers of an entry that was kept.

    Args:
        payload: The entry's JSON.

    Returns:
        The metrics of its stories, and what was odd.
    """
    parsed = ParsedAnswer()
    if not isinstance(payload, dict) or not isinstance(payload.get("changes"), list):
        return parsed
    parsed.account_id = read_id(payload, "id", "entry", parsed.findings)
    for number, change in enumerate(payload["changes"], 1):
        value = change.get("value") if isinstance(change, dict) else None
        key = f"push {number} about account {parsed.account_id}"
        if not isinstance(value, dict):
            told = describe_value(value)
            parsed.findings.append(Finding(Rule.NOT_AN_OBJECT, key, None, told))
            continue
        parsed.findings += unknown_fields(ObjectKind.INSTAGRAM_STORY_PUSH, [value])
        post_id = read_id(value, "media_id", key, parsed.findings)
        if post_id is not None:
            parsed.metrics += _metrics(post_id, value, parsed.findings)
    return parsed


def _metrics(
    post_id: str, value: Mapping[str, Any], findings: list[Finding]
) -> Iterator[MetricRecord]:
    reader = RecordReader(value, post_id, findings)
    for name in INSTAGRAM_STORY_PUSH_COUNTS:
        if name not in value:
            continue
        count = None
        if value[name] == _TOO_FEW_VIEWERS:
            reader.unknown[name] = Unknown.TOO_FEW_VIEWERS
        else:
            count = reader.count(name, name)
        yield MetricRecord(
            post_id,
            name,
            None if count is None else float(count),
            reader.unknown.get(name),
            source=MetricSource.STORY_INSIGHTS,
        )


def _sent_at(value: object) -> datetime | None:
    """Return the time of an entry: seconds, or in some pushes milliseconds."""
    if isinstance(value, int) and abs(value) >= _LARGEST_SECONDS:
        value //= 1000
    try:
        return parse_epoch_seconds(value)
    except UnreadableTimeError:
        return None
