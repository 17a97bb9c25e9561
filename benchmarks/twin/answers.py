"""What the twin answers: bodies of account variants, with the creator's number in them.

Shapes are the sandbox's (`analytics_pipeline/sandbox`); a test compares them.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from benchmarks.world import (
    CAMPAIGN_MARK,
    CREATOR_MARK,
    FIRST_CAMPAIGN_ID,
    FIRST_CREATOR_ID,
    HANDLE,
    INSTAGRAM_ID,
    OPEN_ID,
    TIKTOK_NAME,
    VARIANTS,
    Post,
    World,
)

AGENCY_ID = "17841400000000001"
_MOST_VIDEOS = 20
_OK = {"code": "ok", "message": "", "log_id": "202603020500000000000000000000000A"}


class Answers:
    """Writes the bodies of one world's answers.

    Args:
        world: What there is.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._creator, self._campaign = CREATOR_MARK.encode(), CAMPAIGN_MARK.encode()
        # Each variant is written once; afterwards only numbers are put in.
        self._discovery = cache(self._write_discovery)
        self._user = cache(self._write_user)
        self._videos = cache(self._write_videos)
        self._cursors = cache(self._cursors_of)

    def discovery(self, creator: int, size: int, first: int) -> bytes:
        """Return a profile with a page of media, or on later pages only its id.

        Args:
            creator: Whose.
            size: Of the page.
            first: The number of its first post.

        Returns:
            The body.
        """
        return self._of(creator, self._discovery(creator % VARIANTS, size, first))

    def user(self, creator: int) -> bytes:
        """Return a TikTok account's profile."""
        return self._of(creator, self._user(creator % VARIANTS))

    def videos(self, creator: int, size: int, cursor: int | None) -> bytes:
        """Return a page of a TikTok account's videos.

        Args:
            creator: Whose.
            size: Of the page, at most 20.
            cursor: Where the page before ended, in milliseconds.

        Returns:
            The body.
        """
        variant = creator % VARIANTS
        first = 0 if cursor is None else self._cursors(variant).get(cursor, 0)
        size = min(size, _MOST_VIDEOS)
        return self._of(creator, self._videos(variant, size, first))

    def creators(self) -> bytes:
        """Return the Creators app's list of creators."""
        listed = (
            {"id": FIRST_CREATOR_ID + i, "email": f"creator{i}@example.com"}
            for i in range(self._world.creators)
        )
        return _body({"creators": list(listed)})

    def campaigns(self) -> bytes:
        """Return the Creators app's list of campaigns."""
        world = self._world
        listed = [
            {
                "id": FIRST_CAMPAIGN_ID + number,
                "name": f"Campaign {number:05d}",
                "hashtags": ", ".join(world.hashtags(number)),
                "publishing_start_date": world.first_day.isoformat(),
                "publishing_end_date": world.last_day.isoformat(),
                "platforms": [{"id": 1}, {"id": 3}, {"id": 4}],
            }
            for number in range(world.campaigns)
        ]
        return _body({"campaigns": listed})

    def involved(self, campaign_ids: Iterable[int]) -> bytes:
        """Return the Creators app's list of who takes part in some campaigns."""
        world = self._world
        return _body(
            [
                {
                    "campaign_id": campaign_id,
                    "creator_ids": [
                        FIRST_CREATOR_ID + creator
                        for creator in world.participants(
                            campaign_id - FIRST_CAMPAIGN_ID
                        )
                    ],
                }
                for campaign_id in campaign_ids
                if 0 <= campaign_id - FIRST_CAMPAIGN_ID < world.campaigns
            ]
        )

    def _of(self, creator: int, variant: bytes) -> bytes:
        variant = variant.replace(self._creator, b"%08d" % creator)
        campaign = b"%05d" % self._world.campaign_of(creator)
        return variant.replace(self._campaign, campaign)

    def _write_discovery(self, variant: int, size: int, first: int) -> bytes:
        posts = self._world.variant_posts(variant)
        page = posts[first : first + size]
        found: dict[str, Any] = {"id": INSTAGRAM_ID}
        if first == 0:
            found |= {
                "username": HANDLE,
                "name": f"Creator Nováková {variant}",
                "followers_count": 4_000 + variant * 7_919,
                "follows_count": 300 + variant * 13,
                "media_count": len(posts),
            }
        if page:
            media: dict[str, Any] = {"data": [_media(post) for post in page]}
            cursors = {"before": _cursor(first)} if first else {}
            if first + size < len(posts):
                cursors["after"] = _cursor(first + size)
            if cursors:
                media["paging"] = {"cursors": cursors}
            found["media"] = media
        return _graph_body({"business_discovery": found, "id": AGENCY_ID})

    def _write_user(self, variant: int) -> bytes:
        posts = self._world.variant_posts(variant)
        user = {
            "display_name": f"Creator Nováková {variant}",
            "follower_count": 3_000 + variant * 8_111,
            "following_count": 200 + variant * 11,
            "likes_count": sum(post.likes for post in posts),
            "open_id": OPEN_ID,
            "union_id": f"103f00ed-ca15-d993-7ab9-a0ee{CREATOR_MARK}7145",
            "username": TIKTOK_NAME,
            "video_count": len(posts),
        }
        return _tiktok_body({"user": user})

    def _write_videos(self, variant: int, size: int, first: int) -> bytes:
        posts = self._world.variant_posts(variant)
        page = posts[first : first + size]
        last = _milliseconds(page[-1]) if page else 0
        videos = [_video(post) for post in page]
        more = first + size < len(posts)
        return _tiktok_body({"videos": videos, "cursor": last, "has_more": more})

    def _cursors_of(self, variant: int) -> Mapping[int, int]:
        posts = self._world.variant_posts(variant)
        return {_milliseconds(post): post.number + 1 for post in posts}


def number_of_cursor(cursor: str) -> int:
    """Return the number of the post that a Graph API cursor leads to."""
    return int(cursor[-6:])


def _cursor(number: int) -> str:
    return f"QVFIUmZA{number:06d}"


def _media(post: Post) -> dict[str, Any]:
    kind = "reel" if post.product == "REELS" else "p"
    media: dict[str, Any] = {
        "id": f"178{post.number:06d}{CREATOR_MARK}",
        "caption": post.caption,
        "media_type": post.media,
        "media_product_type": post.product,
        "permalink": f"https://www.instagram.com/{kind}/D{post.number:03d}{CREATOR_MARK}/",
        "timestamp": post.posted_at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "like_count": post.likes,
        "comments_count": post.comments,
    }
    if post.product == "REELS":
        media["view_count"] = post.views
    return media


def _video(post: Post) -> dict[str, Any]:
    video_id = f"7612{post.number:07d}{CREATOR_MARK}"
    return {
        "comment_count": post.comments,
        "create_time": int(post.posted_at.timestamp()),
        "duration": post.seconds,
        "id": video_id,
        "like_count": post.likes,
        "share_count": post.shares,
        "share_url": f"https://www.tiktok.com/@{TIKTOK_NAME}/video/{video_id}"
        "?utm_campaign=tt4d_open_api&utm_source=benchmark-client-key",
        "title": post.caption,
        "video_description": post.caption,
        "view_count": post.views,
    }


def _milliseconds(post: Post) -> int:
    return int(post.posted_at.timestamp()) * 1000


def _body(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _graph_body(content: object) -> bytes:
    """Write JSON as the Graph API does: in ASCII."""
    return json.dumps(content, separators=(",", ":")).encode()


def _tiktok_body(data: object) -> bytes:
    content = {"data": data, "error": _OK}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
