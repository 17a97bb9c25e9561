"""Finding what is wrong with a campaign before it starts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from analytics_pipeline.schemas.campaign_checks import (
    CHECKS,
    CheckCode,
    Problem,
    Severity,
)
from analytics_pipeline.schemas.connections import Connection, ConnectionStatus
from analytics_pipeline.schemas.platforms import ContentType, Platform, platform_of
from analytics_pipeline.schemas.review import Resemblance
from analytics_pipeline.transform.resemblance import resemblance

MOST_HASHTAGS = 5
"""How many Instagram and TikTok allow per post.

Source: docs/sources/hashtags.md.
"""


@dataclass(frozen=True, slots=True)
class CheckedCampaign:
    """A campaign as it stands.

    Attributes:
        campaign_id: The campaign.
        campaign_name: Its name.
        tags: Its hashtags as entered.
        keys: Their match keys, in the same order.
        rejected: What can never be a hashtag.
        rule: `all` or `any`.
        content_types: What it asks for.
        first_day: First day on which a post counts; None where it is not known.
        last_day: Last day on which a post counts.
        creator_ids: Who takes part; None where that is not known.
    """

    campaign_id: str
    campaign_name: str | None
    tags: tuple[str, ...]
    keys: tuple[str, ...]
    rejected: tuple[str, ...]
    rule: str
    content_types: tuple[ContentType, ...]
    first_day: date | None
    last_day: date | None
    creator_ids: frozenset[str] | None

    @property
    def platforms(self) -> list[Platform]:
        """Return where what it asks for is collected."""
        found = {platform_of(name) for name in self.content_types}
        return [platform for platform in Platform if platform in found]

    def overlaps(self, other: "CheckedCampaign") -> bool:
        """Tell whether a day is in the publishing windows of both."""
        if None in {self.first_day, self.last_day, other.first_day, other.last_day}:
            return False
        first, last = _window(self)
        other_first, other_last = _window(other)
        return max(first, other_first) <= min(last, other_last)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a campaign is held against.

    Attributes:
        today: The day it is.
        others: All other campaigns.
        connections: The participants' accounts.
        known_creators: Whom the Creators app lists.
    """

    today: date
    others: Sequence[CheckedCampaign]
    connections: Sequence[Connection]
    known_creators: frozenset[str]


