"""The posts of a campaign's page: filtered, sorted, page by page."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from starlette.requests import Request

from analytics_pipeline.dashboard.queries import (
    Filter,
    asked_choice,
    asked_page,
)
from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.reports.model import CampaignReport, ReportPost

PAGE_LENGTH = 25
_COUNTS = ("view_count", "like_count", "comment_count", "share_count", "save_count")
_LEVELS = ("full", "partial", "rejected", "none")


@dataclass(frozen=True, slots=True)
class PostsTable:
    """A part of a campaign's posts.

    Attributes:
        rows: The posts of this page.
        count: How many fit.
        page: Which page it is, from 1.
        pages: How many there are.
        sort: What it is sorted by.
        is_descending: The largest first.
        columns: What is shown: column, label, whether it is a number.
        filters: The choices above it.
        query: What its address says, for the links of other pages.
    """

    rows: list[ReportPost]
    count: int
    page: int
    pages: int
    sort: str
    is_descending: bool
    columns: list[tuple[str, str, bool]]
    filters: list[Filter]
    query: dict[str, object]


def posts_table(
    request: Request, report: CampaignReport, rate: str, w: Wording
) -> PostsTable:
    """Return what an address asks for.

    Args:
        request: What is answered.
        report: The campaign's report.
        rate: The engagement rate that is shown.
        w: How the page says things.

    Returns:
        The table.
    """
    everything = {
        "full": report.posts,
        "partial": report.partial,
        "rejected": report.rejected,
        "none": report.no_longer_matching,
    }
    sortable = ("posted_at", *_COUNTS, rate)
    level = asked_choice(request, "match", _LEVELS) or "full"
    sort = asked_choice(request, "sort", sortable) or "view_count"
    is_descending = asked_choice(request, "order", ("asc", "desc")) != "asc"
    listed = everything[level]
    filters = _filters(request, w, everything, level)
    wanted = {item.name: item.value for item in filters[:3] if item.value}
    rows = [
        post
        for post in listed
        if all(getattr(post, name) == value for name, value in wanted.items())
    ]
    rows = _sorted(rows, sort, is_descending=is_descending)
    pages = max(1, math.ceil(len(rows) / PAGE_LENGTH))
    page = min(asked_page(request), pages)
    start = (page - 1) * PAGE_LENGTH
    query: dict[str, object] = {
        "as_of": report.asked_day,
        "sort": sort,
        "order": "desc" if is_descending else "asc",
        **{item.name: item.value for item in filters},
    }
    columns = [
        (name, w.text(f"column_{name}"), name != sortable[0]) for name in sortable
    ]
    return PostsTable(
        rows[start : start + PAGE_LENGTH],
        len(rows),
        page,
        pages,
        sort,
        is_descending,
        columns,
        filters,
        query,
    )


def _filters(
    request: Request,
    w: Wording,
    everything: Mapping[str, Sequence[ReportPost]],
    level: str,
) -> list[Filter]:
    listed = everything[level]
    levels = [
        (name, f"{w.text(f'match_{name}')} ({len(everything[name])})")
        for name in _LEVELS
    ]
    return [
        _filter(request, w, "platform", "platform", _values(listed, "platform")),
        _filter(request, w, "content_type", "content", _values(listed, "content_type")),
        _creators(request, w, listed),
        Filter("match", w.text("match"), level, levels),
    ]


def _filter(
    request: Request, w: Wording, name: str, prefix: str, values: Sequence[str]
) -> Filter:
    value = asked_choice(request, name, values)
    options = [("", w.text("any"))]
    options += [(item, w.known_text(prefix, item)) for item in values]
    return Filter(name, w.text(name), value, options)


def _creators(request: Request, w: Wording, posts: Sequence[ReportPost]) -> Filter:
    names: dict[str, str] = {}
    for post in posts:
        names.setdefault(post.creator_id, w.text("creator_number", id=post.creator_id))
        if post.username is not None:
            names[post.creator_id] = f"@{post.username}"
    value = asked_choice(request, "creator_id", names)
    options = sorted(names.items(), key=lambda item: item[1])
    return Filter(
        "creator_id", w.text("creator"), value, [("", w.text("any")), *options]
    )


def _values(posts: Sequence[ReportPost], name: str) -> list[str]:
    return sorted({getattr(post, name) for post in posts})


def _sorted(
    posts: list[ReportPost], sort: str, *, is_descending: bool
) -> list[ReportPost]:
    """Sort; unknown values come last either way."""

    def value(post: ReportPost) -> float | datetime | date | None:
        return post.posted_at if sort == "posted_at" else post.numbers[sort]

    known = [post for post in posts if value(post) is not None]
    unknown = [post for post in posts if value(post) is None]
    known.sort(key=lambda post: (post.platform, post.post_id))
    known.sort(key=value, reverse=is_descending)  # type: ignore[arg-type]
    return known + unknown
