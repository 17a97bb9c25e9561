"""The HTML of the consent pages: small, without scripts, everything escaped.

What may be asked for, and what a decision leads to, is in ``graph.dialog`` and
``tiktok.dialog``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, RedirectResponse, Response

from analytics_pipeline.sandbox.population.people import People
from analytics_pipeline.sandbox.population.records import Person

# A list of people longer than this is of no use to anyone.
MOST_PEOPLE: Final = 300

_LONGEST_ID = 9

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;"
    "padding:0 1rem;color:#1c1e21;background:#fff}"
    "fieldset{margin:1rem 0;border:1px solid #8a8d91;border-radius:.5rem}"
    "label{display:block;padding:.25rem 0}"
    "select,button{font:inherit;padding:.5rem 1rem;margin:.25rem .5rem .25rem 0}"
    "select{max-width:100%}"
)


class DialogError(Exception):
    """A consent page cannot be shown or answered; the text is for the person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an application asks a consent page for.

    Attributes:
        redirect_uri: Where the browser goes afterwards.
        state: What to bring back with it, or None.
        scopes: What the person shall allow.
    """

    redirect_uri: str
    state: str | None
    scopes: list[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be ticked or picked."""

    value: str
    label: str
    chosen: bool = True


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """What a consent page shows.

    Attributes:
        platform: Whose page it is.
        people: Who can be logged in as.
        scopes: What is asked for.
        pages: The person's Pages; None where there are none to choose from.
        shown_for: Whose Pages these are, or None before a person was chosen.
        may_choose: Whether another person's Pages can be asked for.
    """

    platform: str
    people: Sequence[Choice]
    scopes: Sequence[Choice]
    pages: Sequence[Choice] | None = None
    shown_for: str | None = None
    may_choose: bool = False


def read_form(body: bytes) -> dict[str, list[str]]:
    """Read a posted form; every key with all its values."""
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)


def read_asked(
    params: QueryParams, scopes: Sequence[str], known: Sequence[str]
) -> Asked:
    """Read what an application asks for; ``response_type`` must be code.

    Args:
        params: The query of the consent page.
        scopes: The scopes asked for, as read from it.
        known: The scopes there are.

    Returns:
        What is asked, each scope once.

    Raises:
        DialogError: The request is put together wrongly.
    """
    redirect_uri = params.get("redirect_uri", "")
    if not is_web_address(redirect_uri):
        message = "The parameter redirect_uri must be an absolute web address."
        raise DialogError(message)
    if params.get("response_type", "code") != "code":
        message = "Only response_type=code is served here."
        raise DialogError(message)
    unknown = [scope for scope in scopes if scope not in known]
    if unknown:
        message = f"Invalid Scopes: {', '.join(unknown)}."
        raise DialogError(message)
    return Asked(redirect_uri, params.get("state"), list(dict.fromkeys(scopes)))


def read_person(people: People, text: str) -> Person | None:
    """Give the creator with this id, or None."""
    short = len(text) <= _LONGEST_ID and text.isascii()
    index = people.index_of(int(text)) if short and text.isdecimal() else None
    return None if index is None else people.person(index)


def person_choices(
    people: Iterable[Person], chosen: Person | None, handle: Callable[[Person], str]
) -> list[Choice]:
    """List people to log in as.

    Args:
        people: Who has an account on the platform, in order.
        chosen: Who is chosen already; listed even beyond the list's end.
        handle: Gives the name a person goes by on the platform.

    Returns:
        At most ``MOST_PEOPLE``, and the chosen one.
    """
    listed = list(islice(people, MOST_PEOPLE))
    if chosen is not None and chosen not in listed:
        listed.append(chosen)
    return [
        Choice(
            str(person.creator_id),
            f"{person.name} (@{handle(person)})",
            chosen=person == chosen,
        )
        for person in listed
    ]


def consent_response(page: ConsentPage) -> Response:
    """Give a consent page."""
    title = f"Log in with {page.platform} (sandbox)"
    options = "".join(
        f'<option value="{escape(one.value)}"{" selected" * one.chosen}>'
        f"{escape(one.label)}</option>"
        for one in page.people
    )
    parts = [
        "<p>An application wants to read from your account. Nothing here is real.</p>",
        '<form method="post">',
        '<p><label for="person">Log in as</label>',
        f'<select id="person" name="person" required>{options}</select></p>',
        _boxes("scope", "What the application may do", page.scopes),
    ]
    if page.shown_for is not None:
        shown = escape(page.shown_for)
        parts.append(f'<input type="hidden" name="shown" value="{shown}">')
    if page.pages is not None:
        parts.append(_boxes("page", "Pages it may do this for", page.pages))
    parts.append(f"<p>{_buttons(page)}</p></form>")
    return _html(title, "".join(parts), 200)


def error_response(reason: str) -> Response:
    """Give the page for a request that leads nowhere; it never redirects."""
    text = f'<p role="alert">{escape(reason)}</p>'
    return _html("This link does not work (sandbox)", text, 400)


def redirect_response(redirect_uri: str, values: dict[str, str | None]) -> Response:
    """Send the browser back to the application.

    Args:
        redirect_uri: Where to.
        values: What to add to its query; None is left out.

    Returns:
        A redirect that is followed with a GET.
    """
    parts = urlsplit(redirect_uri)
    added = urlencode({k: v for k, v in values.items() if v is not None})
    query = f"{parts.query}&{added}" if parts.query else added
    url = urlunsplit(parts._replace(query=query))
    return RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})


def is_web_address(text: str) -> bool:
    """Tell whether a text is an absolute http or https address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _boxes(name: str, legend: str, choices: Sequence[Choice]) -> str:
    rows = "".join(
        f'<label><input type="checkbox" name="{name}" value="{escape(one.value)}"'
        f"{' checked' * one.chosen}> {escape(one.label)}</label>"
        for one in choices
    )
    rows = rows or "<p>None.</p>"
    return f"<fieldset><legend>{legend}</legend>{rows}</fieldset>"


def _buttons(page: ConsentPage) -> str:
    choose = _button("choose", "Show the Pages of this person")
    refuse = _button("refuse", "Cancel")
    allow = _button("allow", "Allow")
    if page.may_choose and page.shown_for is None:
        return _button("choose", "Continue") + refuse
    return allow + refuse + (choose if page.may_choose else "")


def _button(value: str, label: str) -> str:
    return f'<button type="submit" name="decision" value="{value}">{label}</button>'


def _html(title: str, content: str, status: int) -> Response:
    text = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
    return HTMLResponse(text, status, headers=_HEADERS)
