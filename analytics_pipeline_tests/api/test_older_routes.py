"""The Creators app's own requests get the shapes, codes and names they always got.

Written from the description of the agency's older system, not from our code.
"""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests
import sqlalchemy as sa

from analytics_pipeline.api.older_answers import older_id
from analytics_pipeline.schemas.api_keys import KeyScope
from analytics_pipeline_tests.api.serving import (
    PUBLIC_URL,
    served,
    service_over,
)
from analytics_pipeline_tests.conftest import FIRST_MORNING, new_database
from analytics_pipeline_tests.stocked import (
    FIRST,
    SECOND,
    post_row,
    post_snapshot,
    put,
    stock,
)

# What the older system sent, by route.
POST = {
    "id",
    "platform_type_id",
    "published_at",
    "media_url",
    "thumbnail_url",
    "media_type",
    "views",
    "likes",
    "comments",
    "engagement_rate",
    "user",
}
MONTH = {
    f"{platform}_{name}"
    for platform in ("facebook", "instagram", "tiktok")
    for name in (
        "total_views",
        "total_likes",
        "total_comments",
        "followers_count",
        "avg_views",
        "avg_likes",
        "avg_comments",
        "engagement_rate",
    )
} | {"month", "user_id", "user"}
RFC_1123 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
REFRESH = "/api/metrics/posts/refresh/all"


@pytest.fixture(scope="module")
def running(postgres_socket, migrated_template, tmp_path_factory):
    told = {
        "ANALYTICS_DAGSTER_URL": "https://dagster.example/ui",
        "ANALYTICS_TIMEZONE": "Europe/Prague",
    }
    with (
        new_database(postgres_socket, migrated_template) as url,
        service_over(url, tmp_path_factory.mktemp("home"), **told) as (service, clock),
        served(service, clock) as running,
    ):
        with service.warehouse.begin() as connection:
            stock(connection)
            put(
                connection,
                "campaigns",
                {"campaign_id": "501", "hashtag_rule": "all"},
                {"campaign_id": "502", "hashtag_rule": "all"},
            )
            _posts(connection)
        yield running


def _posts(connection):
    """Campaign 501: one of each kind, and some that do not count."""
    rates = {"engagement_rate_client": 0.0421, "share_count": 3, "unknown_reasons": {}}
    plain = {"campaign_id": "501"}
    rows = [
        post_row(1, FIRST, **plain, content_type="instagram_post", **rates),
        post_row(1, SECOND, **plain, content_type="instagram_post")
        | {"view_count": None, "unknown_reasons": {"view_count": "not_asked"}},
        post_row(2, **plain, content_type="instagram_story"),
        post_row(3, **plain, content_type="instagram_reel", post_url="javascript:x()"),
        post_row(4, **plain, platform="tiktok", content_type="tiktok_video"),
        post_row(5, FIRST, **plain),
        post_row(5, SECOND, **plain, match_level="rejected"),
        post_row(6, **plain, match_level="partial"),
        post_row(77, FIRST, **plain),
    ]
    put(connection, "hashtag_post_metrics", *rows)
    # The caption of the last one was edited, and it does not match any more.
    put(connection, "post_snapshots", post_snapshot("p77", SECOND))
    days = {"campaign_id": "501", "platform": "instagram"}
    put(
        connection,
        "campaign_daily_summary",
        {"snapshot_date": FIRST} | days,
        {"snapshot_date": SECOND} | days,
    )
    kinds = {"p01": "CAROUSEL_ALBUM", "p02": "IMAGE", "p03": "VIDEO"}
    for post_id, kind in kinds.items():
        connection.execute(
            sa.text("UPDATE posts SET media_type = :kind WHERE post_id = :post_id"),
            {"kind": kind, "post_id": post_id},
        )


