"""Reads Graph field expressions: ``id,media.limit(50){caption,children{id}}``.

A field may carry modifiers in parentheses and a list of inner fields in braces,
nested to any depth. What fields exist is decided where they are rendered.
"""

import re
from dataclasses import dataclass

from analytics_pipeline.sandbox.graph.errors import GraphError

_NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)")
_MODIFIER = re.compile(r"\.([a-z_]+)\(([^()]*)\)")
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an expression.

    Attributes:
        name: What is asked for.
        modifiers: For example ``{"limit": "50", "after": "..."}``.
        inner: The fields asked of what it holds; empty when none were named.
        source: The text of ``inner``, for the address of a next page.
    """

    name: str
    modifiers: dict[str, str]
    inner: tuple["Field", ...]
    source: str = ""


def parse_fields(text: str) -> tuple[Field, ...]:
    """Read a field expression.

    Args:
        text: The value of ``fields``; empty gives no fields.

    Returns:
        The fields in the order they were asked for.

    Raises:
        GraphError: The expression is not well formed (code 2500).

    Examples:
        >>> [field.name for field in parse_fields("id,media.limit(2){caption}")]
        ['id', 'media']
        >>> parse_fields("media.limit(2){caption}")[0].inner[0].name
        'caption'
    """
    text = text.strip()
    if not text:
        return ()
    reader = _Reader(text)
    fields = reader.read_list(depth=1)
    if reader.position < len(text):
        raise reader.error()
    return fields


class _Reader:
    """Walks once over an expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def error(self) -> GraphError:
        found = self.text[self.position : self.position + 1]
        what = f'"{found}"' if found else "the end"
        message = (
            f"Syntax error: unexpected {what} at character {self.position} of fields"
        )
        return GraphError(2500, message)

    def read_list(self, depth: int) -> tuple[Field, ...]:
        if depth > _DEEPEST:
            raise self.error()
        fields = [self._read_field(depth)]
        while self._skip(","):
            fields.append(self._read_field(depth))
        return tuple(fields)

    def _read_field(self, depth: int) -> Field:
        match = _NAME.match(self.text, self.position)
        if match is None:
            raise self.error()
        self.position = match.end()
        modifiers = {}
        while found := _MODIFIER.match(self.text, self.position):
            modifiers[found[1]] = found[2].strip()
            self.position = found.end()
        if not self._skip("{"):
            return Field(match[1], modifiers, ())
        start = self.position
        inner = self.read_list(depth + 1)
        source = self.text[start : self.position]
        if not self._skip("}"):
            raise self.error()
        return Field(match[1], modifiers, inner, source)

    def _skip(self, sign: str) -> bool:
        rest = self.text[self.position :]
        ahead = len(rest) - len(rest.lstrip())
        if not rest[ahead:].startswith(sign):
            return False
        self.position += ahead + 1
        return True
