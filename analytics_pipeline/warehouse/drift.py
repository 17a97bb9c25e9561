"""Fields that no parser knows, one row each, with the first day they were seen."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from analytics_pipeline.schemas.findings import Rule
from analytics_pipeline.warehouse.tables import findings

Rows = list[dict[str, Any]]


def store_unknown_fields(
    connection: sa.Connection, rows: Iterable[dict[str, object]]
) -> int:
    """Keep fields that no parser knows; of each the earliest day, whatever came first.

    Args:
        connection: With an open transaction.
        rows: Rows of `data_quality_findings`, with a day.

    Returns:
        How many rows are new, or now tell of an earlier day.
    """
    changed = 0
    for row in rows:
        new = insert(findings).values(**row)
        excluded, known = new.excluded, findings.c
        is_earlier = excluded.snapshot_date < known.snapshot_date
        is_other_type = sa.and_(
            excluded.snapshot_date == known.snapshot_date, excluded.value < known.value
        )
        changed += connection.execute(
            new.on_conflict_do_update(
                index_elements=[known.asset, known.record_key, known.field],
                index_where=known.rule == sa.literal_column("'unknown_field'"),
                set_={
                    name: excluded[name]
                    for name in ("snapshot_date", "value", "observed_at", "run_id")
                },
                where=sa.or_(is_earlier, is_other_type),
            )
        ).rowcount
    return changed


def list_unknown_fields(connection: sa.Connection) -> Rows:
    """Return every field that no parser knows, the newest first."""
    query = (
        sa.select(
            findings.c.snapshot_date.label("first_seen_on"),
            findings.c.asset,
            findings.c.record_key.label("object"),
            findings.c.field,
            findings.c.value,
            findings.c.run_id,
        )
        .where(findings.c.rule == Rule.UNKNOWN_FIELD)
        .order_by(
            findings.c.snapshot_date.desc(),
            findings.c.asset,
            findings.c.record_key,
            findings.c.field,
        )
    )
    return [dict(row) for row in connection.execute(query).mappings()]
