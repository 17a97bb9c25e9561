"""What people decide about posts that could belong to a campaign.

Decisions are only ever added and withdrawn, so who decided what, and when, stays. They
take effect when the days are matched.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.review import (
    CandidateFilter,
    CandidateKey,
    CandidateKind,
    DecidedOtherwiseError,
    Decision,
    ErasureAtWorkError,
    NewDecision,
    TooLongReasonError,
    UnknownCampaignError,
    UnknownPostError,
    Verdict,
)
from analytics_pipeline.warehouse.exclusion import hold_off_erasures
from analytics_pipeline.warehouse.tables import (
    account_snapshots,
    campaigns,
    hashtag_post_metrics,
    post_snapshots,
    posts,
    review_candidates,
    review_decisions,
)

LONGEST_REASON = 500
DESK_DAYS = 30
"""How far back the desk of all campaigns looks; that of one campaign has no limit."""
_ID_BYTES = 8
_NUL = "\x00"  # PostgreSQL has no text with one.
_INSTANT_AFTER = timedelta(microseconds=1)
Rows = list[dict[str, Any]]
PostKey = tuple[str, str]


def open_candidates(
    connection: sa.Connection,
    wanted: CandidateFilter | None = None,
    after: CandidateKey | None = None,
    limit: int = 50,
) -> Rows:
    """Return the posts that wait for a decision, the likeliest first.

    Args:
        connection: To the warehouse.
        wanted: Which; all by default.
        after: Where the page before ended; None for the first page.
        limit: How many.

    Returns:
        Rows of `review_candidates` of the newest day each, with `campaign_name`,
        `campaign_hashtags`, `publishing_start_date`, `publishing_end_date`, `username`
        and the day's `view_count`, `like_count` and `comment_count`.
    """
    found = _open(wanted or CandidateFilter()).subquery()
    order = (
        found.c.candidate_score.desc(),
        found.c.posted_at.desc(),
        found.c.campaign_id,
        found.c.platform,
        found.c.post_id,
    )
    query = _with_context(found).order_by(*order).limit(limit)
    if after is not None:
        query = query.where(_behind(found, after))
    return [dict(row) for row in connection.execute(query).mappings()]


def count_candidates(
    connection: sa.Connection, wanted: CandidateFilter | None = None
) -> dict[str, dict[CandidateKind, int]]:
    """Count the posts that wait for a decision.

    Args:
        connection: To the warehouse.
        wanted: Which; all by default.

    Returns:
        Numbers by kind, by campaign.
    """
    found = _open(wanted or CandidateFilter()).subquery()
    kind = found.c.candidate_kind
    query = (
        sa.select(found.c.campaign_id, kind, sa.func.count())
        .group_by(found.c.campaign_id, kind)
        .order_by(found.c.campaign_id, kind)
    )
    counts: dict[str, dict[CandidateKind, int]] = {}
    for campaign_id, name, count in connection.execute(query):
        counts.setdefault(campaign_id, {})[CandidateKind(name)] = count
    return counts


def _with_context(found: sa.Subquery) -> sa.Select[*tuple[Any, ...]]:
    """Return candidates with what a person looks at beside them."""
    snapshot, account = post_snapshots.c, account_snapshots.c
    same_post = sa.and_(
        snapshot.snapshot_date == found.c.snapshot_date,
        snapshot.platform == found.c.platform,
        snapshot.post_id == found.c.post_id,
    )
    same_account = sa.and_(
        account.snapshot_date == found.c.snapshot_date,
        account.platform == found.c.platform,
        account.account_id == found.c.account_id,
    )
    return (
        sa.select(
            found,
            campaigns.c.campaign_name,
            campaigns.c.campaign_hashtags,
            campaigns.c.publishing_start_date,
            campaigns.c.publishing_end_date,
            account.username,
            snapshot.view_count,
            snapshot.like_count,
            snapshot.comment_count,
        )
        .join(campaigns, campaigns.c.campaign_id == found.c.campaign_id)
        .outerjoin(post_snapshots, same_post)
        .outerjoin(account_snapshots, same_account)
    )


def _open(wanted: CandidateFilter) -> sa.Select[*tuple[Any, ...]]:
    """Return the newest row of each candidate that nobody has decided."""
    table, match = review_candidates.c, hashtag_post_metrics.c
    newest = sa.select(review_candidates).ext(
        distinct_on(table.campaign_id, table.platform, table.post_id)
    )
    if wanted.campaign_id is not None:
        newest = newest.where(table.campaign_id == wanted.campaign_id)
    else:
        last_day = sa.select(sa.func.max(table.snapshot_date)).scalar_subquery()
        newest = newest.where(table.snapshot_date > last_day - DESK_DAYS)
    listed = newest.order_by(
        table.campaign_id, table.platform, table.post_id, table.snapshot_date.desc()
    ).subquery()
    held = _in_force().subquery()

    def same_post(other: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401 - columns
        return sa.and_(
            other.campaign_id == listed.c.campaign_id,
            other.platform == listed.c.platform,
            other.post_id == listed.c.post_id,
        )

    # A caption may have been mended, or the campaign, since the post was a candidate.
    counts_since = sa.exists().where(
        same_post(match),
        match.snapshot_date >= listed.c.snapshot_date,
        match.match_level == "full",
        match.match_basis == "hashtags",
    )
    query = sa.select(listed).where(
        ~sa.exists().where(same_post(held.c)), ~counts_since
    )
    if wanted.kinds:
        query = query.where(listed.c.candidate_kind.in_(wanted.kinds))
    if wanted.platform is not None:
        query = query.where(listed.c.platform == wanted.platform)
    return query


def _behind(found: sa.Subquery, after: CandidateKey) -> sa.ColumnElement[bool]:
    """Return the condition of the candidates behind one, in the desk's order."""
    score, posted_at = found.c.candidate_score, found.c.posted_at
    names = sa.tuple_(found.c.campaign_id, found.c.platform, found.c.post_id)
    return sa.or_(
        score < after.score,
        sa.and_(score == after.score, posted_at < after.posted_at),
        sa.and_(
            score == after.score,
            posted_at == after.posted_at,
            names > sa.tuple_(after.campaign_id, after.platform, after.post_id),
        ),
    )


