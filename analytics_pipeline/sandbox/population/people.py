"""Who exists: creators, the strangers who take over old handles, the agency.

Everyone is computed from the seed and a number; nobody is stored. Handles beyond
the first creators end in the creator's number, so a handle leads back to its
owner without a table. What people post is in ``plan``.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from analytics_pipeline.sandbox.population.calendar import Calendar
from analytics_pipeline.sandbox.population.config import WorldConfig
from analytics_pipeline.sandbox.population.dice import Dice
from analytics_pipeline.sandbox.population.first_people import FIRST_PEOPLE
from analytics_pipeline.sandbox.population.further_accounts import (
    AGENCY_HANDLES,
    SPARE_ENDING,
    agency_person,
    spare_person,
)
from analytics_pipeline.sandbox.population.names import (
    FIRST_NAMES,
    LAST_NAMES,
    LOCALES,
    NamePair,
)
from analytics_pipeline.sandbox.population.records import (
    SPARES,
    STRANGERS,
    InstagramKind,
    Person,
    Trait,
)

FIRST_CREATOR_ID: Final = 101
RENAME_DAY: Final = 5
REUSE_AFTER_DAYS: Final = 3

_REMEMBERED_PEOPLE = 4_096
_RENAME_SPREAD_DAYS = 30
_NUMBERED_HANDLE = re.compile(r"[a-z._]*[a-z._](\d{1,7})")

_CHANCES: Final[tuple[tuple[Trait, float], ...]] = (
    (Trait.HIDDEN_LIKES, 0.08),
    (Trait.DELETES_POSTS, 0.03),
    (Trait.PERSONAL, 0.02),
    (Trait.RENAMED, 0.01),
    (Trait.SILENT, 0.01),
    (Trait.PROLIFIC, 0.01),
    (Trait.NO_CAPTIONS, 0.02),
    (Trait.CONVERTED_LATE, 0.2),
    (Trait.PRIVATE_TIKTOK, 0.01),
    (Trait.CONSENT_REVOKED, 0.005),
    (Trait.ACCESS_EXPIRED, 0.1),
    (Trait.MODERATED, 0.02),
    (Trait.NARROW_SCOPE, 0.02),
)


class People:
    """Everyone in the world, by number, by id or by handle."""

    def __init__(self, config: WorldConfig, calendar: Calendar) -> None:
        """Populate a world.

        Args:
            config: The settings of the world.
            calendar: Its days.
        """
        self._config = config
        self._calendar = calendar
        self._first_handles = {p.handle: n for n, p in enumerate(FIRST_PEOPLE)}
        self.person = lru_cache(maxsize=_REMEMBERED_PEOPLE)(self._person)

    def __len__(self) -> int:
        """Count the creators."""
        return self._config.creators

    def __iter__(self) -> Iterator[Person]:
        """Walk over the creators in the order of their ids."""
        return (self.person(index) for index in range(len(self)))

    def exists(self, account: int) -> bool:
        """Tell whether an account number belongs to anyone."""
        if account in AGENCY_HANDLES or 0 <= account < len(self):
            return True
        if self._has_spare(account - SPARES):
            return True
        former = account - STRANGERS
        return 0 <= former < len(self) and Trait.RENAMED in self.person(former).traits

    def spare(self, account: int) -> int | None:
        """Give the number of a creator's second Instagram account, or None."""
        return account + SPARES if self._has_spare(account) else None

    def index_of(self, creator_id: int) -> int | None:
        """Give the number of a creator by the Creators app's id."""
        index = creator_id - FIRST_CREATOR_ID
        return index if 0 <= index < len(self) else None

    def has(self, platform: str, account: int) -> bool:
        """Tell whether this person has an account on a platform."""
        if not self.exists(account):
            return False
        person = self.person(account)
        return person.tiktok if platform == "tiktok" else person.instagram != "none"

    def email(self, index: int) -> str:
        """Give a creator's e-mail without working out the rest of the person."""
        if index < len(FIRST_PEOPLE):
            return self.person(index).email
        dice = Dice(self._config.seed, "person", index)
        _, (_, first), (_, last) = _draw_name(dice)
        return _email(first, last, index)

    def renamed_at(self, person: Person) -> int | None:
        """Give the instant of a person's rename, or None."""
        if Trait.RENAMED not in person.traits:
            return None
        day = RENAME_DAY
        if person.index >= len(FIRST_PEOPLE):
            dice = Dice(self._config.seed, "rename", person.index)
            day = 1 + dice.below(_RENAME_SPREAD_DAYS)
        return self._calendar.start_of(self._config.start.toordinal() + day)

    def handle(self, account: int, now: int) -> str:
        """Give the Instagram handle an account goes by at an instant."""
        person = self.person(account)
        renamed = self.renamed_at(person)
        return (
            person.handle if renamed is None or now < renamed else person.later_handle
        )

    def account_of(self, handle: str, now: int) -> int | None:
        """Find the Instagram account a handle belongs to at an instant.

        Args:
            handle: Lower-case, without the at sign.
            now: The instant; a handle can change hands.

        Returns:
            The account number, or None when nobody has the handle then.
        """
        account = self._claimed(handle)
        if account is None or self.person(account).instagram == "none":
            return None
        if self.handle(account, now) == handle:
            return account
        person = self.person(account)
        renamed = self.renamed_at(person)
        if renamed is None or person.handle != handle:
            return None
        day = self._calendar.day_of(renamed) + REUSE_AFTER_DAYS
        return account + STRANGERS if now >= self._calendar.start_of(day) else None

    def _claimed(self, handle: str) -> int | None:
        """Give the only account that could ever have had this handle."""
        for account, agency_handle in AGENCY_HANDLES.items():
            if handle == agency_handle:
                return account
        if handle.endswith(SPARE_ENDING):
            owner = self._first_handles.get(handle.removesuffix(SPARE_ENDING))
            return None if owner is None else self.spare(owner)
        index = self._first_handles.get(handle.removesuffix(".official"))
        if index is None and (match := _NUMBERED_HANDLE.fullmatch(handle)):
            index = int(match[1])
            if index < len(FIRST_PEOPLE):
                return None
        return index if index is not None and index < len(self) else None

    def _person(self, account: int) -> Person:
        if account in AGENCY_HANDLES:
            return agency_person(account)
        if account >= SPARES:
            return spare_person(self.person(account - SPARES))
        if account >= STRANGERS:
            return self._stranger(account)
        if account < len(FIRST_PEOPLE):
            return self._first(account)
        return self._by_chance(account)

    def _first(self, index: int) -> Person:
        entry = FIRST_PEOPLE[index]
        dice = Dice(self._config.seed, "person", index)
        later = f"{entry.handle}.official"
        return Person(
            index=index,
            creator_id=FIRST_CREATOR_ID + index,
            name=entry.name,
            email=f"{entry.handle.replace('_', '.')}@example.com",
            locale=entry.locale,
            handle=entry.handle,
            later_handle=later if Trait.RENAMED in entry.traits else entry.handle,
            tiktok_username=entry.handle.replace(".", "_"),
            instagram=entry.instagram,
            tiktok=entry.tiktok,
            traits=frozenset(entry.traits),
            base_followers=entry.followers,
            daily_rate=dice.uniform(0.25, 0.7),
        )

    def _by_chance(self, index: int) -> Person:
        dice = Dice(self._config.seed, "person", index)
        locale, (first, latin_first), (last, latin_last) = _draw_name(dice)
        plain = latin_first + dice.pick((".", "_", "")) + latin_last
        instagram, tiktok = _reach(dice)
        traits = {trait for trait, share in _CHANCES if dice.chance(share)}
        renamed = Trait.RENAMED in traits
        return Person(
            index=index,
            creator_id=FIRST_CREATOR_ID + index,
            name=f"{last}{first}" if locale == "ko" else f"{first} {last}",
            email=_email(latin_first, latin_last, index),
            locale=locale,
            handle=f"{plain}{index}",
            later_handle=f"{plain}.real{index}" if renamed else f"{plain}{index}",
            tiktok_username=f"{latin_first}{latin_last}{index}",
            instagram=instagram,
            tiktok=tiktok,
            traits=frozenset(traits),
            base_followers=int(9_000 * 10 ** (0.55 * dice.bell())),
            daily_rate=dice.uniform(0.12, 0.8),
        )

    def _stranger(self, account: int) -> Person:
        """Invent the person who picked up a handle its owner gave away."""
        former = self.person(account - STRANGERS)
        return replace(
            former,
            index=account,
            creator_id=0,
            name="New Owner",
            email="",
            locale="en",
            later_handle=former.handle,
            instagram="outside",
            tiktok=False,
            traits=frozenset(),
            base_followers=412,
            daily_rate=0.9,
        )

    def _has_spare(self, account: int) -> bool:
        if not 0 <= account < min(len(self), len(FIRST_PEOPLE)):
            return False
        return Trait.TWO_ACCOUNTS in FIRST_PEOPLE[account].traits


def _draw_name(dice: Dice) -> tuple[str, NamePair, NamePair]:
    """Draw a language, a first and a last name; the first draws about a person."""
    locale = dice.pick(LOCALES)
    return locale, dice.pick(FIRST_NAMES[locale]), dice.pick(LAST_NAMES[locale])


def _email(first: str, last: str, index: int) -> str:
    return f"{first}.{last}{index}@example.com"


def _reach(dice: Dice) -> tuple[InstagramKind, bool]:
    """Draw which accounts a creator has and how they can be reached."""
    kinds: tuple[tuple[InstagramKind, bool], ...] = (
        *(("outside", False),) * 9,
        *(("outside", True),) * 5,
        *(("connected", False),) * 2,
        *(("connected", True),) * 2,
        *(("none", True),) * 2,
    )
    return dice.pick(kinds)
