"""Accounts that are no creator's main one: the agency's own, and spare ones."""

from dataclasses import replace
from typing import Final

from analytics_pipeline.sandbox.population.records import (
    AGENCY,
    AGENCY_SECOND_BRAND,
    SPARES,
    Person,
)

AGENCY_HANDLES: Final = {
    AGENCY: "atelier.lumen.agency",
    AGENCY_SECOND_BRAND: "lumen.studio",
}
SPARE_ENDING: Final = ".spare"


def agency_person(account: int) -> Person:
    """Give the agency as the owner of one of its accounts."""
    handle = AGENCY_HANDLES[account]
    return Person(
        index=account,
        creator_id=0,
        name="Atelier Lumen" if account == AGENCY else "Lumen Studio",
        email="",
        locale="cs",
        handle=handle,
        later_handle=handle,
        tiktok_username="",
        instagram="connected",
        tiktok=False,
        traits=frozenset(),
        base_followers=5_230,
        daily_rate=0.3,
    )


def spare_person(owner: Person) -> Person:
    """Give a creator as the owner of an account they once opened and hardly use."""
    handle = owner.handle + SPARE_ENDING
    return replace(
        owner,
        index=SPARES + owner.index,
        creator_id=0,
        email="",
        handle=handle,
        later_handle=handle,
        tiktok=False,
        traits=frozenset(),
        base_followers=64,
        daily_rate=0.02,
    )
