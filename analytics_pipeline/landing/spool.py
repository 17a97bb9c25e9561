"""The spool: where answers are kept from the moment they arrive.

An answer is appended to a local file before anything looks into it, so a killed process
loses none. A file holds the attempts of up to some megabytes; once all of them have
ended it becomes one object of the landing store (`publishing.py`), and the file goes.
A file whose writer has died is told by its free lock; the next run publishes it.
"""

import fcntl
import threading
from dataclasses import dataclass, field, replace
from io import FileIO
from pathlib import Path

from analytics_pipeline.landing.lines import LandedAnswer, answer_line, attempt_line
from analytics_pipeline.landing.publishing import (
    Published,
    publish_spool,
    spool_file_name,
)
from analytics_pipeline.landing.store import (
    LandingStore,
    LandingStoreError,
    ObjectKey,
)
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline.schemas.records import Answer, Attempt

_SEGMENT_BYTES = 32 * 1024 * 1024


@dataclass(slots=True)
class _Segment:
    """One spool file: the part of a run that becomes one object."""

    path: Path
    file: FileIO
    open_attempts: int = 0
    size: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def append(self, line: str) -> None:
        # A lone surrogate becomes its JSON escape.
        data = f"{line}\n".encode(errors="backslashreplace")
        try:
            with self.lock:
                self._write(data)
                self.size += len(data)
        except OSError as error:
            msg = f"cannot write the spool {self.path}: {error.strerror or error}"
            raise LandingStoreError(msg) from error

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self.file.write(rest) :]
        except OSError:
            # A part of it must not stay: the next line would be glued to it.
            self.file.truncate(self.size)
            raise


class Spool:
    """The spool of one asset in one run. Safe to be used from several threads.

    Args:
        folder: Of all spools; shared by the runs of this machine.
        store: Where finished segments go.
        key: The first object that the spool becomes.
        published: Told the attempts of each object once it is in the store.
        segment_bytes: Size after which a new segment, so a new object, begins.
    """

    def __init__(
        self,
        folder: Path,
        store: LandingStore,
        key: ObjectKey,
        published: Published,
        segment_bytes: int = _SEGMENT_BYTES,
    ) -> None:
        self._folder = folder
        self._store = store
        self._next_key = key
        self._published = published
        self._segment_bytes = segment_bytes
        self._lock = threading.Lock()
        self._publish_lock = threading.Lock()
        self._segment: _Segment | None = None

    def open(self, attempt: Attempt) -> "AttemptLog":
        """Begin an attempt; its answers must be recorded in the log returned."""
        with self._lock:
            if self._segment is None:
                self._segment = self._begin_segment()
            segment = self._segment
            segment.open_attempts += 1
        # What the attempt is, should it be killed before it is closed.
        killed = replace(attempt, status=Status.FAILED, reason=Reason.INTERRUPTED)
        segment.append(attempt_line(killed, opening=True))
        return AttemptLog(self, segment, attempt)

    def finish(self) -> None:
        """Publish what is left. To be called once, when no attempt is open."""
        with self._lock:
            segment, self._segment = self._segment, None
        if segment is not None:
            self._publish(segment)

    def attempt_closed(self, segment: _Segment) -> None:
        """Publish a full segment after its last attempt. For `AttemptLog`."""
        with self._lock:
            segment.open_attempts -= 1
            if segment.size >= self._segment_bytes and segment is self._segment:
                self._segment = None
            is_done = segment.open_attempts == 0 and segment is not self._segment
        if is_done:
            self._publish(segment)

    def _begin_segment(self) -> _Segment:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._free_path()
            draft = path.with_suffix(".new")
            file = draft.open("ab", buffering=0)
            # Locked before it has its name: nobody may take it for a dead one's.
            fcntl.flock(file, fcntl.LOCK_EX)
            draft.rename(path)
        except OSError as error:
            msg = f"cannot write the spool in {self._folder}: {error.strerror or error}"
            raise LandingStoreError(msg) from error
        return _Segment(path, file)

    def _free_path(self) -> Path:
        """Return the file of the first object of the run that is not there yet.

        A step that Dagster repeats has the same run, and objects are never changed.
        """
        key = self._next_key
        while self._store.has(key) or (self._folder / spool_file_name(key)).exists():
            key = replace(key, part=key.part + 1)
        self._next_key = replace(key, part=key.part + 1)
        return self._folder / spool_file_name(key)

    def _publish(self, segment: _Segment) -> None:
        with self._publish_lock, segment.file:
            publish_spool(segment.path, self._store, self._published)


class AttemptLog:
    """Keeps the answers of one attempt, in order.

    Args:
        spool: Whose attempt it is.
        segment: The file it is kept in.
        attempt: As it was begun.
    """

    def __init__(self, spool: Spool, segment: _Segment, attempt: Attempt) -> None:
        self._spool = spool
        self._segment = segment
        self._attempt = attempt
        self._sequence = 0

    def record(self, answer: Answer) -> None:
        """Keep an answer; when this returns, a kill of the process cannot lose it."""
        self._sequence += 1
        self._segment.append(
            answer_line(
                LandedAnswer(
                    self._attempt.attempt_id,
                    self._sequence,
                    self._attempt.account,
                    answer,
                )
            )
        )

    def close(self, attempt: Attempt) -> None:
        """End the attempt, with its outcome."""
        self._segment.append(attempt_line(attempt))
        self._spool.attempt_closed(self._segment)
