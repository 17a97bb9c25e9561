"""Walks over TikTok accounts, and the rotation of their tokens."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from analytics_pipeline.clients.budget import Budgets, Timer
from analytics_pipeline.clients.conversation import Conversation, RetryPolicy
from analytics_pipeline.clients.errors import (
    BudgetExhausted,
    ItemUnavailable,
    PermanentApiError,
    ReconnectRequired,
    TransientApiError,
)
from analytics_pipeline.clients.tiktok import (
    ClientCredentials,
    TikTokClient,
    limits_of,
)
from analytics_pipeline.clients.walk import Walk
from analytics_pipeline.sandbox.server import SandboxServer
from analytics_pipeline.sandbox.state import Behaviour
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.scripted import answer, hang_up
from analytics_pipeline_tests.unit.clients.talking import (
    NOW,
    WHENEVER,
    KeptTokens,
    Stopwatch,
    ago,
)

ELISKA, DIMA, REVOKED, EXPIRED, MODERATED, NARROW = 2, 3, 11, 12, 15, 23
ALL_SCOPES = ("user.info.basic", "user.info.profile", "user.info.stats", "video.list")
SECRET = "sandbox-client-secret"


@pytest.fixture
def client(sandbox):
    return a_client(sandbox)


@pytest.fixture
def walk(talk, client, sandbox):
    """Walk over an account of the sandbox with its own tokens."""

    def walk(index, floor=WHENEVER, scopes=ALL_SCOPES, expected_id=None, tokens=None):
        tokens = tokens or tokens_of(client, sandbox, index)
        return client.walk(talk.conversation, tokens, scopes, floor, expected_id)

    return walk


def a_client(sandbox, **options):
    environment = sandbox.environment()
    credentials = ClientCredentials(
        environment["TIKTOK_CLIENT_KEY"], environment["TIKTOK_CLIENT_SECRET"]
    )
    return TikTokClient(
        sandbox.tiktok_api_url, credentials, sandbox.clock.now, **options
    )


def tokens_of(client, sandbox, index):
    grant = sandbox.state.tiktok_tokens.current(index)
    return KeptTokens(client, grant.access_token, grant.refresh_token)


def videos_in(kept):
    """Give the ids of all videos in the answers kept, in their order."""
    pages = [json.loads(one.body)["data"].get("videos", []) for one in kept]
    return [video["id"] for page in pages for video in page]


def videos_since(sandbox, index, floor=WHENEVER):
    return [
        post.post_id
        for post in sandbox.world.tiktok_posts(index, NOW)
        if post.posted_at >= floor
    ]


# Pages ------------------------------------------------------------------------------


def test_an_account_takes_a_profile_and_a_page(walk, talk, sandbox):
    floor = ago(days=7)
    open_id = sandbox.world.identities.open_id(DIMA)
    assert walk(DIMA, floor) == Walk(open_id, "dima_sokolov", floor)
    assert (talk.calls, talk.repeated) == (2, 0)
    assert sandbox.calls.count("tiktok", "user/info", "dima_sokolov", 200) == 1
    assert sandbox.calls.count("tiktok", "video/list", "dima_sokolov", 200) == 1
    assert sandbox.calls.count() == 2


def test_fields_go_into_the_query_and_the_rest_into_the_body(walk, talk):
    walk(ELISKA)
    profile, first, second, *_ = (kept.request for kept in talk.kept)
    assert profile["method"] == "GET"
    assert profile["params"] == {
        "fields": "open_id,union_id,display_name,username,follower_count,"
        "following_count,likes_count,video_count"
    }
    assert first["method"] == second["method"] == "POST"
    assert first["json"] == {"max_count": 20}
    assert first["params"] == second["params"]
    # In milliseconds; `create_time` is in seconds.
    page = json.loads(talk.kept[1].body)["data"]
    oldest = page["videos"][-1]["create_time"]
    assert second["json"] == {"max_count": 20, "cursor": oldest * 1000}


def test_has_more_alone_ends_the_walk(walk, talk, sandbox):
    """The last page still has a cursor."""
    walk(ELISKA)
    assert videos_in(talk.kept) == videos_since(sandbox, ELISKA)
    assert talk.calls == 1 + -(-len(videos_since(sandbox, ELISKA)) // 20)
    last = json.loads(talk.kept[-1].body)["data"]
    assert (last["has_more"], last["cursor"] > 0) == (False, True)


def test_a_short_page_is_not_the_last(walk, talk, sandbox):
    """Moderated videos are counted but not shown."""
    walk(MODERATED)
    assert videos_in(talk.kept) == videos_since(sandbox, MODERATED)
    sizes = [len(videos_in([kept])) for kept in talk.kept[1:-1]]
    assert sizes
    assert min(sizes) < 20


@pytest.mark.parametrize("days", [3, 20, 45])
def test_pages_are_asked_until_the_floor_is_reached(walk, talk, sandbox, days):
    floor = ago(days=days)
    wanted = videos_since(sandbox, ELISKA, floor)
    walk(ELISKA, floor)
    assert talk.calls == 1 + len(wanted) // 20 + 1
    assert set(wanted) <= set(videos_in(talk.kept))


def test_a_page_that_ends_on_the_floor_is_not_the_last(walk, talk, sandbox):
    on_the_edge = sandbox.world.tiktok_posts(ELISKA, NOW)[19].posted_at
    walk(ELISKA, on_the_edge)
    assert talk.calls == 3
    walk(ELISKA, on_the_edge + timedelta(seconds=1))
    assert talk.calls == 3 + 2


def test_an_account_without_videos_takes_two_calls(talk, server):
    page = {"videos": [], "cursor": 0, "has_more": False}
    server.will(USER, well(page))
    assert walk_scripted(talk, server).account_id == "me"
    assert talk.calls == 2


# Scopes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scopes", "fields"),
    [
        (("user.info.basic", "video.list"), "open_id,union_id,display_name"),
        (
            ("user.info.profile", "user.info.basic"),
            "open_id,union_id,display_name,username",
        ),
        (
            ("user.info.stats",),
            "follower_count,following_count,likes_count,video_count",
        ),
        (("video.list",), "open_id,union_id,display_name"),
    ],
    ids=["basic", "profile", "stats", "no user scope"],
)
def test_fields_of_missing_scopes_are_not_asked_for(talk, server, scopes, fields):
    server.will(USER, LAST_PAGE)
    walk_scripted(talk, server, scopes=scopes)
    assert server.asked[0].query == {"fields": [fields]}


def test_a_narrow_consent_is_read_as_far_as_it_goes(walk, talk, sandbox):
    scopes = sandbox.state.tiktok_tokens.scopes(NARROW)
    found = walk(NARROW, ago(days=7), scopes)
    assert found.account_id == sandbox.world.identities.open_id(NARROW)
    assert found.username is None
    assert talk.calls == 2


def test_a_missing_scope_is_told_and_the_token_left_alone(walk, talk, client, sandbox):
    """Refreshing would burn a rotation and change nothing."""
    tokens = tokens_of(client, sandbox, NARROW)
    with pytest.raises(PermanentApiError, match="scope_not_authorized") as caught:
        walk(NARROW, scopes=(), tokens=tokens)
    assert caught.value.reason is Reason.PERMISSION_MISSING
    assert talk.calls == 1
    assert tokens.grants == []


# Tokens -----------------------------------------------------------------------------


def test_a_refused_token_is_refreshed_once_and_the_walk_goes_on(
    walk, talk, client, sandbox
):
    tokens = tokens_of(client, sandbox, EXPIRED)
    first = tokens.refresh
    walk(EXPIRED, tokens=tokens)
    pages = -(-len(videos_since(sandbox, EXPIRED)) // 20)
    assert talk.calls == 1 + 1 + 1 + pages
    assert sandbox.calls.count("tiktok", "oauth/token") == 1
    assert sandbox.calls.count("tiktok", "user/info") == 2
    assert sandbox.calls.count("tiktok", "video/list") == pages
    # It rotated: the token before is dead, and the new one is known.
    assert tokens.refresh != first
    assert videos_in(talk.kept[1:]) == videos_since(sandbox, EXPIRED)


def test_a_token_that_expires_midway_does_not_lose_the_place(
    walk, talk, client, sandbox
):
    """The walk goes on from the same cursor."""

    def keep(answer):
        talk.kept.append(answer)
        if len(talk.kept) == 2:  # The profile, and the first page.
            sandbox.clock.set(NOW + timedelta(hours=25))

    talk.conversation = Conversation(talk.transport, RetryPolicy(), keep)
    tokens = tokens_of(client, sandbox, ELISKA)
    walk(ELISKA, tokens=tokens)
    bodies = [kept.request.get("json") for kept in talk.kept]
    assert [kept.status for kept in talk.kept][:5] == [200, 200, 401, 200, 200]
    assert bodies[2] == bodies[3]
    assert bodies[2]["cursor"] > bodies[4]["cursor"]
    found = [kept for kept in talk.kept if kept.status == 200]
    assert videos_in(found) == videos_since(sandbox, ELISKA)
    assert len(tokens.grants) == 1


def test_a_second_refusal_means_the_owner_must_log_in_again(
    walk, talk, client, sandbox
):
    sandbox.faults.add("expired_token", api="tiktok", endpoint="user/info")
    tokens = tokens_of(client, sandbox, ELISKA)
    with pytest.raises(ReconnectRequired, match="access_token_invalid") as caught:
        walk(ELISKA, tokens=tokens)
    assert caught.value.is_certain
    assert talk.calls == 3
    assert len(tokens.grants) == 1


def test_a_revoked_consent_means_the_owner_must_log_in_again(walk, talk):
    with pytest.raises(ReconnectRequired, match="invalid_grant"):
        walk(REVOKED)
    assert talk.calls == 2


def test_a_refresh_hands_out_new_tokens(talk, client, sandbox):
    old = sandbox.state.tiktok_tokens.current(ELISKA)
    grant = client.refresh(talk.conversation, old.refresh_token)
    assert grant.access_token != old.access_token
    assert grant.refresh_token != old.refresh_token
    assert grant.access_token_expires_at == NOW + timedelta(days=1)
    assert grant.refresh_token_expires_at == datetime.fromtimestamp(
        old.refresh_expires, UTC
    )
    assert grant.scopes == ALL_SCOPES
    assert talk.calls == 1
    with pytest.raises(ReconnectRequired, match="invalid_grant"):
        client.refresh(talk.conversation, old.refresh_token)


def test_nothing_of_a_refresh_is_kept_or_shown(talk, client, sandbox):
    old = sandbox.state.tiktok_tokens.current(ELISKA)
    grant = client.refresh(talk.conversation, old.refresh_token)
    assert talk.kept == []
    shown = repr(grant) + repr(client) + repr(ClientCredentials("key", SECRET))
    for secret in (grant.access_token, grant.refresh_token, SECRET):
        assert secret not in shown


def test_a_refresh_sends_its_secrets_in_the_form_only(talk, server):
    server.will(answer({"access_token": "act.new"}))
    refresh_scripted(talk, server)
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "/oauth/token/", {})
    assert asked.body == (
        "client_key=some-key&client_secret=some-secret"
        "&grant_type=refresh_token&refresh_token=rft.old"
    )


def test_an_answer_lost_before_the_rotation_is_asked_for_again(talk, client, sandbox):
    sandbox.faults.add("reset", api="tiktok", endpoint="oauth/token", times=1)
    old = sandbox.state.tiktok_tokens.current(ELISKA)
    grant = client.refresh(talk.conversation, old.refresh_token)
    assert grant.refresh_token != old.refresh_token
    assert (talk.calls, talk.repeated) == (2, 1)


def test_an_answer_lost_after_the_rotation_is_told_as_a_dead_token(
    talk, client, sandbox
):
    fault = {"endpoint": "oauth/token", "times": 1, "params": {"after": True}}
    sandbox.faults.add("reset", api="tiktok", **fault)
    old = sandbox.state.tiktok_tokens.current(ELISKA)
    with pytest.raises(ReconnectRequired, match="invalid_grant"):
        client.refresh(talk.conversation, old.refresh_token)
    assert talk.calls == 2


HOURS = timedelta(hours=2)
YEARS = timedelta(days=3650)


@pytest.mark.parametrize(
    ("told", "access", "refresh"),
    [
        ({"expires_in": 86400, "refresh_expires_in": 31535000}, 86400, 31535000),
        ({"expires_in": 7200, "refresh_expires_in": 15552000}, 7200, 15552000),
        ({}, HOURS, None),
        ({"expires_in": 0, "refresh_expires_in": 0}, HOURS, None),
        ({"expires_in": -5, "refresh_expires_in": -5}, HOURS, None),
        ({"expires_in": "86400", "refresh_expires_in": "1"}, HOURS, None),
        ({"expires_in": 1.5, "refresh_expires_in": None}, HOURS, None),
        ({"expires_in": True, "refresh_expires_in": True}, HOURS, None),
        ({"expires_in": 10**18, "refresh_expires_in": 10**12}, YEARS, YEARS),
        ({"expires_in": 10**30, "refresh_expires_in": 10**30}, YEARS, YEARS),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
def test_a_rotated_token_is_not_lost_over_an_odd_lifetime(
    talk, server, told, access, refresh
):
    """The old one is dead by now: without the new one the account is lost."""
    server.will(answer({"access_token": "a", "refresh_token": "r", **told}))
    grant = refresh_scripted(talk, server)
    assert (grant.access_token, grant.refresh_token) == ("a", "r")
    assert grant.access_token_expires_at == NOW + as_time(access)
    expected = None if refresh is None else NOW + as_time(refresh)
    assert grant.refresh_token_expires_at == expected


def as_time(value):
    return value if isinstance(value, timedelta) else timedelta(seconds=value)


@pytest.mark.parametrize(
    "told",
    [{}, {"refresh_token": None}, {"refresh_token": ""}, {"refresh_token": 5}],
    ids=str,
)
def test_without_a_new_refresh_token_the_old_one_lives_on(talk, server, told):
    server.will(answer({"access_token": "act.new", **told}))
    assert refresh_scripted(talk, server).refresh_token == "rft.old"


@pytest.mark.parametrize(
    ("told", "scopes"),
    [
        ({}, None),
        ({"scope": None}, None),
        ({"scope": ""}, None),
        ({"scope": ["video.list"]}, None),
        ({"scope": "video.list"}, ("video.list",)),
        ({"scope": "a,b"}, ("a", "b")),
        ({"scope": "a, b,"}, ("a", "b")),
    ],
    ids=str,
)
def test_the_granted_scopes_are_read_where_they_are_told(talk, server, told, scopes):
    server.will(answer({"access_token": "act.new", **told}))
    assert refresh_scripted(talk, server).scopes == scopes


def test_a_connection_is_tried_with_one_call(talk, client, sandbox):
    tokens = tokens_of(client, sandbox, ELISKA)
    name = client.identify(talk.conversation, tokens, ALL_SCOPES)
    assert name == "Eliška Svobodová"
    assert talk.calls == sandbox.calls.count(endpoint="user/info", status=200) == 1


def test_a_connection_whose_name_is_no_text_is_nameless(talk, server):
    server.will(well({"user": {"open_id": "me", "display_name": 5}}))
    client = scripted_client(server)
    name = client.identify(talk.conversation, lambda *_: "act.token", ALL_SCOPES)
    assert name is None


# Limits -----------------------------------------------------------------------------


def test_a_full_window_is_waited_for(talk):
    """The sandbox's clock goes by what is waited."""
    behaviour = Behaviour(tiktok_calls_per_minute=2)
    with SandboxServer(clock=NOW, behaviour=behaviour) as sandbox:
        waits = []

        def sleep(seconds):
            waits.append(seconds)
            sandbox.clock.set(sandbox.clock.now() + timedelta(seconds=seconds))

        timer = Timer(lambda: sandbox.clock.now().timestamp(), sleep)
        client = a_client(sandbox, budgets=Budgets(timer=timer))
        tokens = tokens_of(client, sandbox, ELISKA)
        client.walk(talk.conversation, tokens, ALL_SCOPES, WHENEVER, None)
        good = [kept for kept in talk.kept if kept.status == 200]
        assert videos_in(good) == videos_since(sandbox, ELISKA)
    assert waits == [60]
    assert (len(talk.kept) - len(good), talk.repeated) == (1, 1)


