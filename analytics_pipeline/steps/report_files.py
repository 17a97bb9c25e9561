"""Where report files lie, and how those about a campaign are taken away."""

import re
from collections.abc import Collection
from pathlib import Path
from urllib.parse import quote

from analytics_pipeline.settings import Settings

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
