"""A Singer tap made with the Singer SDK: accounts are parents, their posts children.

Instagram's posts come with the account, so that its child asks nothing.
"""

import csv
import pathlib
from datetime import UTC, datetime

from singer_sdk import RESTStream, Stream, Tap
from singer_sdk import typing as th
from singer_sdk.pagination import BaseAPIPaginator

PROFILE = "id,username,name,followers_count,follows_count,media_count"
MEDIA = (
    "id,caption,media_type,media_product_type,permalink,timestamp,like_count,"
    "comments_count,view_count"
)
USER = (
    "open_id,union_id,display_name,username,follower_count,following_count,"
    "likes_count,video_count"
)
VIDEO = (
    "id,create_time,title,video_description,duration,share_url,view_count,like_count,"
    "comment_count,share_count"
)
TEXT, NUMBER, INSTANT = th.StringType, th.IntegerType, th.DateTimeType


def properties(**types):
    listed = (th.Property(name, type_) for name, type_ in types.items())
    return th.PropertiesList(*listed).to_dict()


class Platform(RESTStream):
    """What the streams of both platforms have in common."""

    @property
    def url_base(self):
        return self.config["twin"]

    def read_accounts(self, platform):
        with pathlib.Path(self.config["accounts"]).open(encoding="utf-8") as file:
            return [row for row in csv.DictReader(file) if row["platform"] == platform]


class InstagramAccounts(Platform):
    name = "instagram_accounts"
    path = "/graph/v23.0/17841400000000001"
    primary_keys = ("id",)
    state_partitioning_keys = ()
    schema = properties(
        id=TEXT,
        username=TEXT,
        name=TEXT,
        followers_count=NUMBER,
        follows_count=NUMBER,
        media_count=NUMBER,
    )

    @property
    def partitions(self):
        return self.read_accounts("instagram")

    @property
    def http_headers(self):
        return {"Authorization": "Bearer agency-token"}

    def get_url_params(self, context, next_page_token):
        inner = f"{PROFILE},media.limit(50){{{MEDIA}}}"
        handle = context["handle"]
        return {"fields": f"business_discovery.username({handle}){{{inner}}}"}

    def parse_response(self, response):
        yield response.json()["business_discovery"]

    def get_child_context(self, record, context):
        media = record.pop("media", {}).get("data", [])
        return {"account_id": record["id"], "media": media}


class InstagramPosts(Stream):
    name = "instagram_posts"
    parent_stream_type = InstagramAccounts
    primary_keys = ("id",)
    state_partitioning_keys = ()
    schema = properties(
        id=TEXT,
        account_id=TEXT,
        caption=TEXT,
        media_type=TEXT,
        media_product_type=TEXT,
        permalink=TEXT,
        timestamp=INSTANT,
        like_count=NUMBER,
        comments_count=NUMBER,
        view_count=NUMBER,
    )

    def get_records(self, context):
        for item in context["media"]:
            yield item | {"account_id": context["account_id"]}


class TikTok(Platform):
    def prepare_request(self, context, next_page_token):
        prepared = super().prepare_request(context, next_page_token)
        prepared.headers["Authorization"] = f"Bearer {context['token']}"
        return prepared


class TikTokAccounts(TikTok):
    name = "tiktok_accounts"
    path = "/tiktok/v2/user/info/"
    primary_keys = ("open_id",)
    state_partitioning_keys = ()
    records_jsonpath = "$.data.user"
    schema = properties(
        open_id=TEXT,
        union_id=TEXT,
        display_name=TEXT,
        username=TEXT,
        follower_count=NUMBER,
        following_count=NUMBER,
        likes_count=NUMBER,
        video_count=NUMBER,
    )

    @property
    def partitions(self):
        return self.read_accounts("tiktok")

    def get_url_params(self, context, next_page_token):
        return {"fields": USER}

    def get_child_context(self, record, context):
        return {"token": context["token"], "account_id": record["open_id"]}


class Pages(BaseAPIPaginator):
    def has_more(self, response):
        return response.json()["data"]["has_more"]

    def get_next(self, response):
        return response.json()["data"]["cursor"]


class TikTokPosts(TikTok):
    name = "tiktok_posts"
    path = "/tiktok/v2/video/list/"
    http_method = "POST"
    parent_stream_type = TikTokAccounts
    primary_keys = ("id",)
    state_partitioning_keys = ()
    records_jsonpath = "$.data.videos[*]"
    schema = properties(
        id=TEXT,
        account_id=TEXT,
        create_time=INSTANT,
        title=TEXT,
        video_description=TEXT,
        duration=NUMBER,
        share_url=TEXT,
        view_count=NUMBER,
        like_count=NUMBER,
        comment_count=NUMBER,
        share_count=NUMBER,
    )

    def get_url_params(self, context, next_page_token):
        return {"fields": VIDEO}

    def prepare_request_payload(self, context, next_page_token):
        cursor = {"cursor": next_page_token} if next_page_token else {}
        return {"max_count": 20, **cursor}

    def get_new_paginator(self):
        return Pages(None)

    def post_process(self, row, context=None):
        created = datetime.fromtimestamp(row["create_time"], UTC)
        return row | {
            "account_id": context["account_id"],
            "create_time": created.isoformat(),
        }


class PeerTap(Tap):
    name = "tap-peer"
    config_jsonschema = properties(twin=TEXT, accounts=TEXT)

    def discover_streams(self):
        kinds = (InstagramAccounts, InstagramPosts, TikTokAccounts, TikTokPosts)
        return [kind(self) for kind in kinds]


if __name__ == "__main__":
    PeerTap.cli()