def test_a_full_window_defers_the_account_of_the_impatient(talk, sandbox):
    sandbox.faults.add("limit_429", api="tiktok", endpoint="video/list")
    client = a_client(sandbox, limits=limits_of(patience=timedelta(0)))
    walk = (
        talk.conversation,
        tokens_of(client, sandbox, ELISKA),
        ALL_SCOPES,
        WHENEVER,
        None,
    )
    with pytest.raises(BudgetExhausted) as caught:
        client.walk(*walk)
    assert caught.value.wait == timedelta(seconds=60)
    assert talk.calls == 2
    # The window is the endpoint's: the next account's profile is read all the same.
    with pytest.raises(BudgetExhausted):
        client.walk(*walk)
    assert talk.calls == 3
    assert sandbox.calls.count(status=429) == 1


def test_the_client_keeps_to_the_window_by_itself(talk, server):
    """540 calls a minute for each endpoint, nine tenths of what TikTok lets pass."""
    stopwatch = Stopwatch()
    client = TikTokClient(
        server.url,
        ClientCredentials("some-key", "some-secret"),
        lambda: NOW,
        budgets=Budgets(timer=stopwatch.timer),
    )
    server.will(*[USER, LAST_PAGE] * 601, USER)
    for _ in range(601):
        client.walk(talk.conversation, lambda *_: "act", ALL_SCOPES, WHENEVER, None)
    assert talk.calls == 1202
    assert stopwatch.seconds > 60, "it has slowed down until the first calls had left"


