"""From the spool to the landing store, for the living and for the dead."""

import fcntl
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import IO

from analytics_pipeline.landing.spooled import SpooledAttempts
from analytics_pipeline.landing.store import (
    LandingStore,
    LandingStoreError,
    ObjectKey,
)
from analytics_pipeline.schemas.records import Attempt

Published = Callable[[list[Attempt]], None]
"""Told the attempts of an object once it is in the landing store."""

_SEPARATOR = "--"
_READ_AT_ONCE = 1 << 20


def spool_file_name(key: ObjectKey) -> str:
    """Return the name of the spool file that becomes a landing object."""
    parts = (key.asset, key.day.isoformat(), key.run_id, str(key.part))
    return _SEPARATOR.join(parts) + ".jsonl"


def publish_spool(path: Path, store: LandingStore, published: Published) -> int:
    """Turn a spool file into a landing object, grouped by attempt; then remove it.

    Args:
        path: The file. It goes only after `published` has returned.
        store: Where to.
        published: Told the attempts with their object's address. One that was killed
            is `interrupted` and keeps its answers.

    Returns:
        How many attempts there were.
    """
    asset, day, run_id, part = path.stem.split(_SEPARATOR)
    with path.open("rb", buffering=_READ_AT_ONCE) as file:
        spooled = SpooledAttempts(file)
        attempts = spooled.attempts
        if attempts:
            key = ObjectKey(asset, date.fromisoformat(day), run_id, int(part))
            name = store.write(key, spooled.lines())
    if attempts:
        published([replace(attempt, object_url=name) for attempt in attempts])
    path.unlink()
    return len(attempts)


def recover_spools(folder: Path, store: LandingStore, published: Published) -> int:
    """Publish what processes that have died left in their spools.

    Args:
        folder: Of all spools.
        store: Where to.
        published: Told the attempts of each published object.

    Returns:
        How many attempts were recovered.
    """
    recovered = 0
    for path in sorted(folder.glob("*.jsonl")):
        file = _claim(path)
        if file is not None:
            with file:
                recovered += publish_spool(path, store, published)
    return recovered


def _claim(path: Path) -> IO[str] | None:
    """Return a dead writer's spool file with its lock held.

    Args:
        path: The file.

    Returns:
        The file; None while its writer lives, and when it has just been published.

    Raises:
        LandingStoreError: It cannot be opened.
    """
    try:
        file = path.open("r+", encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        msg = f"cannot read the spool {path}: {error.strerror or error}"
        raise LandingStoreError(msg) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.stat()
    except (BlockingIOError, FileNotFoundError):
        file.close()
        return None
    return file
