"""Answers that wait outside of memory come back as they were."""

from dataclasses import replace

from analytics_pipeline.landing.held import HeldAnswers
from analytics_pipeline.landing.lines import LandedAnswer
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline_tests.unit.landing.making import an_answer, an_attempt


def _landed(attempt, *bodies):
    return [
        LandedAnswer(attempt.attempt_id, number, attempt.account, an_answer(body=body))
        for number, body in enumerate(bodies, 1)
    ]


def test_each_account_gets_back_its_own_in_order():
    first = an_attempt("a1", object_url="raw/1.jsonl.gz")
    other = an_attempt("b1", object_url="raw/1.jsonl.gz")
    other = replace(other, account=replace(other.account, connection_id="other"))
    second = an_attempt(
        "a2", status=Status.FAILED, reason=Reason.INTERRUPTED, object_url="raw/2"
    )
    with HeldAnswers() as held:
        held.put(first, _landed(first, '{"a":"\u2028\\n"}', "second"))
        held.put(other, _landed(other, "other"))
        held.put(second, [])

        found = list(held.take(first.account.connection_id))

        assert found == [
            (first, _landed(first, '{"a":"\u2028\\n"}', "second")),
            (second, []),
        ]
        assert list(held.take(first.account.connection_id)) == []
        assert list(held.take("other")) == [(other, _landed(other, "other"))]


def test_half_a_character_does_not_cost_an_account():
    attempt = an_attempt()
    with HeldAnswers() as held:
        held.put(attempt, _landed(attempt, "half \ud83d"))
        ((_, (answer,)),) = held.take(attempt.account.connection_id)
    assert answer.answer.body == "half \ud83d"
