"""dlt, by its rest_api source or by generators; as installed, parallel, or tuned.

Parallel and tuned are what dlt's performance page says: deferred or parallelized
resources; more workers, larger buffers, CSV files for PostgreSQL.
"""

import argparse
import csv
import os
import pathlib

TUNED = {
    "EXTRACT__WORKERS": "32",
    "EXTRACT__MAX_PARALLEL_ITEMS": "64",
    "LOAD__WORKERS": "4",
    "DATA_WRITER__BUFFER_MAX_ITEMS": "50000",
    "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS": "50000",
}
AGENCY = "graph/v23.0/17841400000000001"
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


def read_accounts(path, platform):
    with pathlib.Path(path).open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["platform"] == platform]


def rest_api(given, *, is_parallel):
    """The declarative source: one resource per endpoint, one account list each."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    def listed(platform):
        page = read_accounts(given.accounts, platform)
        return dlt.resource([page], name=f"{platform}_list", selected=False)

    # Braces of the Graph API's own are doubled: single ones are placeholders.
    fields = (
        "business_discovery.username({resources.instagram_list.handle})"
        f"{{{{{PROFILE},media.limit(50){{{{{MEDIA}}}}}}}}}"
    )
    bearer = {"Authorization": "Bearer {resources.tiktok_list.token}"}
    return rest_api_source(
        {
            "client": {
                "base_url": given.twin,
                "headers": {"Authorization": "Bearer agency-token"},
            },
            "resource_defaults": {
                "write_disposition": "merge",
                "parallelized": is_parallel,
            },
            "resources": [
                listed("instagram"),
                listed("tiktok"),
                {
                    # Posts become the table instagram_accounts__media__data.
                    "name": "instagram_accounts",
                    "primary_key": "id",
                    "endpoint": {
                        "path": AGENCY,
                        "params": {"fields": fields},
                        "paginator": "single_page",
                        "data_selector": "business_discovery",
                    },
                },
                {
                    "name": "tiktok_accounts",
                    "primary_key": "open_id",
                    "endpoint": {
                        "path": "tiktok/v2/user/info/",
                        "params": {"fields": USER},
                        "headers": bearer,
                        "paginator": "single_page",
                        "data_selector": "data.user",
                    },
                },
                {
                    "name": "tiktok_posts",
                    "primary_key": "id",
                    "include_from_parent": ["handle"],
                    "endpoint": {
                        "path": "tiktok/v2/video/list/",
                        "method": "POST",
                        "params": {"fields": VIDEO},
                        "headers": bearer,
                        "json": {"max_count": 20},
                        "paginator": {
                            "type": "cursor",
                            "cursor_path": "data.cursor",
                            "cursor_body_path": "cursor",
                            "has_more_path": "data.has_more",
                        },
                        "data_selector": "data.videos",
                    },
                },
            ],
        }
    )


def instagram(ask, handle):
    after, account, posts = "", None, []
    while True:
        cursor = f".after({after})" if after else ""
        inner = f"{PROFILE},media.limit(50){cursor}{{{MEDIA}}}"
        found = ask(
            "GET",
            AGENCY,
            params={"fields": f"business_discovery.username({handle}){{{inner}}}"},
            headers={"Authorization": "Bearer agency-token"},
        )["business_discovery"]
        media = found.pop("media", {})
        account = account or found | {"platform": "instagram"}
        posts += [
            item | {"platform": "instagram", "account_id": found["id"]}
            for item in media.get("data", [])
        ]
        after = media.get("paging", {}).get("cursors", {}).get("after")
        if not after:
            return {"account": account, "posts": posts}


def tiktok(ask, token):
    bearer = {"Authorization": f"Bearer {token}"}
    url = "tiktok/v2/user/info/"
    user = ask("GET", url, params={"fields": USER}, headers=bearer)["data"]["user"]
    posts, body = [], {"max_count": 20}
    while True:
        url = "tiktok/v2/video/list/"
        page = ask("POST", url, params={"fields": VIDEO}, json=body, headers=bearer)
        page = page["data"]
        posts += [
            item | {"platform": "tiktok", "account_id": user["open_id"]}
            for item in page["videos"]
        ]
        if not page["has_more"]:
            account = user | {"platform": "tiktok", "id": user["open_id"]}
            return {"account": account, "posts": posts}
        body = {"max_count": 20, "cursor": page["cursor"]}


def generators(given, *, is_parallel):
    """Resources written by hand with dlt's own requests client."""
    import dlt
    from dlt.sources.helpers import requests

    def ask(method, url, **request):
        response = requests.request(method, f"{given.twin}/{url}", **request)
        response.raise_for_status()
        return response.json()

    def walk(row):
        if row["platform"] == "instagram":
            return instagram(ask, row["handle"])
        return tiktok(ask, row["token"])

    @dlt.resource(selected=False)
    def account_list():
        yield from read_accounts(given.accounts, "instagram")
        yield from read_accounts(given.accounts, "tiktok")

    deferred = dlt.defer(walk)

    @dlt.transformer(data_from=account_list, selected=False)
    def walks(row):
        yield deferred(row) if is_parallel else walk(row)

    key = ("platform", "id")

    @dlt.transformer(data_from=walks, write_disposition="merge", primary_key=key)
    def accounts(walked):
        yield walked["account"]

    @dlt.transformer(data_from=walks, write_disposition="merge", primary_key=key)
    def posts(walked):
        yield walked["posts"]

    @dlt.source
    def platforms():
        return account_list, walks, accounts, posts

    return platforms()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--twin", required=True)
    parser.add_argument("--accounts", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--work", required=True, help="folder of dlt's own state")
    parser.add_argument("--way", choices=["rest_api", "generator"], required=True)
    tunings = ["default", "parallel", "tuned"]
    parser.add_argument("--tuning", choices=tunings, default="default")
    given = parser.parse_args()
    is_tuned = given.tuning == "tuned"
    # Read when dlt is imported.
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false"} | (TUNED if is_tuned else {})
    import dlt

    source = rest_api if given.way == "rest_api" else generators
    pipeline = dlt.pipeline(
        pipeline_name="peer",
        pipelines_dir=given.work,
        destination=dlt.destinations.postgres(given.database),
        dataset_name="peer",
    )
    pipeline.run(
        source(given, is_parallel=given.tuning != "default"),
        loader_file_format="csv" if is_tuned else None,
    ).raise_on_failed_jobs()


if __name__ == "__main__":
    main()
