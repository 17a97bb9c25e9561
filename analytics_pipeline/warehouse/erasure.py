"""Replacing a person in the tables by pseudonyms, in one transaction.

What a column means for a person is the same in every table (`schemas/personal.py`), so
tables are gone through by their columns, and one that is added is not forgotten.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.personal import (
    DROPPED_COLUMNS,
    NAMING_COLUMNS,
    pseudonymised_tables,
)
from analytics_pipeline.schemas.tables import (
    POST_CAPTIONS,
    REVIEW_CANDIDATES,
    Table,
)
from analytics_pipeline.warehouse.load import merge
from analytics_pipeline.warehouse.persons import Person, about, any_of
from analytics_pipeline.warehouse.tables import (
    TABLES_BY_NAME,
    api_budgets,
    campaign_daily_summary,
    creators,
    erasure_requests,
    findings,
    hashtag_post_metrics,
    invitations,
    logins,
    metric_capabilities,
    post_captions,
    review_candidates,
    webhook_inbox,
)

_IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Caption:
    """What becomes of a caption.

    Attributes:
        caption_id: Its fingerprint before.
        text: What is left of it.
        new_id: The fingerprint of that.
    """

    caption_id: str
    text: str
    new_id: str


@dataclass(frozen=True, slots=True)
class Substitutes:
    """What stands for what in the rows about a person.

    Attributes:
        names: Pseudonyms, by id or handle.
        captions: What is left of captions, by the caption.
        hashtags: The hashtags that stay.
    """

    names: Mapping[str, str]
    captions: Mapping[str, Caption]
    hashtags: Collection[str]


def pseudonymise(
    connection: sa.Connection, person: Person, substitutes: Substitutes, run_id: str
) -> dict[str, int]:
    """Replace a person in every table whose rows stay.

    Args:
        connection: With an open transaction.
        person: Whom.
        substitutes: By what.
        run_id: The run.

    Returns:
        How many rows were changed, by table.
    """
    staged = _Staged(connection, substitutes)
    counts = {POST_CAPTIONS.name: _replace_captions(connection, person, substitutes)}
    for table in pseudonymised_tables():
        if table is not POST_CAPTIONS:
            values = staged.values(table) | _dropped(table)
            if table.is_asset and "run_id" in table.columns:
                values["run_id"] = sa.literal(run_id)
            changed = connection.execute(
                sa.update(TABLES_BY_NAME[table.name])
                .where(about(person, table))
                .values(values)
            )
            counts[table.name] = changed.rowcount
    counts |= {
        "data_quality_findings": _replace_in_findings(connection, person, staged),
        "campaign_daily_summary": _mark_summaries(connection, person, substitutes),
    }
    staged.drop()
    return counts


def remove(connection: sa.Connection, person: Person, now: datetime) -> dict[str, int]:
    """Remove what tells of a person and is of no use without them.

    Args:
        connection: With an open transaction.
        person: Whom.
        now: The current instant.

    Returns:
        How many rows were removed or emptied, by table.
    """
    removed = {
        name: connection.execute(
            sa.delete(TABLES_BY_NAME[name]).where(
                TABLES_BY_NAME[name].c.connection_id == any_of(person.connection_ids)
            )
        ).rowcount
        for name in ("connections", "connection_alerts")
    }
    candidates = connection.execute(
        sa.delete(review_candidates).where(about(person, REVIEW_CANDIDATES))
    )
    invited = sa.select(invitations.c.invitation_id).where(
        invitations.c.creator_id == any_of(person.creator_ids)
    )
    emptied = connection.execute(
        sa.update(logins)
        .where(
            logins.c.platform == person.platform, logins.c.invitation_id.in_(invited)
        )
        .values(choices={}, grant_encrypted=None, detail=None)
    )
    budget = sa.func.regexp_replace(api_budgets.c.budget, "^.*/", "")
    budgets = connection.execute(
        sa.delete(api_budgets).where(budget == any_of(person.account_ids))
    )
    nameless = connection.execute(
        sa.update(creators)
        .where(
            creators.c.creator_id == any_of(person.creator_ids),
            creators.c.email.is_not(None),
        )
        .values(email=None, updated_at=now)
    )
    _forget_elsewhere(connection, person)
    return removed | {
        "review_candidates": candidates.rowcount,
        "logins": emptied.rowcount,
        "api_budgets": budgets.rowcount,
        "creators": nameless.rowcount,
        "webhook_inbox": _strip_messages(connection, person, now),
    }


def _forget_elsewhere(connection: sa.Connection, person: Person) -> None:
    """Drop what stands beside rows that are about nobody, or about a request."""
    ids = sa.func.unnest(
        sa.cast(sorted(person.account_ids | person.post_ids), ARRAY(sa.Text))
    ).column_valued("id")
    holds_id = sa.func.strpos(metric_capabilities.c.detail, ids) > 0
    connection.execute(
        sa.update(metric_capabilities)
        .where(sa.select(ids).where(holds_id).exists())
        .values(detail=None)
    )
    connection.execute(
        sa.update(erasure_requests)
        .where(
            erasure_requests.c.platform == person.platform,
            erasure_requests.c.platform_user_id == any_of(person.other_ids),
            erasure_requests.c.completed_at.is_not(None),
        )
        .values(platform_user_id=None)
    )


class _Staged:
    """Substitutes as temporary tables, for updates that know no size."""

    def __init__(self, connection: sa.Connection, substitutes: Substitutes) -> None:
        self.names = substitutes.names
        self._connection = connection
        self._hashtags = sorted(substitutes.hashtags)
        # In a namespace of its own: they belong to this transaction only.
        self._names = sa.Table(
            "erased_names",
            sa.MetaData(),
            sa.Column("name", sa.Text, primary_key=True),
            sa.Column("substitute", sa.Text),
            prefixes=["TEMPORARY"],
        )
        self._captions = sa.Table(
            "erased_captions",
            sa.MetaData(),
            sa.Column("post_caption", sa.Text),
            sa.Column("caption_id", sa.Text, primary_key=True),
            sa.Column("text", sa.Text),
            sa.Column("new_id", sa.Text),
            prefixes=["TEMPORARY"],
        )
        for table, rows in (
            (
                self._names,
                [
                    {"name": name, "substitute": substitute}
                    for name, substitute in substitutes.names.items()
                ],
            ),
            (
                self._captions,
                [
                    {
                        "post_caption": text,
                        "caption_id": caption.caption_id,
                        "text": caption.text,
                        "new_id": caption.new_id,
                    }
                    for text, caption in substitutes.captions.items()
                ],
            ),
        ):
            table.create(connection)
            if rows:
                connection.execute(sa.insert(table), rows)

    def substitute(self, column: sa.ColumnElement[str]) -> sa.ColumnElement[Any]:
        """Return what stands for a column's id or handle; null for a strange one."""
        return _looked_up(self._names.c.substitute, self._names.c.name, column)

    def values(self, table: Table) -> dict[str, sa.ColumnElement[Any]]:
        """Return what becomes of a table's columns, row by row."""
        columns = TABLES_BY_NAME[table.name].c
        captions = self._captions.c
        values: dict[str, sa.ColumnElement[Any]] = {
            name: self.substitute(columns[name])
            for name in NAMING_COLUMNS
            if name in columns
        }
        if "post_caption" in columns:
            text = columns.post_caption
            values["post_caption"] = _looked_up(
                captions.text, captions.post_caption, text
            )
        if "caption_id" in columns:
            fingerprint = columns.caption_id
            values["caption_id"] = _looked_up(
                captions.new_id, captions.caption_id, fingerprint
            )
        if "hashtags" in columns:
            tag = sa.func.unnest(columns.hashtags).column_valued("tag")
            kept = sa.select(tag).where(tag == any_of(self._hashtags))
            values["hashtags"] = sa.func.array(kept.scalar_subquery())
        return values

    def drop(self) -> None:
        """Drop the tables, so that another person can be erased in the transaction."""
        self._names.drop(self._connection)
        self._captions.drop(self._connection)


