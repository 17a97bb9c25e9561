"""Reading single values of an answer, with a finding for each that is odd.

Nothing here raises or guesses: a value that cannot be used is None, and why is told.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics_pipeline.schemas.findings import Finding, Rule, describe_value
from analytics_pipeline.schemas.outcomes import Unknown

_LARGEST_COUNT = 2**63 - 1
_MOST_DIGITS = 20  # More than the largest count has; Python refuses to read thousands.
# Halves of a character, as a caption cut by the platform may end with.
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(slots=True)
class RecordReader:
    """Reads the fields of one record.

    Attributes:
        record: The JSON object.
        key: Names the record in findings.
        findings: Where findings go.
        unknown: Why numbers are null, by column.
    """

    record: Mapping[str, Any]
    key: str
    findings: list[Finding]
    unknown: dict[str, Unknown] = field(default_factory=dict)

    def report(self, rule: Rule, name: str, value: object) -> None:
        """Add a finding about a field."""
        self.findings.append(Finding(rule, self.key, name, describe_value(value)))

    def count(
        self, column: str, name: str, if_absent: Unknown = Unknown.NOT_REPORTED
    ) -> int | None:
        """Return a count.

        Args:
            column: Our name, under which a reason is kept.
            name: The source's name.
            if_absent: Why it is null when the source leaves it out.

        Returns:
            The count; None, with the reason kept, when it is not known.
        """
        value = self.record.get(name)
        if value is None:
            self.unknown[column] = if_absent
            return None
        if type(value) is int and 0 <= value <= _LARGEST_COUNT:
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit():
            self.report(Rule.COUNT_AS_TEXT, name, value)
            value = int(value.lstrip("0")[:_MOST_DIGITS] or 0)
        rule = None
        if isinstance(value, bool) or not isinstance(value, int):
            rule = Rule.WRONG_TYPE
        elif value < 0:
            rule = Rule.NEGATIVE_COUNT
        elif value > _LARGEST_COUNT:
            rule = Rule.COUNT_TOO_LARGE
        if rule is not None:
            self.report(rule, name, value)
            self.unknown[column] = Unknown.REJECTED
            return None
        return int(value)

    def text(self, name: str) -> str | None:
        """Return a text as it stands; None when it is missing or no text.

        What PostgreSQL cannot keep is taken out: see `storable`.
        """
        value = self.record.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.report(Rule.WRONG_TYPE, name, value)
            return None
        return storable(value)


def storable(text: str) -> str:
    r"""Return a text without the characters that PostgreSQL cannot keep.

    Examples:
        >>> storable("a\x00b \ud83d")
        'ab \ufffd'
    """
    if "\x00" not in text:
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text  # As nearly always, and faster than to look for halves.
    return _SURROGATE.sub("\ufffd", text.replace("\x00", ""))


def read_id(
    record: Mapping[str, Any], name: str, key: str, findings: list[Finding]
) -> str | None:
    """Return an id as text.

    Args:
        record: The JSON object.
        name: The field.
        key: Names the record in a finding.
        findings: Where a finding goes.

    Returns:
        The id; None, with a finding, when there is none.
    """
    value = record.get(name)
    if isinstance(value, str) and value.strip() and value == storable(value):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        findings.append(Finding(Rule.ID_AS_NUMBER, str(value), name))
        return str(value)
    rule = Rule.MISSING_FIELD if value in (None, "") else Rule.WRONG_TYPE
    findings.append(Finding(rule, key, name, describe_value(value)))
    return None


def read_number_id(
    record: Mapping[str, Any], name: str, key: str, findings: list[Finding]
) -> str | None:
    """Return an id that the source documents as a number, as text.

    Args:
        record: The JSON object.
        name: The field.
        key: Names the record in a finding.
        findings: Where a finding goes.

    Returns:
        The id; None, with a finding, when there is none.
    """
    value = record.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return read_id(record, name, key, findings)
