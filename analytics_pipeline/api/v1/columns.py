"""Fields of answers, described by the vocabulary: one column, one meaning."""

from typing import Any

from pydantic import Field

from analytics_pipeline.schemas.fields import FIELDS, Unit

_UNITS = {
    Unit.COUNT: "Whole number.",
    Unit.FRACTION: "Fraction: 0.05 is 5 %.",
    Unit.SECONDS: "Seconds.",
    Unit.METRIC: "In the metric's own unit.",
}


def column(name: str, example: Any) -> Any:  # noqa: ANN401 - as pydantic's Field
    """Return the field of an answer that holds a column.

    Args:
        name: The column.
        example: A value it can have.

    Returns:
        The field, with meaning and unit.
    """
    found = FIELDS[name]
    words = [found.meaning]
    if found.unit is not None:
        words.append(_UNITS[found.unit])
    return Field(description=" ".join(words), examples=[example])
