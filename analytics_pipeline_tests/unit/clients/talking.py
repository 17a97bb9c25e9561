"""Conversations for tests: real HTTP, every answer kept, no pause really waited."""

from datetime import UTC, datetime, timedelta

from analytics_pipeline.clients.budget import Timer
from analytics_pipeline.clients.conversation import Conversation, RetryPolicy
from analytics_pipeline.clients.transport import Timeouts, Transport
from analytics_pipeline.schemas.records import Answer

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Before every post there is."""


class Talk:
    """One attempt's conversation, with what came of it."""

    def __init__(self, clock=lambda: NOW, repeats=3, read_seconds=20.0):
        self.transport = Transport(clock, Timeouts(connect=5.0, read=read_seconds))
        self.kept: list[Answer] = []
        self.pauses: list[float] = []
        policy = RetryPolicy(repeats, sleep=self.pauses.append)
        self.conversation = Conversation(self.transport, policy, self.kept.append)

    @property
    def calls(self):
        return self.conversation.calls

    @property
    def repeated(self):
        return self.conversation.repeated

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.transport.close()


class Stopwatch:
    """Time that passes only when it is waited for."""

    def __init__(self):
        self.seconds = 0.0
        self.waits: list[float] = []
        self.timer = Timer(lambda: self.seconds, self._sleep, lambda: self.seconds)

    def _sleep(self, seconds):
        self.waits.append(seconds)
        self.seconds += seconds


def received(body, status=200, headers=None):
    """Give an answer as if it had been received."""
    return Answer({"method": "GET"}, status, headers or {}, body, NOW)


def ago(**time):
    """Give an instant before now."""
    return NOW - timedelta(**time)


class KeptTokens:
    """One TikTok account's tokens, kept as a vault would: the new ones before use."""

    def __init__(self, client, access, refresh):
        self._client = client
        self.access = access
        self.refresh = refresh
        self.grants = []

    def __call__(self, conversation, stale):
        if stale is not None and stale == self.access:
            grant = self._client.refresh(conversation, self.refresh)
            self.access, self.refresh = grant.access_token, grant.refresh_token
            self.grants.append(grant)
        return self.access