@pytest.fixture(scope="module")
def ask(running):
    """Ask as the Creators app does, which has a key now."""
    key = running.key(KeyScope.READ, KeyScope.REFRESH, name="Creators app")

    def asking(path, method="GET", **params):
        return requests.request(
            method,
            running.url + path,
            params=params,
            headers={"Authorization": f"Bearer {key}"},
            timeout=10,
        )

    return asking


def refused(answer):
    """Give a refusal's code and name; it has a description, too."""
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error", "error_description"}
    return answer.status_code, body["error"]


class TestUserValid:
    path = "/api/user/valid"

    @pytest.mark.parametrize(
        "params",
        [
            {},
            {"id": "101"},
            {"email": "101@creators.example"},
            {"id": "", "email": "101@creators.example"},
            {"id": "101", "email": ""},
        ],
        ids=["neither", "no e-mail", "no id", "empty id", "empty e-mail"],
    )
    def test_both_parameters_are_needed(self, ask, params):
        assert refused(ask(self.path, **params)) == (400, "id_or_email_not_entered")

    @pytest.mark.parametrize(
        ("creator_id", "email"),
        [
            ("101", "102@creators.example"),
            ("999", "101@creators.example"),
            ("1' OR '1'='1", "%"),
            ("101", "nobody"),
        ],
    )
    def test_both_must_be_the_same_persons(self, ask, creator_id, email):
        answer = ask(self.path, id=creator_id, email=email)

        assert refused(answer) == (404, "user_not_found")
        assert email not in answer.text

    @pytest.mark.parametrize(
        ("platform", "columns", "is_valid"),
        [
            ("tiktok", {"refresh_token_expires_at": 1}, True),
            ("tiktok", {"refresh_token_expires_at": 0}, False),
            (
                "tiktok",
                {"refresh_token_expires_at": 1, "access_token_expires_at": -1},
                1,
            ),
            ("tiktok", {"access_token_expires_at": 1}, False),
            ("tiktok", {}, False),
            ("instagram", {"access_token_expires_at": 1}, True),
            ("instagram", {"access_token_expires_at": -1}, False),
            ("instagram", {"consent_expires_at": 1}, True),
            ("instagram", {"access_token_expires_at": 1, "consent_expires_at": -1}, 0),
            ("instagram", {}, False),
        ],
    )
    def test_tiktok_goes_by_the_refresh_token_meta_by_its_own(
        self, running, ask, platform, columns, is_valid
    ):
        ends = {
            name: FIRST_MORNING + timedelta(days=days) for name, days in columns.items()
        }
        with running.service.warehouse.begin() as connection:
            connection.execute(
                sa.text(
                    "UPDATE connections SET access_token_expires_at = NULL,"
                    " refresh_token_expires_at = NULL, consent_expires_at = NULL"
                )
            )
            for name, end in ends.items():
                connection.execute(
                    sa.text(
                        f"UPDATE connections SET {name} = :end WHERE platform = :p"
                    ),
                    {"end": end, "p": platform},
                )

        def valid(number):
            email = f"{number}@creators.example"
            return ask(self.path, id=number, email=email.upper()).json()

        name = "tiktok_valid" if platform == "tiktok" else "meta_valid"
        nothing = {"tiktok_valid": False, "meta_valid": False}
        assert valid("101") == {"data": nothing | {name: bool(is_valid)}}
        # One who has to log in again, and one without a token of their own.
        assert valid("102") == {"data": nothing}