# Answers that are not as documented ---------------------------------------------------


def test_a_token_of_another_account_is_told(walk, talk):
    with pytest.raises(ItemUnavailable, match="another open_id") as caught:
        walk(ELISKA, expected_id="-000other")
    assert caught.value.reason is Reason.RENAMED
    assert talk.calls == 1


def test_the_stored_id_serves_when_the_answer_holds_none(talk, server):
    server.will(well({"user": {"follower_count": 0}}), LAST_PAGE)
    assert walk_scripted(talk, server, expected_id="-000me").account_id == "-000me"


@pytest.mark.parametrize(
    "user", [{}, {"open_id": None}, {"open_id": ""}], ids=["none", "null", "empty"]
)
def test_without_any_id_there_is_no_account(talk, server, user):
    server.will(well({"user": user}))
    with pytest.raises(ItemUnavailable, match="holds no open_id") as caught:
        walk_scripted(talk, server)
    assert caught.value.reason is Reason.BAD_ANSWER


@pytest.mark.parametrize("username", [None, 5, {}], ids=repr)
def test_a_handle_that_is_no_text_is_not_known(talk, server, username):
    server.will(well({"user": {"open_id": "me", "username": username}}), LAST_PAGE)
    assert walk_scripted(talk, server).username is None


@pytest.mark.parametrize("data", [{}, {"user": None}, {"user": []}], ids=str)
def test_an_answer_without_a_user_is_asked_for_again(talk, server, data):
    server.will(well(data))
    with pytest.raises(TransientApiError, match="holds no user") as caught:
        walk_scripted(talk, server)
    assert caught.value.reason is Reason.BAD_ANSWER
    assert talk.calls == 4


