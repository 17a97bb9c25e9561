"""Participants with their accounts and attempts, some creators at a time.

A day of a hundred thousand creators is read in the memory of a thousand: PostgreSQL
sorts participants, connections and attempts by creator, and they are read side by side.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.connections import Connection
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.records import Attempt
from analytics_pipeline.warehouse.attempts import attempts_made, read_attempt
from analytics_pipeline.warehouse.connections import read_connection
from analytics_pipeline.warehouse.tables import attempts, connections, participants

CREATORS_PER_BATCH = 1000
_ROWS_FETCHED = 1000

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class ParticipantBatch:
    """Everything that planning and settling need of some creators, on one platform.

    Attributes:
        participants: Rows of `active_campaign_participants`, all of these creators.
        connections: Their accounts.
        attempts: What was tried for the days, in the order it was tried per creator.
    """

    participants: Sequence[dict[str, Any]]
    connections: Sequence[Connection]
    attempts: Sequence[Attempt]


def participant_batches(
    connection: sa.Connection,
    platform: Platform,
    days: Collection[date],
    kinds: Collection[AttemptKind] = (AttemptKind.MEDIA,),
    size: int = CREATORS_PER_BATCH,
) -> Iterator[ParticipantBatch]:
    """Yield the participants of some days with what is known of their accounts.

    Args:
        connection: With an open transaction, until the last batch is read.
        platform: Where.
        days: The days.
        kinds: What was asked for.
        size: Creators per batch.

    Yields:
        Batches; each creator is in one of them, with all that belongs to it.
    """
    listed = sa.select(participants).where(participants.c.snapshot_date.in_(days))
    known = sa.select(connections).where(connections.c.platform == platform)
    tried = attempts_made(platform, days, kinds)
    by_id = [connections.c.connection_id]
    by_time = [attempts.c.observed_at, attempts.c.attempt_id]
    with (
        _sorted(connection, listed, []) as listed_rows,
        _sorted(connection, known, by_id) as known_rows,
        _sorted(connection, tried, by_time) as tried_rows,
    ):
        rows = _ByCreator(listed_rows, _as_mapping)
        accounts = _ByCreator(known_rows, read_connection)
        made = _ByCreator(tried_rows, read_attempt)
        while found := rows.of_creators(size):
            last = str(found[-1]["creator_id"])
            yield ParticipantBatch(found, accounts.up_to(last), made.up_to(last))


@contextmanager
def _sorted(
    connection: sa.Connection, query: sa.Select[Any], order: Sequence[sa.Column[Any]]
) -> Iterator[sa.CursorResult[Any]]:
    """Open a query's rows in the order of their creators, fetched some at a time."""
    # Code points order texts the same way here and there; collations do not.
    creator = query.selected_columns.creator_id.collate("C")
    options = {"stream_results": True, "yield_per": _ROWS_FETCHED}
    found = connection.execute(
        query.order_by(creator, *order), execution_options=options
    )
    try:
        yield found
    finally:
        found.close()


def _as_mapping(row: sa.Row[Any]) -> dict[str, Any]:
    return row._asdict()


class _ByCreator(Generic[_Item]):
    """Rows that are read creator by creator.

    Args:
        rows: With a `creator_id`, by which they are sorted.
        read: Makes an item of a row.
    """

    def __init__(
        self, rows: Iterator[sa.Row[Any]], read: Callable[[sa.Row[Any]], _Item]
    ) -> None:
        self._rows = rows
        self._read = read
        self._next = next(rows, None)

    def of_creators(self, count: int) -> list[_Item]:
        """Return all rows of the next so many creators."""
        found: list[_Item] = []
        last: str | None = None
        while (row := self._next) is not None:
            if row.creator_id != last:
                if count == 0:
                    break
                last, count = row.creator_id, count - 1
            found.append(self._read(row))
            self._next = next(self._rows, None)
        return found

    def up_to(self, creator_id: str) -> list[_Item]:
        """Return the rows up to a creator, those of creators passed over too."""
        found: list[_Item] = []
        while (row := self._next) is not None and row.creator_id <= creator_id:
            found.append(self._read(row))
            self._next = next(self._rows, None)
        return found
