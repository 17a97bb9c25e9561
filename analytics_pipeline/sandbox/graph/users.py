"""How an Instagram account looks on the Graph API, with its media edge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from analytics_pipeline.sandbox.graph.call import GraphCall, read_limit
from analytics_pipeline.sandbox.graph.errors import UnknownFieldError
from analytics_pipeline.sandbox.graph.fields import Field
from analytics_pipeline.sandbox.graph.insights import expand_insights
from analytics_pipeline.sandbox.graph.media import MediaView, render_media, signed_url
from analytics_pipeline.sandbox.graph.paging import (
    PageRequest,
    edge_paging,
    nested_paging,
    page_of_posts,
)
from analytics_pipeline.sandbox.population.names import BIOGRAPHIES
from analytics_pipeline.sandbox.population.records import Person, Post, Trait

_NODE = "node type (IGUser)"
_THIRDS = 3


@dataclass(frozen=True, slots=True)
class UserView:
    """An account and who looks at it.

    Attributes:
        call: The call that asks.
        person: The owner of the account.
        username: The handle now.
        inside: Whether the owner's token asks.
        instagram_id: The account's Instagram id.
    """

    call: GraphCall
    person: Person
    username: str
    inside: bool
    instagram_id: str

    @property
    def account(self) -> int:
        """The account's number."""
        return self.person.index


def view_user(call: GraphCall, account: int, *, inside: bool) -> UserView:
    """Look at an account."""
    world = call.world
    return UserView(
        call=call,
        person=world.creator(account),
        username=world.handle(account, call.now),
        inside=inside,
        instagram_id=world.identities.instagram_id(account),
    )


def view_media(user: UserView, post: Post) -> MediaView:
    """Look at a post as the same person looks at its account."""
    call = user.call
    return MediaView(
        post=post,
        username=user.username,
        owner_id=user.instagram_id,
        inside=user.inside,
        likes_hidden=Trait.HIDDEN_LIKES in user.person.traits,
        now=call.now,
        insights=lambda item, field: expand_insights(call, item, field),
    )


def render_user(user: UserView, fields: tuple[Field, ...]) -> dict[str, object]:
    """Give an account as a JSON object.

    Args:
        user: The account and who looks.
        fields: What was asked for; nothing means only the id.

    Returns:
        Only keys that have a value; ``id`` is always there.

    Raises:
        UnknownFieldError: A field does not exist.
    """
    answer: dict[str, object] = {}
    for field in fields:
        if field.name == "media":
            answer["media"] = _media(user, field)
            continue
        if field.name not in _FIELDS:
            raise UnknownFieldError(field.name, _NODE)
        value = _FIELDS[field.name](user)
        if value is not None:
            answer[field.name] = value
    answer.setdefault("id", user.instagram_id)
    return answer


def _media(user: UserView, field: Field) -> dict[str, object]:
    wanted = PageRequest(
        limit=read_limit(field.modifiers.get("limit")),
        after=field.modifiers.get("after"),
        before=field.modifiers.get("before"),
    )
    call = user.call
    page = page_of_posts(call, user.account, wanted)
    data = [render_media(view_media(user, post), field.inner) for post in page.posts]
    if not user.inside:
        return {"data": data, **nested_paging(page)}
    root = call.url.path.split("/")
    path = "/".join((*root[:3], user.instagram_id, "media"))
    url = call.url.replace(path=path, query="").include_query_params(
        access_token=call.token_text, fields=field.source, limit=wanted.limit
    )
    return {"data": data, **edge_paging(page, url)}


def _website(user: UserView) -> str | None:
    if user.account % _THIRDS == 1:
        return None
    return f"https://example.com/{user.username}"


def _biography(user: UserView) -> str:
    texts = BIOGRAPHIES[user.person.locale]
    return texts[user.account % len(texts)]


def _followers(user: UserView) -> int:
    return user.call.world.followers("instagram", user.account, user.call.now)


def _media_count(user: UserView) -> int:
    return user.call.world.count_posts("instagram", user.account, user.call.now)


_FIELDS: Final[Mapping[str, Callable[[UserView], object]]] = {
    "id": lambda user: user.instagram_id,
    "username": lambda user: user.username,
    "name": lambda user: user.person.name,
    "biography": _biography,
    "website": _website,
    "followers_count": _followers,
    "follows_count": lambda user: user.call.world.following("instagram", user.account),
    "media_count": _media_count,
    "profile_picture_url": lambda user: signed_url(
        f"ig/{user.instagram_id}/picture.jpg", user.call.now
    ),
    "has_profile_pic": lambda _: True,
}
