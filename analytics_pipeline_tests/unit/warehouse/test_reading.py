"""What readers get: pages that stay in place, and whoever is missing named."""

from datetime import UTC, date, datetime

import pytest

from analytics_pipeline.schemas.connections import ConnectionStatus
from analytics_pipeline.schemas.outcomes import CampaignStatus
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.as_known import AsKnown
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline.warehouse.reading import (
    campaign_posts,
    campaigns,
    coverage,
    creators,
    health,
    posts,
)
from analytics_pipeline.warehouse.reading.rows import Order, PageRequest
from analytics_pipeline_tests.conftest import new_database
from analytics_pipeline_tests.stocked import (
    FIRST,
    SECOND,
    THIRD,
    observed,
    post_row,
    post_snapshot,
    put,
    stock,
)

BY_ID = Order("campaign_id")


@pytest.fixture(scope="module")
def stocked(postgres_socket, migrated_template, tmp_path_factory):
    with new_database(postgres_socket, migrated_template) as url:
        environment = {
            "ANALYTICS_DATABASE_URL": url,
            "ANALYTICS_HOME": str(tmp_path_factory.mktemp("home")),
        }
        with Warehouse.open(load_settings(environment)) as warehouse:
            with warehouse.begin() as connection:
                stock(connection)
            yield warehouse


@pytest.fixture
def connection(stocked):
    """A transaction that is undone: a test may add rows."""
    with stocked.undone() as warehouse, warehouse.begin() as opened:
        yield opened


def _walk(read, order, limit=5):
    """Read a list page by page."""
    after, found = None, []
    while True:
        page = read(PageRequest(order, limit, after))
        assert len(page.rows) <= limit
        found += page.rows
        if page.after is None:
            return found
        after = page.after


class TestCampaigns:
    def test_each_comes_with_the_summary_of_its_newest_day(self, connection):
        page = campaigns.read_campaigns(connection, PageRequest(BY_ID, 10))

        first, second, third = page.rows
        assert first["newest_day"] == SECOND
        assert [(row["platform"], row["view_count"]) for row in first["newest"]] == [
            ("instagram", 7800),
            ("tiktok", 50),
        ]
        assert (second["newest_day"], second["newest"]) == (None, [])
        assert third["campaign_name"] is None
        assert page.after is None

    def test_they_are_told_apart_by_status_and_by_being_listed(self, connection):
        wanted = PageRequest(BY_ID, 10)

        active = campaigns.read_campaigns(connection, wanted, CampaignStatus.ACTIVE)
        unlisted = campaigns.read_campaigns(connection, wanted, is_listed=False)

        assert [row["campaign_id"] for row in active.rows] == ["1"]
        assert [row["campaign_id"] for row in unlisted.rows] == ["3"]

    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize("column", campaigns.CAMPAIGN_ORDERS)
    def test_page_by_page_they_are_the_same(self, connection, column, descending):
        order = Order(column, descending)

        found = _walk(
            lambda wanted: campaigns.read_campaigns(connection, wanted), order, 1
        )

        values = [row[column] for row in found if row[column] is not None]
        assert len(found) == 3
        assert values == sorted(values, reverse=descending)
        assert all(row[column] is not None for row in found[: len(values)])

    def test_a_campaign_that_nobody_knows_is_none(self, connection):
        assert campaigns.read_campaign(connection, "404") is None
        assert campaigns.newest_participant_day(connection, "404") is None

    def test_its_days_are_told(self, connection):
        assert campaigns.newest_participant_day(connection, "1") == SECOND
        assert campaigns.newest_summarised_day(connection, "1") == SECOND
        assert campaigns.newest_summarised_day(connection, "1", FIRST) == FIRST
        assert campaigns.newest_summarised_day(connection, "2") is None
        assert campaigns.newest_participant_day(connection, "1", FIRST) == FIRST


