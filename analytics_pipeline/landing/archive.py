"""Where archived months are: Parquet files in a folder, or an object store.

A file appears complete or not at all, and carries the digest of its rows.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from analytics_pipeline.landing.parquet import (
    Block,
    parquet_schema,
    parquet_table,
    rows_of,
)
from analytics_pipeline.schemas.fields import FIELDS, Field

DIGEST = "digest"
"""What the digest of the rows is called in the metadata of a file."""


class ArchiveError(Exception):
    """An archived file cannot be written or read; the message says where and why."""


class ArchiveStore:
    """Reads and writes archived months under one address.

    Args:
        url: A folder or any address fsspec knows, such as `s3://bucket/prefix`.
    """

    def __init__(self, url: str) -> None:
        self.root = UPath(url)

    def write(
        self,
        name: str,
        fields: Sequence[Field],
        blocks: Iterable[Block],
        digest: Callable[[], str],
    ) -> None:
        """Write a file in place of what is there.

        Args:
            name: Its address, relative to the store.
            fields: The columns.
            blocks: The rows; may be read from the same file.
            digest: Asked for once all rows have been written.

        Raises:
            ArchiveError: It cannot be written; what was there is as it was.
        """
        target = self.root / name
        schema = parquet_schema(fields, {})
        try:
            with (
                _whole(target) as draft,
                pq.ParquetWriter(draft, schema, compression="zstd") as file,
            ):
                for block in blocks:
                    file.write_table(parquet_table(fields, schema, block))
                file.add_key_value_metadata({DIGEST: digest()})
        except (OSError, pa.ArrowException) as error:
            msg = f"cannot write {target}: {error}"
            raise ArchiveError(msg) from error

    @contextmanager
    def open(self, name: str) -> Iterator["ArchivedFile"]:
        """Open a file.

        Args:
            name: Its address, relative to the store.

        Yields:
            The file.

        Raises:
            ArchiveError: It cannot be read.
        """
        source = self.root / name
        try:
            with source.open("rb") as raw, pq.ParquetFile(raw) as file:
                yield ArchivedFile(file)
        except (OSError, pa.ArrowException) as error:
            msg = f"cannot read {source}: {error}"
            raise ArchiveError(msg) from error

    def names(self) -> list[str]:
        """Return the addresses of all files."""
        found = sorted(self.root.rglob("*.parquet"), key=str)
        return [path.relative_to(self.root).as_posix() for path in found]

    def remove(self, name: str) -> None:
        """Remove a file, if it is there.

        Args:
            name: Its address, relative to the store.

        Raises:
            ArchiveError: It cannot be removed.
        """
        target = self.root / name
        try:
            target.unlink(missing_ok=True)
        except OSError as error:
            msg = f"cannot remove {target}: {error}"
            raise ArchiveError(msg) from error


class ArchivedFile:
    """One archived month of one table.

    Args:
        file: Open for reading.
    """

    def __init__(self, file: pq.ParquetFile) -> None:
        self._file = file

    @property
    def fields(self) -> list[Field]:
        """The columns that the table had when the file was written.

        Raises:
            ArchiveError: One of them is not of the vocabulary.
        """
        names = self._file.schema_arrow.names
        if unknown := [name for name in names if name not in FIELDS]:
            msg = f"an archived file has columns that nobody knows: {unknown}"
            raise ArchiveError(msg)
        return [FIELDS[name] for name in names]

    @property
    def digest(self) -> str:
        """What the digest of the rows has to be."""
        found: bytes = (self._file.metadata.metadata or {}).get(DIGEST.encode(), b"")
        return found.decode()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self._file.metadata.num_rows)

    def blocks(self) -> Iterator[Block]:
        """Yield the rows in the order in which they were written."""
        for batch in self._file.iter_batches():
            yield rows_of(self.fields, batch)


@contextmanager
def _whole(target: UPath) -> Iterator[Path]:
    """Give a local path whose file takes the target's place when all went well."""
    if target.protocol in {"", "file", "local"}:
        path = Path(target.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            yield draft
            with draft.open("rb") as written:
                os.fsync(written.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "month.parquet"
        yield draft
        target.fs.put_file(str(draft), target.path)
