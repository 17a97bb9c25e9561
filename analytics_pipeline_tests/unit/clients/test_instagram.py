"""Walks over Instagram accounts: which calls are made, and when a walk ends."""

import json
import re
from datetime import timedelta

import pytest

from analytics_pipeline.clients.budget import Budgets, Limits
from analytics_pipeline.clients.errors import (
    ApiError,
    BudgetExhausted,
    ItemUnavailable,
    PermanentApiError,
    TooMuchDataError,
    TransientApiError,
)
from analytics_pipeline.clients.instagram import AgencyConnection, InstagramClient
from analytics_pipeline.clients.walk import Walk
from analytics_pipeline.schemas.outcomes import Reason
from analytics_pipeline_tests.unit.clients.scripted import answer
from analytics_pipeline_tests.unit.clients.talking import NOW, WHENEVER, ago

TEREZA, ONDRA, MARCUS, SILENT, THEO = 0, 1, 9, 10, 14
EVERYONE_S_FLOOR = ago(days=10)


def at(**time):
    """Give a time before now as the Graph API writes it."""
    return ago(**time).strftime("%Y-%m-%dT%H:%M:%S+0000")


@pytest.fixture
def client(sandbox):
    return InstagramClient(sandbox.meta_api_url)


@pytest.fixture
def agency(sandbox):
    environment = sandbox.environment()
    return AgencyConnection(
        environment["META_IG_USER_ID"], environment["META_ACCESS_TOKEN"]
    )


@pytest.fixture
def discover(talk, client, agency):
    """Walk over an outside account of the sandbox."""

    def discover(username, floor=EVERYONE_S_FLOOR, expected_id=None):
        return client.walk_outside(
            talk.conversation, agency, username, floor, expected_id
        )

    return discover


@pytest.fixture
def read_own(talk, client, sandbox):
    """Walk over a connected account of the sandbox, with its own token."""

    def read_own(index, floor=EVERYONE_S_FLOOR):
        account_id = sandbox.world.identities.instagram_id(index)
        token = sandbox.state.meta_tokens.first(index)
        return client.walk_own(talk.conversation, account_id, token, floor)

    return read_own


def posts_in(kept):
    """Give the ids of all posts in the answers kept, in their order."""
    found = []
    for body in (json.loads(one.body) for one in kept):
        page = body.get("business_discovery", {}).get("media", body)
        found += [post["id"] for post in page.get("data", [])]
    return found


def posts_since(sandbox, index, floor):
    return [
        post.post_id
        for post in sandbox.world.instagram_posts(index, NOW)
        if post.posted_at >= floor
    ]


# Outside accounts -------------------------------------------------------------------


def test_an_outside_account_takes_one_call(discover, talk, sandbox):
    walk = discover("tereza.novakova")
    account_id = sandbox.world.identities.instagram_id(TEREZA)
    assert walk == Walk(account_id, "tereza.novakova", EVERYONE_S_FLOOR)
    assert (talk.calls, talk.repeated) == (1, 0)
    assert sandbox.calls.count("instagram") == 1
    assert sandbox.calls.count(account="tereza.novakova", status=200) == 1


def test_the_one_call_asks_for_profile_and_posts(discover, talk, agency):
    discover("tereza.novakova")
    (kept,) = talk.kept
    assert kept.request["method"] == "GET"
    assert kept.request["url"].endswith(f"/v23.0/{agency.ig_user_id}")
    assert kept.request["params"] == {
        "fields": "business_discovery.username(tereza.novakova){id,username,name,"
        "followers_count,follows_count,media_count,media.limit(50){id,caption,"
        "media_type,media_product_type,permalink,timestamp,like_count,comments_count,"
        "view_count}}"
    }


def test_no_answer_and_no_request_holds_the_token(discover, talk, agency):
    discover("tereza.novakova", WHENEVER)
    assert agency.token not in repr(talk.kept)
    assert agency.token not in repr(agency)