def _posts(connection, wanted, until=SECOND, **which):
    state = AsKnown("1", until)
    return campaign_posts.read_campaign_posts(
        connection, state, wanted, campaign_posts.PostFilter(**which)
    )


def _levels(page):
    return {row["post_id"]: row["match_level"] for row in page.rows}


class TestPostsOfACampaign:
    def test_a_post_that_was_missed_keeps_its_last_numbers(self, connection):
        page = _posts(connection, PageRequest(Order("posted_at"), 50))

        shown = {row["post_id"]: row for row in page.rows}
        assert len(shown) == 14
        assert shown["p12"]["snapshot_date"] == FIRST
        assert shown["p11"]["snapshot_date"] == SECOND
        assert shown["p11"]["view_count"] == 1100
        assert shown["p11"]["username"] == "name.101"

    def test_a_number_that_is_not_told_any_more_is_still_known(self, connection):
        put(
            connection,
            "hashtag_post_metrics",
            post_row(2, THIRD, view_count=None, like_count=7),
        )

        page = _posts(connection, PageRequest(Order("view_count"), 50), THIRD)

        (row,) = (row for row in page.rows if row["post_id"] == "p02")
        assert (row["view_count"], row["like_count"]) == (200, 7)
        assert row["known_on"] == {"view_count": "2026-03-02"}
        assert row["snapshot_date"] == THIRD

    def test_a_post_that_was_seen_without_a_match_matches_no_longer(self, connection):
        put(connection, "post_snapshots", post_snapshot("p02", THIRD))

        before = _posts(connection, PageRequest(Order("posted_at"), 50), THIRD)
        put(
            connection,
            "campaign_daily_summary",
            {"snapshot_date": THIRD, "campaign_id": "1", "platform": "instagram"},
        )
        after = _posts(connection, PageRequest(Order("posted_at"), 50), THIRD)
        counted = _posts(
            connection, PageRequest(Order("posted_at"), 50), THIRD, match_level="full"
        )

        assert _levels(before)["p02"] == "full"
        assert _levels(after)["p02"] is None
        assert "p02" not in _levels(counted)

    def test_what_was_observed_later_can_be_left_out(self, connection):
        state = AsKnown("1", SECOND, observed(FIRST))
        wanted = PageRequest(Order("posted_at"), 50)

        page = campaign_posts.read_campaign_posts(
            connection, state, wanted, campaign_posts.PostFilter()
        )

        assert page.rows == []

    def test_as_known_on_an_earlier_day(self, connection):
        page = _posts(connection, PageRequest(Order("posted_at"), 50), FIRST)

        assert {row["view_count"] for row in page.rows} == {1}
        assert len(page.rows) == 12

    @pytest.mark.parametrize(
        ("which", "expected"),
        [
            ({"platform": Platform.TIKTOK}, ["t20"]),
            ({"match_level": "partial"}, ["p21"]),
            ({"creator_id": "102"}, ["t20"]),
            ({"content_type": "tiktok_video"}, ["t20"]),
            ({"platform": Platform.TIKTOK, "creator_id": "101"}, []),
        ],
    )
    def test_only_those_that_are_asked_for(self, connection, which, expected):
        page = _posts(connection, PageRequest(Order("posted_at"), 50), **which)

        assert [row["post_id"] for row in page.rows] == expected

    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize("column", campaign_posts.POST_ORDERS)
    def test_page_by_page_none_is_lost_and_none_comes_twice(
        self, connection, column, descending
    ):
        order = Order(column, descending)

        found = _walk(lambda wanted: _posts(connection, wanted), order)

        values = [row[column] for row in found]
        known = [value for value in values if value is not None]
        assert len({(row["platform"], row["post_id"]) for row in found}) == 14
        assert known == sorted(known, reverse=descending)
        assert values[len(known) :] == [None] * (14 - len(known))

    def test_posts_that_are_added_meanwhile_move_none(self, connection):
        order = Order("posted_at", descending=True)
        first = _posts(connection, PageRequest(order, 5))

        put(connection, "hashtag_post_metrics", post_row(90), post_row(91))
        rest = _walk(
            lambda wanted: _posts(
                connection,
                PageRequest(order, wanted.limit, wanted.after or first.after),
            ),
            order,
        )

        found = [row["post_id"] for row in (*first.rows, *rest)]
        assert len(found) == len(set(found)) == 14