def find_problems(campaign: CheckedCampaign, around: Surroundings) -> list[Problem]:
    """Return what is wrong with a campaign, the worst first.

    Args:
        campaign: The campaign.
        around: What it is held against.

    Returns:
        The problems.
    """
    found = [problem for check in _CHECKS for problem in check(campaign, around)]
    return in_order(found)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems with the worst first, in the order of the closed list."""
    severities, codes = list(Severity), list(CheckCode)
    return sorted(
        problems,
        key=lambda item: (severities.index(item.severity), codes.index(item.code)),
    )


def problem(
    code: CheckCode, severity: Severity | None = None, **details: object
) -> Problem:
    """Return a problem, as severe as such are as a rule."""
    return Problem(code, severity or CHECKS[code].severity, details)


def _hashtags(campaign: CheckedCampaign, _: Surroundings) -> Iterator[Problem]:
    if not campaign.tags and not campaign.rejected:
        yield problem(CheckCode.NO_HASHTAGS)
    if campaign.rejected:
        can_match = campaign.rule == "any" and campaign.tags
        yield problem(
            CheckCode.UNMATCHABLE_HASHTAG,
            Severity.WARNING if can_match else None,
            hashtags=list(campaign.rejected),
        )
    if campaign.rule == "all" and len(campaign.tags) > MOST_HASHTAGS:
        yield problem(
            CheckCode.TOO_MANY_HASHTAGS,
            hashtags=list(campaign.tags),
            allowed=MOST_HASHTAGS,
        )


def _other_campaigns(
    campaign: CheckedCampaign, around: Surroundings
) -> Iterator[Problem]:
    for other in around.others:
        is_over = other.last_day is not None and other.last_day < around.today
        if is_over or not campaign.overlaps(other):
            continue
        yield from _shared_hashtags(campaign, other)
        yield from _near_hashtags(campaign, other)


def _shared_hashtags(
    campaign: CheckedCampaign, other: CheckedCampaign
) -> Iterator[Problem]:
    keys = frozenset(other.keys)
    shared = [
        tag
        for tag, key in zip(campaign.tags, campaign.keys, strict=True)
        if key in keys
    ]
    creators = _common_creators(campaign, other)
    if not shared or creators == []:
        return
    # Where one asks for nothing beyond the other, the other's posts count here, too.
    own = frozenset(campaign.keys)
    counts_for_both = "any" in {campaign.rule, other.rule} or own <= keys or keys <= own
    yield problem(
        CheckCode.SHARED_HASHTAGS,
        Severity.WARNING if counts_for_both and creators else None,
        hashtags=shared,
        campaign_id=other.campaign_id,
        campaign_name=other.campaign_name,
        creator_ids=creators,
    )


def _near_hashtags(
    campaign: CheckedCampaign, other: CheckedCampaign
) -> Iterator[Problem]:
    pairs = [
        {"hashtag": tag, "other": theirs, "how": how.value}
        for tag in campaign.tags
        for theirs in other.tags
        if (how := resemblance(tag, theirs)) not in {None, Resemblance.EXACT}
        and how is not None
    ]
    if pairs:
        yield problem(
            CheckCode.NEAR_HASHTAGS,
            pairs=pairs,
            campaign_id=other.campaign_id,
            campaign_name=other.campaign_name,
        )


def _common_creators(
    campaign: CheckedCampaign, other: CheckedCampaign
) -> list[str] | None:
    """Return who takes part in both; None where that is not known."""
    if campaign.creator_ids is None or other.creator_ids is None:
        return None
    return sorted(campaign.creator_ids & other.creator_ids)


def _dates(campaign: CheckedCampaign, around: Surroundings) -> Iterator[Problem]:
    first, last = campaign.first_day, campaign.last_day
    if first is None or last is None:
        yield problem(CheckCode.NO_DATES)
        return
    code = None
    if last < first:
        code = CheckCode.DATES_REVERSED
    elif last < around.today:
        code = CheckCode.WINDOW_PAST
    elif first < around.today:
        code = CheckCode.ALREADY_STARTED
    if code is not None:
        yield problem(code, first_day=first.isoformat(), last_day=last.isoformat())


def _content_types(
    campaign: CheckedCampaign, around: Surroundings
) -> Iterator[Problem]:
    if not campaign.content_types:
        yield problem(CheckCode.NO_CONTENT_TYPES)
        return
    foreign = [name for name in campaign.content_types if platform_of(name) is None]
    if foreign:
        is_all = len(foreign) == len(campaign.content_types)
        yield problem(
            CheckCode.CONTENT_TYPE_NOT_COLLECTED,
            Severity.ERROR if is_all else None,
            content_types=[name.value for name in foreign],
        )
    if not campaign.creator_ids:
        return
    nobody = [
        name.value
        for name in campaign.content_types
        if name not in foreign and not _who_delivers(name, around.connections)
    ]
    if nobody:
        yield problem(CheckCode.CONTENT_TYPE_UNDELIVERABLE, content_types=nobody)


def _participants(campaign: CheckedCampaign, around: Surroundings) -> Iterator[Problem]:
    taking_part = campaign.creator_ids
    if taking_part is None:
        yield problem(CheckCode.PARTICIPANTS_UNKNOWN)
        return
    if not taking_part:
        yield problem(CheckCode.NO_PARTICIPANTS)
        return
    strangers = taking_part - around.known_creators
    if strangers:
        yield problem(CheckCode.UNKNOWN_CREATOR, creator_ids=sorted(strangers))
    for platform in campaign.platforms:
        accounts = [
            item for item in around.connections if item.account.platform is platform
        ]
        yield from _accounts(taking_part, platform, accounts)
    story = ContentType.INSTAGRAM_STORY
    if story in campaign.content_types:
        seen = _who_delivers(story, around.connections)
        if seen and taking_part - seen:
            unseen = sorted(taking_part - seen)
            yield problem(CheckCode.STORIES_NOT_SEEN, creator_ids=unseen)


def _accounts(
    taking_part: frozenset[str], platform: Platform, accounts: Sequence[Connection]
) -> Iterator[Problem]:
    having = {item.account.creator_id for item in accounts}
    without = taking_part - having
    if without:
        yield problem(
            CheckCode.NO_ACCOUNT,
            platform=platform.value,
            creator_ids=sorted(without),
        )
    lost = [item for item in accounts if not _is_living(item)]
    if lost:
        yield problem(
            CheckCode.RECONNECT_REQUIRED,
            platform=platform.value,
            creator_ids=sorted({item.account.creator_id for item in lost}),
            connection_ids=sorted(item.account.connection_id for item in lost),
        )


def _who_delivers(
    content_type: ContentType, connections: Iterable[Connection]
) -> set[str]:
    """Return the creators on whose accounts such content would be seen."""
    needs_login = content_type is ContentType.INSTAGRAM_STORY
    return {
        item.account.creator_id
        for item in connections
        if item.account.platform is platform_of(content_type)
        and _is_living(item)
        and (not needs_login or item.status is ConnectionStatus.CONNECTED)
    }


def _is_living(connection: Connection) -> bool:
    return connection.status is not ConnectionStatus.RECONNECT_REQUIRED


def _window(campaign: CheckedCampaign) -> tuple[date, date]:
    return campaign.first_day or date.min, campaign.last_day or date.max


_Check = Callable[[CheckedCampaign, Surroundings], Iterator[Problem]]
_CHECKS: tuple[_Check, ...] = (
    _hashtags,
    _other_campaigns,
    _dates,
    _content_types,
    _participants,
)
