"""What a spool file holds, attempt by attempt, without reading the payloads.

Answers are a hundred times what attempts are. They are copied as they stand, in the
order of their attempts; only what tells an attempt is parsed.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from mmap import ACCESS_READ, MADV_DONTNEED, mmap
from typing import Any, BinaryIO

from analytics_pipeline.landing.lines import (
    attempt_line,
    attempt_of,
    landed_answer,
    parse_line,
)
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline.schemas.records import Attempt

# How `lines.py` begins every line. Quotes within a value are escaped, so that nothing
# else in a line looks like it.
_BEGINNING = re.compile(
    rb'\{"v":\d+,"kind":"(?P<kind>answer|attempt|opening)",'
    rb'"attempt_id":"(?P<name>(?:[^"\\]|\\.)*)",'
)
_ANOTHER = b'{"v":'
_MOST_MAPPED = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a line stands in the file, without its line break."""

    start: int
    size: int


@dataclass(slots=True)
class _Found:
    """The lines of one attempt: where its answers stand, and what tells of itself.

    Attributes:
        answers: In the order they came.
        about: The last line that tells of the attempt.
        is_closed: Whether that line closes it.
    """

    answers: list[_Span] = field(default_factory=list)
    about: bytes = b""
    is_closed: bool = False


class SpooledAttempts:
    """The attempts of a spool file, in the order they were begun.

    Args:
        file: The file, which stays open as long as its lines are asked for.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._found: dict[bytes, _Found] = {}
        place = 0
        for line in file:
            self._sort_in(line, place)
            place += len(line)
        # Without a line of its own, its beginning was cut off: nobody relied on it.
        told = [found for found in self._found.values() if found.about]
        self._attempts = [(self._attempt(found), found) for found in told]

    @property
    def attempts(self) -> list[Attempt]:
        """The attempts; one that was killed is `interrupted` and keeps its answers."""
        return [attempt for attempt, _ in self._attempts]

    def lines(self) -> Iterator[str | bytes]:
        """Yield the lines of a landing object: answers, and then their attempt.

        Yields:
            Each line, without its line break.
        """
        # Mapped: each read would let go of the interpreter, and wait for it again.
        with mmap(self._file.fileno(), 0, access=ACCESS_READ) as data:
            touched = 0
            for attempt, found in self._attempts:
                for span in found.answers:
                    yield data[span.start : span.start + span.size]
                    touched += span.size
                if touched > _MOST_MAPPED:
                    # What has been read counts as this process's memory until then.
                    data.madvise(MADV_DONTNEED)
                    touched = 0
                is_told = found.is_closed and attempt.reason is not Reason.INTERRUPTED
                yield found.about if is_told else attempt_line(attempt)

    def _sort_in(self, line: bytes, place: int) -> None:
        begun = _BEGINNING.match(line)
        # Cut off by a kill or a full disk; nobody has relied on it.
        if begun is None or not _is_whole(line):
            return
        found = self._found.setdefault(begun["name"], _Found())
        text = line.removesuffix(b"\n")
        if begun["kind"] == b"answer":
            found.answers.append(_Span(place, len(text)))
        else:
            found.about = text
            found.is_closed = begun["kind"] == b"attempt"

    def _attempt(self, found: _Found) -> Attempt:
        attempt = attempt_of(_parsed(found.about))
        if attempt.reason is not Reason.INTERRUPTED or not found.answers:
            return attempt
        span = found.answers[-1]
        self._file.seek(span.start)
        last = landed_answer(_parsed(self._file.read(span.size))).answer
        return replace(attempt, observed_at=last.observed_at, calls=len(found.answers))


def _is_whole(line: bytes) -> bool:
    if not line.endswith(b"\n"):  # The last one of the file.
        return parse_line(line.decode(errors="replace")) is not None
    return line.endswith(b"}\n") and line.find(_ANOTHER, 1) < 0 and b"\0" not in line


def _parsed(line: bytes) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(line)
    return parsed
