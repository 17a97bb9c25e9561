"""Pushes: landed, loaded for their account, marked; whatever happens in between."""

import json
import signal
import time
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.attempt_kinds import AttemptKind
from analytics_pipeline.schemas.messages import MessageOutcome
from analytics_pipeline.steps.canonical import TABLE_NAMES, load_day
from analytics_pipeline.steps.partial import load_accounts
from analytics_pipeline.steps.pushes import process_pushes
from analytics_pipeline.steps.replay import reindex
from analytics_pipeline.warehouse.inbox import replay_messages
from analytics_pipeline_tests.commands import CommandLine
from analytics_pipeline_tests.landed import (
    answered,
    connect,
    insights,
    land,
    listed,
    pushed,
    receive,
)

DAY = date(2026, 3, 1)
POSTED = datetime(2026, 3, 1, 10, tzinfo=UTC)
LOOKED = POSTED + timedelta(hours=23)
SENT = POSTED + timedelta(hours=25)
STORY, ANNA, BELA = "18000", "17841400000000001", "17841400000000002"
REACH = "SELECT reach FROM post_snapshots WHERE post_id = :p AND snapshot_date = :d"


class House:
    """Two accounts, each with a story that was seen an hour before it ended."""

    def __init__(self, run, clock):
        self.run, self.clock = run, clock
        clock.instant = LOOKED
        self.anna, self.bela = connect(run, "1", ANNA), connect(run, "2", BELA)
        for account, story in ((self.anna, STORY), (self.bela, "18001")):
            land(
                run,
                account,
                AttemptKind.STORIES,
                answered(f"/{account.account_id}/stories", LOOKED, [seen(story)]),
                insights(story, LOOKED, reach=100, views=130),
            )
        self.load()
        clock.instant = SENT

    def load(self):
        for day in (DAY, DAY + timedelta(days=1)):
            load_day(self.run, day, TABLE_NAMES, with_findings=True)

    def rows(self, query, **parameters):
        with self.run.warehouse.begin() as connection:
            found = connection.execute(sa.text(query), parameters)
            return [dict(row) for row in found.mappings()]

    def reach(self, story=STORY, day=DAY):
        return [row["reach"] for row in self.rows(REACH, p=story, d=day)]

    def tables(self):
        return {
            name: sorted(map(str, self.rows(f"SELECT * FROM {name}")))
            for name in (*TABLE_NAMES, "collection_attempts")
        }

    def message(self, message_id):
        query = "SELECT * FROM webhook_inbox WHERE message_id = :m"
        (row,) = self.rows(query, m=message_id)
        return row


def seen(story, **changes):
    return listed(story, POSTED, **changes)


@pytest.fixture
def house(run, clock):
    return House(run, clock)


def test_a_push_is_the_final_word_on_its_story_and_changes_nothing_else(house):
    others = house.rows("SELECT * FROM post_snapshots WHERE post_id <> :p", p=STORY)
    message = receive(house.run, pushed(ANNA, SENT, STORY, reach=120, impressions=7))

    report = process_pushes(house.run)

    assert report.outcomes[MessageOutcome.APPLIED] == 1
    for day in (DAY, DAY + timedelta(days=1)):
        query = "SELECT * FROM post_snapshots WHERE post_id = :p AND snapshot_date = :d"
        (row,) = house.rows(query, p=STORY, d=day)
        assert (row["reach"], row["view_count"]) == (120, 130)
        assert row["count_sources"] == {
            "reach": "story_insights/reach",
            "view_count": "insights/views",
        }
    assert others == house.rows(
        "SELECT * FROM post_snapshots WHERE post_id <> :p", p=STORY
    )
    stored = house.message(message)
    assert (stored["message_outcome"], stored["detail"]) == ("applied", None)
    assert stored["processed_at"] == SENT
    (name,) = house.run.landing.names("raw_instagram_pushes")
    ((attempt, answers),) = house.run.landing.read_attempts(name)
    assert attempt.snapshot_dates == (DAY, DAY + timedelta(days=1))
    assert answers[0].answer.request == {"method": "PUSH", "source": "meta"}
    assert json.loads(answers[0].answer.body)["id"] == ANNA


@pytest.mark.parametrize(
    ("body", "outcome", "detail"),
    [
        ("{", "rejected", "the body is no JSON"),
        ('{"object": "instagram"}', "rejected", "1 × without a list of entries"),
        (pushed("0", SENT, STORY), "ignored", "1 × a test of the dashboard"),
        (
            pushed("17841400000000009", SENT, STORY),
            "ignored",
            "1 × about an account that is not known",
        ),
    ],
    ids=["no JSON", "no entries", "dashboard", "stranger"],
)
def test_what_is_of_no_use_is_marked_with_the_reason_and_lands_nowhere(
    house, body, outcome, detail
):
    before = house.tables()
    message = receive(house.run, body)

    process_pushes(house.run)

    stored = house.message(message)
    assert (stored["message_outcome"], stored["detail"]) == (outcome, detail)
    assert house.tables() == before
    assert not list(house.run.landing.names("raw_instagram_pushes"))


def test_a_story_that_has_ended_has_no_row_on_later_days(house, clock):
    clock.instant = SENT + timedelta(hours=30)
    receive(house.run, pushed(ANNA, clock.instant, STORY, reach=120))

    process_pushes(house.run)

    third = DAY + timedelta(days=2)
    assert house.reach(day=third) == []
    assert house.reach(day=third - timedelta(days=1)) == [120]
    assert not house.rows(
        "SELECT 1 FROM post_metric_values WHERE snapshot_date = :d", d=third
    )


