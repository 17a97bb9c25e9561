"""What can be odd in an answer, and how a finding is written down.

A finding never stops more than the record or field it names. Its value is cut short
and, where it could be personal text, replaced by its length.
"""

from dataclasses import dataclass
from enum import StrEnum

_VALUE_LENGTH = 80


class Rule(StrEnum):
    """The rules whose breach is a finding."""

    NOT_AN_OBJECT = "not_an_object"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    ID_AS_NUMBER = "id_as_number"
    COUNT_AS_TEXT = "count_as_text"
    NEGATIVE_COUNT = "negative_count"
    COUNT_TOO_LARGE = "count_too_large"
    UNREADABLE_TIME = "unreadable_time"
    TIME_WITHOUT_OFFSET = "time_without_offset"
    UNKNOWN_VALUE = "unknown_value"
    DUPLICATE_RECORD = "duplicate_record"
    UNKNOWN_CREATOR = "unknown_creator"
    UNKNOWN_CAMPAIGN = "unknown_campaign"
    UNMATCHABLE_HASHTAG = "unmatchable_hashtag"
    EMPTY_HASHTAG = "empty_hashtag"
    FOREIGN_RECORD = "foreign_record"
    UNKNOWN_FIELD = "unknown_field"
    METRIC_REFUSED = "metric_refused"
    CANDIDATES_LEFT_OUT = "candidates_left_out"


RULE_MEANINGS: dict[Rule, str] = {
    Rule.NOT_AN_OBJECT: "the record is not a JSON object; it was left out",
    Rule.MISSING_FIELD: "an expected field is missing; what needs it is left out",
    Rule.WRONG_TYPE: "a value has the wrong type; it is null",
    Rule.ID_AS_NUMBER: "an id came as a number; it was kept as text",
    Rule.COUNT_AS_TEXT: "a count came as text of digits; it was read as a number",
    Rule.NEGATIVE_COUNT: "a count is negative; it is null",
    Rule.COUNT_TOO_LARGE: "a count is beyond 2^63; it is null",
    Rule.UNREADABLE_TIME: "a time cannot be read; the record was left out",
    Rule.TIME_WITHOUT_OFFSET: "a time has no offset; the record was left out",
    Rule.UNKNOWN_VALUE: "a value is not in the documented list; it is null",
    Rule.DUPLICATE_RECORD: "a record came twice; the last one was kept",
    Rule.UNKNOWN_CREATOR: "an involved creator is not in the list of creators",
    Rule.UNKNOWN_CAMPAIGN: "an involvement names a campaign nobody asked for",
    Rule.UNMATCHABLE_HASHTAG: "an entered hashtag can never be a hashtag",
    Rule.EMPTY_HASHTAG: "an empty piece stood between the commas; it was left out",
    Rule.FOREIGN_RECORD: "the answer is about another account; it was left out",
    Rule.UNKNOWN_FIELD: "a field that no parser knows; kept in the raw answer, and "
    "told once, with the first day it was seen",
    Rule.METRIC_REFUSED: "a metric that the platform does not offer any more, or never "
    "did; left out, told once, and tried again a month later",
    Rule.CANDIDATES_LEFT_OUT: "more of a campaign's posts might belong to it than the "
    "review desk lists for a day; the likeliest are listed, the value says how many "
    "are not",
}

TOLD_ONCE = frozenset({Rule.UNKNOWN_FIELD, Rule.METRIC_REFUSED})
"""Rules whose findings break nothing on a day: each is told when it is new."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one rule by one record.

    Attributes:
        rule: What was broken.
        record_key: Key of the record as far as it was readable.
        field: The field concerned, in the source's own spelling.
        value: The offending value as it may be stored; see `describe_value`.
    """

    rule: Rule
    record_key: str
    field: str | None = None
    value: str | None = None


def describe_value(value: object) -> str:
    """Return a value as a finding may keep it: short, and without personal text.

    Numbers, booleans and null are kept. Text is kept only when it holds no letters
    besides those of ISO times and numbers; otherwise only its length is told.

    Examples:
        >>> describe_value(-3)
        '-3'
        >>> describe_value("2026-03-02T05:00:00")
        '2026-03-02T05:00:00'
        >>> describe_value("my phone is 123")
        'text of 15 characters'
        >>> describe_value([1, 2])
        'list of 2'
    """
    if value is None or isinstance(value, bool | int | float):
        return str(value)[:_VALUE_LENGTH]
    if isinstance(value, str):
        if set(value) <= set("0123456789+-.:TZeE "):
            return value[:_VALUE_LENGTH]
        return f"text of {len(value)} characters"
    if isinstance(value, list | dict):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__
