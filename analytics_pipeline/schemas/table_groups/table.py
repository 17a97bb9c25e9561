"""What a table is: its grain, its key, its columns, and how its rows change."""

from dataclasses import dataclass

from analytics_pipeline.schemas.fields import FIELDS, Field

SCHEMA = "analytics"


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: In schema `analytics`; the asset of the same name writes it.
        grain: "One row per …".
        meaning: What it is for, one or two sentences.
        key: Columns that identify a row.
        columns: All columns, in order.
        nullable: Columns that may be null.
        provenance: Columns that say how a row came to be, not what it says; a row
            that differs only in these has not changed.
        newest_by: The columns of a row follow the newest value of this column; an
            older answer never overwrites a newer one. Columns named `first_…_at` keep
            their earliest value.
        told_apart_by: Where one key may come several times in a load: the row with the
            smallest values of these columns is kept.
        kept: Columns that a load fills in new rows only; something else updates them.
        touched_by: A column that alone changes a row only after an hour, so that a
            re-run writes nothing.
        partitioned_by: A column of days by whose month the table is divided into
            partitions; they can be archived and dropped as a whole.
        is_asset: Whether an asset of its name writes it; others are written as things
            happen.
    """

    name: str
    grain: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    nullable: frozenset[str]
    provenance: frozenset[str] = frozenset({"run_id", "updated_at"})
    newest_by: str | None = None
    told_apart_by: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()
    touched_by: str | None = None
    partitioned_by: str | None = None
    is_asset: bool = True

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns with their types and meanings."""
        return tuple(FIELDS[name] for name in self.columns)
