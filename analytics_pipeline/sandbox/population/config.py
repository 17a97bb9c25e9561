"""The settings a world is grown from.

Two worlds with equal settings are equal in everything. How the world is *served*
(latency, budgets, tokens asked for) is not here but in ``sandbox.state``.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOST_CREATORS = 1_000_000
LONGEST_HISTORY_DAYS = 2_000
DAY_SECONDS = 86_400
_MORNING = time(5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WorldConfig:
    """Everything a world depends on.

    Attributes:
        seed: Changes names beyond the first creators, posts, counters and ids.
        creators: How many creators exist. The first ones are the same at any size.
        start: The day the running campaigns are arranged around.
        timezone: IANA zone in which the world's days (and campaign dates) begin.
        history_days: How many days before ``start`` the accounts began to post.
        odd_creators_list: Adds a creator listed twice and one without e-mail.
        tiktok_access_lifetime: Seconds a TikTok access token lives; the first ones
            live from ``opening``.
        tiktok_refresh_lifetime: Seconds a TikTok consent lives.
        meta_token_days: Days a connected creator's Meta token lives from ``start``.
        tiktok_client_key: The client key the token endpoint accepts.
        tiktok_client_secret: The secret that belongs to it.
        meta_app_id: The app id the Graph API's token endpoints accept.
        meta_app_secret: The secret that belongs to it.
    """

    seed: int = 7
    creators: int = 24
    start: date = date(2026, 3, 1)
    timezone: str = "Europe/Prague"
    history_days: int = 90
    odd_creators_list: bool = False
    tiktok_access_lifetime: int = DAY_SECONDS
    tiktok_refresh_lifetime: int = 365 * DAY_SECONDS
    meta_token_days: int = 60
    tiktok_client_key: str = "sandbox-client-key"
    tiktok_client_secret: str = "sandbox-client-secret"  # noqa: S105 - invented
    meta_app_id: str = "1002003004005006"
    meta_app_secret: str = "sandbox-app-secret"  # noqa: S105 - invented

    @property
    def opening(self) -> datetime:
        """The morning after ``start``, when its first day can be collected."""
        return datetime.combine(self.start + timedelta(days=1), _MORNING)

    def __post_init__(self) -> None:
        """Refuse what no world can be grown from.

        Raises:
            ValueError: A size is out of range or the zone does not exist.
        """
        if not 1 <= self.creators <= MOST_CREATORS:
            message = f"creators must be 1 to {MOST_CREATORS}, not {self.creators}"
            raise ValueError(message)
        if not 1 <= self.history_days <= LONGEST_HISTORY_DAYS:
            message = f"history_days must be 1 to {LONGEST_HISTORY_DAYS}"
            raise ValueError(message)
        if min(self.tiktok_access_lifetime, self.tiktok_refresh_lifetime) < 1:
            message = "token lifetimes must be at least one second"
            raise ValueError(message)
        try:
            ZoneInfo(self.timezone)
        except (OSError, ValueError, LookupError) as error:
            message = f"timezone {self.timezone!r} is not a known IANA zone"
            raise ValueError(message) from error
