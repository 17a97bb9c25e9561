"""Each route and role: who may, who may not, and forms that are not ours."""

import pytest
import requests

from analytics_pipeline.schemas.users import UserRole
from analytics_pipeline_tests.api.serving import PUBLIC_URL
from analytics_pipeline_tests.api.test_security import FILLED, ROUTES
from analytics_pipeline_tests.dashboard.conftest import HOME

BEHIND_THE_GATE = [
    (method, path, needed)
    for (method, path), needed in ROUTES.items()
    if isinstance(needed, UserRole)
]
FORMS = [(path, needed) for method, path, needed in BEHIND_THE_GATE if method == "POST"]
# They would sign the people of these tests out.
HARMLESS = [(path, needed) for path, needed in FORMS if "sign-out" not in path]


def _path(path):
    return path.format_map(FILLED | {"form": "csv"})


@pytest.mark.parametrize("role", UserRole)
@pytest.mark.parametrize(("method", "path", "needed"), BEHIND_THE_GATE)
def test_a_role_may_what_it_may_and_nothing_else(house, method, path, needed, role):
    person = house.people[role]
    if "sign-out" in path:
        person = house.stranger()
        person.sign_in(role.value)

    if method == "GET":
        answer = person.ask("GET", _path(path))
    else:
        answer = person.send(_path(path))

    assert (answer.status_code == 403) == (not role.may(needed)), answer.text
    assert answer.status_code < 500
    if answer.status_code == 403:
        assert f"the role {needed}" in answer.text


@pytest.mark.parametrize(("method", "path"), [it[:2] for it in BEHIND_THE_GATE])
def test_a_program_without_a_session_is_told_so(house, method, path):
    answer = requests.request(
        method, house.running.url + _path(path), timeout=10, allow_redirects=False
    )

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


class TestForeignForms:
    @pytest.mark.parametrize(("path", "needed"), HARMLESS)
    def test_a_form_without_the_sessions_ticket_changes_nothing(
        self, house, path, needed
    ):
        other = house.stranger()
        other.sign_in("admin")
        borrowed = dict(other.open(HOME).forms[0].values)["form_ticket"]

        for ticket in ({}, {"form_ticket": "forged"}, {"form_ticket": borrowed}):
            answer = house.people[needed].ask("POST", _path(path), data=ticket)
            assert answer.status_code == 403
            assert "Please try once more" in answer.text

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "null"},
            {"Origin": "https://evil.example"},
            {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "cross-site"},
            {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_a_form_of_another_site_is_refused_even_with_the_ticket(
        self, house, headers
    ):
        person = house.people[UserRole.ADMIN]
        ticket = dict(person.open(HOME).forms[0].values)["form_ticket"]
        with house.running.service.warehouse.begin() as connection:
            connection.exec_driver_sql("DELETE FROM refreshes")

        answer = person.session.post(
            f"{HOME}/refreshes",
            data={"form_ticket": ticket},
            headers=headers,
            allow_redirects=False,
        )

        assert answer.status_code == 403
        assert house.value("SELECT count(*) FROM refreshes") == 0


class TestAdministration:
    def test_a_role_changes_with_the_next_click(self, house):
        house.add_user("rising")
        person = house.stranger()
        person.sign_in("rising")
        assert person.ask("GET", f"{HOME}/review").status_code == 403

        house.people[UserRole.ADMIN].send(
            "/analytics/users/role", user_name="rising", role="reviewer"
        )

        assert person.ask("GET", f"{HOME}/review").status_code == 200

    @pytest.mark.parametrize("change", ["disable", "role"])
    def test_nobody_can_lock_themselves_out(self, house, change):
        answer = house.people[UserRole.ADMIN].send(
            f"/analytics/users/{change}", user_name="Admin", role="viewer"
        )

        assert "said=not_yourself" in answer.headers["Location"]
        assert house.page("/users").status == 200

    @pytest.mark.parametrize(
        ("path", "values"),
        [
            ("role", {"user_name": "viewer", "role": "king"}),
            ("role", {"user_name": "nobody", "role": "viewer"}),
            ("disable", {"user_name": "nobody"}),
            ("enable", {}),
        ],
    )
    def test_what_makes_no_sense_changes_nothing(self, house, path, values):
        answer = house.people[UserRole.ADMIN].send(f"/analytics/users/{path}", **values)

        assert "said=unknown_user" in answer.headers["Location"]

    def test_a_refresh_is_asked_for_once_and_shown(self, house):
        admin = house.people[UserRole.ADMIN]
        with house.running.service.warehouse.begin() as connection:
            connection.exec_driver_sql("DELETE FROM refreshes")

        first = admin.follow(admin.send("/analytics/refreshes"))
        second = admin.follow(admin.send("/analytics/refreshes"))

        assert "The refresh has been asked for" in first.text
        assert "waiting or running already" in second.text
        assert house.value("SELECT requested_by FROM refreshes") == "admin"
