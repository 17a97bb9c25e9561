"""Rendering a page: a template, texts in one language, everything escaped."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from analytics_pipeline.api.browser import Browsers
from analytics_pipeline.api.pages.language import (
    LANGUAGE_COOKIE,
    Language,
    asked_language,
    language_of,
)
from analytics_pipeline.api.pages.texts_cs import CZECH
from analytics_pipeline.api.pages.texts_en import ENGLISH
from analytics_pipeline.settings import Settings

TEXTS: Mapping[Language, Mapping[str, str]] = {
    Language.ENGLISH: ENGLISH,
    Language.CZECH: CZECH,
}

STYLE_PATH = "/style.css"
# The one part of a query that a page needs to be shown again.
_TICKET = "login"

_PACKAGE = "analytics_pipeline.api.pages"


class Pages:
    """Renders the pages.

    Args:
        settings: Tell how the service is reached, and the agency's name.
    """

    def __init__(self, settings: Settings) -> None:
        self._agency = settings.agency_name
        self._zone = settings.zone
        self._prefix = urlsplit(settings.public_url).path
        self._browsers = Browsers(settings)
        self._templates = Environment(
            loader=PackageLoader(_PACKAGE),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def show(
        self,
        request: Request,
        template: str,
        values: Mapping[str, Any],
        status: int = 200,
        *,
        can_switch: bool = False,
    ) -> Response:
        """Return a page.

        Args:
            request: What is answered; its language is the page's.
            template: The name of its template.
            values: What the template needs.
            status: Of the answer.
            can_switch: Whether the address may be asked again for the other language.

        Returns:
            The page.
        """
        language = language_of(request)
        page = self._templates.get_template(template).render(
            values,
            t=_Texts(TEXTS[language], self._agency),
            lang=language.value,
            zone=self._zone,
            prefix=self._prefix,
            style=f"{self._prefix}{STYLE_PATH}",
            switch=_switch(request, language.other) if can_switch else None,
        )
        response = HTMLResponse(page, status)
        if asked := asked_language(request):
            self._browsers.set_cookie(response, LANGUAGE_COOKIE, asked.value)
        return response


class _Texts:
    """The texts of one language, called by their names."""

    def __init__(self, texts: Mapping[str, str], agency: str | None) -> None:
        self._texts = texts
        self._agency = agency or texts["agency"]

    def __call__(self, name: str, **values: object) -> str:
        return self._texts[name].format(agency=self._agency, **values)


def style_sheet() -> str:
    """Return the one stylesheet of all pages."""
    return files(_PACKAGE).joinpath("style.css").read_text(encoding="utf-8")


def _switch(request: Request, language: Language) -> dict[str, str]:
    """Return the link to the same page in another language."""
    # Whatever else was asked is not repeated: it may be a secret that went astray.
    kept = {_TICKET: ticket} if (ticket := request.query_params.get(_TICKET)) else {}
    query = kept | {"lang": language.value}
    name = TEXTS[language]["language_name"]
    return {"href": f"?{urlencode(query)}", "lang": language.value, "name": name}
