"""What programs read under /api/v1: shapes, pages, refusals, and nothing too much."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from analytics_pipeline.api.v1.campaigns import CAMPAIGN_ORDERS
from analytics_pipeline.api.v1.creators import CREATOR_ORDERS
from analytics_pipeline.schemas.api_keys import KeyScope
from analytics_pipeline_tests.api.serving import PUBLIC_URL, served, service_over
from analytics_pipeline_tests.conftest import new_database
from analytics_pipeline_tests.stocked import FIRST, SECOND, THIRD, post_row, put, stock

NOWHERE = [
    "/campaigns/404",
    "/campaigns/404/posts",
    "/campaigns/404/missing",
    "/campaigns/404/totals",
    "/campaigns/404/series",
    "/campaigns/404/creators",
    "/campaigns/404/explanation",
    "/campaigns/404/explanation?day=2026-03-01",
    "/creators/404",
    "/creators/404/months",
    "/creators/404/coverage",
    "/posts/instagram/404",
    "/posts/instagram/404/explanation",
    "/posts/tiktok/p01",
]
LISTS = {
    "/campaigns": "campaigns",
    "/campaigns/1/posts": "posts",
    "/campaigns/1/missing": "accounts",
    "/missing": "accounts",
    "/creators": "creators",
}


# A key may make fewer calls in a minute than these tests do.
MANY = {"ANALYTICS_API_CALLS_PER_MINUTE": "100000"}


class Caller:
    """Asks with a key that may read."""

    def __init__(self, running):
        self.running = running
        self._headers = {"Authorization": f"Bearer {running.key(KeyScope.READ)}"}

    def ask(self, path, headers=None, **query):
        return requests.get(
            f"{self.running.url}/api/v1{path}",
            params=query,
            headers=self._headers | (headers or {}),
            timeout=10,
        )

    def get(self, path, **query):
        answer = self.ask(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path, expected, **query):
        answer = self.ask(path, **query)
        assert answer.status_code == expected, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        return answer.json()

    def walk(self, path, name, **query):
        """Follow `next` from page to page."""
        found, answer = [], self.get(path, **query)
        while True:
            found += answer[name]
            if answer["next"] is None:
                return found
            assert answer["next"].startswith(f"{PUBLIC_URL}/api/v1{path}?")
            answer = self.get(path, **_query_of(answer["next"]))


def _query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.fixture(scope="module")
def caller(postgres_socket, migrated_template, tmp_path_factory):
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, tmp_path_factory.mktemp("home"), **MANY) as (service, clock),
        served(service, clock) as running,
    ):
        with service.warehouse.begin() as connection:
            stock(connection)
        clock.move(days=2)  # The morning after the third day.
        yield Caller(running)


class TestCampaigns:
    def test_a_campaign_tells_its_newest_day_and_where_to_go_on(self, caller):
        (first,) = caller.get("/campaigns", status="active")["campaigns"]

        assert first["campaign_name"] == "<i>Jaro</i>"
        assert first["newest_day"] == "2026-03-02"
        instagram, tiktok = first["newest"]
        assert (instagram["view_count"], tiktok["view_count"]) == (7800, 50)
        assert instagram["share_count"] is None
        assert instagram["unknown_reasons"] == {"share_count": "not_offered"}
        assert first["links"]["posts"] == f"{PUBLIC_URL}/api/v1/campaigns/1/posts"
        assert first == caller.get("/campaigns/1")

    def test_one_without_posts_and_without_dates_is_there_too(self, caller):
        without = caller.get("/campaigns/2")
        incomplete = caller.get("/campaigns/3")

        assert (without["newest_day"], without["newest"]) == (None, [])
        assert incomplete["campaign_name"] is None
        assert incomplete["problems"] == ["no_dates"]
        assert caller.get("/campaigns/2/posts") == {
            "campaign_id": "2",
            "day": None,
            "posts": [],
            "next": None,
        }
        nobody = caller.get("/campaigns/2/missing")
        assert (nobody["snapshot_date"], nobody["outcomes"]) == (None, [])


class TestPages:
    @pytest.mark.parametrize(
        ("path", "sort"),
        [
            *(("/campaigns", column) for column in CAMPAIGN_ORDERS),
            *(("/creators", column) for column in CREATOR_ORDERS),
            ("/campaigns/1/posts", "posted_at"),
            ("/campaigns/1/posts", "view_count"),
            ("/campaigns/1/posts", "engagement_rate_by_views"),
        ],
    )
    def test_a_list_is_the_same_however_it_is_cut(self, caller, path, sort):
        for given in (sort, f"-{sort}"):
            whole = caller.walk(path, LISTS[path], sort=given)
            pieces = caller.walk(path, LISTS[path], sort=given, limit=3)

            assert pieces == whole
            assert len(whole) >= 3

    @pytest.mark.parametrize("path", ["/missing", "/campaigns/1/missing"])
    def test_so_is_a_list_of_who_is_missing(self, caller, path):
        whole = caller.get(path)["accounts"]

        assert caller.walk(path, "accounts", limit=1) == whole
        assert len(whole) == 4

    def test_a_day_that_is_collected_meanwhile_changes_no_page(self, caller):
        first = caller.get("/campaigns/1/posts", limit=10, match_level="full")
        service = caller.running.service
        summary = {"campaign_id": "1", "snapshot_date": THIRD, "platform": "instagram"}
        with service.warehouse.begin() as connection:
            put(connection, "campaign_daily_summary", summary)
            put(connection, "hashtag_post_metrics", post_row(91, THIRD))
        try:
            rest = caller.get("/campaigns/1/posts", **_query_of(first["next"]))
            anew = caller.get("/campaigns/1/posts", match_level="full")
        finally:
            with service.warehouse.begin() as connection:
                for table in ("campaign_daily_summary", "hashtag_post_metrics"):
                    connection.exec_driver_sql(
                        f"DELETE FROM {table} WHERE snapshot_date = '{THIRD}'"
                    )

        ids = [row["post_id"] for row in (*first["posts"], *rest["posts"])]
        assert len(ids) == len(set(ids)) == 13
        assert (first["day"], rest["day"], anew["day"]) == (
            "2026-03-02",
            "2026-03-02",
            "2026-03-03",
        )
        assert anew["posts"][0]["post_id"] == "p91"

    @pytest.mark.parametrize("path", LISTS)
    def test_a_wrong_cursor_is_refused_with_the_way_out(self, caller, path):
        for wrong in ("x", "e30", "x" * 512):
            told = caller.refused(path, 422, after=wrong)
            assert "next" in told["detail"]
            assert wrong not in told["detail"] or wrong == "x"

    def test_a_cursor_of_another_list_order_or_choice_is_refused(self, caller):
        after = _query_of(caller.get("/campaigns/1/posts", limit=1)["next"])["after"]

        caller.refused("/campaigns/1/posts", 422, after=after, sort="view_count")
        caller.refused("/campaigns/1/posts", 422, after=after, match_level="full")
        caller.refused("/campaigns/2/posts", 422, after=after)
        caller.refused("/creators", 422, after=after)
        assert caller.get("/campaigns/1/posts", after=after)["posts"]

    @pytest.mark.parametrize(
        "limit", ["0", "-1", "501", "9" * 30, "1.0", "1e2", "", "x", "٣", " 1"]
    )
    @pytest.mark.parametrize("path", LISTS)
    def test_an_absurd_page_is_refused(self, caller, path, limit):
        told = caller.refused(path, 422, limit=limit)

        assert told["errors"][0]["where"] == ["query", "limit"]


class TestPosts:
    def test_a_post_tells_its_numbers_their_day_and_what_is_unknown(self, caller):
        posts = caller.get("/campaigns/1/posts", sort="posted_at")["posts"]
        shown = {row["post_id"]: row for row in posts}

        first = shown["p01"]
        assert (first["view_count"], first["share_count"]) == (100, None)
        assert first["unknown_reasons"]["share_count"] == "not_offered"
        assert first["engagement_rate_by_views"] == pytest.approx(0.02)
        assert first["post_caption"] == "<b>1</b> #jaro"
        assert (first["snapshot_date"], first["is_late"]) == ("2026-03-02", False)
        assert first["observed_at"] == "2026-03-03T05:00:00Z"
        assert first["links"]["history"] == f"{PUBLIC_URL}/api/v1/posts/instagram/p01"
        assert "day=2026-03-02&campaign_id=1" in first["links"]["explanation"]
        assert shown["p12"]["snapshot_date"] == "2026-03-01"
        assert shown["t20"]["is_late"] is True

    def test_nobodys_e_mail_address_is_in_a_list(self, caller):
        for path in (*LISTS, "/posts/instagram/p01"):
            assert "@creators.example" not in caller.ask(path).text

    @pytest.mark.parametrize(
        ("choice", "expected"),
        [
            ({"platform": "tiktok"}, ["t20"]),
            ({"match_level": "partial"}, ["p21"]),
            ({"match_level": "rejected"}, []),
            ({"content_type": "tiktok_video"}, ["t20"]),
            ({"creator_id": "102"}, ["t20"]),
            ({"creator_id": "404"}, []),
        ],
    )
    def test_only_what_is_asked_for_is_listed(self, caller, choice, expected):
        posts = caller.get("/campaigns/1/posts", **choice)["posts"]

        assert [row["post_id"] for row in posts] == expected

    def test_as_known_on_a_past_day(self, caller):
        told = caller.get("/campaigns/1/posts", as_of=FIRST)

        assert told["day"] == "2026-03-01"
        assert {row["view_count"] for row in told["posts"]} == {1}
        assert caller.get("/campaigns/1/posts", as_of="2026-02-28")["day"] is None

    def test_a_post_has_its_whole_history(self, caller):
        told = caller.get("/posts/instagram/p01")

        assert [day["view_count"] for day in told["days"]] == [1, 100]
        assert [row["campaign_id"] for row in told["matches"]] == ["1", "1"]
        assert len(told["captions"]) == 2
        assert told["insights"][0]["metric_value"] is None
        assert told["insights"][0]["unknown_reason"] == "not_reported"
        explanation = told["days"][0]["explanation"]
        assert explanation == (
            f"{PUBLIC_URL}/api/v1/posts/instagram/p01/explanation?day=2026-03-01"
        )

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//[x"])
    def test_a_link_that_is_no_web_address_is_not_handed_on(self, caller, url):
        number = 95
        with caller.running.service.warehouse.begin() as connection:
            bad = post_row(number, post_url=url, campaign_id="2")
            put(connection, "hashtag_post_metrics", bad)
            put(
                connection,
                "campaign_daily_summary",
                {"campaign_id": "2", "snapshot_date": SECOND, "platform": "instagram"},
            )
        try:
            (post,) = caller.get("/campaigns/2/posts")["posts"]
        finally:
            with caller.running.service.warehouse.begin() as connection:
                for table in ("campaign_daily_summary", "hashtag_post_metrics"):
                    connection.exec_driver_sql(
                        f"DELETE FROM {table} WHERE campaign_id = '2'"
                    )

        assert post["post_url"] is None


MEASURES = ("view_count", "like_count", "comment_count", "share_count", "reach")


def _added(posts, name):
    known = [post[name] for post in posts if post[name] is not None]
    return (sum(known) if known else None, len(known))


class TestTotals:
    @pytest.mark.parametrize("as_of", [None, SECOND, FIRST])
    def test_totals_are_the_sum_of_the_posts_they_link_to(self, caller, as_of):
        query = {} if as_of is None else {"as_of": as_of}
        told = caller.get("/campaigns/1/totals", **query)

        linked = urlsplit(told["links"]["posts"])
        path = linked.path.removeprefix("/api/v1")
        posts = caller.walk(path, "posts", **_query_of(told["links"]["posts"]))
        assert told["figures"]["post_count"] == len(posts) >= 12
        for name in MEASURES:
            total = told["figures"]["totals"][name]
            assert (total["value"], total["posts"]) == _added(posts, name)
        by_views = told["figures"]["rates"]["engagement_rate_by_views"]
        assert by_views["posts"] == _added(posts, "engagement_rate_by_views")[1]
        assert told["day"] == caller.get(path, **_query_of(linked.geturl()))["day"]

    def test_what_is_unknown_or_older_is_told(self, caller):
        figures = caller.get("/campaigns/1/totals")["figures"]

        views = figures["totals"]["view_count"]
        assert (views["posts"], views["older_posts"]) == (12, 1)
        assert views["unknown"] == {"hidden": 1}
        assert figures["totals"]["share_count"]["value"] is None
        assert figures["late_post_count"] == 1

    def test_creators_and_days_add_up_to_the_totals(self, caller):
        totals = caller.get("/campaigns/1/totals")["figures"]
        creators = caller.get("/campaigns/1/creators")["creators"]
        days = caller.get("/campaigns/1/series")["days"]

        views = totals["totals"]["view_count"]["value"]
        parts = [it["figures"]["totals"]["view_count"]["value"] for it in creators]
        assert sum(part or 0 for part in parts) == views
        assert days[-1]["known"]["view_count"]["value"] == views
        assert days[-1]["carried_post_count"] == 1
        assert days[-1]["observed"]["view_count"]["posts"] == 11
        assert [day["day"] for day in days] == ["2026-03-01", "2026-03-02"]

    @pytest.mark.parametrize("part", ["totals", "series", "creators"])
    @pytest.mark.parametrize(
        ("campaign_id", "query"),
        [("2", {}), ("3", {}), ("1", {"as_of": "2026-02-28"})],
    )
    def test_before_anything_is_known_there_is_an_answer(
        self, caller, part, campaign_id, query
    ):
        told = caller.get(f"/campaigns/{campaign_id}/{part}", **query)

        assert told["day"] is None
        assert told["links"]["explanation"] is None


class TestExplanations:
    def test_a_post_is_explained_where_its_links_say(self, caller):
        post = caller.get("/campaigns/1/posts", limit=1, sort="posted_at")["posts"][0]
        linked = urlsplit(post["links"]["explanation"])

        told = caller.get(
            linked.path.removeprefix("/api/v1"), **_query_of(linked.geturl())
        )

        numbers = {row["name"]: row["value"] for row in told["numbers"]}
        assert numbers["view_count"] == post["view_count"] == 100
        assert told["snapshot_date"] == post["snapshot_date"]
        assert [row["campaign_id"] for row in told["matches"]] == ["1"]
        newest = caller.get("/posts/instagram/p01/explanation")
        assert newest["snapshot_date"] == "2026-03-02"

    def test_totals_are_explained_where_their_links_say(self, caller):
        link = caller.get("/campaigns/1/totals")["links"]["explanation"]

        told = caller.get("/campaigns/1/explanation", **_query_of(link))

        assert told["snapshot_date"] == "2026-03-02"
        assert told == caller.get("/campaigns/1/explanation")
        assert [row["platform"] for row in told["platforms"]] == ["instagram", "tiktok"]

    def test_a_month_is_explained_where_its_links_say(self, caller):
        month = caller.get("/creators/101/months")["months"][0]
        linked = urlsplit(month["explanation"]).path.removeprefix("/api/v1")

        told = caller.get(linked)

        assert told["month_start_date"] == month["month_start_date"]
        stored = {row["name"]: row["stored"] for row in told["figures"]}
        assert stored["view_count"] == month["view_count"]
        assert stored["post_count"] == month["post_count"]

    @pytest.mark.parametrize(
        "path",
        [
            "/creators/101/months/instagram/2020-01-01/explanation",
            "/creators/404/months/instagram/2026-03-01/explanation",
            "/creators/101/months/instagram/9999-12-31/explanation",
            "/campaigns/2/explanation",
            "/campaigns/1/explanation?day=2026-02-28",
            "/posts/instagram/p01/explanation?day=2026-02-28",
        ],
    )
    def test_what_has_no_number_has_no_explanation(self, caller, path):
        assert caller.refused(path, 404)["detail"]


class TestCreators:
    def test_a_creator_has_accounts_and_an_e_mail_address(self, caller):
        told = caller.get("/creators/101")

        instagram, tiktok = told["accounts"]
        assert told["email"] == "101@creators.example"
        assert (instagram["follower_count"], instagram["follower_count_date"]) == (
            1000,
            "2026-03-01",
        )
        assert (tiktok["follower_count"], tiktok["reason"]) == (None, "late")
        assert instagram["last_answered_day"] == "2026-03-02"

    def test_no_token_nor_a_hash_of_one_is_told(self, caller):
        for path in ("/creators", "/creators/102", "/missing"):
            assert "-token" not in caller.ask(path).text

    def test_one_without_an_account_and_one_without_a_list_are_known(self, caller):
        assert caller.get("/creators/103")["accounts"] == []
        assert caller.get("/creators/104")["is_listed"] is False
        assert caller.get("/creators/105")["first_seen_at"] is None
        assert caller.get("/creators/105/months")["months"] == []

    def test_a_month_has_a_year(self, caller):
        months = caller.get("/creators/101/months")["months"]

        assert [(row["year"], row["month"]) for row in months] == [
            (2026, 3),
            (2025, 12),
        ]
        assert months[0]["view_count_mean"] == 650.0
        assert months[0]["unknown_reasons"] == {"share_count": "not_offered"}
        assert len(caller.get("/creators/101/months", year=2025)["months"]) == 1

    def test_coverage_tells_every_day_and_what_to_do(self, caller):
        told = caller.get("/creators/102/coverage", to=SECOND, **{"from": FIRST})

        assert len(told["days"]) == 4
        tiktok = told["days"][-1]
        assert tiktok["reason"] == "reconnect_required"
        assert "log in again" in tiktok["next_step"]
        assert caller.get("/creators/102/coverage")["last_day"] == "2026-03-04"

    def test_who_is_missing_comes_with_a_reason_and_a_next_step(self, caller):
        told = caller.get("/missing", day=SECOND)

        assert sum(row["accounts"] for row in told["outcomes"]) == 6
        never = [row for row in told["accounts"] if row["creator_id"] == "105"]
        assert {row["reason"] for row in never} == {"not_reached"}
        assert all(row["next_step"] for row in told["accounts"])
        assert told["accounts"][0]["campaign_ids"] == ["1"]
        assert caller.get("/missing", day=THIRD)["outcomes"] == []


class TestRefusals:
    @pytest.mark.parametrize("path", NOWHERE)
    def test_an_id_that_nobody_knows_is_not_found(self, caller, path):
        caller.refused(path, 404)

    @pytest.mark.parametrize(
        "path",
        [
            "/campaigns/%00",
            "/campaigns/%ED%A0%80",
            "/campaigns/" + "9" * 129,
            "/creators/a%20b",
            "/posts/facebook/1",
            "/posts/instagram/%27%3B--",
        ],
    )
    def test_an_id_that_can_be_none_is_refused(self, caller, path):
        caller.refused(path, 422)

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("/campaigns/1/posts", "as_of"),
            ("/campaigns/1/totals", "as_of"),
            ("/campaigns/1/explanation", "day"),
            ("/campaigns/1/missing", "day"),
            ("/missing", "day"),
            ("/creators/101/coverage", "from"),
            ("/creators/101/coverage", "to"),
        ],
    )
    @pytest.mark.parametrize(
        "day",
        [
            "9999-12-31",
            "0001-01-01",
            "0000-00-00",
            "10000-01-01",
            "2026-02-30",
            "2026-03-05",
            "20260301",
            "1772323200",
            "2026-03-01T00:00:00",
            "today",
            "-",
        ],
    )
    def test_an_absurd_day_is_refused(self, caller, path, name, day):
        told = caller.refused(path, 422, **{name: day})

        assert name in str(told)

    @pytest.mark.parametrize(
        ("first", "last"),
        [("2026-03-02", "2026-03-01"), ("2024-01-01", "2026-03-01")],
    )
    def test_a_window_that_ends_before_it_begins_or_never_is_refused(
        self, caller, first, last
    ):
        caller.refused("/creators/101/coverage", 422, **{"from": first, "to": last})

    @pytest.mark.parametrize(
        "query",
        [
            {"status": "finished"},
            {"sort": "email"},
            {"sort": "campaign_id;"},
            {"sort": "--campaign_id"},
        ],
    )
    def test_what_is_not_in_a_closed_list_is_refused(self, caller, query):
        caller.refused("/campaigns", 422, **query)

    @pytest.mark.parametrize("year", ["0", "2009", "10000", "-2026", "2026.0"])
    def test_an_absurd_year_is_refused(self, caller, year):
        caller.refused("/creators/101/months", 422, year=year)


class TestUnchanged:
    @pytest.mark.parametrize("path", [*LISTS, "/campaigns/1", "/posts/instagram/p01"])
    def test_an_answer_that_is_known_is_not_sent_again(self, caller, path):
        first = caller.ask(path)

        same = caller.ask(path, {"If-None-Match": first.headers["ETag"]})
        since = caller.ask(path, {"If-Modified-Since": first.headers["Last-Modified"]})

        assert first.headers["Cache-Control"] == "private, no-cache"
        for answer in (same, since):
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["ETag"] == first.headers["ETag"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_an_answer_that_changed_within_the_second_is_sent(self, caller):
        path, before = "/creators/103", caller.ask("/creators/103")
        with caller.running.service.warehouse.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE creators SET email = 'new@b.example' WHERE creator_id = '103'"
            )

        for name, sent in (
            ("If-None-Match", before.headers["ETag"]),
            ("If-Modified-Since", before.headers["Last-Modified"]),
        ):
            assert caller.ask(path, {name: sent}).status_code == 200

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"If-None-Match": "*"}, 304),
            ({"If-None-Match": '"x", W/"y"'}, 200),
            ({"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
            ({"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, 200),
            ({"If-Modified-Since": "yesterday"}, 200),
            ({"If-Modified-Since": "Fri, 99 Jan 2100 99:00:00 GMT"}, 200),
            ({"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 -0000"}, 200),
        ],
    )
    def test_odd_conditions_are_understood_or_ignored(self, caller, headers, status):
        assert caller.ask("/campaigns/2", headers).status_code == status

    def test_a_fingerprint_goes_before_a_time(self, caller):
        late = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}

        answer = caller.ask("/campaigns/2", late | {"If-None-Match": '"other"'})

        assert answer.status_code == 200

    def test_a_refusal_is_never_kept(self, caller):
        answer = caller.ask("/campaigns/404", {"If-None-Match": "*"})

        assert (answer.status_code, answer.headers["Cache-Control"]) == (
            404,
            "no-store",
        )
        assert "ETag" not in answer.headers

    def test_whoever_has_an_answer_still_needs_a_key(self, caller):
        known = caller.ask("/campaigns/1").headers["ETag"]

        answer = requests.get(
            f"{caller.running.url}/api/v1/campaigns/1",
            headers={"If-None-Match": known},
            timeout=10,
        )

        assert answer.status_code == 401
