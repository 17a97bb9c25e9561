"""Inviting through the API: who may, whom, and for how long."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import requests
import sqlalchemy as sa

from analytics_pipeline.api.signing import InvitationLinks
from analytics_pipeline.schemas.api_keys import KeyScope
from analytics_pipeline.warehouse.api_keys import revoke_key
from analytics_pipeline.warehouse.tables import api_keys, creators, invitations
from analytics_pipeline_tests.api.serving import (
    PUBLIC_URL,
    Served,
    served,
    service_over,
)
from analytics_pipeline_tests.conftest import FIRST_MORNING, new_database


@pytest.fixture(scope="module")
def running(postgres_socket, migrated_template, tmp_path_factory) -> Iterator[Served]:
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, tmp_path_factory.mktemp("home")) as (service, clock),
        served(service, clock) as running,
    ):
        with service.warehouse.begin() as connection:
            connection.execute(
                sa.insert(creators).values(
                    creator_id="101",
                    is_listed=True,
                    first_seen_at=FIRST_MORNING,
                    last_seen_at=FIRST_MORNING,
                    updated_at=FIRST_MORNING,
                    run_id="r",
                )
            )
        yield running


@pytest.fixture(scope="module")
def key(running):
    return running.key(KeyScope.INVITE, name="Creators app")


def _invite(running, body, **headers):
    return requests.post(
        f"{running.url}/api/v1/invitations", json=body, headers=headers, timeout=10
    )


def _count(running):
    (row,) = running.rows(sa.select(sa.func.count()).select_from(invitations))
    return row[0]


class TestKeys:
    def test_it_is_taken_as_bearer_and_in_a_header_of_its_own(self, running, key):
        body = {"creator_id": "101"}

        for headers in (
            {"Authorization": f"Bearer {key}"},
            {"Authorization": f"bearer {key}"},
            {"X-API-Key": key},
        ):
            assert _invite(running, body, **headers).status_code == 201

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer ap_000000000000_" + "A" * 43},
            {"Authorization": "Basic dXNlcjpwYXNz"},
            {"X-API-Key": "x"},
            {"X-API-Key": "é".encode()},
        ],
        ids=str,
    )
    def test_without_one_the_answer_is_always_the_same(self, running, headers):
        before = _count(running)
        answer = _invite(running, {"creator_id": "101"}, **headers)

        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json() == {
            "type": "about:blank",
            "title": "Unauthorized",
            "status": 401,
            "detail": "a valid API key is needed",
        }
        assert _count(running) == before

    def test_a_revoked_key_opens_nothing(self, running):
        key = running.key(KeyScope.INVITE)
        with running.service.warehouse.begin() as connection:
            revoke_key(connection, key.split("_")[1], FIRST_MORNING)

        answer = _invite(running, {"creator_id": "101"}, **{"X-API-Key": key})

        assert answer.status_code == 401

    def test_a_key_for_something_else_is_told_what_it_lacks(self, running):
        key = running.key(KeyScope.READ, KeyScope.REFRESH)
        before = _count(running)

        answer = _invite(running, {"creator_id": "101"}, **{"X-API-Key": key})

        assert answer.status_code == 403
        assert 'scope="invite"' in answer.headers["WWW-Authenticate"]
        assert _count(running) == before

    def test_a_key_in_the_address_is_none(self, running, key):
        answer = requests.post(
            f"{running.url}/api/v1/invitations?api_key={key}&X-API-Key={key}",
            json={"creator_id": "101"},
            timeout=10,
        )

        assert answer.status_code == 401

    def test_its_use_is_noted(self, running):
        key = running.key(KeyScope.INVITE)
        _invite(running, {"creator_id": "101"}, **{"X-API-Key": key})

        query = sa.select(api_keys.c.last_used_at).where(
            api_keys.c.key_id == key.split("_")[1]
        )
        assert running.rows(query) == [(FIRST_MORNING,)]


class TestInvitations:
    def test_the_link_leads_to_the_invitation_and_tells_its_end(self, running, key):
        answer = _invite(
            running,
            {"creator_id": "101", "platforms": ["tiktok"], "valid_for_days": 3},
            **{"X-API-Key": key, "Host": "evil.example"},
        )

        made = answer.json()
        assert answer.status_code == 201
        base, _, token = made["url"].rpartition("/")
        assert base == f"{PUBLIC_URL}/connect", "never the Host that was asked"
        links = InvitationLinks(running.service.settings)
        assert links.read(token) == made["invitation_id"]
        assert datetime.fromisoformat(made["expires_at"]) == (
            FIRST_MORNING + timedelta(days=3)
        )
        (row,) = running.rows(
            sa.select(invitations).where(
                invitations.c.invitation_id == made["invitation_id"]
            )
        )
        assert (row.creator_id, row.invited_platforms, row.invited_by) == (
            "101",
            ["tiktok"],
            "Creators app",
        )

    def test_a_number_is_an_id_too_and_nothing_else_is_needed(self, running, key):
        answer = _invite(running, {"creator_id": 101}, **{"X-API-Key": key})

        assert answer.status_code == 201
        assert datetime.fromisoformat(answer.json()["expires_at"]) == (
            FIRST_MORNING + timedelta(days=7)
        )

    def test_nobody_is_invited_whom_the_creators_app_does_not_know(self, running, key):
        before = _count(running)
        answer = _invite(running, {"creator_id": "999"}, **{"X-API-Key": key})

        assert answer.status_code == 404
        assert _count(running) == before

    @pytest.mark.parametrize(
        "body",
        [
            None,
            [],
            {},
            {"creator_id": None},
            {"creator_id": ""},
            {"creator_id": True},
            {"creator_id": 101.5},
            {"creator_id": "101\0"},
            {"creator_id": "101\n"},
            {"creator_id": "\ud800"},
            {"creator_id": -1},
            {"creator_id": 10**30},
            {"creator_id": "x" * 65},
            {"creator_id": "101", "platforms": ["myspace"]},
            {"creator_id": "101", "platforms": "tiktok"},
            {"creator_id": "101", "valid_for_days": 0},
            {"creator_id": "101", "valid_for_days": True},
            {"creator_id": "101", "valid_for_days": "7"},
            {"creator_id": "101", "valid_for_days": 91},
            {"creator_id": "101", "valid_for_days": 1e400},
            {"creator_id": "101", "invited_by": "somebody else"},
        ],
        ids=repr,
    )
    def test_a_wrong_form_is_named_without_an_echo(self, running, key, body):
        before = _count(running)
        answer = requests.post(
            f"{running.url}/api/v1/invitations",
            data=json.dumps(body),
            headers={"X-API-Key": key, "Content-Type": "application/json"},
            timeout=10,
        )

        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"]
        assert "somebody else" not in answer.text
        assert _count(running) == before

    def test_no_json_is_a_wrong_form(self, running, key):
        answer = requests.post(
            f"{running.url}/api/v1/invitations",
            data=b"{secret",
            headers={"X-API-Key": key, "Content-Type": "application/json"},
            timeout=10,
        )

        assert answer.status_code == 422
        assert "secret" not in answer.text