def test_replaying_changes_nothing_and_lands_nothing_twice(house):
    receive(house.run, pushed(ANNA, SENT, STORY, reach=120))
    receive(house.run, pushed(BELA, SENT, "18001", reach=-1), after=timedelta(hours=1))
    process_pushes(house.run)
    before = house.tables()
    # Too few to tell now; what was told before stands.
    assert house.reach("18001") == [100]

    with house.run.warehouse.begin() as connection:
        assert replay_messages(connection) == 2
    report = process_pushes(house.run)

    assert report.outcomes[MessageOutcome.APPLIED] == 2
    assert report.changed.changed == 0
    assert house.tables() == before
    assert len(list(house.run.landing.names("raw_instagram_pushes"))) == 1

    house.load()
    list(reindex(house.run))
    house.load()
    assert house.tables() == before


def test_a_push_that_fails_goes_on_waiting_and_costs_no_other(house):
    bad = receive(house.run, pushed(ANNA, SENT, STORY, reach=120))
    good = receive(house.run, pushed(BELA, SENT, "18001", reach=140))
    (name,) = house.rows(
        "SELECT object_url FROM collection_attempts WHERE account_id = :a", a=ANNA
    )
    path = house.run.landing.root / name["object_url"]
    kept = path.read_bytes()
    path.write_bytes(kept[:50])

    report = process_pushes(house.run)

    assert report.failed == 1
    assert house.message(bad)["processed_at"] is None
    assert house.message(good)["message_outcome"] == "applied"
    assert house.reach("18001") == [140]

    path.write_bytes(kept)
    assert process_pushes(house.run).failed == 0
    assert house.message(bad)["message_outcome"] == "applied"
    assert house.reach() == [120]


def test_a_push_whose_landing_was_cut_off_is_landed_again(house):
    message = receive(house.run, pushed(ANNA, SENT, STORY, reach=120))
    process_pushes(house.run)
    with house.run.warehouse.begin() as connection:
        # What a kill leaves: an attempt that was begun, and perhaps nothing in it.
        connection.execute(
            sa.text(
                "UPDATE collection_attempts SET status = 'failed',"
                " reason = 'interrupted' WHERE attempt_kind = 'pushes'"
            )
        )
        replay_messages(connection, message_id=message)

    process_pushes(house.run)

    made = house.rows(
        "SELECT status FROM collection_attempts WHERE attempt_kind = 'pushes'"
        " ORDER BY status"
    )
    assert [row["status"] for row in made] == ["failed", "ok"]
    assert house.reach() == [120]


def test_a_run_that_is_killed_between_landing_and_loading_loses_nothing(
    house, database_url, tmp_path
):
    message = receive(house.run, pushed(ANNA, SENT, STORY, reach=120))
    shell = CommandLine(
        tmp_path,
        {
            "ANALYTICS_HOME": str(tmp_path / "home"),
            "ANALYTICS_DATABASE_URL": database_url,
            "ANALYTICS_TIMEZONE": "Europe/Prague",
            "ANALYTICS_CLOCK": SENT.isoformat(),
            # Nobody is asked; a clock may be set with a sandbox only.
            "CREATORS_API_URL": "http://127.0.0.1:9/creators",
            "META_API_URL": "http://127.0.0.1:9/meta",
            "TIKTOK_API_URL": "http://127.0.0.1:9/tiktok",
        },
    )
    landed = "SELECT 1 FROM collection_attempts WHERE attempt_kind = 'pushes'"
    with house.run.warehouse.begin() as connection:
        # The run lands the push, then waits for this table.
        connection.execute(sa.text("LOCK TABLE post_snapshots"))
        process = shell.start("pushes", "process")
        deadline = time.monotonic() + 60
        while not house.rows(landed):
            is_late = time.monotonic() > deadline or process.poll() is not None
            assert not is_late, process.communicate()
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert house.message(message)["processed_at"] is None
    assert house.reach() == [100]

    done = shell.run("pushes", "process")

    assert done.returncode == 0, done.stderr
    assert "1 applied" in done.stdout
    assert house.reach() == [120]
    assert len(house.rows(landed)) == 1
    shown = shell.run("pushes", "list", "--format", "json")
    assert json.loads(shown.stdout)[0]["message_outcome"] == "applied"
    assert STORY not in shown.stdout


def test_loading_single_accounts_gives_what_loading_the_day_gives(house):
    """Also of a post of two authors, which stands in the answers about both."""
    morning = LOOKED.replace(day=2, hour=4)
    for account, likes in ((house.anna, 10), (house.bela, 11)):
        own = listed("17000", POSTED, media_product_type="FEED", like_count=likes)
        path = f"/{account.account_id}/media"
        land(house.run, account, AttemptKind.MEDIA, answered(path, morning, [own]))
    house.load()
    whole = house.tables()
    assert house.rows("SELECT account_id FROM post_snapshots WHERE post_id='17000'")

    for account in (house.bela, house.anna):
        ids = [account.connection_id]
        assert load_accounts(house.run, [DAY], ids).changed == 0
    assert house.tables() == whole

    # What was damaged is mended for the account that is loaded, and for it alone.
    with house.run.warehouse.begin() as connection:
        connection.execute(sa.text("DELETE FROM post_metric_values"))
        connection.execute(sa.text("UPDATE post_snapshots SET reach = 1"))
    load_accounts(house.run, [DAY], [house.bela.connection_id])
    assert house.reach() == [1]
    assert house.reach("18001") == [100]
    house.load()
    assert house.tables() == whole
