"""The Creators app's own calls: who may, for whom, and what comes back."""

from urllib.parse import quote

import pytest
import requests
import sqlalchemy as sa

from analytics_pipeline.schemas.api_keys import KeyScope
from analytics_pipeline.warehouse.api_keys import create_key
from analytics_pipeline_tests.conftest import FIRST_MORNING

ONDRA, TWO_ACCOUNTS, PERSONAL, MARCUS = 102, 120, 107, 110
REDIRECT = "https://creators.example/back"


@pytest.fixture
def app(office):
    """The Creators app: with a key, and creators that were listed."""
    return CreatorsApp(office)


class CreatorsApp:
    def __init__(self, office) -> None:
        self.office = office
        rows = [
            (str(ONDRA), "Ondra@Example.com "),
            (str(MARCUS), "marcus@example.com"),
            (str(TWO_ACCOUNTS), "omar@example.com"),
            (str(PERSONAL), "kitti@example.com"),
            ("901", "two@example.com"),
            ("902", "TWO@example.com"),
        ]
        with office.service.warehouse.begin() as connection:
            for creator_id, email in rows:
                connection.execute(
                    sa.text(
                        "INSERT INTO creators VALUES (:id, :email, true, :now, :now, "
                        ":now, 'r')"
                    ),
                    {"id": creator_id, "email": email, "now": FIRST_MORNING},
                )
            scopes = [KeyScope.INVITE]
            key = create_key(connection, "Creators app", scopes, FIRST_MORNING)
        self.headers = {"Authorization": f"Bearer {key.clear}"}
        self.seen = ""

    def hand(self, path, body, **headers):
        """Hand something over; give the answer."""
        answer = requests.post(
            f"{self.office.url}/api/{path}/token",
            json=body,
            headers=self.headers | headers,
            timeout=10,
        )
        self.seen += f"{answer.headers}\n{answer.text}"
        return answer

    def facebook(self, email, token, **more):
        body = {"email": email, "meta_token": token, "meta_scopes": "all of them"}
        return self.hand("facebook", body | more)

    def tiktok(self, email, code, redirect_uri=REDIRECT):
        body = {"email": email, "code": code, "redirect_uri": redirect_uri}
        return self.hand("tiktok", body | {"tiktok_scopes": "video.list"})

    def meta_token(self, person, scopes=None):
        """Give the short token of a person who has just logged in."""
        state = self.office.sandbox.state
        index = state.world.people.index_of(person)
        every = ("pages_show_list", "instagram_basic", "instagram_manage_insights")
        now = self.office.clock()
        pages = range(len(state.world.identities.pages(index)))
        grant = state.meta_tokens.consent(
            index, frozenset(scopes or every), frozenset(pages), now
        )
        return state.meta_tokens.short(grant, now)

    def tiktok_code(self, person):
        """Give the code of a person who has just agreed."""
        state = self.office.sandbox.state
        index = state.world.people.index_of(person)
        scopes = ("user.info.basic", "user.info.profile", "video.list")
        return state.tiktok_tokens.issue_code(index, scopes, REDIRECT, FIRST_MORNING)

    def connections(self):
        return self.office.rows("SELECT * FROM connections")


def test_a_facebook_token_connects_the_account_and_is_not_sent_back(app):
    token = app.meta_token(ONDRA)
    answer = app.facebook("ondra@example.com", token)

    (stored,) = app.connections()
    assert answer.status_code == 200
    assert answer.json() == {
        "token": None,
        "connected": True,
        "account": {
            "connection_id": "instagram-102",
            "platform": "instagram",
            "account_id": stored["account_id"],
            "username": "ondra_dvorak",
            "missing_scopes": ["pages_read_engagement"],
        },
    }
    assert set(stored["scopes"]) == {
        "pages_show_list",
        "instagram_basic",
        "instagram_manage_insights",
    }
    kept = app.office.service.cipher.decrypt(stored["access_token_encrypted"])
    assert token not in app.seen
    assert kept not in app.seen


@pytest.mark.parametrize("is_decoded", [True, False])
def test_a_tiktok_code_connects_the_account(app, is_decoded):
    code = app.tiktok_code(MARCUS)
    answer = app.tiktok("MARCUS@example.com", code if is_decoded else quote(code, ""))

    (stored,) = app.connections()
    assert answer.status_code == 200
    assert answer.json()["token"] is None
    assert answer.json()["account"]["connection_id"] == "tiktok-110"
    assert answer.json()["account"]["missing_scopes"] == ["user.info.stats"]
    for column in ("access_token_encrypted", "refresh_token_encrypted"):
        assert app.office.service.cipher.decrypt(stored[column]) not in app.seen


