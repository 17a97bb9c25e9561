"""The connections file: which account belongs to which creator, with its tokens.

It is what a house would have gathered from consent pages. Accounts nobody
consented for are listed by handle only, as they are known at the world's start: a
later rename is for the reader to find out.
"""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

from analytics_pipeline.sandbox.graph.tokens import SCOPES as META_SCOPES
from analytics_pipeline.sandbox.population.calendar import as_moment
from analytics_pipeline.sandbox.population.records import Person
from analytics_pipeline.sandbox.state import SandboxState

COLUMNS: Final = (
    "creator_id",
    "platform",
    "username",
    "account_id",
    "access_token",
    "refresh_token",
    "access_token_expires_at",
    "refresh_token_expires_at",
    "scopes",
)


def iter_lines(state: SandboxState) -> Iterator[str]:
    """Write the connections file line by line.

    Args:
        state: The sandbox; TikTok tokens are those in force now.

    Yields:
        CSV lines with their line ends, the header first.
    """
    buffer = StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for person in state.world.people:
        if person.instagram != "none":
            writer.writerow(_instagram(state, person))
        if person.tiktok:
            writer.writerow(_tiktok(state, person))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _instagram(state: SandboxState, person: Person) -> dict[str, object]:
    row: dict[str, object] = {
        "creator_id": person.creator_id,
        "platform": "instagram",
        "username": person.handle,
    }
    if person.instagram == "connected":
        tokens = state.meta_tokens
        row["account_id"] = state.world.identities.instagram_id(person.index)
        row["access_token"] = tokens.first(person.index)
        expires = tokens.first_expiry(person.index)
        row["access_token_expires_at"] = as_moment(expires).isoformat()
        row["scopes"] = " ".join(META_SCOPES)
    return row


def _tiktok(state: SandboxState, person: Person) -> dict[str, object]:
    grant = state.tiktok_tokens.current(person.index)
    return {
        "creator_id": person.creator_id,
        "platform": "tiktok",
        "username": person.tiktok_username,
        "account_id": state.world.identities.open_id(person.index),
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "access_token_expires_at": as_moment(grant.access_expires).isoformat(),
        "refresh_token_expires_at": as_moment(grant.refresh_expires).isoformat(),
        "scopes": " ".join(grant.scopes),
    }