class TestOnePost:
    def test_every_day_and_every_campaign_is_there(self, connection):
        of = (connection, Platform.INSTAGRAM, "p01")

        assert posts.read_post(*of)["username"] == "name.101"
        assert [row["view_count"] for row in posts.post_days(*of)] == [1, 100]
        matches = posts.post_matches(*of)
        assert [row["snapshot_date"] for row in matches] == [FIRST, SECOND]
        assert {row["campaign_name"] for row in matches} == {"<i>Jaro</i>"}
        wordings = [row["post_caption"] for row in posts.post_wordings(*of)]
        assert wordings == [f"as on {FIRST}", f"as on {SECOND}"]
        (insight,) = posts.post_insights(*of)
        assert (insight["metric_value"], insight["unknown_reason"]) == (
            None,
            "not_reported",
        )
        assert posts.post_removals(*of) == []

    def test_the_same_id_on_another_platform_is_another_post(self, connection):
        of = (connection, Platform.TIKTOK, "p01")

        assert posts.read_post(*of) is None
        assert posts.post_days(*of) == posts.post_matches(*of) == []


class TestCreators:
    def test_all_are_listed_also_who_has_an_account_only(self, connection):
        found = _walk(
            lambda wanted: creators.read_creators(connection, wanted),
            Order("creator_id"),
            2,
        )

        assert [row["creator_id"] for row in found] == ["101", "102", "103", "104"]
        assert [len(row["accounts"]) for row in found] == [2, 2, 0, 1]
        assert [row["is_listed"] for row in found] == [True, True, True, False]
        assert not any("email" in row for row in found)

    def test_an_account_tells_when_it_last_answered(self, connection):
        lena = creators.read_creator(connection, "102")

        instagram, tiktok = lena["accounts"]
        assert lena["email"] == "102@creators.example"
        assert instagram["last_observed_at"] is None
        assert (tiktok["newest_day"], tiktok["status"], tiktok["reason"]) == (
            SECOND,
            "failed",
            "reconnect_required",
        )

    @pytest.mark.parametrize("creator_id", ["101", "102", "103", "104"])
    def test_no_token_nor_its_hash_is_read(self, connection, creator_id):
        assert "-token" not in str(creators.read_creator(connection, creator_id))

    def test_somebody_only_a_campaign_names_is_known_but_empty(self, connection):
        found = creators.read_creator(connection, "105")

        assert (found["email"], found["accounts"]) == (None, [])
        assert creators.read_creator(connection, "404") is None

    def test_they_are_found_by_platform_and_state(self, connection):
        wanted = PageRequest(Order("creator_id"), 10)

        tiktok = creators.read_creators(connection, wanted, Platform.TIKTOK)
        broken = creators.read_creators(
            connection, wanted, status=ConnectionStatus.RECONNECT_REQUIRED
        )

        assert [row["creator_id"] for row in tiktok.rows] == ["101", "102", "104"]
        assert [row["creator_id"] for row in broken.rows] == ["102"]

    def test_followers_are_the_newest_known_ones(self, connection):
        (found,) = creators.followers_of(connection, ["a101", "t101"])

        assert (found["snapshot_date"], found["follower_count"]) == (FIRST, 1000)

    def test_months_have_a_year(self, connection):
        months = creators.read_months(connection, "101")

        assert [row["month_start_date"] for row in months] == [FIRST, date(2025, 12, 1)]
        assert len(creators.read_months(connection, "101", year=2025)) == 1
        assert creators.read_months(connection, "101", Platform.TIKTOK) == []