@pytest.mark.parametrize(
    "data", [{}, {"videos": None, "has_more": False}, {"videos": {}}], ids=str
)
def test_a_page_without_a_list_is_asked_for_again(talk, server, data):
    """It would pass for an account without videos."""
    server.will(USER, well(data))
    with pytest.raises(TransientApiError, match="no list of videos") as caught:
        walk_scripted(talk, server)
    assert caught.value.reason is Reason.BAD_ANSWER
    assert talk.calls == 1 + 4


@pytest.mark.parametrize("cursor", [None, 0, -1, "1646883959000", 1.5, []], ids=repr)
def test_more_without_a_cursor_fails_the_walk(talk, server, cursor):
    server.will(USER, page(ago(days=1), cursor=cursor))
    with pytest.raises(PermanentApiError, match="gives no cursor") as caught:
        walk_scripted(talk, server)
    assert caught.value.reason is Reason.BAD_ANSWER


def test_a_cursor_that_stands_still_fails_the_walk(talk, server):
    server.will(USER, page(ago(days=1), cursor=5))
    with pytest.raises(PermanentApiError, match="same cursor twice"):
        walk_scripted(talk, server)
    assert talk.calls == 3


def test_a_cursor_that_rises_fails_the_walk(talk, server):
    server.will(USER, page(ago(days=1), cursor=5), page(ago(days=1), cursor=6))
    with pytest.raises(PermanentApiError, match="back to newer videos") as caught:
        walk_scripted(talk, server)
    assert caught.value.reason is Reason.BAD_ANSWER
    assert talk.calls == 3