def _looked_up(
    wanted: sa.ColumnElement[str],
    known: sa.ColumnElement[str],
    column: sa.ColumnElement[str],
) -> sa.ColumnElement[Any]:
    return sa.select(wanted).where(known == column).scalar_subquery()


def _dropped(table: Table) -> dict[str, Any]:
    return {name: sa.null() for name in DROPPED_COLUMNS if name in table.columns}


def _replace_captions(
    connection: sa.Connection, person: Person, substitutes: Substitutes
) -> int:
    """Replace the captions; wordings that differ no more become one row."""
    columns = post_captions.c
    found = (
        connection.execute(
            sa.delete(post_captions)
            .where(about(person, POST_CAPTIONS))
            .returning(*columns)
        )
        .mappings()
        .all()
    )
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for row in found:
        caption = substitutes.captions[row["post_caption"]]
        post_id = substitutes.names[row["post_id"]]
        known = rows.get((post_id, caption.new_id), row)
        rows[post_id, caption.new_id] = dict(row) | {
            "post_id": post_id,
            "caption_id": caption.new_id,
            "post_caption": caption.text,
            "hashtags": [tag for tag in row["hashtags"] if tag in substitutes.hashtags],
            "first_observed_at": min(
                row["first_observed_at"], known["first_observed_at"]
            ),
        }
    merge(connection, POST_CAPTIONS, rows.values())
    return len(found)


