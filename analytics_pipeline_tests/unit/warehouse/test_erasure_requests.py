"""A request to forget a person: tokens go with it, and it can be asked about."""

from datetime import timedelta

import pytest

from analytics_pipeline.schemas.connections import ConnectionRow
from analytics_pipeline.schemas.erasure import (
    Callback,
    ErasureStatus,
    RequestKind,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.cipher import TokenCipher, new_key
from analytics_pipeline.warehouse.connections import import_connection
from analytics_pipeline.warehouse.erasure_requests import (
    begin_erasure,
    complete_erasure,
    find_request,
    pending_requests,
    store_creator_request,
    store_request,
)
from analytics_pipeline.warehouse.tables import connections, erasure_requests

PERSON = "100200300"
CIPHER = TokenCipher([new_key()])


@pytest.fixture
def connection(warehouse, clock):
    """A transaction with one person of two accounts, and somebody else."""
    with warehouse.begin() as opened:
        for number, user in ((1, PERSON), (2, PERSON), (3, "999")):
            row = ConnectionRow(
                creator_id="101" if user == PERSON else "102",
                platform=Platform.INSTAGRAM,
                username=f"handle{number}",
                account_id=f"1784{number}",
                access_token=f"token-{number}",
                refresh_token=None,
                access_token_expires_at=clock() + timedelta(days=50),
                refresh_token_expires_at=None,
                scopes=("instagram_basic",),
            )
            import_connection(opened, row, CIPHER, clock())
            opened.execute(
                connections.update()
                .where(connections.c.account_id == f"1784{number}")
                .values(platform_user_id=user)
            )
        yield opened


def _ask(connection, clock, kind=RequestKind.DELETION, user=PERSON):
    asked = Callback(kind, Platform.INSTAGRAM, user)
    return store_request(connection, asked, clock())


def _tokens(connection) -> list[str]:
    query = connections.select().order_by(connections.c.account_id)
    return [
        row.account_id
        for row in connection.execute(query)
        if row.access_token_encrypted or row.refresh_token_encrypted
    ]


@pytest.mark.parametrize("kind", RequestKind)
def test_all_tokens_of_the_person_go_at_once_and_nobody_elses(connection, clock, kind):
    _ask(connection, clock, kind)

    assert _tokens(connection) == ["17843"]
    rows = connection.execute(connections.select()).all()
    assert {
        row.connection_status for row in rows if row.platform_user_id == PERSON
    } == {"reconnect_required"}
    assert all(row.reconnect_reason for row in rows if row.platform_user_id == PERSON)


def test_a_deauthorisation_that_comes_again_spares_a_newer_login(connection, clock):
    asked = Callback(
        RequestKind.DEAUTHORISATION, Platform.INSTAGRAM, PERSON, issued_at=clock()
    )
    connection.execute(
        connections.update()
        .where(connections.c.account_id == "17842")
        .values(access_token_issued_at=clock() + timedelta(minutes=1))
    )

    store_request(connection, asked, clock() + timedelta(hours=1))

    assert _tokens(connection) == ["17842", "17843"]


def test_a_deletion_waits_for_a_run_a_deauthorisation_is_done(connection, clock):
    deletion = _ask(connection, clock)
    removal = _ask(connection, clock, RequestKind.DEAUTHORISATION)

    waiting = pending_requests(connection)

    assert [item.confirmation_code for item in waiting] == [deletion]
    assert waiting[0].status is ErasureStatus.RECEIVED
    assert waiting[0].report == {"tokens": 2}
    done = find_request(connection, removal)
    assert done is not None
    assert done.status is ErasureStatus.DONE
    assert done.completed_at == clock()
    assert done.platform_user_id is None


def test_a_repeated_request_is_the_same_request(connection, clock):
    first = _ask(connection, clock)
    clock.move(hours=1)

    assert _ask(connection, clock) == first
    assert len(pending_requests(connection)) == 1


def test_an_unknown_person_gets_a_code_and_is_not_kept(connection, clock):
    code = _ask(connection, clock, user="4711")

    found = find_request(connection, code)

    assert found is not None
    assert found.status is ErasureStatus.UNKNOWN_PERSON
    assert found.platform_user_id is None
    assert _tokens(connection) == ["17841", "17842", "17843"]
    assert pending_requests(connection) == []


def test_a_code_that_nobody_was_given_finds_nothing(connection, clock):
    code = _ask(connection, clock)

    assert len(code) >= 32
    assert find_request(connection, code[:-1]) is None
    assert find_request(connection, "") is None


def test_a_creator_can_be_erased_who_never_logged_in(connection, clock):
    code = store_creator_request(connection, Platform.INSTAGRAM, "102", clock())

    found = find_request(connection, code)

    assert found is not None
    assert (found.creator_id, found.status) == ("102", ErasureStatus.RECEIVED)
    assert _tokens(connection) == ["17841", "17842"]
    again = store_creator_request(connection, Platform.INSTAGRAM, "102", clock())
    assert again == code


def test_an_erasure_that_was_stopped_goes_on_with_its_key(connection, clock):
    code = _ask(connection, clock)

    first = begin_erasure(connection, code, CIPHER, "run-1")
    second = begin_erasure(connection, code, CIPHER, "run-2")

    assert first == second
    assert len(first) == 32
    assert [item.status for item in pending_requests(connection)] == [
        ErasureStatus.RUNNING
    ]


def test_a_done_erasure_has_forgotten_key_and_person(connection, clock):
    code = _ask(connection, clock)
    begin_erasure(connection, code, CIPHER, "run-1")

    complete_erasure(connection, code, {"posts": 7}, clock())

    row = connection.execute(erasure_requests.select()).one()
    assert (row.erasure_key_encrypted, row.platform_user_id) == (None, None)
    found = find_request(connection, code)
    assert found is not None
    assert found.report == {"tokens": 2, "posts": 7}
    assert pending_requests(connection) == []
