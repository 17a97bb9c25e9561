"""Posts that are no longer listed: whom to ask directly for, and which are removed."""

from datetime import datetime

import sqlalchemy as sa

from analytics_pipeline.clients.walk import Walk
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.steps.run import Run
from analytics_pipeline.transform.removals import (
    PROOF_INTERVAL,
    RemovalCheck,
    removed_at,
)
from analytics_pipeline.warehouse.load import LoadResult
from analytics_pipeline.warehouse.removals import (
    WalkedList,
    checked_posts,
    count_awaited,
    mark_removed,
    missing_posts,
)

MOST_DIRECT_READS = 10
"""Per account and run: an account that hides everything must not cost a budget."""


def posts_to_read(run: Run, walk: Walk) -> list[str]:
    """Return the posts that a complete walk over an own list should have had.

    Args:
        run: The run.
        walk: The walk.

    Returns:
        A few ids; one that was read directly just now is left for a later run, because
        a second read would prove nothing yet.
    """
    with run.warehouse.begin() as connection:
        return missing_posts(
            connection,
            WalkedList(walk.account_id, walk.covers_from, walk.post_ids),
            run.clock() - PROOF_INTERVAL,
            MOST_DIRECT_READS,
        )


def direct_reads_awaited(
    connection: sa.Connection, floors: dict[str, datetime], now: datetime
) -> dict[str, int]:
    """Return how many direct reads each account should take, by account id.

    Args:
        connection: To the warehouse.
        floors: How far back each account is to be read.
        now: The current instant.

    Returns:
        Accounts with posts that the last walk lacked. A post that is missing for the
        first time cannot be planned.
    """
    counts = count_awaited(connection, floors, now - PROOF_INTERVAL)
    return {name: min(count, MOST_DIRECT_READS) for name, count in counts.items()}


def settle_removals(connection: sa.Connection, run_id: str) -> LoadResult:
    """Bring `posts.removed_at` in line with what is known, whatever came last.

    Args:
        connection: With an open transaction, after posts and checks were loaded.
        run_id: The run.

    Returns:
        What changed.
    """
    changes = []
    for post in checked_posts(connection):
        checks = (
            RemovalCheck(
                post["post_id"],
                row["is_gone"],
                row["covers_from"],
                row["observed_at"],
            )
            for row in post["checks"]
        )
        at = removed_at(post["posted_at"], post["last_seen_at"], checks)
        if at != post["removed_at"]:
            changes.append((Platform(post["platform"]), post["post_id"], at))
    return LoadResult(updated=mark_removed(connection, changes, run_id))
