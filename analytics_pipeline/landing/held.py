"""Answers that wait for the rest of their account, in a file instead of in memory."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

from analytics_pipeline.landing.lines import (
    LandedAnswer,
    answer_line,
    attempt_line,
    attempt_of,
    landed_answer,
)
from analytics_pipeline.schemas.records import Attempt

_BYTES_IN_MEMORY = 4 * 1024 * 1024

HeldAttempt = tuple[Attempt, Sequence[LandedAnswer]]


class HeldAnswers:
    """Attempts with their answers, by account. The file has no name and ends with it.

    A small one stays in memory.
    """

    def __init__(self) -> None:
        # A context manager by itself; the file lives as long as this does.
        self._file = SpooledTemporaryFile(_BYTES_IN_MEMORY)  # noqa: SIM115
        self._size = 0
        self._where: dict[str, list[tuple[int, int]]] = {}

    def __enter__(self) -> Self:
        """Hold answers for the time of a block."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go of everything that is still held."""
        self._file.close()

    def put(self, attempt: Attempt, answers: Sequence[LandedAnswer]) -> None:
        """Hold an attempt of an account."""
        lines = [json.dumps(attempt.object_url), attempt_line(attempt)]
        lines += map(answer_line, answers)
        # A lone surrogate becomes its JSON escape.
        data = "\n".join(lines).encode(errors="backslashreplace")
        self._file.seek(self._size)
        self._file.write(data)
        where = self._where.setdefault(attempt.account.connection_id, [])
        where.append((self._size, len(data)))
        self._size += len(data)

    def take(self, connection_id: str) -> Iterator[HeldAttempt]:
        """Give back what is held of an account, in the order in which it came."""
        for start, length in self._where.pop(connection_id, ()):
            self._file.seek(start)
            url, made, *answers = self._file.read(length).decode().split("\n")
            yield (
                replace(attempt_of(json.loads(made)), object_url=json.loads(url)),
                [landed_answer(json.loads(line)) for line in answers],
            )
