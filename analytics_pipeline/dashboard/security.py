"""Headers of the dashboard's pages, and where a sign-in may lead."""

import re
from urllib.parse import urlsplit

from analytics_pipeline.settings import Settings

DASHBOARD = "/analytics"

# Plotly adds an empty <style> element and fills it by script, which a policy allows;
# this is the hash of nothing, so no other inline style passes.
_EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": f"'self' {_EMPTY_STYLE}",
    "img-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
_OUR_PATH = re.compile(rf"{DASHBOARD}(?:[/?][A-Za-z0-9\-._~!$'()*+,;=:@%/?&]*)?")
_LONGEST_PATH = 1000


def dashboard_headers() -> dict[str, str]:
    """Return what differs from the headers of all other answers.

    The forms' `Origin` is compared, and a page without a referrer policy of its own
    would send none.
    """
    return {
        "Content-Security-Policy": "; ".join(map(" ".join, _POLICY.items())),
        "Referrer-Policy": "same-origin",
    }


def own_origin(settings: Settings) -> str:
    """Return what browsers call the place that our pages come from."""
    parts = urlsplit(settings.public_url)
    return f"{parts.scheme}://{parts.netloc}"


def safe_path(wanted: str) -> str:
    """Return a path of the dashboard to go to; its start for any other.

    Args:
        wanted: As an address asked for.

    Returns:
        A path without the service's prefix.

    Examples:
        >>> safe_path("/analytics/campaigns/501?tab=posts")
        '/analytics/campaigns/501?tab=posts'
        >>> safe_path("//evil.example/analytics"), safe_path("/analytics/../x")
        ('/analytics', '/analytics')
    """
    is_ours = len(wanted) <= _LONGEST_PATH and _OUR_PATH.fullmatch(wanted)
    parts = wanted.partition("?")[0].lower()
    has_way_out = "//" in wanted or ".." in parts or "%2e" in parts or "%5c" in parts
    return wanted if is_ours and not has_way_out else DASHBOARD