class TestMetricsPost:
    path = "/api/metrics/post"

    @pytest.mark.parametrize(
        "given", [None, "", "abc", "1.5", "501x", "null", "9" * 5000]
    )
    def test_a_campaign_that_is_no_number_is_missing(self, ask, given):
        params = {} if given is None else {"campaign_id": given}

        assert refused(ask(self.path, **params)) == (400, "campaign_id_not_entered")

    @pytest.mark.parametrize("given", ["999", "-1", "0", "9" * 30])
    def test_a_campaign_that_nobody_knows(self, ask, given):
        answer = ask(self.path, campaign_id=given)

        assert refused(answer) == (404, "no_campaign_with_campaign_id")

    def test_a_campaign_without_posts_has_an_empty_list(self, ask):
        answer = ask(self.path, campaign_id=502)

        assert answer.status_code == 200
        assert answer.json() == {
            "creators_campaign_id": 502,
            "posts": [],
            "engagement_rate_definition": "engagement_rate_client",
            "engagement_rate_unit": "percent",
            "as_of": None,
        }

    def test_posts_have_the_documented_members_and_shares(self, ask):
        answer = ask(self.path, campaign_id=501)

        body = answer.json()
        assert body["creators_campaign_id"] == 501
        assert body["as_of"] == "2026-03-02"
        for post in body["posts"]:
            assert set(post) >= POST | {"shares"}
            assert isinstance(post["id"], str)
            user = {"creators_id": 101, "creators_email": "101@creators.example"}
            assert post["user"] == user
            published = datetime.fromisoformat(post["published_at"])
            assert published.tzinfo is not None

    def test_only_posts_that_count_are_told_each_once_and_by_its_kind(self, ask):
        posts = ask(self.path, campaign_id="501").json()["posts"]

        assert [(post["id"], post["platform_type_id"]) for post in posts] == [
            ("p01", 1),
            ("p02", 2),
            ("p03", 3),
            ("p04", 4),
        ]
        kinds = [post["media_type"] for post in posts[:3]]
        assert kinds == ["ALBUM", "IMAGE", "VIDEO"]

    def test_numbers_are_the_last_known_ones_and_say_of_which_day(self, ask):
        first, second, third, _ = ask(self.path, campaign_id=501).json()["posts"]

        assert (first["views"], first["likes"], first["shares"]) == (100, 1, 3)
        assert first["engagement_rate"] == 4.21, "percent, as it always was"
        assert first["known_on"] == dict.fromkeys(
            ("views", "shares", "engagement_rate"), "2026-03-01"
        )
        assert first["observed_at"] == "2026-03-03T05:00:00Z"
        assert first["unknown_reasons"] == {"thumbnail_url": "not_kept"}
        # What is not known is no zero, and says why.
        assert (second["views"], second["comments"]) == (200, 1)
        assert (second["shares"], second["engagement_rate"]) == (None, None)
        assert second["unknown_reasons"] == {
            "shares": "not_offered",
            "engagement_rate": "share_count: not_offered",
            "thumbnail_url": "not_kept",
        }
        assert third["media_url"] is None, "no address that a browser may be sent to"
        assert second["media_url"] == "https://www.instagram.com/reel/p02/"

    def test_many_posts_come_in_one_answer(self, ask, monkeypatch):
        module = "analytics_pipeline.warehouse.older_metrics._AT_ONCE"
        monkeypatch.setattr(module, 5)

        posts = ask(self.path, campaign_id=1).json()["posts"]

        ids = [post["id"] for post in posts]
        assert ids == [*(f"p{n:02}" for n in range(1, 13)), "t20"]