@pytest.mark.parametrize("days", [12, 30, 60])
def test_pages_are_asked_until_the_floor_is_reached(discover, talk, sandbox, days):
    floor = ago(days=days)
    wanted = posts_since(sandbox, MARCUS, floor)
    assert len(wanted) > 50
    discover("marcusdoesmore", floor)
    assert talk.calls == len(wanted) // 50 + 1
    assert sandbox.calls.count("instagram") == talk.calls
    found = posts_in(talk.kept)
    assert set(wanted) <= set(found)
    assert len(found) == len(set(found)) == 50 * talk.calls


def test_later_pages_do_not_ask_for_the_profile_again(discover, talk):
    discover("marcusdoesmore", ago(days=12))
    fields = talk.kept[1].request["params"]["fields"]
    assert re.match(r"business_discovery.username\(marcusdoesmore\)\{id,media", fields)
    assert re.search(r"media\.limit\(50\)\.after\([A-Za-z0-9_=-]+\)\{id,", fields)


def test_a_page_that_ends_on_the_floor_is_not_the_last(discover, talk, sandbox):
    """A post at the floor itself is wanted, and another may be as old."""
    posts = sandbox.world.instagram_posts(MARCUS, NOW)
    discover("marcusdoesmore", posts[49].posted_at)
    assert talk.calls == 2


def test_a_page_that_ends_beyond_the_floor_is_the_last(discover, talk, sandbox):
    posts = sandbox.world.instagram_posts(MARCUS, NOW)
    discover("marcusdoesmore", posts[49].posted_at + timedelta(seconds=1))
    assert talk.calls == 1


