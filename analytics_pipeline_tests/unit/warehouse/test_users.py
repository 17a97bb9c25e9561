"""Accounts of people: names, passwords as hashes, attempts that are counted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from analytics_pipeline.schemas.users import UserError, UserRole
from analytics_pipeline.warehouse.tables import dashboard_users
from analytics_pipeline.warehouse.users import (
    FREE_ATTEMPTS,
    LONGEST_LOCK,
    create_user,
    disable_user,
    enable_user,
    find_user,
    list_users,
    lock_after,
    set_password,
    set_role,
    sign_in,
)
from analytics_pipeline_tests.conftest import FIRST_MORNING

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def jana(warehouse, clock):
    with warehouse.begin() as connection:
        return create_user(connection, "Jana", UserRole.VIEWER, PASSWORD, clock())


def _stored(warehouse):
    with warehouse.begin() as connection:
        return connection.execute(sa.select(dashboard_users)).one()


def test_a_user_is_kept_with_a_hash_and_signs_in(warehouse, clock, jana):
    found = sign_in(warehouse, " JANA ", PASSWORD, clock())

    assert (found.user_id, found.name) == (jana.user_id, "jana")
    assert found.last_signed_in_at == clock()
    row = _stored(warehouse)
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in str(row)


@pytest.mark.parametrize(
    ("name", "password", "told"),
    [
        ("jana", PASSWORD, "already"),
        ("JANA", PASSWORD, "already"),
        ("x", PASSWORD, "letters"),
        ("ján", PASSWORD, "letters"),
        ("two words", PASSWORD, "letters"),
        ("a" * 61, PASSWORD, "letters"),
        ("<b>bold", PASSWORD, "letters"),
        ("petr", "eleven char", "12 to 256"),
        ("petr", "x" * 257, "12 to 256"),
        ("petr", "aaaaaaaaaaaaaa", "repeat"),
        ("petr.novak", "petr.novak-2026", "the name"),
    ],
)
def test_what_will_not_do_is_told(warehouse, name, password, told):
    with (
        pytest.raises(UserError, match=told),
        warehouse.begin() as connection,
    ):
        create_user(connection, name, UserRole.VIEWER, password, FIRST_MORNING)


def test_an_accent_typed_in_either_way_is_the_same_password(warehouse, clock):
    with warehouse.begin() as connection:
        create_user(connection, "eva", UserRole.VIEWER, "žluťoučký kůň", clock())

    assert sign_in(warehouse, "eva", "z\u030cluťouc\u030cký kůň", clock())


class TestLocks:
    def test_they_grow_up_to_a_limit(self):
        locks = [lock_after(n) for n in range(FREE_ATTEMPTS, FREE_ATTEMPTS + 30)]

        assert lock_after(FREE_ATTEMPTS - 1) is None
        assert locks[:3] == [timedelta(minutes=n) for n in (1, 2, 4)]
        assert locks == sorted(locks)
        assert locks[-1] == LONGEST_LOCK

    def test_no_password_is_tried_while_one_holds(self, warehouse, clock):
        for _ in range(FREE_ATTEMPTS):
            assert sign_in(warehouse, "jana", "wrong", clock()) is None
        count = _stored(warehouse).failed_sign_in_count

        assert sign_in(warehouse, "jana", PASSWORD, clock()) is None
        assert _stored(warehouse).failed_sign_in_count == count == FREE_ATTEMPTS
        clock.move(seconds=60)
        assert sign_in(warehouse, "jana", "wrong", clock()) is None
        clock.move(seconds=119)
        assert sign_in(warehouse, "jana", PASSWORD, clock()) is None
        clock.move(seconds=1)
        assert sign_in(warehouse, "jana", PASSWORD, clock()).locked_until is None

    def test_the_right_password_forgets_the_wrong_ones(self, warehouse, clock):
        for _ in range(3):
            for _ in range(FREE_ATTEMPTS - 1):
                assert sign_in(warehouse, "jana", "wrong", clock()) is None
            assert sign_in(warehouse, "jana", PASSWORD, clock()) is not None

    def test_many_at_once_get_no_further(self, warehouse, clock):
        with ThreadPoolExecutor(8) as pool:
            tried = [
                pool.submit(sign_in, warehouse, "jana", "wrong", clock())
                for _ in range(20)
            ]
            assert [it.result() for it in tried] == [None] * 20

        assert _stored(warehouse).failed_sign_in_count == FREE_ATTEMPTS

    def test_whoever_is_let_in_again_or_gets_a_new_password_need_not_wait(
        self, warehouse, clock
    ):
        for mend in (
            lambda c: enable_user(c, "jana"),
            lambda c: set_password(c, "jana", PASSWORD, clock()),
        ):
            for _ in range(FREE_ATTEMPTS):
                sign_in(warehouse, "jana", "wrong", clock())
            with warehouse.begin() as connection:
                mend(connection)
            assert sign_in(warehouse, "jana", PASSWORD, clock()) is not None


def test_changes_are_seen_and_are_about_somebody(warehouse, clock):
    with warehouse.begin() as connection:
        assert set_role(connection, "jana", UserRole.ADMIN).role is UserRole.ADMIN
        assert disable_user(connection, "jana", clock()).disabled_at == clock()
        assert [user.name for user in list_users(connection)] == ["jana"]
        assert find_user(connection, "petr") is None
        with pytest.raises(UserError, match="no such user"):
            set_role(connection, "petr", UserRole.ADMIN)
    assert sign_in(warehouse, "jana", PASSWORD, clock()) is None


def test_a_role_of_a_newer_version_gives_the_least_right(warehouse):
    with warehouse.begin() as connection:
        connection.execute(sa.update(dashboard_users).values(user_role="owner"))
        assert find_user(connection, "jana").role is UserRole.VIEWER


def test_a_hash_of_weaker_times_is_made_anew(warehouse, clock):
    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with warehouse.begin() as connection:
        connection.execute(sa.update(dashboard_users).values(password_hash=weak))

    assert sign_in(warehouse, "jana", PASSWORD, clock()) is not None

    assert _stored(warehouse).password_hash != weak
    assert sign_in(warehouse, "jana", PASSWORD, clock()) is not None
