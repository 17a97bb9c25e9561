"""Months of creators: what they say, and that only the rows of their days matter."""

from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics_pipeline.schemas.fields import RATES, SUMMED_MEASURES
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import CREATOR_MONTHS
from analytics_pipeline.steps.summary import rate_parts
from analytics_pipeline.transform.engagement import engagement_rates, rate_definitions
from analytics_pipeline.warehouse.creator_months import (
    MonthsUpdate,
    months_of,
    update_months,
)
from analytics_pipeline_tests.stored_rows import (
    FOLLOWERS,
    account_day,
    insert,
    observed_for,
    post,
    post_day,
)

ZONE = "Europe/Prague"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
MARCH = date(2026, 3, 1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _update(connection, *days, run_id="r1", now=NOW):
    how = MonthsUpdate(list(days), ZONE, rate_parts(), now, run_id)
    return update_months(connection, how)


def _day(number):
    return MARCH.replace(day=number)


@pytest.fixture
def connection(warehouse):
    with warehouse.begin() as opened:
        yield opened


def _store(connection, posts=(), post_days=(), account_days=()):
    insert(connection, "posts", *posts)
    insert(connection, "post_snapshots", *post_days)
    insert(connection, "account_snapshots", *account_days)


def test_a_month_adds_up_the_newest_numbers_of_its_posts(connection):
    first, second = post("p1", NOON), post("p2", NOON)
    _store(
        connection,
        [first, second],
        [
            post_day(first, _day(2), like_count=1, comment_count=1, view_count=10),
            post_day(first, _day(3), like_count=8, comment_count=2, view_count=100),
            post_day(second, _day(3), like_count=30, comment_count=0),
        ],
        [account_day(_day(2), follower_count=500), account_day(_day(3))],
    )

    _update(connection, _day(2), _day(3))
    (month,) = months_of(connection, "c1")

    assert month["month_start_date"] == MARCH
    assert month["post_count"] == 2
    assert (month["like_count"], month["posts_with_like_count"]) == (38, 2)
    assert month["like_count_mean"] == 19
    assert (month["view_count"], month["posts_with_view_count"]) == (100, 1)
    assert month["view_count_mean"] == 100
    assert (month["follower_count"], month["follower_count_date"]) == (1000, _day(3))
    # Weighted: (8 + 2 + 30 + 0) / (1000 + 1000); in the middle: 0.01 and 0.03.
    assert month["engagement_rate_by_followers"] == pytest.approx(0.02)
    assert month["engagement_rate_by_followers_median"] == pytest.approx(0.02)
    assert month["engagement_rate_by_views"] == pytest.approx(0.1)
    assert month["posts_with_engagement_rate_by_views"] == 1
    assert month["observed_at"] == observed_for(_day(3))


def test_what_is_not_known_is_null_and_says_why(connection):
    only = post("p1", NOON)
    hidden = {"like_count": "hidden", "view_count": "not_offered"}
    row = post_day(only, _day(2), comment_count=1, unknown_reasons=hidden)
    _store(connection, [only], [row])

    _update(connection, _day(2))
    (month,) = months_of(connection, "c1")

    numbers = (*SUMMED_MEASURES, *RATES, "follower_count")
    unknown = {name: month["unknown_reasons"].get(name) for name in numbers}
    assert month["like_count"] is month["like_count_mean"] is None
    assert month["engagement_rate_by_followers"] is None
    assert month["follower_count_date"] is None
    assert unknown == {
        "view_count": "not_offered",
        "like_count": "hidden",
        "comment_count": None,
        "share_count": "not_reported",
        "engagement_rate_client": "like_count: hidden",
        "engagement_rate_by_followers": "like_count: hidden",
        "engagement_rate_by_views": "like_count: hidden",
        "engagement_rate_by_reach": "like_count: hidden",
        "follower_count": "no_account_snapshot",
    }
    assert month["unknown_reasons"]["like_count_mean"] == "hidden"


def test_a_number_that_is_not_asked_for_every_day_keeps_its_newest(connection):
    """Insights of older posts are asked for every seventh day."""
    only = post("p1", NOON)
    _store(
        connection,
        [only],
        [
            post_day(only, _day(20), view_count=500, like_count=10, comment_count=0),
            post_day(only, _day(21), like_count=12, comment_count=0),
        ],
    )

    _update(connection, _day(20), _day(21))
    (month,) = months_of(connection, "c1")

    assert (month["view_count"], month["like_count"]) == (500, 12)
    assert month["engagement_rate_by_views"] == 10 / 500, "parts of one observation"


def test_the_newest_observation_counts_not_the_newest_day(connection):
    """The day of publishing, filled late, knows more than the days after it."""
    only = post("p1", NOON)
    seen = observed_for(_day(2), days_late=20)
    _store(
        connection,
        [only],
        [
            post_day(only, _day(2), like_count=90, observed_at=seen, is_late=True),
            post_day(only, _day(5), like_count=40),
        ],
    )

    _update(connection, _day(5))
    (month,) = months_of(connection, "c1")

    assert month["like_count"] == 90
    assert month["late_post_count"] == 0, "it was also seen on time"


def test_a_month_begins_at_midnight_in_the_configured_zone(connection):
    last_minutes_of_february_in_utc = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    spring_night = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)
    april = datetime(2026, 3, 31, 22, tzinfo=UTC)
    posts = [
        post("p1", last_minutes_of_february_in_utc),
        post("p2", spring_night),
        post("p3", april),
    ]
    days = [post_day(each, _day(31), like_count=1) for each in posts]
    _store(connection, posts, days)

    _update(connection, _day(31))

    found = {row["month_start_date"]: row for row in months_of(connection, "c1")}
    assert {month: row["post_count"] for month, row in found.items()} == {
        MARCH: 2,
        date(2026, 4, 1): 1,
    }


