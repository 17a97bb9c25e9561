"""Keys of the HTTP API: who is recognised, and what the database gives away."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.api_keys import KEY_SCOPES, KeyScope
from analytics_pipeline.warehouse.api_keys import (
    create_key,
    list_keys,
    recognise_key,
    revoke_key,
)
from analytics_pipeline.warehouse.tables import api_keys
from analytics_pipeline_tests.conftest import FIRST_MORNING

HOUR = timedelta(hours=1)


def _create(warehouse, *scopes):
    with warehouse.begin() as connection:
        return create_key(connection, "dashboard", scopes, FIRST_MORNING)


def _recognise(warehouse, presented, at=FIRST_MORNING):
    with warehouse.begin() as connection:
        return recognise_key(connection, presented, at)


def _last_used(warehouse):
    with warehouse.begin() as connection:
        return connection.scalar(sa.select(api_keys.c.last_used_at))


def test_a_new_key_is_recognised_with_its_scopes(warehouse):
    new = _create(warehouse, KeyScope.READ, KeyScope.INVITE)

    found = _recognise(warehouse, new.clear)

    assert found.key_id == new.key.key_id
    assert found.name == "dashboard"
    assert found.scopes == {KeyScope.READ, KeyScope.INVITE}


def test_its_form_tells_the_id_and_256_random_bits(warehouse):
    first, second = _create(warehouse).clear, _create(warehouse).clear

    assert re.fullmatch(r"ap_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", first)
    assert first.split("_", 2)[2] != second.split("_", 2)[2]


def test_the_database_has_a_hash_and_never_the_secret(warehouse):
    new = _create(warehouse)

    with warehouse.begin() as connection:
        stored = repr(connection.execute(sa.select(api_keys)).one())
    secret = new.clear.removeprefix(f"ap_{new.key.key_id}_")
    assert secret not in stored
    assert secret not in repr(new)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda key: key[:-1],
        lambda key: key + "A",
        lambda key: key + "\n",
        lambda key: " " + key,
        lambda key: key.upper(),
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: key.replace(key[3:15], "0" * 12, 1),
        lambda key: key[:16] + "é" * 43,
        lambda key: "ap_" + "%" * 12 + key[15:],
    ],
)
def test_anything_but_the_whole_key_is_nobodys(warehouse, change):
    new = _create(warehouse, KeyScope.READ)

    assert _recognise(warehouse, change(new.clear)) is None
    assert _last_used(warehouse) is None


def test_the_secret_of_another_key_does_not_fit(warehouse):
    first, second = _create(warehouse), _create(warehouse)
    mixed = f"ap_{first.key.key_id}_{second.clear.split('_', 2)[2]}"

    assert _recognise(warehouse, mixed) is None


def test_a_revoked_key_is_nobodys(warehouse):
    new = _create(warehouse, KeyScope.READ)
    with warehouse.begin() as connection:
        assert revoke_key(connection, new.key.key_id, FIRST_MORNING)
        assert not revoke_key(connection, new.key.key_id, FIRST_MORNING + HOUR)
        assert not revoke_key(connection, "unknown", FIRST_MORNING)

    assert _recognise(warehouse, new.clear) is None
    with warehouse.begin() as connection:
        (listed,) = list_keys(connection)
    assert listed.revoked_at == FIRST_MORNING


def test_use_is_noted_to_within_an_hour(warehouse):
    new = _create(warehouse, KeyScope.READ)

    _recognise(warehouse, new.clear)
    _recognise(warehouse, new.clear, FIRST_MORNING + 0.9 * HOUR)
    assert _last_used(warehouse) == FIRST_MORNING
    _recognise(warehouse, new.clear, FIRST_MORNING + HOUR)
    assert _last_used(warehouse) == FIRST_MORNING + HOUR


def test_a_scope_that_is_not_known_gives_no_right(warehouse):
    new = _create(warehouse, KeyScope.READ)
    with warehouse.begin() as connection:
        connection.execute(sa.update(api_keys).values(key_scopes=["admin", "read"]))

    assert _recognise(warehouse, new.clear).scopes == {KeyScope.READ}


def test_every_scope_has_its_meaning():
    assert set(KEY_SCOPES) == set(KeyScope)
