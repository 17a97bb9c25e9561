"""The first creators of every world, one for each case that must exist.

A small world then holds every oddity, and a test can name the creator that shows
it. Creators beyond these get their traits by chance (``people``).
"""

from dataclasses import dataclass
from typing import Final

from analytics_pipeline.sandbox.population.records import InstagramKind, Trait


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """One row of the cast: name, handle, language, accounts, audience, oddities."""

    name: str
    handle: str
    locale: str
    instagram: InstagramKind
    tiktok: bool
    followers: int
    traits: tuple[Trait, ...] = ()


FIRST_PEOPLE: Final[tuple[FirstPerson, ...]] = (
    FirstPerson("Tereza Nováková", "tereza.novakova", "cs", "outside", False, 48_213),
    FirstPerson("Ondřej Dvořák", "ondra_dvorak", "cs", "connected", False, 12_480),
    FirstPerson("Eliška Svobodová", "eliska.sv", "cs", "outside", True, 131_900),
    FirstPerson("Дмитрий Соколов", "dima.sokolov", "ru", "none", True, 76_300),
    FirstPerson(
        "김서연", "seoyeon.daily", "ko", "outside", False, 64_976, (Trait.HIDDEN_LIKES,)
    ),
    FirstPerson(
        "박지우", "jiwoo_park", "ko", "connected", False, 23_150, (Trait.HIDDEN_LIKES,)
    ),
    FirstPerson(
        "กิตติ ใจดี", "kitti.jaidee", "th", "outside", False, 3_940, (Trait.PERSONAL,)
    ),
    FirstPerson(
        "พิมพ์ชนก ศรีสุข", "pimchanok.s", "th", "outside", False, 88_420, (Trait.RENAMED,)
    ),
    FirstPerson(
        "ليلى حداد",
        "layla.haddad",
        "ar",
        "outside",
        True,
        54_700,
        (Trait.PRIVATE_TIKTOK,),
    ),
    FirstPerson(
        "Marcus Okafor",
        "marcusdoesmore",
        "en",
        "outside",
        True,
        310_250,
        (Trait.PROLIFIC,),
    ),
    FirstPerson(
        "Imogen Hart", "imogen.hart", "en", "outside", True, 9_120, (Trait.SILENT,)
    ),
    FirstPerson(
        "Vojtěch Kučera",
        "vojta.k",
        "cs",
        "outside",
        True,
        18_640,
        (Trait.CONSENT_REVOKED,),
    ),
    FirstPerson(
        "Полина Орлова",
        "polina_orlova",
        "ru",
        "outside",
        True,
        41_030,
        (Trait.ACCESS_EXPIRED,),
    ),
    FirstPerson(
        "Zoe Bennett",
        "zoe.bennett",
        "en",
        "outside",
        False,
        27_560,
        (Trait.DELETES_POSTS,),
    ),
    FirstPerson(
        "Theo Quinn", "theoquinn", "en", "connected", True, 35_800, (Trait.COUNTS_FALL,)
    ),
    FirstPerson(
        "Priya Rao", "priya.rao", "en", "outside", True, 142_700, (Trait.MODERATED,)
    ),
    FirstPerson(
        "Ксения Морозова",
        "ksenia.moroz",
        "ru",
        "connected",
        False,
        58_900,
        (Trait.STORYTELLER, Trait.CONVERTED_LATE),
    ),
    FirstPerson("한도윤", "doyun.han", "ko", "outside", True, 97_310),
    FirstPerson("อรทัย แสงทอง", "orathai_st", "th", "none", True, 205_400),
    FirstPerson(
        "عمر منصور",
        "omar.mansour",
        "ar",
        "connected",
        False,
        15_270,
        (Trait.TWO_ACCOUNTS,),
    ),
    FirstPerson(
        "Zuzana Černá",
        "zuzka.cerna",
        "cs",
        "outside",
        False,
        22_080,
        (Trait.NO_CAPTIONS,),
    ),
    FirstPerson(
        "Kateřina Procházková",
        "kaca.prochazkova",
        "cs",
        "outside",
        True,
        33_410,
        (Trait.EVERY_STYLE,),
    ),
    FirstPerson(
        "Liam Whitfield",
        "liam.whitfield",
        "en",
        "connected",
        True,
        19_990,
        (Trait.DELETES_POSTS,),
    ),
    FirstPerson(
        "Noah Hart", "noah_hart", "en", "outside", True, 71_600, (Trait.NARROW_SCOPE,)
    ),
)
