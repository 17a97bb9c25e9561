"""Where report files lie, and how those about a campaign are taken away."""

import re
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import quote

from analytics_pipeline.settings import Settings
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.report import campaigns_summarised_on

DAILY_FORMS = ("html", "xlsx", "json")
"""What is written of every campaign every day."""

_DAY = r"(\d{4}-\d{2}-\d{2}|nothing-known)"


def reports_folder(settings: Settings) -> Path:
    """Return where the pipeline writes reports."""
    return settings.home / "reports"


def file_stem(campaign_id: str, known_on: str) -> str:
    """Return a report's file name without its ending, safe on any system.

    Args:
        campaign_id: The campaign.
        known_on: As known on which day.

    Returns:
        A name without folders, whatever the campaign's id is.
    """
    return f"campaign-{quote(campaign_id, safe='')}-{known_on}"


def missing_files(
    warehouse: Warehouse, folder: Path, days: Sequence[date]
) -> list[str]:
    """Return the names of report files that should be there and are not.

    Args:
        warehouse: Knows which campaigns were measured.
        folder: Where reports are written.
        days: Of these days.

    Returns:
        Paths below the folder.
    """
    wanted = []
    with warehouse.reading() as connection:
        for day in days:
            for campaign_id in campaigns_summarised_on(connection, day):
                stem = f"{day}/{file_stem(campaign_id, day.isoformat())}"
                wanted += [f"{stem}.{form}" for form in DAILY_FORMS]
    return [name for name in wanted if not (folder / name).is_file()]


def remove_reports(folder: Path, campaign_ids: Collection[str]) -> int:
    """Delete the report files of some campaigns.

    Args:
        folder: Where they lie, in folders of any depth.
        campaign_ids: The campaigns.

    Returns:
        How many files were deleted; what is half written goes too.
    """
    if not campaign_ids:
        return 0
    stems = "|".join(re.escape(quote(name, safe="")) for name in campaign_ids)
    concerned = re.compile(rf"\.?campaign-({stems})-{_DAY}\..+")
    found = [path for path in folder.rglob("*") if concerned.fullmatch(path.name)]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
