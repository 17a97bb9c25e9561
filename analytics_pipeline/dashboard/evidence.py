"""What speaks for a candidate: hashtags marked in its caption, and in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.schemas.review import Resemblance

_SIGNS = "#＃"

Reasons = Mapping[str, Mapping[str, str]]
"""By the campaign's hashtag: what the post carries, and how the two resemble."""


@dataclass(frozen=True, slots=True)
class CaptionPart:
    """A piece of a caption.

    Attributes:
        text: As it stands there.
        tone: exact, near or other for a hashtag; empty for what is none.
        title: Why a hashtag is marked so.
    """

    text: str
    tone: str = ""
    title: str = ""


def marked_caption(
    caption: str | None, hashtags: Sequence[str], reasons: Reasons, w: Wording
) -> list[CaptionPart]:
    """Return a caption with its hashtags marked.

    Args:
        caption: The text under a post.
        hashtags: The hashtags in it, as the platform sees them.
        reasons: What speaks for the post.
        w: How the page says things.

    Returns:
        The pieces, in order; joined they are the caption.
    """
    # The longest first: one hashtag may begin like another.
    tags = sorted(hashtags, key=len, reverse=True)
    told = {
        its["carried"].casefold(): (tag, its["how"]) for tag, its in reasons.items()
    }
    parts: list[CaptionPart] = []
    plain = ""
    place, text = 0, caption or ""
    while place < len(text):
        tag = _tag_at(text, place, tags)
        if tag is None:
            plain += text[place]
            place += 1
            continue
        if plain:
            parts.append(CaptionPart(plain))
            plain = ""
        shown = text[place : place + 1 + len(tag)]
        parts.append(_marked(shown, told.get(tag.casefold()), w))
        place += len(shown)
    return [*parts, CaptionPart(plain)] if plain else parts


def evidence(row: Mapping[str, Any], w: Wording) -> Iterator[str]:
    """Tell in words what a candidate carries and lacks.

    Args:
        row: An open candidate.
        w: How the page says things.

    Yields:
        A line per hashtag that is no exact fit.
    """
    reasons: Reasons = row["candidate_reasons"]
    for tag, its in reasons.items():
        if its["how"] != Resemblance.EXACT:
            how = w.known_text("how", its["how"])
            yield w.text("evidence", tag=tag, carried=its["carried"], how=how)
    for tag in row["campaign_hashtags"]:
        if tag not in reasons:
            yield w.text("evidence_none", tag=tag)


def _tag_at(text: str, place: int, tags: Sequence[str]) -> str | None:
    if text[place] not in _SIGNS:
        return None
    following = text[place + 1 :].casefold()
    return next((tag for tag in tags if following.startswith(tag.casefold())), None)


def _marked(shown: str, told: tuple[str, str] | None, w: Wording) -> CaptionPart:
    if told is None:
        return CaptionPart(shown, "other")
    tag, how = told
    tone = "exact" if how == Resemblance.EXACT else "near"
    return CaptionPart(shown, tone, f"#{tag}: {w.known_text('how', how)}")
