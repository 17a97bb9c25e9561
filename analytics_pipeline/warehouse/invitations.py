"""Invitations: made, found, withdrawn, and used once per platform."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from analytics_pipeline.schemas.logins import (
    Invitation,
    InvitationRequest,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.tables import invitation_uses, invitations

LONGEST_VALID_FOR = timedelta(days=90)
"""Nobody may hand out links that work for years."""

_ID_BYTES = 8


def create_invitation(
    connection: sa.Connection, wanted: InvitationRequest, now: datetime
) -> Invitation:
    """Invite a creator to log in.

    Args:
        connection: With an open transaction.
        wanted: Whom, where, for how long; that the creator exists is for the caller
            to know.
        now: The current instant.

    Returns:
        The invitation; `api/signing.py` makes its link.

    Raises:
        ValueError: It would be over at once, or live longer than is allowed.
    """
    if not timedelta(0) < wanted.valid_for <= LONGEST_VALID_FOR:
        msg = f"an invitation is valid for up to {LONGEST_VALID_FOR.days} days"
        raise ValueError(msg)
    made = Invitation(
        invitation_id=secrets.token_hex(_ID_BYTES),
        creator_id=wanted.creator_id,
        platforms=tuple(
            p for p in Platform if p in wanted.platforms or not wanted.platforms
        ),
        invited_by=wanted.invited_by,
        created_at=now,
        expires_at=now + wanted.valid_for,
    )
    connection.execute(
        sa.insert(invitations).values(
            invitation_id=made.invitation_id,
            creator_id=made.creator_id,
            invited_platforms=list(made.platforms),
            invited_by=made.invited_by,
            created_at=made.created_at,
            expires_at=made.expires_at,
        )
    )
    return made


def find_invitation(
    connection: sa.Connection, invitation_id: str, *, lock: bool = False
) -> Invitation | None:
    """Return an invitation.

    Args:
        connection: To the warehouse.
        invitation_id: Which.
        lock: Let nobody else use or revoke it until the transaction ends.

    Returns:
        The invitation, or None.
    """
    query = sa.select(invitations).where(invitations.c.invitation_id == invitation_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        return None
    used = connection.scalars(
        sa.select(invitation_uses.c.platform).where(
            invitation_uses.c.invitation_id == invitation_id
        )
    )
    return _invitation(row, used.all())


def list_invitations(connection: sa.Connection) -> list[Invitation]:
    """Return all invitations, the newest first."""
    used = (
        sa.select(sa.func.array_agg(invitation_uses.c.platform))
        .where(invitation_uses.c.invitation_id == invitations.c.invitation_id)
        .scalar_subquery()
    )
    query = sa.select(invitations, used.label("used_on")).order_by(
        invitations.c.created_at.desc(), invitations.c.invitation_id
    )
    return [_invitation(row, row.used_on or ()) for row in connection.execute(query)]


def revoke_invitation(
    connection: sa.Connection, invitation_id: str, now: datetime
) -> bool:
    """Withdraw an invitation; what was bound through it stays bound.

    Args:
        connection: With an open transaction.
        invitation_id: Which.
        now: The current instant.

    Returns:
        Whether it is withdrawn now; False when there is none.
    """
    done = connection.execute(
        sa.update(invitations)
        .where(invitations.c.invitation_id == invitation_id)
        .values(revoked_at=sa.func.coalesce(invitations.c.revoked_at, now))
    )
    return done.rowcount > 0


def use_invitation(
    connection: sa.Connection,
    invitation: Invitation,
    platform: Platform,
    connection_id: str,
    now: datetime,
) -> None:
    """Use an invitation up for a platform.

    Args:
        connection: With an open transaction in which it is locked and was found open.
        invitation: Which.
        platform: Where.
        connection_id: What was bound through it.
        now: The current instant.
    """
    connection.execute(
        sa.insert(invitation_uses).values(
            invitation_id=invitation.invitation_id,
            platform=platform,
            connection_id=connection_id,
            used_at=now,
        )
    )


def _invitation(row: sa.Row[tuple[str]], used_on: Collection[str]) -> Invitation:
    return Invitation(
        invitation_id=row.invitation_id,
        creator_id=row.creator_id,
        platforms=tuple(map(Platform, row.invited_platforms)),
        invited_by=row.invited_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_on=frozenset(map(Platform, used_on)),
    )