def test_one_wrong_time_does_not_end_the_walk(talk, server):
    """Milliseconds, a text, a missing time: the videos below would be missing."""
    odd = [{"create_time": 5}, {"create_time": "soon"}, {}, "video"]
    first = {"videos": [*odd, video(ago(days=1)), *odd[1:]]}
    server.will(USER, well({**first, "has_more": True, "cursor": 9}), LAST_PAGE)
    walk_scripted(talk, server, floor=ago(days=30))
    assert talk.calls == 3


def test_a_page_without_readable_times_is_no_reason_to_stop(talk, server):
    first = {"videos": [{"id": "1"}], "has_more": True, "cursor": 9}
    server.will(USER, well(first), LAST_PAGE)
    walk_scripted(talk, server, floor=ago(days=30))
    assert talk.calls == 3


def test_a_useless_cursor_beyond_the_floor_does_no_harm(talk, server):
    server.will(USER, page(ago(days=31), cursor=None))
    walk_scripted(talk, server, floor=ago(days=30))
    assert talk.calls == 2


def test_a_lost_page_is_asked_for_again(talk, server):
    server.will(USER, hang_up, LAST_PAGE)
    walk_scripted(talk, server)
    assert (talk.calls, talk.repeated) == (3, 1)


def well(data):
    return answer({"data": data, "error": {"code": "ok", "message": ""}})


