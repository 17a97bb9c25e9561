"""Decisions about posts that are known by their link only, until a day brings them."""

from typing import Any

import sqlalchemy as sa

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.tables import posts, review_decisions

# What identifies a post in the address that a platform gives it; the same parts of it
# are read from links by `transform/post_links.py`.
_KEY_IN_ADDRESS = r"/(?:p|reel|reels|tv|video|photo|stories/[^/]+)/([A-Za-z0-9_-]+)"


def bind_links(connection: sa.Connection) -> int:
    """Let decisions that wait for a post know it, where one has been collected.

    Args:
        connection: With an open transaction.

    Returns:
        How many decisions know their post now.
    """
    waiting = sa.and_(
        review_decisions.c.post_id.is_(None), review_decisions.c.link_key.is_not(None)
    )
    if not connection.scalar(sa.select(sa.exists().where(waiting))):
        return 0  # Addresses of all posts are not looked through for nothing.
    bound = connection.execute(
        sa.update(review_decisions)
        .where(
            waiting,
            posts.c.platform == review_decisions.c.platform,
            _leads_to_post(review_decisions.c.link_key),
        )
        .values(post_id=posts.c.post_id, account_id=posts.c.account_id)
    )
    return bound.rowcount


def post_of_link(
    connection: sa.Connection, platform: Platform, link_key: str
) -> dict[str, Any] | None:
    """Return the collected post that a link leads to.

    Args:
        connection: To the warehouse.
        platform: Where.
        link_key: What identifies the post in the link.

    Returns:
        A row of `posts`; None if no such post has been collected.
    """
    query = (
        sa.select(posts)
        .where(posts.c.platform == platform, _leads_to_post(sa.literal(link_key)))
        .order_by(posts.c.post_id)
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def _leads_to_post(link_key: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Return the condition of the post of `posts` that a link's key stands for."""
    # TikTok's links hold the id itself, so they serve where it gave no address.
    is_id = sa.and_(posts.c.platform == Platform.TIKTOK, posts.c.post_id == link_key)
    return sa.or_(
        is_id, sa.func.substring(posts.c.post_url, _KEY_IN_ADDRESS) == link_key
    )
