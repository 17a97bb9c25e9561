"""``/user/info/``: the account behind a token, field by field and scope by scope."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from analytics_pipeline.sandbox.population.calendar import as_instant
from analytics_pipeline.sandbox.population.dice import mac
from analytics_pipeline.sandbox.population.names import BIOGRAPHIES
from analytics_pipeline.sandbox.population.records import Person
from analytics_pipeline.sandbox.tiktok.envelope import ParamsError, ScopeError
from analytics_pipeline.sandbox.world import World

BASIC, PROFILE, STATS = "user.info.basic", "user.info.profile", "user.info.stats"

_VERIFIED_FOLLOWERS = 200_000
_SIGNED_SECONDS = 2 * 86_400


@dataclass(frozen=True, slots=True)
class TikTokUser:
    """A TikTok account at an instant."""

    world: World
    person: Person
    now: datetime


def user_info(
    world: World, account: int, scopes: tuple[str, ...], fields: str, now: datetime
) -> dict[str, object]:
    """Answer ``/user/info/``.

    Args:
        world: The world.
        account: The account the token opens.
        scopes: What its owner allowed.
        fields: The value of ``fields``.
        now: The sandbox's time.

    Returns:
        ``{"user": {...}}`` with the fields asked for.

    Raises:
        ScopeError: The creator did not allow one of the fields.
    """
    names = read_fields(fields, frozenset(_FIELDS))
    for name in names:
        scope = _FIELDS[name][0]
        if scope not in scopes:
            raise ScopeError(scope)
    user = TikTokUser(world, world.creator(account), now)
    return {"user": {name: _FIELDS[name][1](user) for name in sorted(names)}}


def read_fields(text: str, known: frozenset[str]) -> list[str]:
    """Read a comma-separated list of fields.

    Args:
        text: The value of ``fields``.
        known: The names that exist.

    Returns:
        The names, each once.

    Raises:
        ParamsError: The list is empty or names an unknown field.
    """
    names = list(dict.fromkeys(n.strip() for n in text.split(",") if n.strip()))
    if not names:
        message = "The parameter fields is required"
        raise ParamsError(message)
    unknown = [name for name in names if name not in known]
    if unknown:
        message = f"Invalid fields: {', '.join(unknown)}"
        raise ParamsError(message)
    return names


def _avatar(size: str) -> Callable[[TikTokUser], object]:
    def url(user: TikTokUser) -> str:
        expires = as_instant(user.now) + _SIGNED_SECONDS
        open_id = user.world.identities.open_id(user.person.index)
        return f"https://cdn.example.com/tt/{open_id}/{size}.jpeg?x-expires={expires}"

    return url


def _deep_link(user: TikTokUser) -> str:
    """Give a short link that differs at every reading, as observed live."""
    text = mac("link", f"{user.person.index}/{user.now.isoformat()}")
    return f"https://vm.tiktok.example.com/ZS{text[:8]}/"


def _bio(user: TikTokUser) -> str:
    texts = BIOGRAPHIES[user.person.locale]
    return texts[(user.person.index + 1) % len(texts)]


_FIELDS: Final[Mapping[str, tuple[str, Callable[[TikTokUser], object]]]] = {
    "open_id": (BASIC, lambda u: u.world.identities.open_id(u.person.index)),
    "union_id": (BASIC, lambda u: u.world.identities.union_id(u.person.index)),
    "avatar_url": (BASIC, _avatar("168")),
    "avatar_url_100": (BASIC, _avatar("100")),
    "avatar_large_url": (BASIC, _avatar("1080")),
    "display_name": (BASIC, lambda u: u.person.name),
    "bio_description": (PROFILE, _bio),
    "profile_deep_link": (PROFILE, _deep_link),
    "is_verified": (PROFILE, lambda u: u.person.base_followers > _VERIFIED_FOLLOWERS),
    "username": (PROFILE, lambda u: u.person.tiktok_username),
    "follower_count": (
        STATS,
        lambda u: u.world.followers("tiktok", u.person.index, u.now),
    ),
    "following_count": (
        STATS,
        lambda u: u.world.following("tiktok", u.person.index),
    ),
    "likes_count": (
        STATS,
        lambda u: u.world.total_likes("tiktok", u.person.index, u.now),
    ),
    "video_count": (
        STATS,
        lambda u: u.world.count_posts("tiktok", u.person.index, u.now),
    ),
}
