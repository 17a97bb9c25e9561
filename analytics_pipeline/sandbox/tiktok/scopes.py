"""What a creator can allow on TikTok, and how tokens write it down."""

from typing import Final

# Their order is part of every token's text: add at the end only.
SCOPES: Final = (
    "user.info.basic",
    "user.info.profile",
    "user.info.stats",
    "video.list",
)
WITHOUT_STATS: Final = ("user.info.basic", "video.list")
WITHOUT_VIDEOS: Final = ("user.info.basic",)


def write_scopes(scopes: tuple[str, ...]) -> str:
    """Write a set of scopes as one number."""
    return str(sum(1 << n for n, scope in enumerate(SCOPES) if scope in scopes))


def read_scopes(text: str) -> tuple[str, ...]:
    """Read the scopes a number stands for."""
    return tuple(scope for n, scope in enumerate(SCOPES) if int(text) >> n & 1)
