"""What `doctor` looks at: configuration, stores, APIs, tokens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from analytics_pipeline.clients.conversation import Conversation, RetryPolicy
from analytics_pipeline.clients.creators_app import CreatorsAppClient
from analytics_pipeline.clients.errors import ApiError
from analytics_pipeline.clients.instagram import InstagramClient
from analytics_pipeline.clients.tiktok import ClientCredentials, TikTokClient
from analytics_pipeline.clients.transport import Timeouts, Transport
from analytics_pipeline.landing.store import LandingStore, LandingStoreError
from analytics_pipeline.schemas.connections import (
    RECONNECT_REASONS,
    Connection,
    ConnectionStatus,
    ReconnectReason,
)
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.settings import Settings
from analytics_pipeline.steps.readers import stored_token
from analytics_pipeline.transform.alerts import alerts_of
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.connections import list_connections
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.roles import ROLES, SERVICE_READER, role_states
from analytics_pipeline.warehouse.tokens import TokenVault

_TIMEOUTS = Timeouts(connect=5.0, read=15.0)


class Health(StrEnum):
    """How a thing that was looked at is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    health: Health
    told: str
    next_step: str = ""


class Checkup:
    """Looks at one deployment.

    Args:
        settings: Its configuration.
        ask_all: Whether to ask the platforms about every connected account, not one.
    """

    def __init__(self, settings: Settings, *, ask_all: bool) -> None:
        self._settings = settings
        self._ask_all = ask_all
        self._transport = Transport(settings.now, _TIMEOUTS)

    def look(self) -> Iterator[Finding]:
        """Look at everything; a part that fails leaves the others to be seen.

        Yields:
            What was found, in the order of looking.
        """
        yield self._configuration()
        yield self._landing()
        yield self._creators_app()
        yield self._agency()
        warehouse, finding = self._database()
        yield finding
        if warehouse is not None:
            with warehouse:
                yield self._roles(warehouse)
                yield from self._connections(warehouse)
        self._transport.close()

    def _configuration(self) -> Finding:
        settings = self._settings
        clock = (
            f", clock set to {settings.clock:%Y-%m-%d %H:%M}" if settings.clock else ""
        )
        told = f"days in {settings.timezone}, state in {settings.home}{clock}"
        return Finding("configuration", Health.OK, told)

    def _landing(self) -> Finding:
        store = LandingStore(self._settings.landing_url)
        try:
            store.check()
        except LandingStoreError as error:
            return Finding(
                "landing store", Health.FAILED, str(error), "Check ANALYTICS_RAW_URL."
            )
        return Finding("landing store", Health.OK, f"writable: {store.root}")

    def _database(self) -> tuple[Warehouse | None, Finding]:
        is_own = self._settings.database_url is not None
        kind = "ANALYTICS_DATABASE_URL" if is_own else "embedded"
        try:
            warehouse = Warehouse.open(self._settings)
        except Exception as error:  # noqa: BLE001 - told to a person, whatever it is
            finding = Finding("database", Health.FAILED, f"{kind}: {error}")
            return None, finding
        return warehouse, Finding("database", Health.OK, f"{kind}, schema up to date")

    def _roles(self, warehouse: Warehouse) -> Finding:
        with warehouse.begin() as connection:
            states = role_states(connection)
        lacking = [it.name for it in states if not it.is_granted]
        if not all(it.can_be_taken for it in states if it.name == SERVICE_READER):
            lacking.append(f"{SERVICE_READER} for {warehouse.engine.url.username}")
        if lacking:
            told = f"not there: {', '.join(dict.fromkeys(lacking))}"
            step = "`analytics-pipeline grant-reading` makes them, or says who can."
            return Finding("read-only roles", Health.WARNING, told, step)
        return Finding("read-only roles", Health.OK, ", ".join(ROLES))

    def _creators_app(self) -> Finding:
        url, token = self._settings.creators_api_url, self._settings.creators_api_token
        if url is None:
            return Finding(
                "Creators app",
                Health.FAILED,
                "CREATORS_API_URL is not set",
                "Set it; for a trial without one run `make demo`.",
            )
        client = CreatorsAppClient(url, token.get_secret_value() if token else None)
        return self._asked(
            "Creators app",
            lambda asking: f"{len(client.creators(asking))} creators at {url}",
            "Check CREATORS_API_URL and CREATORS_API_TOKEN.",
        )

    def _agency(self) -> Finding:
        token, user_id = (
            self._settings.meta_access_token,
            self._settings.meta_ig_user_id,
        )
        if token is None or user_id is None:
            return Finding(
                "Instagram, agency",
                Health.WARNING,
                "META_ACCESS_TOKEN or META_IG_USER_ID is not set",
                "Outside creators cannot be read without them.",
            )
        client = InstagramClient(self._settings.meta_api_url)
        return self._asked(
            "Instagram, agency",
            lambda asking: (
                f"asks as {client.identify(asking, user_id, token.get_secret_value())}"
            ),
            "Get a new token for the agency's account.",
        )

    def _connections(self, warehouse: Warehouse) -> Iterator[Finding]:
        with warehouse.begin() as connection:
            stored = list_connections(connection)
        if not stored:
            yield Finding(
                "connections",
                Health.WARNING,
                "no account is known",
                "Add some: `analytics-pipeline connections import FILE`.",
            )
            return
        dead = [c for c in stored if c.status is ConnectionStatus.RECONNECT_REQUIRED]
        yield Finding("connections", Health.OK, f"{len(stored)} accounts")
        for item in dead:
            info = RECONNECT_REASONS[item.reconnect_reason or ReconnectReason.UNKNOWN]
            step = f"{info.way_back} {_invite(item)}"
            yield Finding(_name(item), Health.FAILED, info.meaning, step)
        yield from self._tokens(warehouse, stored)

    def _tokens(
        self, warehouse: Warehouse, stored: list[Connection]
    ) -> Iterator[Finding]:
        cipher = TokenCipher.from_settings(self._settings)
        vault = TokenVault(
            warehouse, cipher, self._settings.now, self._settings.token_journal
        )
        for platform in Platform:
            living = [
                item
                for item in stored
                if item.account.platform is platform
                and item.status is ConnectionStatus.CONNECTED
            ]
            for item in living:
                yield from self._endings(item)
            for item in living if self._ask_all else living[:1]:
                yield self._token(vault, item)

    def _endings(self, item: Connection) -> Iterator[Finding]:
        """Warn before a creator has to log in again."""
        for alert in alerts_of(item, self._settings.now()):
            told = f"the {alert.subject.replace('_', ' ')} ends on {alert.ends_on}"
            step = f"The creator must log in again before: {_invite(item)}"
            yield Finding(_name(item), Health.WARNING, told, step)
        if item.renewal_problem is not None:
            told = f"its token was not renewed: {item.renewal_problem}"
            yield Finding(_name(item), Health.WARNING, told, "It is tried again.")

    def _token(self, vault: TokenVault, item: Connection) -> Finding:
        account = item.account
        if account.platform is Platform.INSTAGRAM:
            instagram = InstagramClient(self._settings.meta_api_url)

            def ask(asking: Conversation) -> str:
                token = vault.access_token(account.connection_id) or ""
                who = instagram.identify(asking, account.account_id or "", token)
                return f"its token answers for {who}"

        else:
            key = self._settings.tiktok_client_key
            secret = self._settings.tiktok_client_secret
            if key is None or secret is None:
                told = "TIKTOK_CLIENT_KEY or TIKTOK_CLIENT_SECRET is not set"
                step = "TikTok cannot be read without them."
                return Finding("TikTok", Health.FAILED, told, step)
            credentials = ClientCredentials(key, secret.get_secret_value())
            tiktok = TikTokClient(
                self._settings.tiktok_api_url, credentials, self._settings.now
            )

            def ask(asking: Conversation) -> str:
                token = stored_token(tiktok, vault, item)
                who = tiktok.identify(asking, token, item.scopes)
                return f"its token answers for {who}"

        return self._asked(_name(item), ask, "The creator must log in again.")

    def _asked(
        self, what: str, ask: Callable[[Conversation], str], next_step: str
    ) -> Finding:
        policy = RetryPolicy(repeats=1)
        conversation = Conversation(self._transport, policy, lambda _: None)
        try:
            return Finding(what, Health.OK, ask(conversation))
        except ApiError as error:
            return Finding(what, Health.FAILED, str(error), next_step)


def _invite(item: Connection) -> str:
    return f"`analytics-pipeline invite {item.account.creator_id}`."


def _name(item: Connection) -> str:
    return f"{item.account.connection_id} ({item.account.username or 'no handle'})"
