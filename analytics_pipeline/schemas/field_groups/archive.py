"""Columns about what is in the archive."""

from analytics_pipeline.schemas.field_groups.field import Field, count, instant, text

ARCHIVE_FIELDS: tuple[Field, ...] = (
    text("archived_table", "The table whose rows of the month were archived."),
    text("archive_object", "The Parquet file, relative to ANALYTICS_ARCHIVE_URL."),
    count("archived_row_count", "Rows in it, read back before they were dropped."),
    instant("archived_at", "When the rows left the table."),
)
