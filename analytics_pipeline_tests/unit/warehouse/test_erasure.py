"""In the tables a person becomes pseudonyms; who else stands there stays."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.warehouse.erasure import (
    Caption,
    Substitutes,
    pseudonymise,
    remove,
    without_entries,
)
from analytics_pipeline.warehouse.persons import (
    captions_of,
    find_person,
    hashtags_of,
    landing_objects_of,
    names_of,
)
from analytics_pipeline.warehouse.tables import TABLES_BY_NAME
from analytics_pipeline_tests.conftest import FIRST_DAY
from analytics_pipeline_tests.stored_rows import make_room

JANA, PETR = "1784101", "1784102"


def _insert(connection, table, **values):
    make_room(connection, table, [values])
    connection.execute(sa.insert(TABLES_BY_NAME[table]).values(values))


@pytest.fixture
def connection(warehouse, clock):
    """Two creators with an account, a post and a finding each, one of them Jana."""
    now = clock()
    with warehouse.begin() as opened:
        for creator, account, user in (("101", JANA, "u1"), ("102", PETR, "u2")):
            connection_id = f"instagram-{creator}"
            _insert(
                opened,
                "connections",
                connection_id=connection_id,
                platform="instagram",
                creator_id=creator,
                account_id=account,
                username=f"handle{creator}",
                platform_user_id=user,
                page_id=f"page{creator}",
                connection_status="connected",
                scopes=[],
                updated_at=now,
            )
            _insert(
                opened,
                "collection_attempts",
                attempt_id=f"attempt{creator}",
                platform="instagram",
                creator_id=creator,
                connection_id=connection_id,
                account_id=account,
                username=f"old.handle{creator}",
                snapshot_dates=[FIRST_DAY],
                observed_at=now,
                status="ok",
                detail=f"about {account}",
                calls=1,
                calls_planned=1,
                calls_unplanned=0,
                calls_repeated=0,
                object_url="raw/1.jsonl.gz",
                attempt_kind="media",
                run_id="r",
            )
            _insert(
                opened,
                "posts",
                platform="instagram",
                post_id=f"post{creator}",
                account_id=account,
                creator_id=creator,
                posted_at=now,
                post_caption="Ahoj #brandx #brno",
                hashtags=["brandx", "brno"],
                post_url="https://instagram.example/p/1",
                first_seen_at=now,
                last_seen_at=now,
                run_id="r",
            )
            for number, text in enumerate(("Ahoj #brandx #brno", "Nazdar #brandx")):
                _insert(
                    opened,
                    "post_captions",
                    platform="instagram",
                    post_id=f"post{creator}",
                    caption_id=f"caption{number}",
                    post_caption=text,
                    hashtags=["brandx"],
                    first_observed_at=now - timedelta(days=number),
                    run_id="r",
                )
            for key in (account, f"post 3 of account {account}", f"post{creator}"):
                _insert(
                    opened,
                    "data_quality_findings",
                    asset="raw_instagram_media",
                    snapshot_date=FIRST_DAY,
                    platform="instagram",
                    rule="wrong_type",
                    record_key=key,
                    field="caption",
                    value="something of theirs",
                    observed_at=now,
                    run_id="r",
                )
            _insert(
                opened,
                "api_budgets",
                budget=f"instagram/use_case/{account}",
                calls_when_told=0,
                call_slots={},
                updated_at=now,
            )
            _insert(
                opened,
                "creators",
                creator_id=creator,
                email=f"mail{creator}@example.com",
                is_listed=True,
                first_seen_at=now,
                last_seen_at=now,
                updated_at=now,
                run_id="r",
            )
        yield opened


def _jana(connection):
    return find_person(connection, Platform.INSTAGRAM, user_id="u1")


def _rows(connection, table):
    return connection.execute(sa.select(TABLES_BY_NAME[table])).mappings().all()


def _erase(connection):
    person = _jana(connection)
    names = {name: f"erased-{name[::-1]}" for name in names_of(connection, person)}
    captions = {
        "Ahoj #brandx #brno": Caption("caption0", "#brandx", "new"),
        "Nazdar #brandx": Caption("caption1", "#brandx", "new"),
    }
    substitutes = Substitutes(names, captions, {"brandx"})
    return pseudonymise(connection, person, substitutes, "run-2")


def test_a_person_is_found_with_all_that_names_them(connection):
    person = _jana(connection)

    assert person.account_ids == {JANA}
    assert person.creator_ids == {"101"}
    assert person.connection_ids == {"instagram-101"}
    assert person.handles == {"handle101"}
    assert person.other_ids == {"u1", "page101"}
    assert person.post_ids == {"post101"}
    assert names_of(connection, person) == {
        JANA,
        "instagram-101",
        "old.handle101",
        "post101",
    }
    assert captions_of(connection, person) == {"Ahoj #brandx #brno", "Nazdar #brandx"}
    assert hashtags_of(connection, person) == {"brandx", "brno"}
    assert landing_objects_of(connection, person) == {
        "raw/1.jsonl.gz": frozenset({"attempt101"})
    }


def test_a_creator_is_found_by_number_when_the_connection_was_removed(connection):
    connection.execute(sa.delete(TABLES_BY_NAME["connections"]))

    person = find_person(connection, Platform.INSTAGRAM, creator_id="101")

    assert person.account_ids == {JANA}
    assert person.post_ids == {"post101"}
    assert not find_person(connection, Platform.TIKTOK, creator_id="101").account_ids


def test_nobody_is_meant_when_nobody_is_named(connection):
    person = find_person(connection, Platform.INSTAGRAM)

    assert not person.account_ids | person.connection_ids | person.creator_ids


def test_what_was_erased_before_is_not_found_again(connection):
    _erase(connection)
    remove(connection, _jana(connection), connection.scalar(sa.func.now()))

    person = find_person(connection, Platform.INSTAGRAM, creator_id="101")

    assert not person.account_ids | person.connection_ids


@pytest.mark.parametrize(
    "table", ["collection_attempts", "posts", "post_captions", "data_quality_findings"]
)
def test_rows_of_others_stay_as_they_are(connection, table):
    def theirs():
        return [
            row
            for row in _rows(connection, table)
            if "102" in str(row.get("post_id") or row.get("record_key") or row)
        ]

    before = theirs()
    _erase(connection)

    assert theirs() == before != []


def test_names_become_pseudonyms_and_words_go(connection):
    counts = _erase(connection)

    (post,) = (r for r in _rows(connection, "posts") if r["creator_id"] == "101")
    assert post["post_id"] == "erased-101tsop"
    assert post["account_id"] == "erased-" + JANA[::-1]
    assert (post["post_caption"], post["hashtags"]) == (
        "Ahoj #brandx #brno".replace("Ahoj ", "").replace(" #brno", ""),
        ["brandx"],
    )
    assert post["post_url"] is None
    assert post["run_id"] == "run-2"
    (attempt,) = (
        r for r in _rows(connection, "collection_attempts") if r["creator_id"] == "101"
    )
    assert attempt["username"] == "erased-" + "old.handle101"[::-1]
    assert attempt["detail"] is None
    assert attempt["run_id"] == "r"
    assert counts["posts"] == 1
    assert counts["post_captions"] == 2
    assert counts["data_quality_findings"] == 3


def test_wordings_that_differ_no_more_are_one_row_with_the_first_time(
    connection, clock
):
    _erase(connection)

    (caption,) = (
        row
        for row in _rows(connection, "post_captions")
        if row["post_id"].startswith("erased-")
    )
    assert (caption["caption_id"], caption["post_caption"]) == ("new", "#brandx")
    assert caption["first_observed_at"] == clock() - timedelta(days=1)


def test_findings_keep_their_rule_without_the_value(connection):
    _erase(connection)

    theirs = [
        row["record_key"]
        for row in _rows(connection, "data_quality_findings")
        if row["value"] is None
    ]
    name = "erased-" + JANA[::-1]
    assert sorted(theirs) == sorted(
        [name, f"post 3 of account {name}", "erased-101tsop"]
    )


def test_what_is_of_no_use_without_the_person_is_removed(connection, clock):
    _insert(
        connection,
        "connection_alerts",
        connection_id="instagram-101",
        alert_subject="consent",
        alert_threshold="7",
        ends_on=FIRST_DAY,
        ends_at=clock(),
        raised_at=clock(),
    )
    _insert(
        connection,
        "invitations",
        invitation_id="i",
        creator_id="101",
        invited_platforms=["instagram"],
        invited_by="cli",
        created_at=clock(),
        expires_at=clock(),
    )
    _insert(
        connection,
        "logins",
        login_id="l",
        invitation_id="i",
        platform="instagram",
        browser_hash="b",
        created_at=clock(),
        expires_at=clock(),
        grant_encrypted="g",
        choices={JANA: {"username": "handle101"}},
        scopes=[],
        detail="handle101",
    )

    for metric, detail in (("reach", f"post101 of {JANA}"), ("views", PETR)):
        _insert(
            connection,
            "metric_capabilities",
            platform="instagram",
            api_version="v23.0",
            product_type="FEED",
            metric=metric,
            refused_at=clock(),
            tried_at=clock(),
            detail=detail,
            updated_at=clock(),
            run_id="r",
        )

    counts = remove(connection, _jana(connection), clock())

    refusals = _rows(connection, "metric_capabilities")
    assert {row["metric"]: row["detail"] for row in refusals} == {
        "reach": None,
        "views": PETR,
    }
    assert [row["creator_id"] for row in _rows(connection, "connections")] == ["102"]
    assert _rows(connection, "connection_alerts") == []
    (login,) = _rows(connection, "logins")
    assert (login["grant_encrypted"], login["choices"], login["detail"]) == (
        None,
        {},
        None,
    )
    assert [row["budget"] for row in _rows(connection, "api_budgets")] == [
        f"instagram/use_case/{PETR}"
    ]
    emails = {row["creator_id"]: row["email"] for row in _rows(connection, "creators")}
    assert emails == {"101": None, "102": "mail102@example.com"}
    assert counts["connections"] == counts["creators"] == counts["logins"] == 1


def _push(*accounts):
    entries = [{"id": account} for account in accounts]
    return json.dumps({"object": "instagram", "entry": entries})


def test_pushes_lose_their_entries_about_the_person(connection, clock):
    bodies = {
        "theirs": _push(JANA),
        "both": _push(JANA, PETR),
        "other": _push(PETR),
        "broken": f'[{{"id": "{JANA}"',
        "page": _push("page101"),
    }
    for name, body in bodies.items():
        _insert(
            connection,
            "webhook_inbox",
            message_id=name,
            message_source="meta",
            body=body,
            received_at=clock(),
            detail=None,
        )

    counts = remove(connection, _jana(connection), clock())

    found = {row["message_id"]: row for row in _rows(connection, "webhook_inbox")}
    assert {name: row["body"] for name, row in found.items()} == {
        "theirs": None,
        "both": _push(PETR),
        "other": _push(PETR),
        "broken": None,
        "page": None,
    }
    assert found["theirs"]["message_outcome"] == "ignored"
    assert found["theirs"]["processed_at"] == clock()
    assert found["both"]["processed_at"] is None
    assert counts["webhook_inbox"] == 4


@pytest.mark.parametrize(
    "body",
    [_push(JANA), "[]", '"1784101"', '{"entry": {}}', '{"x": "1784101", "entry": [1]}'],
)
def test_a_push_that_cannot_be_told_apart_goes_as_a_whole(body):
    assert without_entries(body, [JANA]) is None


def _review(connection, creator, now):
    about = {
        "campaign_id": "c1",
        "platform": "instagram",
        "post_id": f"post{creator}",
        "account_id": {"101": JANA, "102": PETR}[creator],
        "post_url": f"https://instagram.example/{creator}",
    }
    _insert(
        connection,
        "review_candidates",
        **about,
        snapshot_date=FIRST_DAY,
        creator_id=creator,
        posted_at=now,
        post_caption="Ahoj #brandx",
        hashtags=["brandx"],
        candidate_kind="partial",
        candidate_score=50,
        candidate_reasons={"brandx": {"carried": "brandx", "how": "exact"}},
        observed_at=now,
        is_late=False,
        run_id="r",
    )
    _insert(
        connection,
        "review_decisions",
        **about,
        decision_id=f"decision{creator}",
        link_key=f"code{creator}",
        decision="confirmed",
        decision_reason=f"handle{creator} forgot the tag",
        decided_by="desk",
        decided_at=now,
    )


def test_a_decision_stays_without_the_person_and_a_candidate_goes(connection, clock):
    for creator in ("101", "102"):
        _review(connection, creator, clock())
    jana = _jana(connection)
    _erase(connection)
    removed = remove(connection, jana, clock())

    (candidate,) = _rows(connection, "review_candidates")
    assert (removed["review_candidates"], candidate["post_id"]) == (1, "post102")
    hers, his = sorted(
        _rows(connection, "review_decisions"), key=lambda row: row["decision_id"]
    )
    assert hers["post_id"] == "erased-101tsop"
    assert (hers["decision"], hers["decided_by"]) == ("confirmed", "desk")
    assert hers["account_id"] == "erased-" + JANA[::-1]
    assert {hers[name] for name in ("post_url", "link_key", "decision_reason")} == {
        None
    }
    assert his["decision_reason"] == "handle102 forgot the tag"
