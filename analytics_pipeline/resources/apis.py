"""The outside APIs, each as a resource that hands out its client."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.records import Clock
from analytics_pipeline.settings import load_settings, require

if TYPE_CHECKING:
    from analytics_pipeline.clients.budget import Budgets
    from analytics_pipeline.clients.conversation import RetryPolicy
    from analytics_pipeline.clients.meta_login import MetaLogin
    from analytics_pipeline.clients.transport import Transport
    from analytics_pipeline.steps.asking import CollectOptions
    from analytics_pipeline.steps.creators_app import CreatorsApp
    from analytics_pipeline.steps.post_insights import InsightsReader
    from analytics_pipeline.steps.readers import InstagramReader, TikTokReader
    from analytics_pipeline.steps.run import Run
    from analytics_pipeline.steps.stories import StoryReader
    from analytics_pipeline.warehouse.tokens import TokenVault


class ApiResource(dg.ConfigurableResource):
    """What all APIs have in common: waiting, and asking again."""

    connect_timeout_seconds: float = Field(
        default=5.0, description="How long to wait for a connection."
    )
    read_timeout_seconds: float = Field(
        default=30.0, description="How long to wait for an answer."
    )
    repeats: int = Field(
        default=3, description="Further tries after a transient failure."
    )
    pause_seconds: float = Field(
        default=1.0, description="Pause before the first repeat; it doubles each time."
    )

    @contextmanager
    def transport(self, clock: Clock) -> "Iterator[Transport]":
        """Open what sends requests, for the time of one step.

        Args:
            clock: Stamps the answers.

        Yields:
            The transport.
        """
        from analytics_pipeline.clients.transport import Timeouts, Transport

        timeouts = Timeouts(self.connect_timeout_seconds, self.read_timeout_seconds)
        transport = Transport(clock, timeouts)
        try:
            yield transport
        finally:
            transport.close()

    def policy(self) -> "RetryPolicy":
        """Return how often to ask again."""
        from analytics_pipeline.clients.conversation import RetryPolicy

        return RetryPolicy(self.repeats, self.pause_seconds)

    @contextmanager
    def collecting(self, clock: Clock, *, refresh: bool) -> "Iterator[CollectOptions]":
        """Open what a collection needs, for the time of one step.

        Args:
            clock: Stamps the answers.
            refresh: Ask again for days that can still be observed on time.

        Yields:
            The options.
        """
        from analytics_pipeline.steps.asking import CollectOptions

        with self.transport(clock) as transport:
            concurrency = load_settings().concurrency
            yield CollectOptions(transport, self.policy(), concurrency, refresh)


class CreatorsAppResource(ApiResource):
    """The agency's Creators app: creators, campaigns, participants."""

    @contextmanager
    def app(self, clock: Clock) -> "Iterator[CreatorsApp]":
        """Open the Creators app, for the time of one step.

        Args:
            clock: Stamps the answers.

        Yields:
            How it is asked.
        """
        from analytics_pipeline.clients.creators_app import CreatorsAppClient
        from analytics_pipeline.steps.creators_app import CreatorsApp

        settings = load_settings()
        url = require(
            settings.creators_api_url,
            "CREATORS_API_URL",
            "read creators and campaigns; for a trial run `make demo`",
        )
        token = settings.creators_api_token
        client = CreatorsAppClient(url, token.get_secret_value() if token else None)
        with self.transport(clock) as transport:
            yield CreatorsApp(client, transport, self.policy())


class InstagramResource(ApiResource):
    """Instagram through the Graph API."""

    def reader(self, vault: "TokenVault", budgets: "Budgets") -> "InstagramReader":
        """Return what reads Instagram accounts."""
        from analytics_pipeline.clients.instagram import (
            AgencyConnection,
            InstagramClient,
        )
        from analytics_pipeline.steps.readers import InstagramReader

        settings = load_settings()
        agency = None
        if settings.meta_access_token and settings.meta_ig_user_id:
            token = settings.meta_access_token.get_secret_value()
            agency = AgencyConnection(settings.meta_ig_user_id, token)
        client = InstagramClient(
            settings.meta_api_url, budgets, settings.instagram_calls_per_hour
        )
        return InstagramReader(client, vault, agency)

    def story_reader(
        self, run: "Run", vault: "TokenVault", budgets: "Budgets"
    ) -> "StoryReader":
        """Return what reads the stories of connected accounts."""
        from analytics_pipeline.clients.instagram_insights import InstagramInsights
        from analytics_pipeline.clients.instagram_stories import InstagramStories
        from analytics_pipeline.steps.capabilities import open_capabilities
        from analytics_pipeline.steps.stories import StoryReader

        url = load_settings().meta_api_url
        return StoryReader(
            InstagramStories(url, budgets),
            InstagramInsights(url, budgets),
            open_capabilities(run, url, AttemptKind.STORIES),
            vault,
        )

    def insights(self, vault: "TokenVault", budgets: "Budgets") -> "InsightsReader":
        """Return what reads the insights of connected accounts."""
        from analytics_pipeline.clients.instagram_insights import InstagramInsights
        from analytics_pipeline.steps.post_insights import InsightsReader

        url = load_settings().meta_api_url
        return InsightsReader(InstagramInsights(url, budgets), vault, url)

    def login(self, clock: Clock, budgets: "Budgets") -> "MetaLogin | None":
        """Return what asks Meta about tokens; None when its app is not configured."""
        from analytics_pipeline.clients.meta_login import MetaApp, MetaLogin

        settings = load_settings()
        if settings.meta_app_id is None or settings.meta_app_secret is None:
            return None
        app = MetaApp(settings.meta_app_id, settings.meta_app_secret.get_secret_value())
        url, page = settings.meta_api_url, settings.meta_login_url
        return MetaLogin(url, page, app, clock, budgets)


class TikTokResource(ApiResource):
    """TikTok through the Display API."""

    patience_seconds: float = Field(
        default=90.0,
        description="How long to wait for a full rate window before deferring.",
    )

    def reader(
        self, vault: "TokenVault", clock: Clock, budgets: "Budgets"
    ) -> "TikTokReader":
        """Return what reads TikTok accounts."""
        from analytics_pipeline.clients.tiktok import (
            ClientCredentials,
            TikTokClient,
            limits_of,
        )
        from analytics_pipeline.steps.readers import TikTokReader

        settings = load_settings()
        client = None
        if settings.tiktok_client_key and settings.tiktok_client_secret:
            secret = settings.tiktok_client_secret.get_secret_value()
            client = TikTokClient(
                settings.tiktok_api_url,
                ClientCredentials(settings.tiktok_client_key, secret),
                clock,
                limits_of(
                    settings.tiktok_calls_per_minute,
                    timedelta(seconds=self.patience_seconds),
                ),
                budgets,
            )
        return TikTokReader(client, vault)
