r"""Matching captions with campaigns, beside a bare scan for tags.

The bare scan is `#(\w+)`, one compiled expression over each caption and nothing else:
what the client's earlier system read hashtags by, and the least that any matching does.
Ours goes from the caption to the matches of its creator's campaigns, with every rule.
"""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.days import DayRule
from analytics_pipeline.transform.hashtags import extract_hashtags
from analytics_pipeline.transform.matching import CampaignIndex, participations
from benchmarks.captions import (
    CONTENT_TYPE,
    POSTED_AT,
    Caption,
    campaigns,
    captions,
)
from benchmarks.measure import (
    ROUNDS,
    Figure,
    Goal,
    Sample,
    Size,
    alternate,
    median_cpu,
    medians,
    timed,
)

_SCAN_RATIO = Goal(
    "match.scan_ratio",
    "1,000,000 captions from text to matches with 1,000 campaigns, every rule of "
    "hashtags kept, against a bare scan for tags",
    4,
)
_FLAT = Goal(
    "match.flat",
    "CPU per caption with the slowest of 10, 100, 1,000 and 10,000 campaigns against "
    "the quickest",
    1.15,
)
_FLAT_FOR_ONE = Goal(
    "match.flat_for_one",
    "CPU per caption of a creator who takes part in 1,000 campaigns against one who "
    "takes part in 10",
    1.15,
)
_CAMPAIGNS = (10, 100, 1000, 10_000)
_OF_GOAL = 1000
_CAPTIONS = {Size.SHORT: 100_000, Size.FULL: 1_000_000}
_FLAT_SHARE = 5
_RULE = DayRule(ZoneInfo("Europe/Prague"), timedelta(hours=24))
_bare_scan = re.compile(r"#(\w+)").findall
_Written = Sequence[Caption]


def run(size: Size) -> list[Figure]:
    """Measure matching.

    Args:
        size: How many captions.

    Returns:
        The figures.
    """
    count = _CAPTIONS[size]
    return [_scan_ratio(count, size), _flat(count, size), _flat_for_one(count, size)]


def _scan_ratio(count: int, size: Size) -> Figure:
    terms = campaigns(_OF_GOAL)
    written = list(captions(count, terms))
    index = _index(_OF_GOAL, count)
    samples = alternate(
        {
            "bare scan": lambda: timed(partial(_scan, written)),
            "matching": lambda: timed(partial(_match, index, written)),
        }
    )
    bare, matching = (median_cpu(found) for found in samples.values())
    details = {
        "captions": count,
        "characters": sum(len(one.text) for one in written) / count,
        "in_ascii": sum(one.text.isascii() for one in written) / count,
        "bare_us_per_caption": round(bare / count * 1e6, 3),
        "us_per_caption": round(matching / count * 1e6, 3),
        "ways": medians(samples),
    }
    return Figure(_SCAN_RATIO, matching / bare, size, details)


def _flat(count: int, size: Size) -> Figure:
    some = count // _FLAT_SHARE
    ways: dict[str, Callable[[], Sample]] = {}
    for number in _CAMPAIGNS:
        written = list(captions(some, campaigns(number)))
        work = partial(_match, _index(number, some), written)
        ways[str(number)] = partial(timed, work)
    return _spread(_FLAT, ways, some, size)


def _flat_for_one(count: int, size: Size) -> Figure:
    """Measure one creator in ever more campaigns, with hashtags of any of them."""
    some = count // _FLAT_SHARE
    ways: dict[str, Callable[[], Sample]] = {}
    for number in (10, 1000):
        terms = campaigns(number)
        theirs = participations([("0", [one.campaign_id for one in terms])])
        index = CampaignIndex(terms, theirs, _RULE)
        written = [Caption("0", one.text) for one in captions(some, terms)]
        ways[str(number)] = partial(timed, partial(_match, index, written))
    return _spread(_FLAT_FOR_ONE, ways, some, size)


def _spread(
    goal: Goal, ways: dict[str, Callable[[], Sample]], count: int, size: Size
) -> Figure:
    samples = alternate(ways, 2 * ROUNDS)
    # What else the machine does only ever adds.
    each = {name: min(one.cpu for one in found) for name, found in samples.items()}
    details = {
        "captions": count,
        "us_per_caption": {
            name: round(cpu / count * 1e6, 3) for name, cpu in each.items()
        },
        "ways": medians(samples),
    }
    return Figure(goal, max(each.values()) / min(each.values()), size, details)


def _index(number: int, count: int) -> CampaignIndex:
    creators = range(-(-count // 50))
    taking_part = participations((str(i), [str(i % number)]) for i in creators)
    return CampaignIndex(campaigns(number), taking_part, _RULE)


def _scan(written: _Written) -> dict[str, int]:
    return {"tags": sum(len(_bare_scan(one.text)) for one in written)}


def _match(index: CampaignIndex, written: _Written) -> dict[str, int]:
    found = 0
    for one in written:
        hashtags = extract_hashtags(one.text, Platform.INSTAGRAM)
        matches = index.matches(one.creator_id, CONTENT_TYPE, POSTED_AT, hashtags)
        found += len(matches)
    return {"matches": found}
