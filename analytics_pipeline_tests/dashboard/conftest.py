"""A dashboard over a stocked warehouse, and people of each role in their browsers."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
import sqlalchemy as sa

from analytics_pipeline.schemas.users import UserRole
from analytics_pipeline.warehouse.users import create_user
from analytics_pipeline_tests.api.clicking import TIMEOUT, Browser, Page
from analytics_pipeline_tests.api.serving import (
    PUBLIC_URL,
    Served,
    served,
    service_over,
)
from analytics_pipeline_tests.conftest import new_database
from analytics_pipeline_tests.stocked import stock

PASSWORD = "correct horse battery"
HOME = f"{PUBLIC_URL}/analytics"


class Person(Browser):
    """Somebody's browser; it says where its forms come from, as browsers do."""

    def __init__(self, running: Served, language: str = "en") -> None:
        super().__init__(PUBLIC_URL, running.url, language)
        self.session.headers["Accept"] = "text/html"

    def ask(self, method: str, address: str, data=None) -> requests.Response:
        """Send one request; addresses of ours may be paths."""
        if address.startswith("/"):
            address = PUBLIC_URL + address
        headers = {"Origin": PUBLIC_URL} if method == "POST" else {}
        return self.session.request(
            method,
            address,
            data=data,
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        )

    def sign_in(self, name: str, password: str = PASSWORD) -> requests.Response:
        """Type name and password; give the answer."""
        page = self.open(f"{HOME}/sign-in")
        return self.submit(page, user_name=name, password=password)

    def send(self, path: str, **values: str) -> requests.Response:
        """Send a form with the ticket of this session."""
        page = self.open(HOME)
        ticket = dict(page.forms[0].values)["form_ticket"]
        return self.ask("POST", path, data={"form_ticket": ticket} | values)


@dataclass(frozen=True)
class House:
    """The service, and whoever works with it."""

    running: Served
    people: dict[UserRole, Person]

    def stranger(self, language: str = "en") -> Person:
        """Give a browser that nobody has used."""
        return Person(self.running, language)

    def page(
        self, path: str, role: UserRole = UserRole.ADMIN, language: str = "en"
    ) -> Page:
        """Open a page of the dashboard as somebody with a role."""
        person = self.people[role]
        person.session.headers["Accept-Language"] = language
        return person.open(f"{HOME}{path}")

    def add_user(self, name: str, role: UserRole = UserRole.VIEWER) -> None:
        """Enter somebody."""
        with self.running.service.warehouse.begin() as connection:
            create_user(connection, name, role, PASSWORD, self.running.clock())

    def value(self, query: str, **values: object) -> object:
        """Give the only value that a query finds."""
        with self.running.service.warehouse.begin() as connection:
            return connection.scalar(sa.text(query), values)


@pytest.fixture(scope="module")
def house(postgres_socket, migrated_template, tmp_path_factory) -> Iterator[House]:
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, tmp_path_factory.mktemp("home")) as (service, clock),
        served(service, clock) as running,
    ):
        with service.warehouse.begin() as connection:
            stock(connection)
        clock.move(days=1)
        made = House(running, {role: Person(running) for role in UserRole})
        for role, person in made.people.items():
            made.add_user(role.value, role)
            assert person.sign_in(role.value).status_code == 303
        yield made
