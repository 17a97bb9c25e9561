"""What has left the database for files."""

from analytics_pipeline.schemas.table_groups.table import Table

ARCHIVED_SNAPSHOTS = Table(
    name="archived_snapshots",
    grain="One row per table and month whose rows are in the archive, not in the "
    "table.",
    meaning="Written and the rows dropped in one transaction; `analytics-pipeline "
    "archive restore` brings them back and removes the row.",
    key=("archived_table", "month_start_date"),
    columns=(
        "archived_table",
        "month_start_date",
        "archive_object",
        "archived_row_count",
        "archived_at",
        "run_id",
    ),
    nullable=frozenset(),
    # Of the weekly job; what the daily one promises of its tables is not for it.
    is_asset=False,
)