def test_a_month_without_posts_tells_the_followers_only(connection):
    rows = [account_day(_day(1)), account_day(_day(31), follower_count=1200)]
    late = {"follower_count": None, "unknown_reasons": {"follower_count": "late"}}
    rows.append(account_day(date(2026, 4, 1), is_late=True, **late))
    _store(connection, account_days=rows)

    _update(connection, _day(1), _day(31), date(2026, 4, 1))
    april, march = months_of(connection, "c1")

    assert (march["post_count"], march["like_count"]) == (0, None)
    assert march["unknown_reasons"]["like_count"] == "no_posts"
    assert march["unknown_reasons"]["engagement_rate_by_views_median"] == "no_posts"
    assert march["follower_count"] == 1200
    assert march["follower_count_date"] == _day(31)
    assert april["unknown_reasons"]["follower_count"] == "late"
    assert april["observed_at"] == observed_for(date(2026, 4, 1))


def test_an_update_that_finds_nothing_new_writes_nothing(connection):
    only = post("p1", NOON)
    _store(connection, [only], [post_day(only, _day(2), like_count=1)])
    first = _update(connection, _day(2))
    before = months_of(connection, "c1")

    again = _update(connection, _day(2), run_id="r2", now=NOW + timedelta(days=1))

    assert (first.inserted, again.changed, again.unchanged) == (1, 0, 1)
    assert months_of(connection, "c1") == before


def test_months_that_no_day_of_the_run_tells_of_are_left_alone(connection):
    february = post("p0", datetime(2026, 2, 10, tzinfo=UTC))
    march = post("p1", NOON)
    _store(
        connection,
        [february, march],
        [
            post_day(february, date(2026, 2, 10), like_count=1),
            post_day(march, _day(2), like_count=1),
        ],
    )

    _update(connection, _day(2))

    assert [row["month_start_date"] for row in months_of(connection, "c1")] == [MARCH]


def test_a_post_that_turns_out_to_be_anothers_leaves_its_month(connection):
    only = post("p1", NOON)
    _store(connection, [only], [post_day(only, _day(2), like_count=1)])
    _update(connection, _day(2))
    connection.execute(sa.text("UPDATE posts SET creator_id = 'c2'"))
    insert(
        connection,
        "post_snapshots",
        post_day(only | {"creator_id": "c2"}, _day(3), like_count=2),
    )

    result = _update(connection, _day(3))

    assert (result.inserted, result.deleted) == (1, 1)
    assert months_of(connection, "c1") == []
    assert months_of(connection, "c2")[0]["like_count"] == 2


def test_a_post_of_somebody_erased_who_came_back_counts_once(connection):
    erased, again = post("erased-1", NOON), post("p1", NOON)
    again["last_seen_at"] = NOON + timedelta(days=9)
    other = post("erased-2", NOON + timedelta(hours=1))
    _store(
        connection,
        [erased, again, other],
        [
            post_day(erased, _day(2), like_count=5),
            post_day(again, _day(9), like_count=9),
            post_day(other, _day(2), like_count=100),
        ],
    )

    _update(connection, _day(2), _day(9))
    (month,) = months_of(connection, "c1")

    assert (month["post_count"], month["like_count"]) == (2, 109)


def test_rates_have_the_definitions_of_each_platform(connection):
    counts = {"like_count": 5, "comment_count": 3, "share_count": 2}
    counts |= {"view_count": 100, "save_count": 10, "reach": 50}
    names = {"platform": "tiktok", "account_id": "t1"}
    on_instagram, on_tiktok = post("p1", NOON), post("v1", NOON, **names)
    _store(
        connection,
        [on_instagram, on_tiktok],
        [post_day(each, _day(2), **counts) for each in (on_instagram, on_tiktok)],
        [account_day(_day(2)), account_day(_day(2), **names)],
    )

    _update(connection, _day(2))

    for row in months_of(connection, "c1"):
        parts = counts | {"follower_count": FOLLOWERS}
        expected = engagement_rates(Platform(row["platform"]), parts, {}).values
        assert {name: row[name] for name in RATES} == pytest.approx(expected)


