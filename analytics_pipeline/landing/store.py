"""Where landing objects are: a folder, or an object store behind fsspec.

Objects are written whole or not at all, changed by nothing but the erasure of a person
(`rewriting.py`), and named `{asset}/{day}/{run_id}.jsonl.gz`; a step that Dagster
repeats adds a `-2`.
"""

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from io import BufferedWriter, BytesIO, RawIOBase
from pathlib import Path
from typing import IO, cast

from upath import UPath

from analytics_pipeline.landing.lines import (
    LandedAnswer,
    attempt_of,
    landed_answer,
    parse_line,
)
from analytics_pipeline.schemas.records import Attempt

# Level 3 costs a third of the default's time and a tenth more room on these payloads.
_COMPRESSION_LEVEL = 3
# Packing lets go of the interpreter, and in a busy process waits for it each time.
_PACKED_AT_ONCE = 1 << 20


class LandingStoreError(Exception):
    """The landing store cannot be written or read; the message says where and why."""


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """What a landing object holds: the answers to one asset, for one day, in one run.

    Attributes:
        asset: Whose answers these are.
        day: Under which day they are filed.
        run_id: The run that asked.
        part: Number of the object within asset, day and run, from 1.
    """

    asset: str
    day: date
    run_id: str
    part: int = 1

    @property
    def name(self) -> str:
        """The object's address, relative to the store."""
        suffix = "" if self.part == 1 else f"-{self.part}"
        return f"{self.asset}/{self.day.isoformat()}/{self.run_id}{suffix}.jsonl.gz"


class LandingStore:
    """Reads and writes landing objects under one address.

    Args:
        url: A folder or any address fsspec knows, such as `s3://bucket/prefix`.
    """

    def __init__(self, url: str) -> None:
        self.root = UPath(url)

    def has(self, key: ObjectKey) -> bool:
        """Tell whether an object is there.

        Args:
            key: What it would hold.

        Returns:
            Whether it is there.

        Raises:
            LandingStoreError: It cannot be told.
        """
        target = self.root / key.name
        try:
            return bool(target.exists())
        except OSError as error:
            msg = f"cannot read {target}: {error.strerror or error}"
            raise LandingStoreError(msg) from error

    def write(self, key: ObjectKey, lines: Iterable[str | bytes]) -> str:
        """Write one object, unless it is there.

        Args:
            key: What it holds.
            lines: Without line breaks, as text or encoded.

        Returns:
            The object's address, relative to the store.

        Raises:
            LandingStoreError: It cannot be written; nothing of it is left.
        """
        target = self.root / key.name
        try:
            if not target.exists():
                _write_whole(target, lines)
        except OSError as error:
            msg = f"cannot write {target}: {error.strerror or error}"
            raise LandingStoreError(msg) from error
        return key.name

    def overwrite(self, name: str, lines: Iterable[str]) -> None:
        """Replace an object's lines; see `rewriting.py` for who may.

        Args:
            name: As `write` returned it.
            lines: Without line breaks; may be read from the same object.

        Raises:
            LandingStoreError: It cannot be written; the object is as it was.
        """
        target = self.root / name
        try:
            _write_whole(target, lines)
        except OSError as error:
            msg = f"cannot write {target}: {error.strerror or error}"
            raise LandingStoreError(msg) from error

    def remove_drafts(self) -> int:
        """Remove what killed writers left of objects that they had not finished.

        To be called only while nobody writes: a living writer's draft would go too.

        Returns:
            How many there were.
        """
        drafts = list(self.root.rglob(".*.jsonl.gz.*"))
        for path in drafts:
            path.unlink(missing_ok=True)
        return len(drafts)

    def read_lines(self, name: str) -> Iterator[str]:
        """Yield an object's lines.

        Args:
            name: As `write` returned it.

        Yields:
            The lines, in order, without line breaks.

        Raises:
            LandingStoreError: The object is gone or damaged.
        """
        path = self.root / name
        try:
            with (
                path.open("rb") as raw,
                gzip.open(cast("IO[bytes]", raw), "rt", encoding="utf-8") as text,
            ):
                for line in text:
                    yield line.rstrip("\n")
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            msg = f"cannot read {path}: {error}"
            raise LandingStoreError(msg) from error

    def read_attempts(self, name: str) -> Iterator[tuple[Attempt, list[LandedAnswer]]]:
        """Yield an object's attempts with their answers, one attempt at a time.

        Args:
            name: As `write` returned it.

        Yields:
            Each attempt and its answers in the order they came.
        """
        answers: list[LandedAnswer] = []
        for text in self.read_lines(name):
            line = parse_line(text) or {}
            if line.get("kind") == "answer":
                answers.append(landed_answer(line))
            elif line.get("kind") == "attempt":
                yield attempt_of(line), answers
                answers = []

    def names(self, asset: str | None = None) -> Iterator[str]:
        """Yield the addresses of all objects, of one asset or of all."""
        top = self.root / asset if asset else self.root
        for path in sorted(top.rglob("*.jsonl.gz"), key=str):
            yield path.relative_to(self.root).as_posix()

    def check(self) -> None:
        """Prove that the store can be written and read.

        Raises:
            LandingStoreError: It cannot.
        """
        probe = self.root / ".write-test"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"ok")
            probe.unlink()
        except OSError as error:
            msg = f"cannot write under {self.root}: {error.strerror or error}"
            raise LandingStoreError(msg) from error


def _write_whole(target: UPath, lines: Iterable[str | bytes]) -> None:
    """Write an object so that it appears complete or not at all."""
    if target.protocol not in {"", "file", "local"}:
        # One upload: a file that is closed on a failure would show what it has.
        packed = BytesIO()
        _compress(packed, lines)
        target.fs.pipe_file(target.path, packed.getvalue())
        return
    path = Path(target.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as local:
            _compress(local, lines)
            local.flush()
            os.fsync(local.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _compress(raw: IO[bytes], lines: Iterable[str | bytes]) -> None:
    with gzip.GzipFile(
        filename="", mode="wb", compresslevel=_COMPRESSION_LEVEL, fileobj=raw, mtime=0
    ) as packed:
        buffered = BufferedWriter(cast("RawIOBase", packed), _PACKED_AT_ONCE)
        for line in lines:
            # A lone surrogate becomes its JSON escape.
            encoded = (
                line.encode(errors="backslashreplace")
                if isinstance(line, str)
                else line
            )
            buffered.write(encoded)
            buffered.write(b"\n")
        buffered.flush()
        buffered.detach()