class TestCoverage:
    def test_whoever_was_never_asked_is_missing_too(self, connection):
        page = coverage.missing_accounts(connection, SECOND, limit=10)

        assert [
            (row["platform"], row["creator_id"], row["status"], row["reason"])
            for row in page.rows
        ] == [
            ("instagram", "102", "skipped", "not_found"),
            ("instagram", "105", "deferred", "not_reached"),
            ("tiktok", "102", "failed", "reconnect_required"),
            ("tiktok", "105", "deferred", "not_reached"),
        ]
        assert all(row["campaign_ids"] == ["1"] for row in page.rows)

    def test_page_by_page_the_missing_are_the_same(self, connection):
        first = coverage.missing_accounts(connection, SECOND, "1", limit=3)
        second = coverage.missing_accounts(
            connection, SECOND, "1", limit=3, after=first.after
        )

        assert len(first.rows) == 3
        assert [row["creator_id"] for row in second.rows] == ["105"]
        assert second.after is None

    def test_they_are_counted_by_reason(self, connection):
        counted = coverage.count_outcomes(connection, SECOND)

        assert [(row["status"], row["accounts"]) for row in counted] == [
            ("deferred", 1),
            ("ok", 1),
            ("skipped", 1),
            ("deferred", 1),
            ("failed", 1),
            ("ok", 1),
        ]
        assert coverage.count_outcomes(connection, THIRD) == []
        assert coverage.count_outcomes(connection, SECOND, "2") == []

    def test_a_window_has_every_day_and_account(self, connection):
        creator = coverage.coverage_of_creator(connection, "101", FIRST, SECOND)
        campaign = coverage.coverage_of_campaign(connection, "1", FIRST, SECOND, 9)

        assert len(creator) == 4
        assert len(campaign) == 2 * 2 * 3
        assert len(coverage.coverage_of_campaign(connection, "1", FIRST, FIRST, 9)) == 6
        assert coverage.newest_asked_day(connection) == SECOND

    def test_of_many_accounts_those_with_the_most_gaps_are_told(self, connection):
        told = coverage.coverage_of_campaign(connection, "1", FIRST, SECOND, 2)

        assert {row["account_count"] for row in told} == {6}
        assert len(told) == 2 * 2
        assert all(row["status"] != "ok" for row in told)


class TestHealth:
    def test_every_day_is_counted_by_status(self, connection):
        days = health.days_of_outcomes(connection, FIRST, SECOND)

        assert len(days) == 4
        tiktok = days[-1]
        assert (tiktok["ok"], tiktok["late"], tiktok["failed"]) == (1, 1, 1)
        assert (tiktok["accounts"], tiktok["calls"]) == (2, 4)

    def test_budgets_tell_the_calls_in_their_window(self, connection):
        found = {row["budget"]: row["calls"] for row in health.budgets(connection)}

        assert found == {"instagram/app": 42, "tiktok/app": 0}

    def test_connections_in_trouble_come_without_tokens(self, connection):
        now = datetime(2026, 3, 3, tzinfo=UTC)
        put(
            connection,
            "connections",
            {"connection_id": "soon", "platform": "instagram", "account_id": "s"}
            | {"connection_status": "connected", "access_token_expires_at": now},
            {"connection_id": "renewed", "platform": "tiktok", "account_id": "r"}
            | {"connection_status": "connected", "access_token_expires_at": now}
            | {"refresh_token_encrypted": "the-ciphertext-of-a-token"},
        )

        found = health.connections_in_trouble(
            connection, datetime(2026, 3, 9, tzinfo=UTC)
        )

        assert [row["connection_id"] for row in found] == ["tiktok-102", "soon"]
        assert "-token" not in str(found)

    def test_findings_and_waiting_pushes_are_counted(self, connection):
        counted = health.findings_by_rule(connection, FIRST, SECOND)

        assert [(row["rule"], row["findings"]) for row in counted] == [
            ("negative_count", 2),
            ("unknown_field", 1),
        ]
        assert health.waiting_pushes(connection)["pushes"] == 1
