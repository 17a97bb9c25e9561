"""In which order landing objects are read, so that few accounts wait for their rest."""

from collections.abc import Iterable


def side_by_side(objects: Iterable[tuple[str, str]]) -> list[str]:
    """Order objects so that each row of them is passed at the same pace.

    All rows list accounts by their urgency: what one says of an account stands as far
    down as what another says of it.

    Args:
        objects: Names with the row they belong to: a kind of answers in one run; those
            of a row in their order.

    Returns:
        The names.

    Examples:
        >>> side_by_side([("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b")])
        ['a1', 'a2', 'b1', 'a3']
    """
    rows: dict[str, list[str]] = {}
    for name, row in objects:
        rows.setdefault(row, []).append(name)
    placed = [
        ((number + 0.5) / len(names), order, name)
        for order, names in enumerate(rows.values())
        for number, name in enumerate(names)
    ]
    return [name for _, _, name in sorted(placed)]
