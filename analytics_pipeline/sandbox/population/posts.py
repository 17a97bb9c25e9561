"""Makes slots into posts: ids, captions and the counters of an instant."""

from dataclasses import dataclass
from functools import lru_cache

from analytics_pipeline.sandbox.population.calendar import as_moment
from analytics_pipeline.sandbox.population.captions import (
    campaign_caption,
    ordinary_caption,
    tags_written,
)
from analytics_pipeline.sandbox.population.counters import (
    Growth,
    counters_at,
    instagram_growth,
    story_growth,
    tiktok_growth,
)
from analytics_pipeline.sandbox.population.dice import Dice
from analytics_pipeline.sandbox.population.ids import (
    IdCodec,
    MediaKey,
    pack_media,
    unpack_media,
    video_id,
)
from analytics_pipeline.sandbox.population.people import People
from analytics_pipeline.sandbox.population.records import Counters, Post, TagsWritten
from analytics_pipeline.sandbox.population.slots import ALBUM, STORY, VIDEO, Slot

_REMEMBERED_POSTS = 8_192
_MOST_CHILDREN = 6

MEDIA_IDS = IdCodec("17", 15, salt=1)
STORY_IDS = IdCodec("18", 15, salt=2)
CHILD_IDS = IdCodec("16", 16, salt=6)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What about a post does not change with time."""

    post_id: str
    caption: str | None
    tags_written: TagsWritten
    children: int
    duration_seconds: int
    growth: Growth


class PostMaker:
    """Writes the posts of a world."""

    def __init__(self, seed: int, people: People, first_day: int) -> None:
        """Write posts for these people.

        Args:
            seed: The world's seed.
            people: Its people.
            first_day: The day ids are counted from.
        """
        self._seed = seed
        self._people = people
        self._first_day = first_day
        self._facts = lru_cache(maxsize=_REMEMBERED_POSTS)(self._find_facts)

    def post(self, slot: Slot, now: int) -> Post:
        """Give a slot's post as it stands at an instant."""
        facts = self._facts(slot)
        return Post(
            platform="tiktok" if slot.kind == VIDEO else "instagram",
            post_id=facts.post_id,
            account=slot.account,
            posted_at=as_moment(slot.posted),
            caption=facts.caption,
            media_type=slot.kind[0],
            product=slot.kind[1],
            campaign_id=slot.campaign.campaign_id if slot.campaign else None,
            style=slot.style,
            tags_written=facts.tags_written,
            counters=counters_at(facts.growth, now - slot.posted),
            children=facts.children,
            duration_seconds=facts.duration_seconds,
        )

    def counters(self, slot: Slot, now: int) -> Counters:
        """Give the counters of a slot's post at an instant."""
        return counters_at(self._facts(slot).growth, now - slot.posted)

    def post_id(self, slot: Slot) -> str:
        """Give the platform's id of a slot's post."""
        if slot.kind == VIDEO:
            return video_id(slot.account, slot.posted, slot.sequence)
        key = MediaKey(slot.account, slot.day - self._first_day, slot.sequence)
        codec = STORY_IDS if slot.kind == STORY else MEDIA_IDS
        return codec.encode(pack_media(key))

    def media_key(self, codec: IdCodec, media_id: str) -> MediaKey | None:
        """Take an Instagram id apart; the day comes back as an ordinal."""
        number = codec.decode(media_id)
        if number is None:
            return None
        key = unpack_media(number)
        return MediaKey(key.account, key.day + self._first_day, key.sequence)

    def _find_facts(self, slot: Slot) -> _Facts:
        dice = Dice(
            self._seed, "post", slot.kind[1], slot.account, slot.day, slot.sequence
        )
        children = 2 + dice.below(_MOST_CHILDREN - 1) if slot.kind == ALBUM else 0
        return _Facts(
            post_id=self.post_id(slot),
            caption=self._write(dice, slot),
            tags_written=tags_written(slot.style, slot.campaign),
            children=children,
            duration_seconds=7 + dice.below(80) if slot.kind[0] == "VIDEO" else 0,
            growth=self._draw_growth(dice, slot),
        )

    def _write(self, dice: Dice, slot: Slot) -> str | None:
        if slot.campaign is not None:
            return campaign_caption(dice, slot.style, slot.campaign)
        locale = self._people.person(slot.account).locale
        return ordinary_caption(dice, slot.style, locale)

    def _draw_growth(self, dice: Dice, slot: Slot) -> Growth:
        person = self._people.person(slot.account)
        if slot.kind == VIDEO:
            return tiktok_growth(dice, person)
        if slot.kind == STORY:
            return story_growth(dice, person)
        return instagram_growth(dice, person, video=slot.kind[0] == "VIDEO")