COUNTS = (*SUMMED_MEASURES, "save_count", "reach")
_KNOWN = st.one_of(st.none(), st.integers(0, 50))


@st.composite
def worlds(draw):
    """Draw posts of two months, each with rows of some days, and followers."""
    posts, post_days, account_days = [], [], []
    days = [date(2026, 3, 30) + timedelta(days=n) for n in range(4)]
    for number in range(draw(st.integers(1, 4))):
        hours = draw(st.integers(0, 71))
        platform = draw(st.sampled_from(["instagram", "tiktok"]))
        posted_at = datetime(2026, 3, 30, tzinfo=UTC) + timedelta(hours=hours)
        made = post(f"p{number}", posted_at, platform=platform)
        posts.append(made)
        for day in draw(st.sets(st.sampled_from(days), min_size=1)):
            counts = {name: draw(_KNOWN) for name in COUNTS}
            post_days.append(post_day(made, day, **counts))
    for platform in ("instagram", "tiktok"):
        for day in draw(st.sets(st.sampled_from(days))):
            followers = draw(_KNOWN)
            account_days.append(
                account_day(day, platform=platform, follower_count=followers)
            )
    order = draw(st.permutations(days))
    cut = draw(st.integers(0, len(days)))
    return posts, post_days, account_days, order, cut


def _expected(posts, post_days, account_days):
    """Return the months as a reader with a pencil would make them."""
    followers = {
        (row["snapshot_date"], row["platform"]): row["follower_count"]
        for row in account_days
    }
    months = {}
    for made in posts:
        local = made["posted_at"] + timedelta(hours=2)  # Summer time, since the 29th.
        key = (made["platform"], local.date().replace(day=1))
        rows = sorted(
            (row for row in post_days if row["post_id"] == made["post_id"]),
            key=lambda row: row["observed_at"],
        )
        newest = {}
        for row in rows:
            known = {name: row[name] for name in COUNTS if row[name] is not None}
            newest |= {name: known[name] for name in known if name in SUMMED_MEASURES}
            known["follower_count"] = followers.get(
                (row["snapshot_date"], row["platform"])
            )
            for name, rate in rate_definitions(Platform(row["platform"])).items():
                parts = [known.get(part) for part in rate.numerator]
                if None not in parts and known.get(rate.denominator):
                    newest[name] = (sum(parts), known[rate.denominator])
        months.setdefault(key, []).append(newest)
    return months


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(worlds())
def test_days_in_any_order_give_the_months_that_a_pencil_gives(warehouse, world):
    posts, post_days, account_days, order, cut = world
    with warehouse.engine.connect() as connection:
        insert(connection, "posts", *posts)
        for part in (order[:cut], order[cut:]):
            for table, rows in (
                ("post_snapshots", post_days),
                ("account_snapshots", account_days),
            ):
                mine = [row for row in rows if row["snapshot_date"] in part]
                insert(connection, table, *mine)
            for day in part:
                _update(connection, day)
        found = {
            (row["platform"], row["month_start_date"]): row
            for row in months_of(connection, "c1")
        }
        connection.rollback()

    expected = _expected(posts, post_days, account_days)
    assert {key for key, row in found.items() if row["post_count"]} == set(expected)
    for key, made in expected.items():
        row = found[key]
        assert row["post_count"] == len(made)
        for name in SUMMED_MEASURES:
            known = [each[name] for each in made if name in each]
            assert row[name] == (sum(known) if known else None), name
            assert row[f"posts_with_{name}"] == len(known)
            assert (row[name] is None) == (name in row["unknown_reasons"])
        for name in RATES:
            parts = [each[name] for each in made if name in each]
            assert row[f"posts_with_{name}"] == len(parts)
            assert (row[name] is None) == (name in row["unknown_reasons"])
            if parts:
                above, below = map(sum, zip(*parts, strict=True))
                middle = median(number / base for number, base in parts)
                assert row[name] == pytest.approx(above / below)
                assert row[f"{name}_median"] == pytest.approx(middle)


def test_every_column_of_the_table_is_filled(connection):
    only = post("p1", NOON)
    _store(connection, [only], [post_day(only, _day(2), like_count=1)])

    _update(connection, _day(2))
    (month,) = months_of(connection, "c1")

    assert tuple(month) == CREATOR_MONTHS.columns
    assert (month["run_id"], month["updated_at"]) == ("r1", NOW)
