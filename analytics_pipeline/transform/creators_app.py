"""The Creators app's lists, as records.

What is odd becomes a finding; a record is left out only when nothing identifies it.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from analytics_pipeline.schemas.findings import Finding, Rule, describe_value
from analytics_pipeline.schemas.known_fields import ObjectKind
from analytics_pipeline.schemas.outcomes import CampaignProblem
from analytics_pipeline.schemas.platforms import ContentType, content_type_of_id
from analytics_pipeline.schemas.records import (
    CampaignRecord,
    CreatorRecord,
    Involvement,
)
from analytics_pipeline.transform.campaign_hashtags import (
    CampaignHashtags,
    parse_campaign_hashtags,
)
from analytics_pipeline.transform.drift import unknown_fields
from analytics_pipeline.transform.values import RecordReader, read_number_id, storable

_TYPE_ID = re.compile("[0-9]{1,9}")


def parse_creators(
    listed: Iterable[object],
) -> tuple[list[CreatorRecord], list[Finding]]:
    """Read the list of creators.

    Args:
        listed: The entries as answered.

    Returns:
        One record per creator, the last of several; and what was odd.
    """
    findings: list[Finding] = []
    records: dict[str, CreatorRecord] = {}
    for key, entry in _objects(listed, "creators", findings, ObjectKind.CREATOR):
        creator_id = read_number_id(entry, "id", key, findings)
        if creator_id is None:
            continue
        reader = RecordReader(entry, creator_id, findings)
        email = (reader.text("email") or "").strip() or None
        if email is None:
            reader.report(Rule.MISSING_FIELD, "email", entry.get("email"))
        if creator_id in records:
            reader.report(Rule.DUPLICATE_RECORD, "id", creator_id)
        records[creator_id] = CreatorRecord(creator_id, email)
    return list(records.values()), findings


def parse_campaigns(
    listed: Iterable[object],
) -> tuple[list[CampaignRecord], list[Finding]]:
    """Read the list of campaigns, understanding their hashtags and dates.

    Args:
        listed: The entries as answered.

    Returns:
        One record per campaign, the last of several; and what was odd.
    """
    findings: list[Finding] = []
    records: dict[str, CampaignRecord] = {}
    for key, entry in _objects(listed, "campaigns", findings, ObjectKind.CAMPAIGN):
        campaign_id = read_number_id(entry, "id", key, findings)
        if campaign_id is None:
            continue
        reader = RecordReader(entry, campaign_id, findings)
        if campaign_id in records:
            reader.report(Rule.DUPLICATE_RECORD, "id", campaign_id)
        records[campaign_id] = _campaign(campaign_id, reader)
    return list(records.values()), findings


def parse_involved(
    entries: Iterable[object], campaign_ids: set[str]
) -> tuple[list[Involvement], list[Finding]]:
    """Read who takes part in which campaign.

    Args:
        entries: As answered.
        campaign_ids: The campaigns that were asked for.

    Returns:
        One record per campaign and creator; and what was odd.
    """
    findings: list[Finding] = []
    found: dict[Involvement, None] = {}
    for key, entry in _objects(entries, "involved", findings, ObjectKind.INVOLVEMENT):
        campaign_id = read_number_id(entry, "campaign_id", key, findings)
        if campaign_id is None:
            continue
        reader = RecordReader(entry, campaign_id, findings)
        if campaign_id not in campaign_ids:
            reader.report(Rule.UNKNOWN_CAMPAIGN, "campaign_id", campaign_id)
            continue
        listed = entry.get("creator_ids")
        if not isinstance(listed, list):
            reader.report(Rule.WRONG_TYPE, "creator_ids", listed)
            continue
        for item in listed:
            creator = {"creator_ids": item}
            creator_id = read_number_id(creator, "creator_ids", campaign_id, findings)
            if creator_id is not None:
                found[Involvement(campaign_id, creator_id)] = None
    return list(found), findings


def _objects(
    listed: Iterable[object], what: str, findings: list[Finding], kind: ObjectKind
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the entries that are objects, each with a name for findings."""
    entries = list(listed)
    findings += unknown_fields(kind, entries)
    for number, entry in enumerate(entries, 1):
        key = f"{what} entry {number}"
        if isinstance(entry, dict):
            yield key, entry
        else:
            value = describe_value(entry)
            findings.append(Finding(Rule.NOT_AN_OBJECT, key, None, value))


def _campaign(campaign_id: str, reader: RecordReader) -> CampaignRecord:
    entered = _entered_hashtags(reader)
    hashtags = parse_campaign_hashtags(entered or "")
    _report_hashtags(reader, hashtags)
    start = _date(reader, "publishing_start_date")
    end = _date(reader, "publishing_end_date")
    content_types = _content_types(reader)
    return CampaignRecord(
        campaign_id=campaign_id,
        campaign_name=reader.text("name"),
        hashtags_as_entered=entered,
        campaign_hashtags=hashtags.tags,
        hashtag_keys=hashtags.keys,
        rejected_hashtags=hashtags.rejected,
        content_types=content_types,
        publishing_start_date=start,
        publishing_end_date=end,
        problems=tuple(_problems(hashtags, start, end, content_types)),
    )


def _entered_hashtags(reader: RecordReader) -> str | None:
    """Return the hashtags as delivered; a list of texts is understood too."""
    value = reader.record.get("hashtags")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        reader.report(Rule.WRONG_TYPE, "hashtags", value)
        return storable(", ".join(value))
    return reader.text("hashtags")


def _report_hashtags(reader: RecordReader, hashtags: CampaignHashtags) -> None:
    for piece in hashtags.rejected:
        reader.report(Rule.UNMATCHABLE_HASHTAG, "hashtags", piece)
    if hashtags.empty_pieces:
        reader.report(Rule.EMPTY_HASHTAG, "hashtags", hashtags.empty_pieces)


def _date(reader: RecordReader, name: str) -> date | None:
    """Return a date; the time of day that some senders add is not looked at."""
    text = reader.text(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        reader.report(Rule.UNREADABLE_TIME, name, text)
        return None


def _content_types(reader: RecordReader) -> tuple[ContentType, ...]:
    listed = reader.record.get("platforms")
    if not isinstance(listed, list):
        reader.report(Rule.MISSING_FIELD, "platforms", listed)
        return ()
    found: dict[ContentType, None] = {}
    for item in listed:
        type_id = item.get("id") if isinstance(item, dict) else item
        if isinstance(type_id, str) and _TYPE_ID.fullmatch(type_id):
            type_id = int(type_id)
        if isinstance(type_id, bool) or not isinstance(type_id, int):
            reader.report(Rule.WRONG_TYPE, "platforms", item)
        else:
            found[content_type_of_id(type_id)] = None
    return tuple(found)


def _problems(
    hashtags: CampaignHashtags,
    start: date | None,
    end: date | None,
    content_types: tuple[ContentType, ...],
) -> Iterable[CampaignProblem]:
    if not hashtags.tags and not hashtags.rejected:
        yield CampaignProblem.NO_HASHTAGS
    if hashtags.rejected:
        yield CampaignProblem.UNMATCHABLE_HASHTAG
    if start is None or end is None:
        yield CampaignProblem.NO_DATES
    elif end < start:
        yield CampaignProblem.DATES_REVERSED
    if not content_types:
        yield CampaignProblem.NO_CONTENT_TYPES