class TestMetricsProfile:
    path = "/api/metrics/profile"

    @pytest.fixture(autouse=True)
    def _now(self, running):
        yield
        running.clock.instant = FIRST_MORNING

    @pytest.mark.parametrize("params", [{}, {"id": ""}], ids=["missing", "empty"])
    def test_the_id_is_needed(self, ask, params):
        assert refused(ask(self.path, **params)) == (400, "user_id_not_entered")

    @pytest.mark.parametrize("given", ["999", "abc", "-1", "9" * 30])
    def test_somebody_unknown_is_a_400_as_it_always_was(self, ask, given):
        answer = ask(self.path, id=given)

        assert refused(answer) == (400, "user_with_user_id_doesnt_exist")
        assert given not in answer.text

    def test_a_month_of_which_nothing_is_known_is_empty(self, ask):
        answer = ask(self.path, id="102")

        assert answer.status_code == 200
        assert answer.json()["data"] == {"analytics": {}}

    def test_the_month_has_the_documented_columns_and_a_year(self, ask):
        month = ask(self.path, id=101).json()["data"]["analytics"]

        assert set(month) >= MONTH | {"year"}
        assert (month["year"], month["month"]) == (2026, 3)
        assert month["user_id"] == 101
        user = {"creators_id": 101, "creators_email": "101@creators.example"}
        assert month["user"] == user
        assert month["instagram_total_views"] == 7800
        assert month["instagram_avg_views"] == 650.0
        assert month["instagram_followers_count"] == 1000

    def test_what_is_not_known_of_the_month_says_why(self, ask):
        month = ask(self.path, id=101).json()["data"]["analytics"]
        why = month["unknown_reasons"]

        nulls = {name for name, value in month.items() if value is None}
        assert nulls == set(why)
        assert {name for name in month if name.startswith("facebook_")} <= nulls
        assert why["facebook_total_views"] == "not_collected"
        assert why["tiktok_total_views"] == "not_asked"
        assert why["instagram_total_shares"] == "not_offered"

    def test_another_years_month_of_the_same_number_is_another(self, running, ask):
        running.clock.instant = datetime(2025, 3, 10, tzinfo=UTC)
        same_number = ask(self.path, id=101).json()["data"]["analytics"]
        running.clock.instant = datetime(2025, 12, 10, tzinfo=UTC)
        year_before = ask(self.path, id=101).json()["data"]["analytics"]

        assert same_number == {}
        assert (year_before["year"], year_before["month"]) == (2025, 12)

    def test_the_month_is_the_agencys(self, running, ask):
        # In Prague it is March already.
        running.clock.instant = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)

        assert ask(self.path, id=101).json()["data"]["analytics"]["month"] == 3


class TestAnotherRate:
    def test_the_answer_names_the_rate_that_was_chosen(
        self, postgres_socket, migrated_template, tmp_path
    ):
        chosen = {"ANALYTICS_ENGAGEMENT_RATE": "engagement_rate_by_views"}
        month = {
            "creator_id": "101",
            "platform": "tiktok",
            "month_start_date": date(2026, 3, 1),
            "engagement_rate_client": 0.5,
            "engagement_rate_by_views": 0.07,
        }
        with (
            new_database(postgres_socket, migrated_template) as url,
            service_over(url, tmp_path, **chosen) as (service, clock),
            served(service, clock) as other,
        ):
            with service.warehouse.begin() as connection:
                stock(connection)
                put(connection, "creator_months", month)
            headers = {"X-API-Key": other.key(KeyScope.READ)}
            posts, profile = (
                requests.get(other.url + path, headers=headers, timeout=10).json()
                for path in (
                    "/api/metrics/post?campaign_id=1",
                    "/api/metrics/profile?id=101",
                )
            )

        for answer in (posts, profile):
            assert answer["engagement_rate_definition"] == "engagement_rate_by_views"
            assert answer["engagement_rate_unit"] == "percent"
        # Two engagements in a hundred views; and 7 is not 7.000000000000001.
        assert posts["posts"][0]["engagement_rate"] == 2.0
        assert profile["data"]["analytics"]["tiktok_engagement_rate"] == 7.0


