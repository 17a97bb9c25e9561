"""What a column is: type, unit, meaning, and where a platform has it."""

from dataclasses import dataclass, field
from enum import StrEnum


class FieldType(StrEnum):
    """The closed list of column types."""

    TEXT = "text"
    TEXT_LIST = "text[]"
    COUNT = "bigint"
    FRACTION = "double precision"
    FLAG = "boolean"
    DAY = "date"
    DAY_LIST = "date[]"
    INSTANT = "timestamptz"
    OBJECT = "jsonb"


class Unit(StrEnum):
    """The closed list of units; a column without one is a name, key or time."""

    COUNT = "count"
    FRACTION = "fraction"
    SECONDS = "seconds"
    METRIC = "the metric's own"


@dataclass(frozen=True, slots=True)
class Field:
    """One column.

    Attributes:
        name: As it stands in every table that has it.
        type: PostgreSQL type.
        meaning: What it says, in one sentence; goes to the database as a comment.
        unit: What a number counts.
        sources: The platform's own field, by platform.
    """

    name: str
    type: FieldType
    meaning: str
    unit: Unit | None = None
    sources: dict[str, str] = field(default_factory=dict)


def text(name: str, meaning: str, **sources: str) -> Field:
    """Describe a text, id or closed list."""
    return Field(name, FieldType.TEXT, meaning, sources=sources)


def tags(name: str, meaning: str) -> Field:
    """Describe a list of texts."""
    return Field(name, FieldType.TEXT_LIST, meaning)


def count(name: str, meaning: str, **sources: str) -> Field:
    """Describe a whole number."""
    return Field(name, FieldType.COUNT, meaning, Unit.COUNT, sources)


def fraction(name: str, meaning: str) -> Field:
    """Describe a fraction."""
    return Field(name, FieldType.FRACTION, meaning, Unit.FRACTION)


def day(name: str, meaning: str) -> Field:
    """Describe a day."""
    return Field(name, FieldType.DAY, meaning)


def instant(name: str, meaning: str, **sources: str) -> Field:
    """Describe an instant."""
    return Field(name, FieldType.INSTANT, meaning, sources=sources)


def flag(name: str, meaning: str) -> Field:
    """Describe a yes or no."""
    return Field(name, FieldType.FLAG, meaning)


def mapping(name: str, meaning: str) -> Field:
    """Describe a JSON object."""
    return Field(name, FieldType.OBJECT, meaning)