def test_the_last_page_ends_the_walk(discover, talk, sandbox):
    """It has no `after`; there never is a `next`."""
    total = len(sandbox.world.instagram_posts(MARCUS, NOW))
    discover("marcusdoesmore", WHENEVER)
    assert talk.calls == -(-total // 50)
    assert len(posts_in(talk.kept)) == total
    assert '"after"' not in talk.kept[-1].body
    assert all('"next"' not in kept.body for kept in talk.kept)


def test_an_account_without_posts_takes_one_call(discover, talk, sandbox):
    walk = discover("imogen.hart", WHENEVER)
    assert walk.account_id == sandbox.world.identities.instagram_id(SILENT)
    assert talk.calls == 1


@pytest.mark.parametrize(
    "handle",
    ["kitti.jaidee", "nobody.of.this.name"],
    ids=["personal account", "unknown handle"],
)
def test_what_cannot_be_discovered_is_skipped_after_one_call(discover, talk, handle):
    with pytest.raises(ItemUnavailable, match="110/2207013") as caught:
        discover(handle)
    assert caught.value.reason is Reason.NOT_FOUND
    assert talk.calls == 1


def test_a_renamed_account_is_not_found_under_its_old_handle(discover, sandbox):
    sandbox.clock.set(NOW + timedelta(days=4))
    with pytest.raises(ItemUnavailable) as caught:
        discover("pimchanok.s")
    assert caught.value.reason is Reason.NOT_FOUND


def test_the_numbers_of_a_handle_s_new_owner_are_not_taken(discover, talk, sandbox):
    before = discover("pimchanok.s").account_id
    sandbox.clock.set(NOW + timedelta(days=7))
    with pytest.raises(ItemUnavailable) as caught:
        discover("pimchanok.s", WHENEVER, before)
    assert caught.value.reason is Reason.RENAMED
    assert before in str(caught.value)
    assert talk.calls == 2


def test_the_id_that_was_expected_is_fine(discover, sandbox):
    account_id = sandbox.world.identities.instagram_id(TEREZA)
    assert discover("tereza.novakova", expected_id=account_id).account_id == account_id


@pytest.mark.parametrize(
    "handle",
    [
        "",
        "two words",
        "@tereza.novakova",
        "tereza){id}",
        "tereza.novakova\n",
        "a,b",
        "žofie",
        "x" * 31,
        "a{b}",
    ],
    ids=repr,
)
def test_a_handle_that_could_break_the_expression_is_never_sent(discover, talk, handle):
    with pytest.raises(ItemUnavailable) as caught:
        discover(handle)
    assert caught.value.reason is Reason.NOT_FOUND
    assert (talk.calls, talk.kept) == (0, [])
    assert not handle or handle not in str(caught.value)


def test_handles_in_capitals_are_asked_as_they_are(discover):
    assert discover("Tereza.Novakova").username == "tereza.novakova"


@pytest.mark.parametrize(
    ("max_limit", "calls"), [(25, 1 + 3), (10, 2 + 6)], ids=["half", "a fifth"]
)
def test_pages_get_smaller_when_there_is_too_much_data(
    discover, talk, sandbox, max_limit, calls
):
    """The size that worked is kept for the rest of the walk."""
    sandbox.faults.add("reduce_data", params={"max_limit": max_limit})
    floor = sandbox.world.instagram_posts(MARCUS, NOW)[55].posted_at
    discover("marcusdoesmore", floor)
    assert talk.calls == calls
    assert talk.repeated == 0
    asked = [kept.request["params"]["fields"] for kept in talk.kept]
    sizes = [int(re.search(r"limit\((\d+)\)", text)[1]) for text in asked]
    refused = {25: [50], 10: [50, 25]}[max_limit]
    assert sizes == refused + [max_limit] * (calls - len(refused))


def test_the_limit_of_other_people_s_accounts_is_one_for_all(talk, sandbox, agency):
    """Usage at 90 % and more stops the budget before the platform does."""
    headers = {"X-App-Usage": '{"call_count":91,"total_time":5,"total_cputime":5}'}
    sandbox.faults.add("patch", params={"headers": headers})
    client = InstagramClient(sandbox.meta_api_url)
    walk = (talk.conversation, agency, "tereza.novakova", WHENEVER, None)
    with pytest.raises(BudgetExhausted) as caught:
        client.walk_outside(*walk)
    assert timedelta(minutes=59) < caught.value.wait <= timedelta(minutes=60)
    with pytest.raises(BudgetExhausted):
        client.walk_outside(*walk)
    assert sandbox.calls.count() == talk.calls == 1


def test_a_budget_can_be_shared_between_clients(talk, sandbox, agency):
    shared = Budgets()
    shared.named("instagram/platform", Limits(timedelta(hours=1))).stop()
    client = InstagramClient(sandbox.meta_api_url, shared)
    with pytest.raises(BudgetExhausted, match="instagram/platform"):
        client.walk_outside(talk.conversation, agency, "doyun.han", WHENEVER, None)
    assert talk.calls == 0


# Own accounts -----------------------------------------------------------------------


def test_an_own_account_takes_a_profile_and_a_page(read_own, talk, sandbox):
    walk = read_own(ONDRA, WHENEVER)
    account_id = sandbox.world.identities.instagram_id(ONDRA)
    assert walk == Walk(account_id, "ondra_dvorak", WHENEVER)
    assert talk.calls == sandbox.calls.count(account="ondra_dvorak", status=200) == 2
    profile, page = talk.kept
    assert profile.request["params"] == {
        "fields": "id,username,name,followers_count,follows_count,media_count"
    }
    assert page.request["url"].endswith(f"/{account_id}/media")
    assert page.request["params"] == {
        "fields": "id,caption,media_type,media_product_type,permalink,timestamp,"
        "like_count,comments_count",
        "limit": "100",
    }
    assert posts_in(talk.kept) == posts_since(sandbox, ONDRA, WHENEVER)


def test_own_pages_follow_each_other_by_next(read_own, talk, sandbox):
    sandbox.faults.add("reduce_data", endpoint="media", params={"max_limit": 20})
    read_own(ONDRA, WHENEVER)
    total = len(sandbox.world.instagram_posts(ONDRA, NOW))
    assert talk.calls == 1 + 2 + -(-total // 20)
    assert len(posts_in(talk.kept)) == total
    # The last page still has a cursor; only `next` is missing.
    assert '"after"' in talk.kept[-1].body
    assert '"next"' not in talk.kept[-1].body


def test_own_pages_end_at_the_floor(read_own, talk, sandbox):
    sandbox.faults.add("reduce_data", endpoint="media", params={"max_limit": 20})
    floor = sandbox.world.instagram_posts(ONDRA, NOW)[25].posted_at
    read_own(ONDRA, floor)
    assert talk.calls == 1 + 2 + 2


def test_the_token_in_next_is_not_kept(read_own, talk, sandbox):
    sandbox.faults.add("reduce_data", endpoint="media", params={"max_limit": 50})
    read_own(ONDRA, WHENEVER)
    token = sandbox.state.meta_tokens.first(ONDRA)
    assert token not in repr(talk.kept)
    assert "access_token=REDACTED" in talk.kept[2].body


def test_every_own_account_has_a_budget_of_its_own(talk, client, sandbox):
    """A full one stops no other, nor the agency's."""
    sandbox.faults.add("limit_use_case", account="ondra_dvorak")
    identities, tokens = sandbox.world.identities, sandbox.state.meta_tokens
    full, other = (
        (identities.instagram_id(index), tokens.first(index), WHENEVER)
        for index in (ONDRA, THEO)
    )
    with pytest.raises(BudgetExhausted):
        client.walk_own(talk.conversation, *full)
    assert talk.calls == 1
    client.walk_own(talk.conversation, *other)
    assert talk.calls == 3


def test_an_own_account_s_usage_stops_its_walk(read_own, talk, sandbox):
    usage = '{"1":[{"call_count":100,"estimated_time_to_regain_access":12}]}'
    headers = {"X-Business-Use-Case-Usage": usage}
    sandbox.faults.add("patch", params={"headers": headers})
    with pytest.raises(BudgetExhausted) as caught:
        read_own(ONDRA)
    assert talk.calls == 1
    assert timedelta(minutes=11) < caught.value.wait <= timedelta(minutes=12)


def test_a_profile_that_is_too_much_is_asked_again_as_it_is(read_own, talk, sandbox):
    """Nothing of it can be left out, so code 1 under 500 is a passing trouble."""
    sandbox.faults.add("reduce_data", endpoint="profile", times=1)
    read_own(ONDRA)
    assert (talk.calls, talk.repeated) == (3, 1)


def test_a_connection_is_tried_with_one_call(talk, client, sandbox):
    account_id = sandbox.world.identities.instagram_id(ONDRA)
    token = sandbox.state.meta_tokens.first(ONDRA)
    name = client.identify(talk.conversation, account_id, token)
    assert name == "ondra_dvorak"
    assert talk.calls == sandbox.calls.count(endpoint="profile", status=200) == 1
    assert talk.kept[0].request["params"] == {"fields": "id,username"}


def test_a_connection_with_a_token_of_another_is_found_out(talk, client, sandbox):
    account_id = sandbox.world.identities.instagram_id(ONDRA)
    token = sandbox.state.meta_tokens.first(THEO)
    with pytest.raises(ItemUnavailable, match="100/33"):
        client.identify(talk.conversation, account_id, token)


# Answers that are not as documented ---------------------------------------------------


def test_ids_as_numbers_are_taken_as_text(talk, server, agency):
    found = {"id": 17841400000000002, "username": "somebody"}
    server.will(answer({"business_discovery": found}))
    walk = outside(talk, server, agency, expected_id="17841400000000002")
    assert walk == Walk("17841400000000002", "somebody", WHENEVER)


@pytest.mark.parametrize("username", [None, 5, ["x"]], ids=repr)
def test_a_handle_that_is_no_text_is_not_known(talk, server, agency, username):
    found = {"id": "1", "username": username}
    server.will(answer({"business_discovery": found}))
    assert outside(talk, server, agency).username is None


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"business_discovery": None},
        {"business_discovery": []},
        {"business_discovery": {"username": "somebody"}},
        {"business_discovery": {"id": None}},
        {"business_discovery": {"id": ""}},
        {"business_discovery": {"id": True}},
        {"business_discovery": {"id": {"a": 1}}},
        {"business_discovery": {"id": "1\x002"}},
    ],
    ids=str,
)
def test_an_answer_without_an_account_is_a_bad_one(talk, server, agency, found):
    """The outer id is the asker's, and must not be taken for it."""
    server.will(answer({**found, "id": agency.ig_user_id}))
    with pytest.raises(TransientApiError, match="holds no account") as caught:
        outside(talk, server, agency)
    assert caught.value.reason is Reason.BAD_ANSWER
    assert talk.calls == 4