class TestRefresh:
    @pytest.fixture(autouse=True)
    def _nobody_asked(self, running):
        with running.service.warehouse.begin() as connection:
            connection.execute(sa.text("DELETE FROM refreshes"))

    def _note(self, running, **values):
        assigned = ", ".join(f"{name} = :{name}" for name in values)
        with running.service.warehouse.begin() as connection:
            connection.execute(sa.text(f"UPDATE refreshes SET {assigned}"), values)

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_the_older_route_answers_at_once_with_dates_as_it_wrote_them(
        self, running, ask, method
    ):
        answer = ask(REFRESH, method)

        assert answer.status_code == 200
        refresh = answer.json()["refresh"]
        assert RFC_1123.fullmatch(refresh["started_at"])
        assert parsedate_to_datetime(refresh["started_at"]) == FIRST_MORNING
        assert refresh["ended_at"] is None
        assert (refresh["status"], refresh["run_id"]) == ("waiting", None)
        assert refresh["status_url"] == (
            f"{PUBLIC_URL}/api/v1/refreshes/{refresh['refresh_id']}"
        )
        query = sa.text("SELECT requested_by, snapshot_date FROM refreshes")
        assert running.rows(query) == [("Creators app", FIRST)]

    def test_asking_again_joins_the_one_that_waits_or_runs(self, running, ask):
        first = ask(REFRESH).json()["refresh"]
        self._note(running, refresh_status="started", refresh_run_id="run-1")
        second = ask(REFRESH).json()["refresh"]
        posted = ask("/api/v1/refreshes", "POST")
        ended = FIRST_MORNING + timedelta(minutes=7)
        self._note(running, refresh_status="succeeded", ended_at=ended)
        third = ask(REFRESH).json()["refresh"]

        assert first["refresh_id"] == second["refresh_id"]
        assert (second["status"], second["run_id"]) == ("started", "run-1")
        assert posted.json()["refresh_id"] == first["refresh_id"]
        assert posted.json()["is_new"] is False
        assert third["refresh_id"] != first["refresh_id"]

    def test_a_refresh_is_accepted_and_says_where_to_ask(self, ask):
        answer = ask("/api/v1/refreshes", "POST")

        body = answer.json()
        assert (answer.status_code, body["is_new"]) == (202, True)
        assert answer.headers["Location"] == body["status_url"]
        path = answer.headers["Location"].removeprefix(PUBLIC_URL)
        state = ask(path).json()
        assert state == {name: body[name] for name in body if name != "is_new"}
        assert (state["status"], state["checked_at"]) == ("waiting", None)
        assert (state["run_url"], state["snapshot_date"]) == (None, "2026-03-01")

    def test_its_state_links_to_the_run_and_tells_its_end(self, running, ask):
        refresh_id = ask("/api/v1/refreshes", "POST").json()["refresh_id"]
        ended = FIRST_MORNING + timedelta(minutes=7)
        self._note(
            running,
            refresh_status="failed",
            refresh_run_id="run-1",
            started_at=FIRST_MORNING,
            ended_at=ended,
            detail="its run was cancelled",
        )

        state = ask(f"/api/v1/refreshes/{refresh_id}").json()

        assert state["run_url"] == "https://dagster.example/ui/runs/run-1"
        assert (state["status"], state["detail"]) == ("failed", "its run was cancelled")
        assert datetime.fromisoformat(state["ended_at"]) == ended

    @pytest.mark.parametrize(
        ("refresh_id", "status"), [("0" * 32, 404), ("1", 422), ("A" * 32, 422)]
    )
    def test_one_that_does_not_exist(self, ask, refresh_id, status):
        answer = ask(f"/api/v1/refreshes/{refresh_id}")

        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/api/user/valid?id=101&email=101@creators.example",
        "/api/metrics/post?campaign_id=501",
        "/api/metrics/profile?id=101",
        REFRESH,
    ],
)
def test_what_the_older_system_told_anybody_needs_a_key_now(running, path):
    bare = requests.get(running.url + path, timeout=10)
    invite = {"X-API-Key": running.key(KeyScope.INVITE)}
    without_scope = requests.get(running.url + path, headers=invite, timeout=10)

    assert (bare.status_code, without_scope.status_code) == (401, 403)
    assert "creators.example" not in bare.text + without_scope.text


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("101", 101),
        ("0", 0),
        ("0101", "0101"),
        ("-1", "-1"),
        ("999999999999999", 999999999999999),
        # A reader in a browser would get 9007199254740992.
        ("9007199254740993", "9007199254740993"),
        ("", ""),
        ("١٢", "١٢"),
        ("erased-1f", "erased-1f"),
    ],
)
def test_an_id_is_a_number_where_every_reader_keeps_it(stored, told):
    assert older_id(stored) == told
    assert type(older_id(stored)) is type(told)
