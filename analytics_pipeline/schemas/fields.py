"""Every column of the warehouse, once: its type, unit and meaning.

One quantity has one name and one unit everywhere. What belongs here: columns. Which
table has which of them, and what a row stands for, is in `schemas/tables.py`.
"""

from analytics_pipeline.schemas.field_groups.archive import ARCHIVE_FIELDS
from analytics_pipeline.schemas.field_groups.collected import (
    COLLECTED_FIELDS,
    RATES,
    SUMMED_MEASURES,
)
from analytics_pipeline.schemas.field_groups.connected import CONNECTED_FIELDS
from analytics_pipeline.schemas.field_groups.field import Field, FieldType, Unit
from analytics_pipeline.schemas.field_groups.read_side import READ_SIDE_FIELDS

__all__ = ["FIELDS", "RATES", "SUMMED_MEASURES", "Field", "FieldType", "Unit"]

FIELDS: dict[str, Field] = {
    item.name: item
    for item in (
        *COLLECTED_FIELDS,
        *CONNECTED_FIELDS,
        *READ_SIDE_FIELDS,
        *ARCHIVE_FIELDS,
    )
}
