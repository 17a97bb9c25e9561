"""Changing landing objects: the one exception to their being immutable.

Only the erasure of a person does it. An object is changed whole or not at all, so a
process that is killed leaves each one as it was or as it has to be.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from analytics_pipeline.landing.lines import parse_line
from analytics_pipeline.landing.store import LandingStore

Change = Callable[[dict[str, Any]], dict[str, Any] | None]
"""Given a line, returns what it has to be; None where the line is not concerned."""


def rewrite_object(store: LandingStore, name: str, change: Change) -> int:
    """Change the lines of an object that are concerned; keep all others as they are.

    Args:
        store: Where the object is.
        name: Its address, as `LandingStore.names` gives it.
        change: What becomes of a line.

    Returns:
        How many lines are concerned, whether or not they had been changed before.

    Raises:
        LandingStoreError: It cannot be read or written; it is as it was.
    """
    concerned = 0
    is_changed = False
    # Twice: an object that needs no change, as in most of them, is not written again.
    for text in store.read_lines(name):
        line = parse_line(text)
        wanted = None if line is None else change(line)
        concerned += wanted is not None
        is_changed |= wanted is not None and wanted != line
    if is_changed:
        store.overwrite(name, _changed(store.read_lines(name), change))
    return concerned


def _changed(lines: Iterator[str], change: Change) -> Iterator[str]:
    for text in lines:
        line = parse_line(text)
        wanted = None if line is None else change(line)
        if wanted is None:
            yield text
        else:
            yield json.dumps(wanted, ensure_ascii=False, separators=(",", ":"))