def video(created):
    return {"id": "7080213458555737986", "create_time": int(created.timestamp())}


def page(created, cursor):
    return well({"videos": [video(created)], "cursor": cursor, "has_more": True})


USER = well({"user": {"open_id": "me", "username": "me.myself"}})
LAST_PAGE = well({"videos": [], "cursor": 0, "has_more": False})


def scripted_client(server):
    credentials = ClientCredentials("some-key", "some-secret")
    return TikTokClient(server.url, credentials, lambda: NOW)


def walk_scripted(talk, server, floor=WHENEVER, scopes=ALL_SCOPES, expected_id=None):
    return scripted_client(server).walk(
        talk.conversation, lambda *_: "act.token", scopes, floor, expected_id
    )


def refresh_scripted(talk, server):
    return scripted_client(server).refresh(talk.conversation, "rft.old")


def test_a_walk_asks_for_its_token_once_in_ten_seconds(talk, server):
    """It is decrypted out of the database, and may be dropped there meanwhile."""
    given = []
    moments = iter([NOW, NOW, NOW, NOW + timedelta(seconds=10)])

    def token(_, stale):
        given.append(stale)
        return "act.1"

    pages = [{"videos": [], "cursor": 5 - n, "has_more": n < 2} for n in range(3)]
    server.will(
        answer(enveloped({"user": {"open_id": "o"}})),
        *(answer(enveloped(page)) for page in pages),
    )
    credentials = ClientCredentials("key", SECRET)
    client = TikTokClient(server.url, credentials, lambda: next(moments))
    client.walk(talk.conversation, token, ALL_SCOPES, WHENEVER, "o")
    assert len(server.asked) == 4
    assert given == [None, None]


def enveloped(data):
    return {"data": data, "error": {"code": "ok", "message": "", "log_id": "1"}}
