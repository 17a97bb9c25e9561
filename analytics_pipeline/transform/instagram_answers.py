"""Which parser an answer of Instagram needs: told by what was asked."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from analytics_pipeline.transform.insights import parse_post_insights, read_request
from analytics_pipeline.transform.instagram_posts import (
    parse_instagram,
    parse_stories,
)
from analytics_pipeline.transform.parsed import ParsedAnswer
from analytics_pipeline.transform.pushes import is_pushed, parse_pushed_entry
from analytics_pipeline.transform.removals import asked_post, parse_direct_read


def parse_instagram_answer(
    request: Mapping[str, object], payload: object, account_id: str | None
) -> ParsedAnswer:
    """Read one answer of Instagram, or one entry of its pushes.

    Args:
        request: As the landing store keeps it.
        payload: The answer's JSON.
        account_id: Of the account that was asked, as far as it is known.

    Returns:
        What it says.
    """
    if is_pushed(request):
        return parse_pushed_entry(payload)
    post_id = asked_post(request)
    if post_id is not None:
        return parse_direct_read(payload, post_id)
    insights = read_request(request)
    if insights is not None:
        return parse_post_insights(payload, insights)
    if asked_edge(request) == "stories":
        return parse_stories(payload, account_id)
    return parse_instagram(payload, account_id)


def asked_edge(request: Mapping[str, object]) -> str:
    """Return the last part of the address a request went to."""
    return urlsplit(str(request.get("url", ""))).path.rpartition("/")[2]
