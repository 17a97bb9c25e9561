"""Rendering a page of the dashboard: a template in the page's language, escaped."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from analytics_pipeline.api.browser import Browsers
from analytics_pipeline.api.context import Service
from analytics_pipeline.api.pages.language import (
    LANGUAGE_COOKIE,
    asked_language,
    language_of,
)
from analytics_pipeline.dashboard.queries import known_query
from analytics_pipeline.dashboard.security import DASHBOARD
from analytics_pipeline.dashboard.static_files import static_path, unwanted_styles
from analytics_pipeline.dashboard.texts.languages import TEXTS
from analytics_pipeline.dashboard.wording import Wording

_IN_A_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
_LINK_SCHEMES = ("http://", "https://")


class DashboardPages:
    """Renders the pages.

    Args:
        service: The settings and the clock.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._prefix = urlsplit(service.settings.public_url).path
        self._browsers = Browsers(service.settings)
        self._templates = Environment(
            loader=PackageLoader("analytics_pipeline.dashboard"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "in_script": in_script,
            "outside": outside_link,
            "lean": lean_query,
        }

    def wording(self, request: Request) -> Wording:
        """Return how a page that answers a request says things."""
        settings = self._service.settings
        return Wording(
            language_of(request),
            settings.zone,
            self._service.clock(),
            settings.agency_name,
        )

    def path(self, path: str) -> str:
        """Return a path as browsers reach it, beside others behind one address."""
        return self._prefix + path

    def show(
        self,
        request: Request,
        template: str,
        values: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> Response:
        """Return a page.

        Args:
            request: What is answered; its language is the page's.
            template: The name of its template.
            values: What the template needs.
            status: Of the answer.

        Returns:
            The page.
        """
        wording = self.wording(request)
        home = self.path(DASHBOARD)
        page = self._templates.get_template(template).render(
            values or {},
            t=wording.text,
            w=wording,
            visit=getattr(request.state, "visit", None),
            home=home,
            section=_section(request.url.path),
            static=lambda name: self.path(static_path(name)),
            unwanted_styles=unwanted_styles,
            switch=_switch(request, wording),
            dagster_url=self._service.settings.dagster_url,
        )
        response = HTMLResponse(page, status)
        if asked := asked_language(request):
            self._browsers.set_cookie(response, LANGUAGE_COOKIE, asked.value)
        return response


def in_script(value: object) -> Markup:
    """Return JSON that can stand within a script element."""
    text = json.dumps(value, default=str)
    for sign, escape in _IN_A_SCRIPT.items():
        text = text.replace(sign, escape)
    return Markup(text)  # noqa: S704 - no sign that HTML knows is left


def outside_link(url: str | None) -> str | None:
    """Return a link that may be followed; None for any but http and https.

    Examples:
        >>> outside_link("javascript:alert(1)") is None
        True
    """
    is_web = url is not None and url.lower().startswith(_LINK_SCHEMES)
    return url if is_web else None


def lean_query(values: Mapping[str, object]) -> str:
    """Return the query of an address, without what is not set.

    Examples:
        >>> lean_query({"platform": "tiktok", "kind": None, "sort": ""})
        '?platform=tiktok'
    """
    kept = {name: value for name, value in values.items() if value not in {None, ""}}
    return f"?{urlencode(kept)}" if kept else "?"


def _section(path: str) -> str:
    """Return the part of the dashboard that an address belongs to."""
    return path.removeprefix(DASHBOARD).strip("/").partition("/")[0] or "campaigns"


def _switch(request: Request, wording: Wording) -> dict[str, str]:
    """Return the link to the same page in the other language."""
    other = wording.language.other
    query = known_query(request) | {"lang": other.value}
    return {
        "href": f"?{urlencode(query)}",
        "lang": other.value,
        "name": TEXTS[other]["language_name"],
    }
