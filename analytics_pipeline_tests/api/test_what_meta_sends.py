"""What the sandbox's Meta sends, signed by code that shares nothing with ours."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests
import sqlalchemy as sa

from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.warehouse.tables import connections, webhook_inbox
from analytics_pipeline_tests.api.serving import (
    VERIFY_TOKEN,
    Served,
    served,
    service_over,
)
from analytics_pipeline_tests.conftest import FIRST_MORNING, new_database

KSENIA, TEREZA = 117, 101
# By then some of her stories have ended.
MORNING = datetime(2026, 3, 5, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def running(
    sandbox_server, postgres_socket, migrated_template, tmp_path_factory
) -> Iterator[Served]:
    secret = sandbox_server.world.config.meta_app_secret
    home = tmp_path_factory.mktemp("home")
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, home, META_APP_SECRET=secret) as (service, clock),
        served(service, clock) as running,
    ):
        clock.instant = MORNING
        yield running


@pytest.fixture
def tell(sandbox, running):
    """Tell the sandbox to send; give what it says came of it. The inbox is empty."""
    sandbox.clock.set(MORNING)
    with running.service.warehouse.begin() as connection:
        connection.execute(sa.delete(webhook_inbox))

    def tell(method, path, **body):
        return requests.request(
            method, f"{sandbox.url}/_sandbox/{path}", json=body, timeout=30
        )

    yield tell
    sandbox.clock.set(FIRST_MORNING)


@pytest.fixture
def subscribed(tell, running):
    done = tell(
        "PUT",
        "webhooks",
        callback_url=f"{running.url}/webhooks/meta",
        verify_token=VERIFY_TOKEN,
    )
    assert done.json() == {"verified": True}
    return tell


def _inbox(running):
    return running.rows(sa.select(webhook_inbox.c.body))


def test_hands_are_not_shaken_with_a_stranger(tell, running):
    done = tell(
        "PUT",
        "webhooks",
        callback_url=f"{running.url}/webhooks/meta",
        verify_token="another",
    )

    assert (done.status_code, done.json()["status"]) == (409, 403)


def test_final_numbers_of_stories_arrive_once_however_often_they_are_sent(
    subscribed, running
):
    for _ in range(2):
        done = subscribed("POST", "webhooks/deliver", creator_id=KSENIA, repeat=True)
        assert done.json()["refused"] == 0
        assert done.json()["delivered"] == len(_inbox(running)) > 0

    assert all("story_insights" in row.body for row in _inbox(running))


@pytest.mark.parametrize(
    ("signature", "status"),
    [("good", 200), ("bad", 401), ("none", 401), ("truncated", 401)],
)
def test_only_what_is_signed_arrives(subscribed, running, signature, status):
    done = subscribed("POST", "webhooks/send", body=[{}], signature=signature)

    assert done.json()["status"] == status
    assert len(_inbox(running)) == (1 if status == 200 else 0)


@pytest.mark.parametrize("callback", ["deauthorize", "data-deletion"])
def test_a_person_who_leaves_is_known_and_their_token_is_gone(
    tell, running, sandbox, callback
):
    person = next(p for p in sandbox.world.people if p.creator_id == TEREZA)
    cipher = running.service.cipher
    with running.service.warehouse.begin() as connection:
        connection.execute(sa.delete(connections))
        connection.execute(
            sa.insert(connections).values(
                connection_id="instagram-101",
                platform="instagram",
                creator_id=str(TEREZA),
                account_id="17841400000000001",
                access_token_encrypted=cipher.encrypt("EAAtoken"),
                scopes=[],
                connection_status=ConnectionStatus.CONNECTED,
                platform_user_id=sandbox.world.identities.user_id(person.index),
                updated_at=MORNING,
            )
        )

    done = tell(
        "POST",
        f"meta/{callback}",
        creator_id=TEREZA,
        callback_url=f"{running.url}/meta/{callback}",
    )

    assert done.json()["status"] == 200
    code = done.json()["body"]["confirmation_code"]
    page = requests.get(f"{running.url}/erasure/{code}", timeout=10)
    assert page.status_code == 200
    (row,) = running.rows(sa.select(connections))
    assert row.access_token_encrypted is None
    assert row.connection_status == "reconnect_required"
