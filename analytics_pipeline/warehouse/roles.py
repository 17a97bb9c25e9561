"""Database roles that can only read: one for analysts, one for the web service.

Roles belong to the whole server, grants to a database. Both are made by whoever
migrates, if they may; `analytics-pipeline grant-reading` makes what is missing later.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from analytics_pipeline.schemas.tables import CONNECTIONS, SCHEMA, TABLES, WEBHOOK_INBOX
from analytics_pipeline.warehouse.reporting_views import REPORTING_SCHEMA

ANALYSTS = "analytics_reporting"
"""Reads the views of schema `reporting`, and nothing else."""

SERVICE_READER = "analytics_service_reader"
"""What the web service is while it answers questions: sees no token and no key."""

ROLES = (ANALYSTS, SERVICE_READER)

HIDDEN_TABLES = frozenset(
    {
        "api_keys",
        "dashboard_sessions",
        "dashboard_users",
        "erased_accounts",
        "erasure_requests",
        "invitation_uses",
        "invitations",
        "logins",
    }
)
"""Tables with secrets, or about people who ask for something; no role reads them."""

HIDDEN_COLUMNS = {
    CONNECTIONS.name: frozenset(
        {"access_token_encrypted", "refresh_token_encrypted", "imported_fingerprint"}
    ),
    WEBHOOK_INBOX.name: frozenset({"body", "detail"}),
}
"""Columns with secrets in tables that are read otherwise."""

# Another database on the same server may be migrating: then it makes the role.
_CREATE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
END
$$
"""

_JOIN = """
DO $$
BEGIN
    GRANT {role} TO CURRENT_USER;
EXCEPTION
    WHEN unique_violation OR insufficient_privilege OR undefined_object THEN NULL;
END
$$
"""

# From version 16 on, being a member is not yet being allowed to become it.
_STATE = """
SELECT wanted.name,
       r.oid IS NOT NULL AS is_there,
       coalesce(has_schema_privilege(r.oid, n.oid, 'USAGE'), false) AS is_granted,
       coalesce(pg_has_role(current_user, r.oid, CASE
           WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET'
           ELSE 'MEMBER' END), false) AS can_be_taken
FROM unnest(CAST(:names AS text[])) AS wanted(name)
LEFT JOIN pg_roles r ON r.rolname = wanted.name
LEFT JOIN pg_namespace n ON n.nspname = :schema
"""


@dataclass(frozen=True, slots=True)
class RoleState:
    """What there is of a role.

    Attributes:
        name: The role.
        is_there: Whether the server has it.
        is_granted: Whether it may read this database's views.
        can_be_taken: Whether the connected user may become it.
    """

    name: str
    is_there: bool
    is_granted: bool
    can_be_taken: bool


def make_roles(connection: sa.Connection) -> None:
    """Create the roles, if the connected user may, and grant them what they read.

    Args:
        connection: With an open transaction, as the owner of the tables.
    """
    for role in ROLES:
        connection.execute(sa.text(_CREATE.format(role=role)))
    there = {state.name for state in role_states(connection) if state.is_there}
    if ANALYSTS in there:
        _grant_views(connection, ANALYSTS)
    if SERVICE_READER in there:
        _grant_views(connection, SERVICE_READER)
        _grant_tables(connection)
        states = {state.name: state for state in role_states(connection)}
        if not states[SERVICE_READER].can_be_taken:
            connection.execute(sa.text(_JOIN.format(role=SERVICE_READER)))


def role_states(connection: sa.Connection) -> list[RoleState]:
    """Return what there is of each role, in the order of `ROLES`."""
    query = sa.text(_STATE)
    asked = {"names": list(ROLES), "schema": REPORTING_SCHEMA}
    found = {
        row["name"]: RoleState(**row)
        for row in connection.execute(query, asked).mappings()
    }
    return [found[name] for name in ROLES]


def can_read_as_service(connection: sa.Connection) -> bool:
    """Tell whether the connected user may become the web service's reader."""
    (state,) = (it for it in role_states(connection) if it.name == SERVICE_READER)
    return state.is_there and state.is_granted and state.can_be_taken


def read_as_service(connection: sa.Connection) -> None:
    """Become the web service's reader until the end of the transaction."""
    connection.execute(sa.text(f"SET LOCAL ROLE {SERVICE_READER}"))


def missing_grants(states: list[RoleState], user: str) -> list[str]:
    """Return the statements that an administrator has to run.

    Args:
        states: What there is.
        user: The user that the pipeline connects as.

    Returns:
        SQL; empty when everything that takes an administrator is there.
    """
    quoted = user.replace('"', '""')
    statements = [f"CREATE ROLE {it.name} NOLOGIN;" for it in states if not it.is_there]
    statements += [
        f'GRANT {it.name} TO "{quoted}";'
        for it in states
        if it.name == SERVICE_READER and not it.can_be_taken
    ]
    return statements


def _grant_views(connection: sa.Connection, role: str) -> None:
    has_views = sa.select(sa.func.to_regnamespace(REPORTING_SCHEMA).is_not(None))
    if connection.scalar(has_views):
        for statement in (
            f"GRANT USAGE ON SCHEMA {REPORTING_SCHEMA} TO {role}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {REPORTING_SCHEMA} TO {role}",
        ):
            connection.execute(sa.text(statement))


def _grant_tables(connection: sa.Connection) -> None:
    """Grant the tables anew, so that one that is hidden now is read no more."""
    there = set(sa.inspect(connection).get_table_names(schema=SCHEMA))
    statements = [
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {SERVICE_READER}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM {SERVICE_READER}",
        f"GRANT SELECT ON {SCHEMA}.alembic_version TO {SERVICE_READER}",
    ]
    for table in TABLES:
        if table.name in there and table.name not in HIDDEN_TABLES:
            hidden = HIDDEN_COLUMNS.get(table.name, frozenset())
            shown = [name for name in table.columns if name not in hidden]
            which = f" ({', '.join(shown)})" if hidden else ""
            statements.append(
                f"GRANT SELECT{which} ON {SCHEMA}.{table.name} TO {SERVICE_READER}"
            )
    for statement in statements:
        connection.execute(sa.text(statement))