def _replace_in_findings(
    connection: sa.Connection, person: Person, staged: _Staged
) -> int:
    """Replace ids in the keys of findings about the person; drop what was odd."""
    table = findings.c
    ids = sorted(person.account_ids)
    # "post 3 of account 1784…": such a key holds the id of the account.
    holds_id = (
        sa.func.strpos(column, name) > 0
        for column in (table.record_key, table.value)
        for name in ids
    )
    is_named = sa.or_(
        staged.substitute(table.record_key).is_not(None),
        staged.substitute(table.value).is_not(None),
        *holds_id,
    )
    is_creator = sa.and_(
        table.asset == creators.name, table.record_key == any_of(person.creator_ids)
    )
    is_theirs = sa.and_(table.platform == person.platform, is_named)
    key: sa.ColumnElement[str] = sa.func.coalesce(
        staged.substitute(table.record_key), table.record_key
    )
    for name in ids:
        key = sa.func.replace(key, name, staged.names.get(name, ""))
    changed = connection.execute(
        sa.update(findings)
        .where(sa.or_(is_creator, is_theirs))
        .values(record_key=key, value=None)
    )
    return changed.rowcount


def _mark_summaries(
    connection: sa.Connection, person: Person, substitutes: Substitutes
) -> int:
    """Count the erased posts in the summaries whose totals they remain in."""
    summary, match = campaign_daily_summary.c, hashtag_post_metrics.c
    erased = [substitutes.names[name] for name in person.post_ids]
    counted = (
        sa.select(
            match.snapshot_date,
            match.campaign_id,
            match.platform,
            sa.func.count().label("posts"),
        )
        .where(
            match.platform == person.platform,
            match.post_id == any_of(erased),
            match.match_level == "full",
        )
        .group_by(match.snapshot_date, match.campaign_id, match.platform)
        .subquery()
    )
    marked = connection.execute(
        sa.update(campaign_daily_summary)
        .where(
            summary.snapshot_date == counted.c.snapshot_date,
            summary.campaign_id == counted.c.campaign_id,
            summary.platform == counted.c.platform,
        )
        .values(erased_post_count=summary.erased_post_count + counted.c.posts)
    )
    return marked.rowcount


def _strip_messages(connection: sa.Connection, person: Person, now: datetime) -> int:
    """Take the entries about the person out of what platforms pushed."""
    table = webhook_inbox.c
    names = sorted(person.account_ids | person.other_ids)
    if not names:
        return 0
    query = sa.select(table.message_id, table.body).where(
        sa.or_(*(sa.func.strpos(table.body, name) > 0 for name in names))
    )
    messages = connection.execute(query.with_for_update()).all()
    for message_id, body in messages:
        rest = without_entries(body, names)
        values: dict[str, Any] = {"body": rest, "detail": None}
        if rest is None:
            # Whoever waits to process it has nothing left to do.
            values["processed_at"] = sa.func.coalesce(table.processed_at, now)
            values["message_outcome"] = sa.func.coalesce(
                table.message_outcome, _IGNORED
            )
        connection.execute(
            sa.update(webhook_inbox)
            .where(table.message_id == message_id)
            .values(values)
        )
    return len(messages)


def without_entries(body: str, names: Collection[str]) -> str | None:
    """Return a push without the entries that hold any of some ids.

    Args:
        body: As received.
        names: Ids of a person.

    Returns:
        The rest, which may be about others; None when there is none, or when it cannot
        be told apart.
    """
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    entries = parsed.get("entry") if isinstance(parsed, dict) else None
    if not isinstance(entries, list):
        return None
    rest = [entry for entry in entries if not _holds(entry, names)]
    stripped = json.dumps(parsed | {"entry": rest}, ensure_ascii=False)
    return stripped if rest and not _holds(stripped, names) else None


def _holds(value: object, names: Collection[str]) -> bool:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return any(name in text for name in names)
