"""Addresses in answers: built from the service's own, never from what was asked."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote, urlencode, urlsplit

from analytics_pipeline.settings import Settings

PREFIX = "/api/v1"


class Addresses:
    """Builds the addresses that answers name.

    Args:
        settings: Hold the address under which the service is reached.
    """

    def __init__(self, settings: Settings) -> None:
        self._base = f"{settings.public_url}{PREFIX}"

    def of(self, *parts: str, **query: str | date | None) -> str:
        """Return an address.

        Args:
            parts: Of the path.
            query: Parameters; those that are None are left out.

        Returns:
            The address, every part of it escaped.
        """
        return self.with_query(parts, query)

    def with_query(
        self, parts: tuple[str, ...], query: Mapping[str, str | date | None]
    ) -> str:
        """Return an address with parameters whose names no argument can have."""
        path = "/".join(quote(part, safe="") for part in parts)
        given = {name: str(value) for name, value in query.items() if value is not None}
        return f"{self._base}/{path}" + (f"?{urlencode(given)}" if given else "")

    def post(self, platform: str, post_id: str) -> str:
        """Return where a post's history is."""
        return self.of("posts", platform, post_id)

    def post_explanation(
        self, platform: str, post_id: str, day: date, campaign_id: str | None = None
    ) -> str:
        """Return where it is told what a post's numbers of a day rest on."""
        return self.of(
            "posts",
            platform,
            post_id,
            "explanation",
            day=day,
            campaign_id=campaign_id,
        )

    def campaign(self, campaign_id: str, *parts: str, day: date | None = None) -> str:
        """Return where something of a campaign is, as known on a day."""
        return self.of("campaigns", campaign_id, *parts, as_of=day)

    def month_explanation(self, creator_id: str, platform: str, month: date) -> str:
        """Return where it is told what a creator's month on a platform rests on."""
        return self.creator(
            creator_id, "months", platform, month.isoformat(), "explanation"
        )

    def creator(self, creator_id: str, *parts: str) -> str:
        """Return where something of a creator is."""
        return self.of("creators", creator_id, *parts)


def followable(url: str | None) -> str | None:
    """Return a link that a page can show; None for one that is no http(s) address."""
    if url is None:
        return None
    try:
        is_web = urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return None
    return url if is_web else None
