"""A report as JSON: the whole model, as it is."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from analytics_pipeline.reports.model import CampaignReport


def as_object(report: CampaignReport) -> dict[str, Any]:
    """Return a report as plain objects.

    Args:
        report: The report.

    Returns:
        Dataclasses and mappings as objects, tuples as lists, days and instants in
        ISO 8601; unknown numbers are null.
    """
    return {it.name: _plain(getattr(report, it.name)) for it in fields(report)}


def as_json(report: CampaignReport) -> str:
    """Return a report as a JSON text that ends with a line break."""
    return json.dumps(as_object(report), ensure_ascii=False, indent=2) + "\n"


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {it.name: _plain(getattr(value, it.name)) for it in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
