"""Logs people in at the consent pages, as a browser without scripts would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

from analytics_pipeline_tests.unit.sandbox.asking import TIMEOUT

REDIRECT = "https://app.example/back?from=meta"
ASKED = (
    "pages_show_list,pages_read_engagement,instagram_basic,"
    "instagram_manage_insights,pages_manage_metadata"
)
TIKTOK_ASKED = "user.info.basic,user.info.profile,user.info.stats,video.list"


@dataclass
class Form(HTMLParser):
    """What stands in the one form of a page."""

    people: list = field(default_factory=list)
    person: str | None = None
    boxes: list = field(default_factory=list)
    ticked: list = field(default_factory=list)
    hidden: dict = field(default_factory=dict)
    decisions: list = field(default_factory=list)
    forms: int = 0

    def __post_init__(self):
        super().__init__()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.forms += tag == "form"
        if tag == "option":
            self.people.append(values["value"])
            if "selected" in values or self.person is None:
                self.person = values["value"]
        if tag == "button":
            self.decisions.append(values["value"])
        if tag == "input" and values["type"] == "hidden":
            self.hidden[values["name"]] = values["value"]
        if tag == "input" and values["type"] == "checkbox":
            self.boxes.append((values["name"], values["value"]))
            if "checked" in values:
                self.ticked.append((values["name"], values["value"]))

    def values(self, name):
        return [value for box, value in self.boxes if box == name]

    def submit(self, decision, person=None, without=()):
        """Give what a browser posts."""
        ticked = [box for box in self.ticked if box[1] not in without]
        chosen = ("person", person or self.person)
        return [chosen, *ticked, *self.hidden.items(), ("decision", decision)]


def read_form(answer):
    form = Form()
    form.feed(answer.text)
    assert form.forms == 1
    return form


class MetaLogin:
    """The steps of logging in with Facebook."""

    def __init__(self, ask, **change):
        config = ask.sandbox.world.config
        self.ask = ask
        self.app = {
            "client_id": config.meta_app_id,
            "client_secret": config.meta_app_secret,
        }
        self.params = {
            "client_id": config.meta_app_id,
            "redirect_uri": REDIRECT,
            "state": "s/1=?&",
            "scope": ASKED,
            "response_type": "code",
            **change,
        }

    def open(self, **change):
        params = {k: v for k, v in {**self.params, **change}.items() if v is not None}
        return self.ask.get(self.ask.environment["META_LOGIN_URL"], params=params)

    def post(self, data):
        return self.ask.session.post(
            self.ask.environment["META_LOGIN_URL"],
            params=self.params,
            data=data,
            timeout=TIMEOUT,
            allow_redirects=False,
        )

    def code(self, creator_id, without=()):
        """Go through both steps and give the code."""
        first = read_form(self.open())
        second = read_form(self.post(first.submit("choose", person=str(creator_id))))
        answer = self.post(second.submit("allow", without=without))
        return came_back(answer)["code"]

    def redeem(self, code, **change):
        params = {**self.app, "redirect_uri": REDIRECT, "code": code, **change}
        url = f"{self.ask.sandbox.meta_api_url}/oauth/access_token"
        return self.ask.get(url, params=params)

    def exchange(self, token):
        params = {
            **self.app,
            "grant_type": "fb_exchange_token",
            "fb_exchange_token": token,
        }
        url = f"{self.ask.sandbox.meta_api_url}/oauth/access_token"
        return self.ask.get(url, params=params).json()

    def token(self, creator_id, without=()):
        """Log a creator in and give the long-lived token."""
        short = self.redeem(self.code(creator_id, without)).json()["access_token"]
        return self.exchange(short)["access_token"]

    def debug(self, token):
        app = "|".join(self.app.values())
        return self.ask.graph("debug_token", token=app, input_token=token).json()[
            "data"
        ]


def came_back(answer):
    """Give the query the browser comes back to the application with."""
    assert answer.status_code == 303, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {key: value for key, (value,) in query.items()}
