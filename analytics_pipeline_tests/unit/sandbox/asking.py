"""Asks a sandbox over HTTP, as the platforms' own documentation says to."""

import csv
from io import StringIO

import requests

from analytics_pipeline.sandbox.graph.tokens import SCOPES
from analytics_pipeline.sandbox.population.records import AGENCY

TIMEOUT = 30
MEDIA_FIELDS = (
    "id,caption,media_type,media_product_type,permalink,timestamp,"
    "like_count,comments_count,view_count,children{media_type}"
)
PROFILE_FIELDS = (
    "id,username,name,biography,website,followers_count,follows_count,"
    "media_count,profile_picture_url"
)
VIDEO_FIELDS = (
    "id,create_time,video_description,duration,share_url,"
    "view_count,like_count,comment_count,share_count"
)
META_SCOPES = SCOPES


class Asker:
    """One HTTP session with the addresses and tokens of a sandbox."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.session = requests.Session()
        self.environment = sandbox.environment()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.session.close()

    @property
    def agency_token(self):
        return self.environment["META_ACCESS_TOKEN"]

    @property
    def agency_id(self):
        return self.environment["META_IG_USER_ID"]

    def get(self, url, **options):
        return self.session.get(url, timeout=TIMEOUT, **options)

    def creators_app(self, path, **options):
        root = self.sandbox.creators_api_url
        return self.get(f"{root}/api-influencers/{path}", **options)

    def control(self, method, path, **options):
        url = f"{self.sandbox.url}/_sandbox/{path}"
        return self.session.request(method, url, timeout=TIMEOUT, **options)

    def graph(self, path, token=None, **params):
        headers = {"Authorization": f"Bearer {token or self.agency_token}"}
        url = f"{self.sandbox.meta_api_url}/{path}"
        return self.get(url, params=params, headers=headers)

    def discover(self, handle, limit=50, after=None, fields=MEDIA_FIELDS, profile=True):
        paging = f".limit({limit})" + (f".after({after})" if after else "")
        inner = f"media{paging}{{{fields}}}"
        if profile:
            inner = f"{PROFILE_FIELDS},{inner}"
        expression = f"business_discovery.username({handle}){{{inner}}}"
        return self.graph(self.agency_id, fields=expression)

    def owner(self, index):
        """Give (Instagram id, token) of a connected creator."""
        state = self.sandbox.state
        token = state.meta_tokens.first(index)
        return state.world.identities.instagram_id(index), token

    def own(self, index, edge="", **params):
        instagram_id, token = self.owner(index)
        path = f"{instagram_id}/{edge}" if edge else instagram_id
        return self.graph(path, token=token, **params)

    def connections(self):
        text = self.control("GET", "connections.csv").text
        return list(csv.DictReader(StringIO(text)))

    def tiktok_token(self, index):
        """Give a living access token, without rotating anything if it lives."""
        state = self.sandbox.state
        grant = state.tiktok_tokens.current(index)
        now = state.clock.now()
        if state.tiktok_tokens.check_access(grant.access_token, now) is None:
            grant = state.tiktok_tokens.refresh(grant.refresh_token, now)
        return grant.access_token

    def token_call(self, endpoint="token", **form):
        keys = {
            "client_key": self.environment["TIKTOK_CLIENT_KEY"],
            "client_secret": self.environment["TIKTOK_CLIENT_SECRET"],
        }
        data = {key: text for key, text in {**keys, **form}.items() if text is not None}
        url = f"{self.sandbox.tiktok_api_url}/oauth/{endpoint}/"
        return self.session.post(url, data=data, timeout=TIMEOUT)

    def refresh(self, refresh_token):
        return self.token_call(grant_type="refresh_token", refresh_token=refresh_token)

    def user_info(self, token, fields):
        url = f"{self.sandbox.tiktok_api_url}/user/info/"
        headers = {"Authorization": f"Bearer {token}"}
        return self.get(url, params={"fields": fields}, headers=headers)

    def videos(self, token, body=None, fields=VIDEO_FIELDS, call="list"):
        url = f"{self.sandbox.tiktok_api_url}/video/{call}/"
        headers = {"Authorization": f"Bearer {token}"}
        return self.session.post(
            url, params={"fields": fields}, json=body, headers=headers, timeout=TIMEOUT
        )


def error_of(response):
    """Give (HTTP status, code, subcode) of a Graph refusal."""
    error = response.json()["error"]
    return response.status_code, error["code"], error.get("error_subcode")


__all__ = ["AGENCY", "Asker", "error_of"]
