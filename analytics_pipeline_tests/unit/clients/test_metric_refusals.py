"""What an error about insights means, and which metrics it names."""

import json

import pytest

from analytics_pipeline.clients.errors import (
    ApiError,
    BudgetExhausted,
    ItemUnavailable,
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
)
from analytics_pipeline.clients.metric_refusals import (
    BeforeConversion,
    MetricsRefusedError,
    TooFewViewers,
    UnnamedRefusalError,
    named_metrics,
    understand_insights,
)
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.talking import received

ASKED = ("views", "reach", "follows", "profile_visits")
UNFIT = (
    "(#100) The Media Insights API does not support the profile_visits, follows metric "
    "for this media product type."
)


def error(code, message="no words", subcode=None, **more):
    fields = {"code": code, "message": message, "type": "OAuthException"} | more
    if subcode is not None:
        fields["error_subcode"] = subcode
    return {"error": fields}


def verdict(body, status=400):
    with pytest.raises(ApiError) as caught:
        understand_insights(received(json.dumps(body), status), ASKED)
    return caught.value


@pytest.mark.parametrize(
    ("message", "named"),
    [
        pytest.param(UNFIT, ["follows", "profile_visits"], id="unfit ones"),
        pytest.param(
            "(#100) metric[2] must be one of the following values: views, reach",
            ["follows"],
            id="an unknown one, by its place",
        ),
        pytest.param(
            "(#100) metric[7] must be one of the following values: views",
            [],
            id="a place that was not asked",
        ),
        pytest.param(
            "The following metrics (views, reach) should be specified with parameter "
            "metric_type=total_value",
            ["views", "reach"],
            id="asked in the wrong way",
        ),
        pytest.param(
            "The following metrics (reach) are incompatible with the metric type "
            "(total_value)",
            ["reach"],
            id="no total",
        ),
        pytest.param("(#100) views cannot be shown today", [], id="a name in passing"),
        pytest.param("", [], id="silence"),
    ],
)
def test_a_refusal_names_the_metrics_to_be_left_out(message, named):
    assert named_metrics(message, ASKED) == named


def test_a_place_counts_though_the_list_of_values_is_cut_off():
    """Only the place is told: what a list cut off on the way lacks is not refused."""
    found = named_metrics("metric[3] must be one of the following values: vie", ASKED)
    assert found == ["profile_visits"]


@pytest.mark.parametrize(
    ("body", "expected", "reason"),
    [
        pytest.param(error(100, UNFIT), MetricsRefusedError, None, id="unfit"),
        pytest.param(error(100), UnnamedRefusalError, None, id="nothing named"),
        pytest.param(
            error(-1, "Fatal", 2207086), UnnamedRefusalError, None, id="not on facebook"
        ),
        pytest.param(
            error(100, UNFIT, 2108006), BeforeConversion, None, id="before conversion"
        ),
        pytest.param(error(100, UNFIT, 33), ItemUnavailable, None, id="gone"),
        pytest.param(
            error(10, "(#10) Not enough viewers for the media to show insights"),
            TooFewViewers,
            None,
            id="too few viewers",
        ),
        pytest.param(
            error(10, "(#10) Application does not have permission for this action"),
            PermanentApiError,
            Reason.PERMISSION_MISSING,
            id="permission",
        ),
        pytest.param(
            error(100, "(#100) Missing Permissions"),
            PermanentApiError,
            Reason.PERMISSION_MISSING,
            id="permission by another code",
        ),
        pytest.param(
            error(100, "There cannot be more than 30 days between since and until"),
            PermanentApiError,
            Reason.REQUEST_REJECTED,
            id="a window too long",
        ),
        pytest.param(
            error(100, UNFIT, is_transient=True),
            TransientApiError,
            Reason.TRANSIENT,
            id="it will pass",
        ),
        pytest.param(error(2), TransientApiError, None, id="a blip"),
        pytest.param(error(80002), BudgetExhausted, None, id="limit"),
        pytest.param(error(190, "dead", 460), ReconnectRequired, None, id="dead token"),
        pytest.param(
            {"data": None}, TransientApiError, Reason.BAD_ANSWER, id="no list"
        ),
    ],
)
def test_an_answer_that_tells_no_numbers_says_what_to_do(body, expected, reason):
    found = verdict(body)
    assert type(found) is expected
    assert reason is None or found.reason is reason


def test_too_much_data_for_one_post_is_asked_again_as_it_was():
    assert (
        type(verdict(error(1, "reduce the amount of data"), 500)) is TransientApiError
    )


def test_a_long_refusal_is_read_to_its_end():
    padded = "x" * 400 + " does not support the reach metric"
    found = verdict(error(100, padded))
    assert found.metrics == ("reach",)
    assert len(str(found)) <= 300