@pytest.mark.parametrize("email", ["nobody@example.com", "two@example.com", "   "])
def test_an_unknown_or_ambiguous_e_mail_is_refused_before_anything_is_asked(app, email):
    calls = app.office.sandbox.calls.count()
    answers = [
        app.facebook(email, app.meta_token(ONDRA)),
        app.tiktok(email, app.tiktok_code(MARCUS)),
    ]

    for answer in answers:
        assert answer.status_code == 400
        assert answer.json()["error"] == "user_not_exist"
    assert app.connections() == []
    assert app.office.sandbox.calls.count() == calls


@pytest.mark.parametrize(
    ("person", "email", "error", "more"),
    [
        (
            ONDRA,
            "ondra",
            "long_lived_token_retriev_failed",
            {"meta_token": "EAAforged"},
        ),
        (ONDRA, "ondra", "long_lived_token_retriev_failed", {"facebook_user_id": 7}),
        (PERSONAL, "kitti", "page_id_doesnt_exist", {}),
        (TWO_ACCOUNTS, "omar", "several_accounts", {}),
    ],
)
def test_what_cannot_be_connected_is_refused_by_name(app, person, email, error, more):
    token = app.meta_token(person)
    answer = app.facebook(f"{email}@example.com", token, **more)

    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]
    assert app.connections() == []
    assert token not in app.seen
    assert "EAAforged" not in app.seen


def test_of_several_accounts_the_one_that_is_known_is_taken(app):
    with app.office.service.warehouse.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO connections (connection_id, platform, creator_id, username, "
            "scopes, connection_status, updated_at) VALUES ('instagram-120', "
            "'instagram', '120', 'omar.mansour', '{}', 'public', now())"
        )
    answer = app.facebook("omar@example.com", app.meta_token(TWO_ACCOUNTS))

    assert answer.json()["account"]["username"] == "omar.mansour"


def test_the_account_of_another_creator_is_refused(app):
    app.facebook("ondra@example.com", app.meta_token(ONDRA))
    before = app.connections()
    answer = app.facebook("marcus@example.com", app.meta_token(ONDRA))

    assert answer.status_code == 400
    assert answer.json()["error"] == "account_of_other_creator"
    assert "102" not in answer.text
    assert app.connections() == before


@pytest.mark.parametrize(
    "unticked", [("instagram_basic",), ("pages_show_list", "business_management")]
)
def test_an_essential_permission_is_asked_for_at_meta(app, unticked):
    answer = app.facebook("ondra@example.com", app.meta_token(ONDRA, unticked))

    assert answer.status_code == 400
    assert answer.json()["error"] == "permission_missing"
    assert app.connections() == []


def test_a_page_list_that_fails_has_its_own_name(app):
    app.office.sandbox.faults.add("server_error", endpoint="accounts")
    answer = app.facebook("ondra@example.com", app.meta_token(ONDRA))

    assert answer.status_code == 400
    assert answer.json()["error"] == "page_id_request_failed"


def test_a_tiktok_code_works_once_and_for_its_own_address(app):
    code = app.tiktok_code(MARCUS)
    elsewhere = app.tiktok("marcus@example.com", code, "https://elsewhere.example/")
    app.tiktok("marcus@example.com", other := app.tiktok_code(MARCUS))
    again = app.tiktok("marcus@example.com", other)

    for answer in (elsewhere, again):
        assert answer.status_code == 400
        refusal = answer.json()
        assert refusal["error"] == "expired_code"
        assert refusal["original_error"] == "invalid_grant"
        assert refusal["original_error_description"].startswith("Authorization code")
    assert code not in app.seen
    assert other not in app.seen


def test_tiktok_failing_has_its_own_name(app):
    app.office.sandbox.faults.add("server_error", api="tiktok")
    answer = app.tiktok("marcus@example.com", app.tiktok_code(MARCUS))

    assert answer.status_code == 400
    assert answer.json()["error"] == "tiktok_token_request_failed"


@pytest.mark.parametrize("path", ["facebook", "tiktok"])
def test_nothing_is_taken_without_a_key_or_in_a_wrong_form(app, path):
    body = {"email": "ondra@example.com", "meta_token": "EAAsecret", "code": 3}
    no_key = app.hand(path, body, Authorization="Bearer ap_x_y")
    wrong = app.hand(path, body | {"email": 7, "redirect_uri": []})

    assert no_key.status_code == 401
    assert wrong.status_code == 422
    assert "EAAsecret" not in app.seen
    assert app.connections() == []
