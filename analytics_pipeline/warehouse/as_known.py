"""What was known of a campaign at some time: the same rows for page, file and API."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class AsKnown:
    """Which rows of a campaign were known at some time.

    Attributes:
        campaign_id: The campaign.
        until: The last day.
        observed_before: Only what was observed before this instant; None for all.
    """

    campaign_id: str
    until: date
    observed_before: datetime | None = None

    def covers(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """Return the condition for a table with a campaign, a day and an instant."""
        wanted = [
            table.c.campaign_id == self.campaign_id,
            table.c.snapshot_date <= self.until,
        ]
        if self.observed_before is not None:
            wanted.append(table.c.observed_at < self.observed_before)
        return sa.and_(*wanted)