@pytest.mark.parametrize(
    "media",
    [
        None,
        [],
        {},
        {"data": None, "paging": {"cursors": {"after": "QVFI"}}},
        {"data": [], "paging": {"cursors": {"after": "QVFI"}}},
        {"data": [{"id": "1"}]},
        {"data": [{"id": "1"}], "paging": None},
        {"data": [{"id": "1"}], "paging": {"cursors": []}},
        {"data": [{"id": "1"}], "paging": {"cursors": {"after": None}}},
        {"data": [{"id": "1"}], "paging": {"cursors": {"after": ""}}},
        {"data": [{"id": "1"}], "paging": {"next": "https://never.example.com"}},
    ],
    ids=str,
)
def test_a_nested_page_without_a_way_on_is_the_last(talk, server, agency, media):
    server.will(answer({"business_discovery": {"id": "1", "media": media}}))
    outside(talk, server, agency)
    assert talk.calls == 1


def test_a_page_without_readable_times_is_no_reason_to_stop(talk, server, agency):
    odd = [{"id": "1"}, {"id": "2", "timestamp": "yesterday"}, "3", None]
    following = {"cursors": {"after": "QVFI"}}
    server.will(
        discovered(odd, following), discovered([{"id": "4", "timestamp": at(days=1)}])
    )
    outside(talk, server, agency, floor=ago(days=30))
    assert talk.calls == 2


