"""Finding everything that the tables hold about a person, before it is erased."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_pipeline.schemas.erasure import ERASED_PREFIX
from analytics_pipeline.schemas.personal import NAMING_COLUMNS, pseudonymised_tables
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import HASHTAG_POST_METRICS, Table
from analytics_pipeline.warehouse.tables import (
    TABLES_BY_NAME,
    attempts,
    connections,
    hashtag_post_metrics,
    participants,
)


@dataclass(frozen=True, slots=True)
class Person:
    """Whose accounts of one platform are to be erased.

    Attributes:
        platform: Where.
        creator_ids: The agency's numbers of the creator.
        connection_ids: Our ids of the accounts, removed ones included.
        account_ids: The platform's ids of the accounts.
        handles: The accounts' present handles.
        other_ids: The person's user ids and Pages.
        post_ids: The accounts' posts.
    """

    platform: Platform
    creator_ids: frozenset[str]
    connection_ids: frozenset[str]
    account_ids: frozenset[str]
    handles: frozenset[str]
    other_ids: frozenset[str]
    post_ids: frozenset[str] = frozenset()


def find_person(
    connection: sa.Connection,
    platform: Platform,
    *,
    user_id: str | None = None,
    creator_id: str | None = None,
) -> Person:
    """Return a person with all accounts on a platform.

    Args:
        connection: To the warehouse.
        platform: Where.
        user_id: Whom, by the platform's id of the person who logged in.
        creator_id: Or whom, by the agency's number.

    Returns:
        The person; without any account where nothing is known any more.
    """
    table, tried = connections.c, attempts.c
    is_asked = sa.or_(
        table.platform_user_id == user_id if user_id else sa.false(),
        table.creator_id == creator_id if creator_id else sa.false(),
    )
    bound = connection.execute(
        sa.select(connections).where(table.platform == platform, is_asked)
    ).all()
    connection_ids = {row.connection_id for row in bound}
    account_ids = _known(row.account_id for row in bound)
    is_theirs = sa.or_(
        tried.connection_id == any_of(connection_ids),
        tried.account_id == any_of(account_ids),
        tried.creator_id == creator_id if creator_id else sa.false(),
    )
    asked = connection.execute(
        sa.select(
            tried.connection_id, tried.account_id, tried.username, tried.creator_id
        )
        .where(tried.platform == platform, is_theirs)
        .distinct()
    ).all()
    known = [row for row in asked if not row.connection_id.startswith(ERASED_PREFIX)]
    handles = {row.username for row in bound} or {row.username for row in known}
    other = {row.platform_user_id for row in bound} | {row.page_id for row in bound}
    found = Person(
        platform=platform,
        creator_ids=_known({row.creator_id for row in bound} | {creator_id}),
        connection_ids=_known(connection_ids | {row.connection_id for row in known}),
        account_ids=_known(account_ids | {row.account_id for row in known}),
        handles=_known(handles),
        other_ids=_known(other | {user_id}),
    )
    return _with_posts(connection, found)


def landing_objects_of(
    connection: sa.Connection, person: Person
) -> dict[str, frozenset[str]]:
    """Return the landing objects that hold a person's answers, with their attempts."""
    table = attempts.c
    query = (
        sa.select(table.object_url, sa.func.array_agg(table.attempt_id))
        .where(_is_about(person, "collection_attempts"), table.object_url.is_not(None))
        .group_by(table.object_url)
        .order_by(table.object_url)
    )
    return {name: frozenset(ids) for name, ids in connection.execute(query)}


def campaigns_of(connection: sa.Connection, person: Person) -> set[str]:
    """Return the campaigns whose reports a person may stand in."""
    matched = _distinct(
        connection,
        hashtag_post_metrics.c.campaign_id,
        person,
        HASHTAG_POST_METRICS,
    )
    taking_part = sa.select(participants.c.campaign_id).where(
        participants.c.creator_id == any_of(person.creator_ids)
    )
    return matched | set(connection.scalars(taking_part))


def names_of(connection: sa.Connection, person: Person) -> set[str]:
    """Return every id and handle that stands in a row about a person."""
    found: set[str] = set()
    for table in pseudonymised_tables():
        for name in NAMING_COLUMNS:
            if name in table.columns:
                column = TABLES_BY_NAME[table.name].c[name]
                found |= _distinct(connection, column, person, table)
    return found


def captions_of(connection: sa.Connection, person: Person) -> set[str]:
    """Return every caption that stands in a row about a person."""
    return {
        caption
        for table in pseudonymised_tables()
        if "post_caption" in table.columns
        for caption in _distinct(
            connection, TABLES_BY_NAME[table.name].c.post_caption, person, table
        )
    }


def hashtags_of(connection: sa.Connection, person: Person) -> set[str]:
    """Return every hashtag that stands in a row about a person."""
    return {
        tag
        for table in pseudonymised_tables()
        if "hashtags" in table.columns
        for tag in _distinct(
            connection,
            sa.func.unnest(TABLES_BY_NAME[table.name].c.hashtags),
            person,
            table,
        )
    }


def about(person: Person, table: Table) -> sa.ColumnElement[bool]:
    """Return the condition of a table's rows about a person."""
    return _is_about(person, table.name)


def _with_posts(connection: sa.Connection, person: Person) -> Person:
    """Return the person with the posts of the accounts."""
    post_ids: set[str] = set()
    for table in pseudonymised_tables():
        if {"post_id", "account_id"} <= {*table.columns}:
            column = TABLES_BY_NAME[table.name].c.post_id
            post_ids |= _distinct(connection, column, person, table)
    return replace(person, post_ids=frozenset(post_ids))


def _is_about(person: Person, table_name: str) -> sa.ColumnElement[bool]:
    columns = TABLES_BY_NAME[table_name].c
    values = {
        "account_id": person.account_ids,
        "connection_id": person.connection_ids,
        "post_id": person.post_ids,
    }
    return sa.and_(
        columns.platform == person.platform,
        sa.or_(
            *(
                columns[name] == any_of(known)
                for name, known in values.items()
                if name in columns
            )
        ),
    )


def _distinct(
    connection: sa.Connection,
    column: sa.ColumnElement[str],
    person: Person,
    table: Table,
) -> set[str]:
    query = sa.select(column).where(_is_about(person, table.name)).distinct()
    return {value for value in connection.scalars(query) if value is not None}


def _known(values: Iterable[str | None]) -> frozenset[str]:
    return frozenset(value for value in values if value)


def any_of(values: Iterable[str]) -> sa.ColumnElement[Any]:
    """Return what equals each of some values."""
    return sa.any_(sa.literal(sorted(values), ARRAY(sa.Text())))
