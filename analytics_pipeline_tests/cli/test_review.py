"""`analytics-pipeline review`: the desk without a browser."""

import json

import pytest
from click.testing import CliRunner

from analytics_pipeline.cli.review import review as command
from analytics_pipeline_tests.rows import DAY, add_campaign, add_post, insert


@pytest.fixture
def review(warehouse):
    """The command over one campaign and a post that is nearly one of its."""
    with warehouse.begin() as connection:
        add_campaign(connection, "c1", "brandx", "spring")
        add_post(connection, "p1", "#brandx #sprinng")
        insert(
            connection,
            "review_candidates",
            snapshot_date=DAY,
            campaign_id="c1",
            platform="instagram",
            post_id="p1",
            candidate_kind="near_tag",
            candidate_score=93,
            candidate_reasons={
                "brandx": {"carried": "brandx", "how": "exact"},
                "spring": {"carried": "sprinng", "how": "one_letter"},
            },
        )

    def run(*arguments):
        return CliRunner().invoke(command, arguments)

    return run


def test_a_post_is_confirmed_and_the_decision_withdrawn(review):
    (listed,) = json.loads(review("list", "--format", "json").stdout)
    assert listed["evidence"] == "#brandx, #spring ~ #sprinng"

    done = review("confirm", "c1", "instagram", "p1", "--by", "jana", "--reason", "ok")
    assert done.exit_code == 0, done.output
    decision_id = done.stdout.strip()
    assert json.loads(review("list", "--format", "json").stdout) == []

    (kept,) = json.loads(review("list", "--decided", "--format", "json").stdout)
    assert (kept["decided_by"], kept["decision_reason"]) == ("jana", "ok")
    assert kept["state"] == "holds"
    assert review("withdraw", decision_id, "--by", "petr").exit_code == 0
    (kept,) = json.loads(review("list", "--decided", "--format", "json").stdout)
    assert kept["state"] == "withdrawn by petr"
    assert review("withdraw", decision_id).exit_code == 1


def test_to_decide_otherwise_than_somebody_else_takes_saying_so(review):
    about = ("c1", "instagram", "p1")
    theirs = review("confirm", *about, "--by", "jana").stdout.strip()

    refused = review("reject", *about, "--by", "petr")
    assert refused.exit_code == 1
    assert "jana has confirmed this post" in refused.output
    done = review("reject", *about, "--by", "petr", "--instead-of", theirs)

    assert done.exit_code == 0, done.output


def test_a_post_is_added_by_its_link_and_what_follows_is_told(review):
    known = review("add", "c1", "instagram.com/p/code_p1/", "--by", "jana")
    waiting = review("add", "c1", "https://www.tiktok.com/@jana/video/7301234567890")
    short = review("add", "c1", "https://vm.tiktok.com/ZMabc/")

    assert "counts from the next run on" in known.stderr
    assert "has not been collected yet" in waiting.stderr
    assert short.exit_code == 1
    assert "open it in a browser" in short.output
    listed = json.loads(review("list", "--decided", "--format", "json").stdout)
    assert {row["state"] for row in listed} == {"holds", "waits for its post"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("confirm", "c9", "instagram", "p1"),
        ("confirm", "c1", "instagram", "p9"),
        ("add", "c9", "instagram.com/p/code_p1/"),
        ("reject", "c1", "instagram", "p1", "--reason", "x" * 501),
    ],
)
def test_what_cannot_be_decided_is_told_in_one_line(review, arguments):
    done = review(*arguments)

    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert len(done.output.strip().splitlines()) == 1