def test_one_wrong_time_does_not_end_the_walk(talk, server, agency):
    """The posts below it would be missing, and said to be there."""
    posts = [
        {"id": "1", "timestamp": "1970-01-01T00:00:00+0000"},
        {"id": "2", "timestamp": at(days=1)},
        {"id": "3", "timestamp": "2026-02-28T12:00:00"},
    ]
    server.will(
        discovered(posts, {"cursors": {"after": "QVFI"}}),
        discovered([{"id": "4", "timestamp": at(days=2)}]),
    )
    outside(talk, server, agency, floor=ago(days=30))
    assert talk.calls == 2


CURSORS_OF_NO_USE = ["a)b", "a{b}", "QVFI\n", "žluť", 5, ["QVFI"], {"a": 1}]


@pytest.mark.parametrize("cursor", CURSORS_OF_NO_USE, ids=repr)
def test_a_cursor_that_cannot_be_sent_back_is_not_sent(talk, server, agency, cursor):
    posts = [{"id": "1", "timestamp": at(days=1)}]
    server.will(discovered(posts, {"cursors": {"after": cursor}}))
    with pytest.raises(PermanentApiError, match="could be sent back") as caught:
        outside(talk, server, agency)
    assert caught.value.reason is Reason.BAD_ANSWER
    assert talk.calls == 1


@pytest.mark.parametrize("cursor", [*CURSORS_OF_NO_USE, None, ""], ids=repr)
def test_an_own_page_with_next_needs_a_cursor_to_go_on(talk, server, cursor):
    """Without one the walk would end early and say that it had not."""
    paging = {"next": "https://graph/next", "cursors": {"after": cursor}}
    posts = [{"id": "1", "timestamp": at(days=1)}]
    server.will(PROFILE, answer({"data": posts, "paging": paging}))
    with pytest.raises(PermanentApiError, match="could be sent back"):
        own(talk, server)
    assert talk.calls == 2


def test_a_useless_cursor_beyond_the_floor_does_no_harm(talk, server, agency):
    posts = [{"id": "1", "timestamp": at(days=31)}]
    server.will(discovered(posts, {"cursors": {"after": "a)b"}}))
    outside(talk, server, agency, floor=ago(days=30))
    assert talk.calls == 1


@pytest.mark.parametrize(
    "paging", [None, [], {}, {"cursors": {"after": "QVFI"}}, {"next": ""}], ids=str
)
def test_an_own_page_without_next_is_the_last(talk, server, paging):
    posts = [{"id": "1", "timestamp": at(days=1)}]
    server.will(PROFILE, answer({"data": posts, "paging": paging}))
    own(talk, server)
    assert talk.calls == 2


