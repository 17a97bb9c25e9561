"""What people write first: a loop with requests, a DataFrame, `to_sql`."""

import argparse
import csv
import pathlib
from datetime import UTC, datetime

import pandas as pd
import requests
from sqlalchemy import create_engine

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


def ask(http, method, url, **request):
    response = http.request(method, url, timeout=30, **request)
    response.raise_for_status()
    return response.json()


def instagram(http, twin, handle):
    """Return an account's row and its posts' rows."""
    account, posts, after = None, [], ""
    while True:
        cursor = f".after({after})" if after else ""
        inner = f"{PROFILE},media.limit(50){cursor}{{{MEDIA}}}"
        fields = f"business_discovery.username({handle}){{{inner}}}"
        answer = ask(
            http,
            "GET",
            f"{twin}/graph/v23.0/17841400000000001",
            params={"fields": fields},
            headers={"Authorization": "Bearer agency-token"},
        )
        found = answer["business_discovery"]
        media = found.get("media", {})
        account = account or {
            "platform": "instagram",
            "account_id": found["id"],
            "username": found["username"],
            "display_name": found["name"],
            "follower_count": found["followers_count"],
            "following_count": found["follows_count"],
            "post_count": found["media_count"],
        }
        posts += [
            {
                "platform": "instagram",
                "post_id": item["id"],
                "account_id": found["id"],
                "posted_at": datetime.fromisoformat(item["timestamp"]),
                "caption": item.get("caption"),
                "kind": item["media_product_type"],
                "url": item["permalink"],
                "view_count": item.get("view_count"),
                "like_count": item.get("like_count"),
                "comment_count": item["comments_count"],
                "share_count": None,
            }
            for item in media.get("data", [])
        ]
        after = media.get("paging", {}).get("cursors", {}).get("after")
        if not after:
            return account, posts


def tiktok(http, twin, token):
    """Return an account's row and its posts' rows."""
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{twin}/tiktok/v2/user/info/"
    user = ask(http, "GET", url, params={"fields": USER}, headers=headers)
    user = user["data"]["user"]
    account = {
        "platform": "tiktok",
        "account_id": user["open_id"],
        "username": user["username"],
        "display_name": user["display_name"],
        "follower_count": user["follower_count"],
        "following_count": user["following_count"],
        "post_count": user["video_count"],
    }
    posts, body = [], {"max_count": 20}
    while True:
        url = f"{twin}/tiktok/v2/video/list/"
        page = ask(
            http, "POST", url, params={"fields": VIDEO}, json=body, headers=headers
        )["data"]
        posts += [
            {
                "platform": "tiktok",
                "post_id": item["id"],
                "account_id": user["open_id"],
                "posted_at": datetime.fromtimestamp(item["create_time"], UTC),
                "caption": item["video_description"],
                "kind": "VIDEO",
                "url": item["share_url"],
                "view_count": item["view_count"],
                "like_count": item["like_count"],
                "comment_count": item["comment_count"],
                "share_count": item["share_count"],
            }
            for item in page["videos"]
        ]
        if not page["has_more"]:
            return account, posts
        body = {"max_count": 20, "cursor": page["cursor"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--twin", required=True)
    parser.add_argument("--accounts", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--session", action="store_true")
    given = parser.parse_args()
    # `requests.request` opens a connection for each call, a Session keeps one.
    http = requests.Session() if given.session else requests
    accounts, posts = [], []
    with pathlib.Path(given.accounts).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["platform"] == "instagram":
                account, listed = instagram(http, given.twin, row["handle"])
            else:
                account, listed = tiktok(http, given.twin, row["token"])
            accounts.append(account)
            posts += listed
    engine = create_engine(given.database)
    pd.DataFrame(accounts).to_sql("accounts", engine, if_exists="append", index=False)
    pd.DataFrame(posts).to_sql("posts", engine, if_exists="append", index=False)


if __name__ == "__main__":
    main()
