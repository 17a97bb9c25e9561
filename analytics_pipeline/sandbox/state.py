"""Everything one running sandbox holds: the world and the little that changes.

What changes is the clock, the faults, the counts of calls, the rate windows, what
became of tokens and codes, retired metrics and pushes; all else follows from the
world's settings.
"""

from dataclasses import dataclass
from datetime import datetime

from analytics_pipeline.sandbox.calls import Calls
from analytics_pipeline.sandbox.clock import SandboxClock
from analytics_pipeline.sandbox.faults import Faults
from analytics_pipeline.sandbox.graph.codes import LoginCodes
from analytics_pipeline.sandbox.graph.retirement import RetiredMetrics
from analytics_pipeline.sandbox.graph.tokens import MetaTokens
from analytics_pipeline.sandbox.limits import Budgets
from analytics_pipeline.sandbox.tiktok.tokens import TikTokTokens
from analytics_pipeline.sandbox.webhooks import Webhooks
from analytics_pipeline.sandbox.world import World, WorldConfig

GRAPH_WINDOW_SECONDS = 3_600
TIKTOK_WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the world is served; changes no fact of it.

    Attributes:
        latency_ms: Waited before every answer.
        graph_calls_per_hour: Platform budget of each Meta user in a rolling hour.
        tiktok_calls_per_minute: Budget of each TikTok endpoint in a rolling minute.
        creators_token: The bearer token the Creators app asks for, if any.
    """

    latency_ms: float = 0.0
    graph_calls_per_hour: int = 200
    tiktok_calls_per_minute: int = 600
    creators_token: str | None = None

    def __post_init__(self) -> None:
        """Refuse impossible figures.

        Raises:
            ValueError: A budget is below 1 or the latency negative.
        """
        if min(self.graph_calls_per_hour, self.tiktok_calls_per_minute) < 1:
            message = "a budget must allow at least one call"
            raise ValueError(message)
        if self.latency_ms < 0:
            message = "latency_ms cannot be negative"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class MetaHabits:
    """What Meta does now one way, now the other.

    Attributes:
        exchange_prolongs: Exchanging a long-lived token moves its expiry forward;
            else the new token ends when the old one would have.
        tell_expires_in: The exchange's answer says how long the token lives.
    """

    exchange_prolongs: bool = True
    tell_expires_in: bool = True


class SandboxState:
    """One sandbox: a world, its clock, and what happened to it so far."""

    def __init__(
        self,
        config: WorldConfig | None = None,
        clock: SandboxClock | datetime | None = None,
        behaviour: Behaviour | None = None,
    ) -> None:
        """Prepare a sandbox.

        Args:
            config: The settings of the world.
            clock: A clock, or the instant at which one stands still; by default
                early on the second day, when the first day can be collected.
            behaviour: How to serve.
        """
        self.world = World(config)
        if clock is None:
            clock = self.world.config.opening
        if isinstance(clock, datetime):
            clock = SandboxClock(clock)
        self.clock = clock
        self.behaviour = behaviour or Behaviour()
        self.faults = Faults(self.world.config.seed)
        self.calls = Calls()
        self._begin()

    def reset(self) -> None:
        """Forget everything that happened; only the clock stays as it is.

        Faults are lifted, calls uncounted, budgets full, every account is back at
        its first tokens, no code is used up, no metric retired, nothing pushed.
        """
        self.faults.clear()
        self.calls.reset()
        self._begin()

    def _begin(self) -> None:
        """Start everything that is remembered besides clock, faults and calls."""
        self.meta_tokens = MetaTokens(self.world)
        self.login_codes = LoginCodes(self.meta_tokens.secret)
        self.meta_habits = MetaHabits()
        self.subscriptions: dict[str, list[str]] = {}
        self.retired = RetiredMetrics()
        self.webhooks = Webhooks()
        self.tiktok_tokens = TikTokTokens(self.world)
        self.graph_budgets, self.tiktok_budgets = self._full_budgets()

    def _full_budgets(self) -> tuple[Budgets, Budgets]:
        allowed = self.behaviour
        return (
            Budgets(allowed.graph_calls_per_hour, GRAPH_WINDOW_SECONDS),
            Budgets(allowed.tiktok_calls_per_minute, TIKTOK_WINDOW_SECONDS),
        )
