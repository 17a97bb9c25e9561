"""The closed lists of outcomes agree with each other."""

import pytest

from analytics_pipeline.schemas.outcomes import (
    CAMPAIGN_PROBLEMS,
    REASONS,
    UNKNOWN_MEANINGS,
    CampaignProblem,
    CampaignStatus,
    Reason,
    Status,
    Unknown,
)


@pytest.mark.parametrize(
    ("names", "meanings"),
    [
        pytest.param(Reason, REASONS, id="reasons"),
        pytest.param(Unknown, UNKNOWN_MEANINGS, id="unknown numbers"),
        pytest.param(CampaignProblem, CAMPAIGN_PROBLEMS, id="campaign problems"),
    ],
)
def test_every_name_has_a_meaning_of_its_own(names, meanings):
    assert set(meanings) == set(names)
    assert len(set(meanings.values())) == len(meanings)


def test_the_names_are_those_other_parts_rely_on():
    assert list(Status) == ["ok", "deferred", "skipped", "failed"]
    assert list(CampaignStatus) == ["upcoming", "active", "ended", "incomplete"]
    lists = (Status, Reason, Unknown, CampaignStatus, CampaignProblem)
    for names in lists:
        assert all(name == name.name.lower() for name in names)


def test_only_a_late_answer_is_ok_with_a_reason():
    assert [name for name in Reason if REASONS[name].status is Status.OK] == [
        Reason.LATE
    ]


def test_every_status_but_ok_comes_with_several_sentences_for_people():
    for reason, info in REASONS.items():
        assert info.meaning.endswith("."), reason
        assert bool(info.next_step) == (info.status is not Status.OK), reason
        assert info.next_step == "" or info.next_step.endswith("."), reason


@pytest.mark.parametrize("status", Status)
def test_every_status_can_be_reached(status):
    assert status in {info.status for info in REASONS.values()}


def test_meanings_read_on_behind_a_colon():
    for sentence in [*UNKNOWN_MEANINGS.values(), *CAMPAIGN_PROBLEMS.values()]:
        assert sentence == sentence.strip()
        assert sentence[0].islower()
        assert not sentence.endswith(".")
