"""An office that invites creators: the service over a database, beside the sandbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.signing import InvitationLinks
from analytics_pipeline.clients.transport import Timeouts, Transport
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.schemas.logins import InvitationRequest
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.service import create_app
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.invitations import create_invitation
from analytics_pipeline_tests.api.clicking import Browser, Page, consent
from analytics_pipeline_tests.api.serving import listening
from analytics_pipeline_tests.conftest import FIRST_MORNING, SetClock, new_database

PUBLIC_URL = "https://agency.example/analytics"


@dataclass
class Office:
    """The service as its operator has it."""

    url: str
    service: Service
    sandbox: SandboxServer
    clock: SetClock

    def pass_time(self, **time: float) -> None:
        """Let time pass, here and at the platforms."""
        self.clock.move(**time)
        self.sandbox.clock.set(self.clock.instant)

    def invite(self, creator_id: object, *platforms: Platform, days: float = 7) -> str:
        """Invite a creator; give the link."""
        wanted = InvitationRequest(
            str(creator_id), "a test", platforms, timedelta(days=days)
        )
        with self.service.warehouse.begin() as connection:
            made = create_invitation(connection, wanted, self.clock())
        return InvitationLinks(self.service.settings).link(made.invitation_id)

    def browser(self, language: str = "en") -> Browser:
        """Give a browser that nobody has used."""
        return Browser(PUBLIC_URL, self.url, language)

    def rows(self, query: str, **values: object) -> list[sa.RowMapping]:
        """Read from the database."""
        with self.service.warehouse.begin() as connection:
            return list(connection.execute(sa.text(query), values).mappings())

    def outcomes(self) -> list[str | None]:
        """Give what became of the logins, in the order they were begun."""
        query = (
            "SELECT login_outcome FROM logins "
            "ORDER BY created_at, finished_at NULLS FIRST"
        )
        return [row["login_outcome"] for row in self.rows(query)]

    def begin(self, browser: Browser, link: str, platform: Platform) -> str:
        """Press a platform's button; give the address of the platform's page."""
        page = browser.open(link)
        (number,) = (
            n for n, form in enumerate(page.forms) if form.action.endswith(platform)
        )
        answer = browser.submit(page, number)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def come_back(
        self,
        browser: Browser,
        link: str,
        platform: Platform,
        person: int,
        **decided: object,
    ) -> Page:
        """Log in at a platform; give the page one comes back to."""
        return browser.open(
            consent(self.begin(browser, link, platform), person, **decided)
        )

    def log_in(self, creator_id: int, platform: Platform, **decided: object) -> Page:
        """Invite, log in, and take the account that is offered; give the last page."""
        browser, link = self.browser(), self.invite(creator_id)
        page = self.come_back(browser, link, platform, creator_id, **decided)
        return browser.follow(browser.submit(page))


@pytest.fixture(scope="module")
def open_office(
    sandbox_server: SandboxServer,
    postgres_socket,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    with new_database(postgres_socket, migrated_template) as url:
        sandbox_server.reset()
        settings = load_settings(
            {
                **sandbox_server.environment(),
                "ANALYTICS_HOME": str(tmp_path_factory.mktemp("home")),
                "ANALYTICS_DATABASE_URL": url,
                "ANALYTICS_PUBLIC_URL": PUBLIC_URL,
                "ANALYTICS_SECRET_KEY": "the-key-of-the-office",
            }
        )
        clock = SetClock(FIRST_MORNING)
        transport = Transport(clock, Timeouts(2, 2))
        with Warehouse.open(settings) as warehouse:
            cipher = TokenCipher.from_settings(settings)
            service = Service(settings, warehouse, cipher, clock, transport)
            with listening(create_app(service)) as address:
                yield Office(address, service, sandbox_server, clock)
        transport.close()


@pytest.fixture
def office(open_office: Office) -> Office:
    """The office with nobody connected and nobody invited, on the first morning."""
    tables = "logins, invitation_uses, invitations, connections, creators, api_keys"
    with open_office.service.warehouse.begin() as connection:
        connection.execute(sa.text(f"TRUNCATE {tables}"))
    open_office.sandbox.reset()
    open_office.clock.instant = FIRST_MORNING
    open_office.sandbox.clock.set(FIRST_MORNING)
    return open_office
