"""What an answer says about one post is cut out of it, whatever shape it has."""

import json

import pytest
from hypothesis import given

from analytics_pipeline.schemas.explanations import RecordKind
from analytics_pipeline.transform.pushes import PUSH_REQUEST
from analytics_pipeline.transform.raw_records import find_records
from analytics_pipeline_tests.unit.transform.building import json_values

POST, ACCOUNT, OTHER = "17900000000000001", "17841400000000001", "17900000000000002"
LIST = {"method": "GET", "url": f"https://graph.example/v23.0/{ACCOUNT}/media"}
INSIGHTS = {"method": "GET", "url": f"https://graph.example/v23.0/{POST}/insights"}
READ = {"method": "GET", "url": f"https://graph.example/v23.0/{POST}"}
TIKTOK = {"method": "POST", "url": "https://tiktok.example/v2/video/list/"}
LISTED = {"id": POST, "like_count": 3, "caption": "{}"}
PROFILE = {"id": ACCOUNT, "followers_count": 7, "username": "jana"}
USER = {"open_id": ACCOUNT, "follower_count": 7}
METRIC = {"name": "reach", "values": [{"value": 4}], "id": f"{POST}/insights/reach"}
PUSHED = {"media_id": POST, "reach": 5}
ENTRY = {"id": ACCOUNT, "changes": [{"field": "story_insights", "value": PUSHED}]}
PATHS = {
    "own list": (LIST, {"data": [{"id": OTHER}, LISTED]}, [(RecordKind.POST, LISTED)]),
    "an id as a number": (
        LIST,
        {"data": [{"id": int(POST)}]},
        [(RecordKind.POST, {"id": int(POST)})],
    ),
    "discovery": (
        LIST,
        {"business_discovery": PROFILE | {"media": {"data": [LISTED]}}, "id": "1"},
        [(RecordKind.ACCOUNT, PROFILE), (RecordKind.POST, LISTED)],
    ),
    "profile": (LIST, PROFILE, [(RecordKind.ACCOUNT, PROFILE)]),
    "insights": (
        INSIGHTS,
        {"data": [METRIC]},
        [(RecordKind.INSIGHTS, {"data": [METRIC]})],
    ),
    "refused insights": (
        INSIGHTS,
        {"error": {"code": 10}},
        [(RecordKind.INSIGHTS, {"error": {"code": 10}})],
    ),
    "direct read": (READ, {"id": POST}, [(RecordKind.DIRECT_READ, {"id": POST})]),
    "push": (PUSH_REQUEST, ENTRY, [(RecordKind.PUSH, PUSHED)]),
    "push about somebody erased": (
        PUSH_REQUEST | {"url": ""},
        ENTRY,
        [(RecordKind.PUSH, PUSHED)],
    ),
    "videos": (TIKTOK, {"data": {"videos": [LISTED]}}, [(RecordKind.POST, LISTED)]),
    "user": (TIKTOK, {"data": {"user": USER}}, [(RecordKind.ACCOUNT, USER)]),
    "an error that names it": (
        LIST,
        {"error": {"message": f"Object {POST} does not exist"}},
        [],
    ),
    "others": (LIST, {"data": [{"id": OTHER}, POST, None]}, []),
}


def _found(request, body):
    return list(find_records(request, body, POST, ACCOUNT))


@pytest.mark.parametrize("name", PATHS)
def test_the_record_is_found(name):
    request, payload, expected = PATHS[name]

    found = _found(request, json.dumps(payload))

    assert [(it.kind, it.record) for it in found] == expected


def test_names_are_those_that_the_platform_uses():
    (insight,) = _found(INSIGHTS, json.dumps({"data": [METRIC, {"no": "name"}, 3]}))
    (listed,) = _found(LIST, json.dumps({"data": [LISTED]}))

    assert insight.names == {"reach"}
    assert listed.names == {"id", "like_count", "caption"}


@pytest.mark.parametrize(
    "body", ["", "<html>" + POST, '{"id": "' + POST, "[" * 100_000 + POST], ids=len
)
def test_what_is_no_json_holds_no_record(body):
    assert _found(LIST, body) == []


@given(json_values)
def test_any_payload_is_looked_through(payload):
    body = json.dumps([payload, LISTED])

    assert LISTED in [found.record for found in _found(LIST, body)]
