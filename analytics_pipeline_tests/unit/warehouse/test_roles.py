"""The roles that only read: what they see, and that nothing breaks without them."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.tables import TABLES
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse import roles
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.reporting_views import VIEWS
from analytics_pipeline.warehouse.roles import (
    ANALYSTS,
    HIDDEN_COLUMNS,
    HIDDEN_TABLES,
    SERVICE_READER,
    RoleState,
    make_roles,
    missing_grants,
    role_states,
)
from analytics_pipeline_tests.conftest import new_database

SECRET_ENDINGS = ("_encrypted", "_hash", "_fingerprint")
DENIED = sa.exc.ProgrammingError
SHOWN = [table for table in TABLES if table.name not in HIDDEN_TABLES]


def _own(monkeypatch, analysts, reader):
    """Work with roles that no other test has."""
    monkeypatch.setattr(roles, "ANALYSTS", analysts)
    monkeypatch.setattr(roles, "SERVICE_READER", reader)
    monkeypatch.setattr(roles, "ROLES", (analysts, reader))


@pytest.fixture
def server(postgres_socket):
    """A connection of an administrator; drops the roles of the test afterwards."""
    address = f"postgresql://postgres@/postgres?host={postgres_socket}"
    names = "SELECT oid, rolname FROM pg_roles"
    with psycopg.connect(address, autocommit=True) as connection:
        before = set(connection.execute(names).fetchall())
        yield connection
        made = set(connection.execute(names).fetchall()) - before
        for _, name in sorted(made, reverse=True):
            connection.execute(f"DROP ROLE {name}")


@pytest.fixture
def of_plain_user(postgres_socket, server, monkeypatch):
    """Give a warehouse that a user without rights has made and owns."""
    with new_database(postgres_socket) as url:
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]

        def open_as(user, rights=""):
            server.execute(f"CREATE ROLE {user} LOGIN {rights}")
            server.execute(f"ALTER DATABASE {name} OWNER TO {user}")
            monkeypatch.setenv(
                "ANALYTICS_DATABASE_URL", url.replace("postgres@", f"{user}@")
            )
            return Warehouse.open(load_settings())

        yield open_as


def test_who_reads_for_the_service_is_the_reader(warehouse):
    with warehouse.reading() as connection:
        assert connection.scalar(sa.text("SELECT current_user")) == SERVICE_READER
    with warehouse.begin() as connection:
        assert connection.scalar(sa.text("SELECT current_user")) == "postgres"


def test_the_reader_reads_everything_that_is_not_hidden(warehouse):
    with warehouse.reading() as connection:
        for table in SHOWN:
            hidden = HIDDEN_COLUMNS.get(table.name, ())
            columns = ", ".join(name for name in table.columns if name not in hidden)
            connection.execute(sa.text(f"SELECT {columns} FROM {table.name}"))
        connection.execute(sa.text("SELECT version_num FROM alembic_version"))


@pytest.mark.parametrize(
    "asked",
    [
        *(f"SELECT 1 FROM {name}" for name in sorted(HIDDEN_TABLES)),
        *(
            f"SELECT {column} FROM {table}"
            for table, columns in HIDDEN_COLUMNS.items()
            for column in sorted(columns)
        ),
        "SELECT * FROM connections",
    ],
)
def test_the_reader_cannot_read_what_is_hidden(warehouse, asked):
    with (
        warehouse.reading() as connection,
        pytest.raises(DENIED, match="permission denied"),
    ):
        connection.execute(sa.text(asked))


def test_every_secret_is_hidden():
    for table in SHOWN:
        shown = set(table.columns) - HIDDEN_COLUMNS.get(table.name, frozenset())
        assert [name for name in shown if name.endswith(SECRET_ENDINGS)] == []
    assert {table.name for table in TABLES} >= HIDDEN_TABLES


def test_analysts_read_the_views_and_nothing_else(warehouse):
    with warehouse.begin() as connection:
        connection.execute(sa.text(f"SET LOCAL ROLE {ANALYSTS}"))
        for view in VIEWS:
            connection.execute(sa.text(f"SELECT * FROM reporting.{view.name}"))
    for table in TABLES:
        with warehouse.engine.connect() as connection:
            connection.execute(sa.text(f"SET LOCAL ROLE {ANALYSTS}"))
            with pytest.raises(DENIED, match="permission denied"):
                connection.execute(sa.text(f"SELECT 1 FROM analytics.{table.name}"))


def test_analysts_change_nothing_through_a_view(warehouse):
    with warehouse.engine.connect() as connection:
        connection.execute(sa.text(f"SET LOCAL ROLE {ANALYSTS}"))
        with pytest.raises(DENIED, match="permission denied"):
            connection.execute(sa.text("DELETE FROM reporting.posts"))


def test_a_table_that_is_hidden_later_is_read_no_more(warehouse, monkeypatch):
    monkeypatch.setattr(roles, "HIDDEN_TABLES", HIDDEN_TABLES | {"posts"})
    with warehouse.begin() as connection:
        make_roles(connection)

    with warehouse.reading() as connection, pytest.raises(DENIED, match="denied"):
        connection.execute(sa.text("SELECT 1 FROM posts"))


def test_who_may_make_no_role_migrates_and_reads_all_the_same(
    of_plain_user, monkeypatch
):
    _own(monkeypatch, "no_analysts", "no_reader")

    with of_plain_user("plain_owner") as warehouse:
        with warehouse.reading() as connection:
            user = connection.scalar(sa.text("SELECT current_user"))
            connection.execute(sa.text("SELECT 1 FROM posts"))
        with warehouse.begin() as connection:
            states = role_states(connection)

    assert user == "plain_owner"
    assert missing_grants(states, user) == [
        "CREATE ROLE no_analysts NOLOGIN;",
        "CREATE ROLE no_reader NOLOGIN;",
        'GRANT no_reader TO "plain_owner";',
    ]


def test_what_an_administrator_has_made_is_granted_later(
    of_plain_user, server, monkeypatch
):
    _own(monkeypatch, "late_analysts", "late_reader")
    with of_plain_user("late_owner") as warehouse:
        with warehouse.begin() as connection:
            told = missing_grants(role_states(connection), "late_owner")
        for statement in told:
            server.execute(statement)
        with warehouse.begin() as connection:
            make_roles(connection)
        with warehouse.reading() as connection:
            user = connection.scalar(sa.text("SELECT current_user"))
            connection.execute(sa.text("SELECT 1 FROM reporting.posts"))
        with warehouse.begin() as connection:
            assert missing_grants(role_states(connection), "late_owner") == []

    assert user == "late_reader"


def test_who_may_make_roles_makes_them_and_may_become_the_reader(
    of_plain_user, monkeypatch
):
    _own(monkeypatch, "made_analysts", "made_reader")

    with (
        of_plain_user("maker", "CREATEROLE") as warehouse,
        warehouse.reading() as opened,
    ):
        user = opened.scalar(sa.text("SELECT current_user"))

    assert user == "made_reader"


def test_databases_that_migrate_at_once_make_each_role_once(
    postgres_socket, migrated_template, monkeypatch
):
    _own(monkeypatch, "raced_analysts", "raced_reader")

    def make(url):
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            make_roles(connection)
            states = role_states(connection)
        with engine.begin() as connection:
            for role in roles.ROLES:
                connection.execute(sa.text(f"DROP OWNED BY {role}"))
        engine.dispose()
        return states

    with (
        new_database(postgres_socket, migrated_template) as one,
        new_database(postgres_socket, migrated_template) as two,
        ThreadPoolExecutor(2) as pool,
    ):
        found = list(pool.map(make, [one, two]))
        with psycopg.connect(one, autocommit=True) as server:
            for role in roles.ROLES:
                server.execute(f"DROP ROLE {role}")

    complete = [RoleState(name, True, True, True) for name in roles.ROLES]
    assert found == [complete, complete]


def test_a_name_with_quotes_is_quoted():
    state = RoleState(
        SERVICE_READER, is_there=True, is_granted=True, can_be_taken=False
    )

    (statement,) = missing_grants([state], 'odd"name')

    assert statement == f'GRANT {SERVICE_READER} TO "odd""name";'