def test_an_empty_own_page_with_next_is_walked_past(talk, server):
    empty = {"data": [], "paging": {"next": "x", "cursors": {"after": "QVFI"}}}
    server.will(PROFILE, answer(empty), answer({"data": []}))
    own(talk, server)
    assert [asked.query.get("after") for asked in server.asked] == [
        None,
        None,
        ["QVFI"],
    ]


@pytest.mark.parametrize("listed", [{}, {"data": None}, {"data": {}}], ids=str)
def test_an_own_page_without_a_list_is_a_bad_answer(talk, server, listed):
    server.will(PROFILE, answer(listed))
    with pytest.raises(TransientApiError, match="no list of posts") as caught:
        own(talk, server)
    assert caught.value.reason is Reason.BAD_ANSWER
    assert talk.calls == 1 + 4


def test_an_own_profile_without_id_is_a_bad_answer(talk, server):
    server.will(answer({"username": "somebody"}))
    with pytest.raises(TransientApiError, match="holds no account"):
        own(talk, server)


def test_when_even_small_pages_are_too_much_the_walk_fails(talk, server, agency):
    server.will(answer({"error": {"code": 1}}, 500))
    with pytest.raises(TooMuchDataError) as caught:
        outside(talk, server, agency)
    assert caught.value.reason is Reason.TRANSIENT
    assert talk.calls == 3


PROFILE = answer({"id": "17841400000000001", "username": "somebody"})


def discovered(posts, paging=None):
    media = {"data": posts, "paging": paging}
    return answer({"business_discovery": {"id": "1", "media": media}})


def outside(talk, server, agency, floor=WHENEVER, expected_id=None):
    client = InstagramClient(server.url)
    return client.walk_outside(
        talk.conversation, agency, "somebody", floor, expected_id
    )


def own(talk, server):
    client = InstagramClient(server.url)
    return client.walk_own(talk.conversation, "17841400000000001", "EAA", WHENEVER)


# Posts that the list lacks ----------------------------------------------------------


@pytest.fixture
def read_missing(talk, client, sandbox):
    """Walk over Ondra's account, then read some posts directly."""

    def read_missing(*post_ids):
        account_id = sandbox.world.identities.instagram_id(ONDRA)
        token = sandbox.state.meta_tokens.first(ONDRA)
        return client.walk_own(
            talk.conversation, account_id, token, EVERYONE_S_FLOOR, lambda _: post_ids
        )

    return read_missing


def test_an_own_walk_tells_which_posts_the_list_has(read_own, talk):
    walk = read_own(ONDRA)
    assert walk.post_ids == set(posts_in(talk.kept))


def test_what_is_missing_is_asked_after_the_walk_with_its_id_only(read_missing, talk):
    read_missing("17900000000000001")
    *_, page, last = talk.kept
    assert page.request["url"].endswith("/media")
    assert last.request["url"].endswith("/v23.0/17900000000000001")
    assert last.request["params"] == {"fields": "id"}
    assert json.loads(last.body)["error"]["error_subcode"] == 33
    assert talk.calls == 3


def test_a_walk_that_fails_asks_for_nothing_more(read_missing, sandbox):
    sandbox.faults.add("error_in_200", api="instagram", endpoint="/media")
    with pytest.raises(ApiError):
        read_missing("17900000000000001")
    assert sandbox.calls.count(endpoint="media_item") == 0


def test_a_refusal_is_an_answer_and_a_failure_ends_the_reads(
    read_missing, talk, sandbox
):
    posts = posts_since(sandbox, ONDRA, ago(days=300))[:2]
    read_missing("17900000000000001", "../me", *posts)
    assert talk.calls == 5, "what cannot be an id is not asked for"
    sandbox.faults.add("server_error", api="instagram", endpoint="media_item")
    walk = read_missing(*posts)
    assert walk.covers_from == EVERYONE_S_FLOOR
    assert talk.repeated == 3, "the first one was tried, the second not"
