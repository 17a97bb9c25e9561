"""Fields that no parser knows: named, never read."""

from collections.abc import Iterable, Mapping
from typing import Any

from analytics_pipeline.schemas.findings import Finding, Rule
from analytics_pipeline.schemas.known_fields import KNOWN_FIELDS, ObjectKind
from analytics_pipeline.transform.values import storable

_NAME_LENGTH = 80
_JSON_TYPES = {
    bool: "true or false",
    int: "number",
    float: "number",
    str: "text",
    list: "list",
    dict: "object",
    type(None): "null",
}


def unknown_fields(kind: ObjectKind, records: Iterable[object]) -> list[Finding]:
    """Return the fields of some objects that no parser knows, each once.

    Args:
        kind: What the objects are.
        records: As answered; what is no object is left to others.

    Returns:
        A finding per field. Its value is the type of what it held, the first in the
        alphabet of several, so that the order of the objects does not matter.

    Examples:
        >>> (found,) = unknown_fields(ObjectKind.CREATOR, [{"id": 1, "phone": "7"}])
        >>> found.record_key, found.field, found.value
        (<ObjectKind.CREATOR: 'creators app creator'>, 'phone', 'text')
    """
    known = KNOWN_FIELDS[kind]
    types: dict[str, str] = {}
    for record in records:
        if isinstance(record, dict) and not record.keys() <= known:
            for name, told in _unknown(record, known):
                types[name] = min(told, types.get(name, told))
    return [
        Finding(Rule.UNKNOWN_FIELD, kind, name, told)
        for name, told in sorted(types.items())
    ]


def _unknown(
    record: Mapping[str, Any], known: frozenset[str]
) -> Iterable[tuple[str, str]]:
    for name in record.keys() - known:
        told = _JSON_TYPES.get(type(record[name]), "something else")
        yield storable(name)[:_NAME_LENGTH], told
