"""A browser without scripts: it keeps cookies, reads pages, and submits forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import HTTPAdapter

TIMEOUT = 10
_VOID = {"input", "meta", "link", "br"}


@dataclass
class Form:
    """A form: where it goes, and what it carries unless somebody changes it."""

    action: str
    values: list[tuple[str, str]] = field(default_factory=list)
    offered: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """What a person sees of an answer, and can do with it."""

    def __init__(self, answer) -> None:
        super().__init__()
        self.status = answer.status_code
        self.headers = answer.headers
        self.html = answer.text
        self.lang: str | None = None
        self.headings: list[str] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(answer.text)
        self.close()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append((tag, values))
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "html":
            self.lang = values.get("lang")
        elif tag == "a":
            self.links.append(values["href"])
        elif tag == "form":
            self.forms.append(Form(values.get("action", "")))
        elif tag in {"input", "button", "option"} and self.forms:
            self._control(tag, values)

    def _control(self, tag, values):
        form = self.forms[-1]
        if tag == "button":
            form.buttons.append(values.get("value", ""))
            return
        name = values.get("name", "person")
        pair = (name, values.get("value") or "")
        if values.get("type") == "hidden":
            form.values.append(pair)
            return
        form.offered.append(pair)
        if "checked" in values or "selected" in values:
            form.values.append(pair)

    def handle_endtag(self, tag):
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data):
        self.text += data
        if self._open and self._open[-1] in {"h1", "h2", "h3"}:
            self.headings.append(data)

    @property
    def title(self) -> str:
        return self.headings[0]


class _Proxy(HTTPAdapter):
    """What stands before the service: it speaks https, and takes its prefix away."""

    def __init__(self, public_url: str, url: str) -> None:
        super().__init__()
        self._public_url, self._url = public_url, url

    def send(self, request, **options):
        inner = request.copy()
        inner.url = request.url.replace(self._public_url, self._url, 1)
        answer = super().send(inner, **options)
        answer.request, answer.url = request, request.url
        return answer


class Browser:
    """One person's browser, at the service and at the platforms' pages."""

    def __init__(self, public_url: str, url: str, language: str = "en") -> None:
        self.session = requests.Session()
        self.session.mount(public_url, _Proxy(public_url, url))
        self.session.headers["Accept-Language"] = language
        self.seen: list[str] = []

    def ask(self, method: str, address: str, data=None) -> requests.Response:
        """Send one request to the service; give the answer."""
        answer = self.session.request(
            method, address, data=data, timeout=TIMEOUT, allow_redirects=False
        )
        self.seen.append(f"{answer.headers}\n{answer.text}")
        return answer

    def open(self, address: str) -> Page:
        """Open an address of the service, following redirects within it."""
        answer = self.ask("GET", address)
        while answer.status_code == 303:
            answer = self.ask("GET", answer.headers["location"])
        return Page(answer)

    def submit(self, page: Page, number: int = 0, **change: str) -> requests.Response:
        """Submit a form of a page of the service; give the answer."""
        form = page.forms[number]
        return self.ask("POST", form.action, data=dict(form.values) | change)

    def follow(self, answer: requests.Response) -> Page:
        """Go where an answer leads."""
        assert answer.status_code == 303, answer.text
        return self.open(answer.headers["location"])


def consent(address: str, person: int, without=(), decision: str = "allow") -> str:
    """Decide on a platform's consent page; give the address it leads back to."""
    page = Page(requests.get(address, timeout=TIMEOUT))
    form = page.forms[0]
    if decision == "allow" and "choose" in form.buttons:
        data = [*form.values, ("person", str(person)), ("decision", "choose")]
        page = Page(requests.post(address, data=data, timeout=TIMEOUT))
        form = page.forms[0]
    ticked = [pair for pair in form.values if pair[0] != "person"]
    kept = [pair for pair in ticked if pair[1] not in without]
    answer = requests.post(
        address,
        data=[*kept, ("person", str(person)), ("decision", decision)],
        timeout=TIMEOUT,
        allow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def query_of(address: str) -> dict[str, str]:
    """Return the query of an address."""
    return {k: v for k, (v,) in parse_qs(urlsplit(address).query).items()}
