"""Collect, run again, backfill, in any order: a day says what its morning said."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analytics_pipeline.schemas.tables import TABLES
from analytics_pipeline_tests.conftest import FIRST_DAY, FIRST_MORNING, new_database
from analytics_pipeline_tests.houses import open_house

DAYS = [FIRST_DAY + timedelta(days=number) for number in range(4)]
HOURS = (7, 13, 23)


@st.composite
def courses(draw):
    """Draw on which mornings the day is collected, and what is run in between.

    A course is a list of (day of the clock, hour, first, last): windows of days that
    have ended by then, over and over, and the mornings' own days among them.
    """
    course = []
    collected = draw(st.sets(st.sampled_from(DAYS), min_size=2))
    for number, day in enumerate(DAYS):
        if day in collected:
            course.append((day, 5, day, day))
        for hour in sorted(draw(st.sets(st.sampled_from(HOURS), max_size=1))):
            first = draw(st.integers(0, number))
            last = draw(st.integers(first, number))
            course.append((day, hour, DAYS[first], DAYS[last]))
    after = DAYS[-1] + timedelta(days=draw(st.integers(1, 9)))
    course.append((after, 5, DAYS[0], DAYS[-1]))
    return collected, course


@pytest.fixture(scope="module")
def live(sandbox_server, postgres_socket, migrated_template):
    """Give what an agency's tables say of each day after a course."""

    def follow(course):
        sandbox_server.reset()
        sandbox_server.clock.set(FIRST_MORNING)
        with (
            TemporaryDirectory() as folder,
            new_database(postgres_socket, migrated_template) as url,
            open_house(sandbox_server, Path(folder) / "home", url) as house,
        ):
            for day, hour, first, last in course:
                house.wake(day, hour)
                house.collect_plainly(first, last)
            return {day: _told_of(house, day) for day in DAYS}

    return follow


@pytest.fixture(scope="module")
def on_time(live):
    """What is told of days that are each collected once, on their own mornings."""
    told = live([(day, 5, day, day) for day in DAYS])
    return lambda day: told[day]  # Not the rows: Hypothesis would print them all.


def _told_of(house, day):
    told = {}
    with house.warehouse.begin() as connection:
        for table in TABLES:
            if "snapshot_date" not in table.columns:
                continue
            # Whether a token had to be renewed on the way rests on the calls before.
            left_out = {*table.provenance, "run_id", "attempt_id", "calls"}
            columns = [name for name in table.columns if name not in left_out]
            listed = ", ".join(f"{name}::text" for name in columns)
            found = connection.execute(
                sa.text(f"SELECT {listed} FROM {table.name} WHERE snapshot_date = :d"),
                {"d": day},
            )
            told[table.name] = sorted((row._asdict() for row in found), key=str)
    return told


def _comparable(told, *, has_day_before):
    """Leave out what rests on the day before, if that was not seen in time."""
    if has_day_before:
        return told
    rests = ("_delta", "unknown_reasons")
    summary = [
        {name: value for name, value in row.items() if not name.endswith(rests)}
        for row in told["campaign_daily_summary"]
    ]
    return told | {"campaign_daily_summary": summary}


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(courses())
def test_a_day_says_the_same_whatever_ran_before_and_after_it(live, on_time, drawn):
    collected, course = drawn
    told = live(course)

    for day in collected:
        before = day - timedelta(days=1)
        has_day_before = before not in DAYS or before in collected
        expected = _comparable(on_time(day), has_day_before=has_day_before)
        for table, rows in _comparable(
            told[day], has_day_before=has_day_before
        ).items():
            differing = [row for row in rows if row not in expected[table]]
            missing = [row for row in expected[table] if row not in rows]
            told_apart = f"{table} of {day}: {differing[:1]} instead of {missing[:1]}"
            assert differing == missing == [], told_apart