def decide(connection: sa.Connection, wanted: NewDecision, now: datetime) -> Decision:
    """Keep a decision; it supersedes an earlier one about the same post.

    Args:
        connection: With an open transaction.
        wanted: What is decided.
        now: The current instant.

    Returns:
        The decision that now holds: the earlier one where it says the same.

    Raises:
        UnknownCampaignError: There is no such campaign.
        UnknownPostError: The post has an id, but was never collected.
        DecidedOtherwiseError: Another person has decided otherwise, and whoever
            decides now has not seen it.
        TooLongReasonError: The reason is too long.
        ErasureAtWorkError: Somebody is being erased just now.
    """
    _check_texts(wanted)
    if not hold_off_erasures(connection):
        raise ErasureAtWorkError
    _one_at_a_time(connection, wanted)
    if not _is_campaign(connection, wanted.campaign_id):
        raise UnknownCampaignError(wanted.campaign_id)
    post = _post(connection, wanted)
    if wanted.post_id is not None and post is None:
        raise UnknownPostError(wanted.platform, wanted.post_id)
    history = _history_of(connection, wanted)
    current = next((item for item in history if item.is_in_force), None)
    if current is not None:
        if current.verdict is wanted.verdict:
            return current
        is_own = current.decided_by == wanted.by
        if not is_own and wanted.seen != current.decision_id:
            raise DecidedOtherwiseError(current)
    # Decisions about one post have an order, also where a clock stands still.
    newest = max((item.decided_at for item in history), default=None)
    decided_at = now if newest is None else max(now, newest + _INSTANT_AFTER)
    decision_id = secrets.token_hex(_ID_BYTES)
    connection.execute(
        sa.insert(review_decisions).values(
            decision_id=decision_id,
            campaign_id=wanted.campaign_id,
            platform=wanted.platform,
            post_id=wanted.post_id,
            account_id=None if post is None else post["account_id"],
            link_key=wanted.link_key,
            post_url=wanted.post_url or (post and post["post_url"]),
            decision=wanted.verdict,
            decision_reason=wanted.reason,
            candidate_kind=_kind_of(connection, wanted),
            decided_by=wanted.by,
            decided_at=decided_at,
        )
    )
    made = find_decision(connection, decision_id)
    assert made is not None  # noqa: S101 - inserted above
    return made


def withdraw(
    connection: sa.Connection, decision_id: str, by: str, now: datetime
) -> Decision | None:
    """Withdraw a decision; an earlier one about the post holds again, if there is one.

    Args:
        connection: With an open transaction.
        decision_id: Which.
        by: Sign-in name of whoever withdraws it.
        now: The current instant.

    Returns:
        The decision as it was made; None if there is no such decision in force.
    """
    found = find_decision(connection, decision_id)
    if found is None:
        return None
    withdrawn = connection.execute(
        sa.update(review_decisions)
        .where(
            review_decisions.c.decision_id == decision_id,
            review_decisions.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, withdrawn_by=by)
    )
    return found if withdrawn.rowcount else None


