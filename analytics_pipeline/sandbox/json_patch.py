"""Changes a JSON value by small operations, so that a test can make any answer odd."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

EVERY: Final = "*"
OPERATIONS: Final = ("set", "remove", "append")


def apply_operations(answer: object, operations: list[object]) -> None:
    """Change a JSON value in place; a path that leads nowhere changes nothing.

    Args:
        answer: What was read from JSON.
        operations: Objects with ``op``, ``path`` and, for set and append,
            ``value``.

    Examples:
        >>> answer = {"data": [{"likes": 1}, {"likes": 2}]}
        >>> path = ["data", "*", "likes"]
        >>> apply_operations(answer, [{"op": "set", "path": path, "value": "3"}])
        >>> answer
        {'data': [{'likes': '3'}, {'likes': '3'}]}
    """
    for operation in operations:
        if not isinstance(operation, dict):
            continue
        path = operation.get("path")
        if not isinstance(path, list) or not path:
            continue
        # Backwards, so that removing one item of a list does not move the next.
        for place in reversed(list(_places(answer, path))):
            _change(place, str(operation.get("op")), operation.get("value"))


def _places(value: object, path: list[object]) -> Iterator["Place"]:
    """Find the places a path leads to: containers, each with its last step."""
    step, rest = path[0], path[1:]
    for place in _steps(value, step):
        if not rest:
            yield place
        elif (inner := place.get()) is not None:
            yield from _places(inner, rest)


def _steps(value: object, step: object) -> list["Place"]:
    if isinstance(value, list):
        if step == EVERY:
            return [InList(value, number) for number in range(len(value))]
        inside = isinstance(step, int) and -len(value) <= step < len(value)
        return [InList(value, step)] if inside and isinstance(step, int) else []
    if isinstance(value, dict):
        keys = list(value) if step == EVERY else [str(step)]
        return [InObject(value, key) for key in keys]
    return []


@dataclass(frozen=True, slots=True)
class InList:
    """An item of a list."""

    owner: list[object]
    step: int

    def get(self) -> object:
        """Give the item."""
        return self.owner[self.step]

    def set(self, value: object) -> None:
        """Replace the item."""
        self.owner[self.step] = value

    def remove(self) -> None:
        """Take the item out."""
        del self.owner[self.step]


@dataclass(frozen=True, slots=True)
class InObject:
    """A key of an object, there or not."""

    owner: dict[str, object]
    step: str

    def get(self) -> object:
        """Give the value, or None."""
        return self.owner.get(self.step)

    def set(self, value: object) -> None:
        """Set the key."""
        self.owner[self.step] = value

    def remove(self) -> None:
        """Take the key out."""
        self.owner.pop(self.step, None)


Place = InList | InObject


def _change(place: Place, operation: str, value: object) -> None:
    if operation == "set":
        place.set(value)
    elif operation == "remove":
        place.remove()
    elif operation == "append":
        target = place.get()
        if isinstance(target, list):
            target.append(value)