def find_decision(connection: sa.Connection, decision_id: str) -> Decision | None:
    """Return a decision; None if there is no such one."""
    if _NUL in decision_id:
        return None
    query = _decisions().where(review_decisions.c.decision_id == decision_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else _decision(row)


def decisions_of(
    connection: sa.Connection,
    campaign_id: str | None = None,
    post: PostKey | None = None,
) -> list[Decision]:
    """Return decisions, superseded and withdrawn ones too, the newest first.

    Args:
        connection: To the warehouse.
        campaign_id: Only about this campaign.
        post: Only about this post: platform and id.

    Returns:
        The decisions.
    """
    query = _decisions()
    if campaign_id is not None:
        query = query.where(review_decisions.c.campaign_id == campaign_id)
    if post is not None:
        query = query.where(
            review_decisions.c.platform == post[0],
            review_decisions.c.post_id == post[1],
        )
    return _told(connection, query)


def verdicts(
    connection: sa.Connection, campaign_ids: Collection[str]
) -> dict[PostKey, dict[str, Verdict]]:
    """Return what holds about the posts of some campaigns.

    Args:
        connection: To the warehouse.
        campaign_ids: The campaigns.

    Returns:
        Verdicts by campaign, by platform and post. A post that no day has brought yet
        is not among them.
    """
    in_force = _in_force().where(
        review_decisions.c.campaign_id.in_(campaign_ids),
        review_decisions.c.post_id.is_not(None),
    )
    found: dict[PostKey, dict[str, Verdict]] = {}
    for row in connection.execute(in_force):
        of_post = found.setdefault((row.platform, row.post_id), {})
        of_post[row.campaign_id] = Verdict(row.decision)
    return found


def _check_texts(wanted: NewDecision) -> None:
    """Refuse what no row can hold or name: long reasons, ids with a NUL."""
    if len(wanted.reason or "") > LONGEST_REASON or _NUL in (wanted.reason or ""):
        raise TooLongReasonError(LONGEST_REASON)
    if _NUL in wanted.campaign_id:
        raise UnknownCampaignError(wanted.campaign_id)
    if _NUL in (wanted.post_id or ""):
        raise UnknownPostError(wanted.platform, str(wanted.post_id))


def _one_at_a_time(connection: sa.Connection, wanted: NewDecision) -> None:
    """Let nobody else decide about the same post until the transaction ends."""
    named = (
        wanted.campaign_id,
        wanted.platform,
        str(wanted.post_id or wanted.link_key),
    )
    connection.execute(
        sa.select(
            sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("/".join(named), 0))
        )
    )


def _is_campaign(connection: sa.Connection, campaign_id: str) -> bool:
    query = sa.select(sa.exists().where(campaigns.c.campaign_id == campaign_id))
    return bool(connection.scalar(query))


def _post(connection: sa.Connection, wanted: NewDecision) -> dict[str, Any] | None:
    query = sa.select(posts.c.account_id, posts.c.post_url).where(
        posts.c.platform == wanted.platform, posts.c.post_id == wanted.post_id
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def _history_of(connection: sa.Connection, wanted: NewDecision) -> list[Decision]:
    table = review_decisions.c
    same_post = (
        table.post_id == wanted.post_id
        if wanted.post_id is not None
        else sa.and_(table.post_id.is_(None), table.link_key == wanted.link_key)
    )
    return _told(
        connection,
        _decisions().where(
            table.campaign_id == wanted.campaign_id,
            table.platform == wanted.platform,
            same_post,
        ),
    )


def _kind_of(connection: sa.Connection, wanted: NewDecision) -> str | None:
    """Return what kind of candidate the post was on the newest day it was one."""
    table = review_candidates.c
    query = (
        sa.select(table.candidate_kind)
        .where(
            table.campaign_id == wanted.campaign_id,
            table.platform == wanted.platform,
            table.post_id == wanted.post_id,
        )
        .order_by(table.snapshot_date.desc())
        .limit(1)
    )
    return connection.scalar(query)


def _subject() -> tuple[sa.ColumnElement[Any], ...]:
    """Return what a decision is about; the newest of those about the same holds."""
    table = review_decisions.c
    return (
        table.campaign_id,
        table.platform,
        sa.func.coalesce(table.post_id, table.link_key),
    )


def _in_force() -> sa.Select[*tuple[Any, ...]]:
    """Return the decisions that hold."""
    return (
        sa.select(review_decisions)
        .where(review_decisions.c.withdrawn_at.is_(None))
        .ext(distinct_on(*_subject()))
        .order_by(
            *_subject(),
            review_decisions.c.decided_at.desc(),
            review_decisions.c.decision_id,
        )
    )


def _decisions() -> sa.Select[*tuple[Any, ...]]:
    holding = _in_force().subquery()
    is_in_force = review_decisions.c.decision_id.in_(sa.select(holding.c.decision_id))
    return sa.select(review_decisions, is_in_force.label("is_in_force")).order_by(
        review_decisions.c.decided_at.desc(), review_decisions.c.decision_id
    )


def _decision(row: sa.RowMapping) -> Decision:
    kind = row["candidate_kind"]
    return Decision(
        decision_id=row["decision_id"],
        campaign_id=row["campaign_id"],
        platform=Platform(row["platform"]),
        post_id=row["post_id"],
        account_id=row["account_id"],
        link_key=row["link_key"],
        post_url=row["post_url"],
        verdict=Verdict(row["decision"]),
        reason=row["decision_reason"],
        candidate_kind=None if kind is None else CandidateKind(kind),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        withdrawn_at=row["withdrawn_at"],
        withdrawn_by=row["withdrawn_by"],
        is_in_force=row["is_in_force"],
    )


def _told(
    connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]
) -> list[Decision]:
    return [_decision(row) for row in connection.execute(query).mappings()]
