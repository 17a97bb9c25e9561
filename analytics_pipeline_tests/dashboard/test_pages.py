"""The pages over stocked rows: what they say, in two languages, and to whom."""

import json
import re

import pytest
import sqlalchemy as sa

from analytics_pipeline.schemas.users import UserRole
from analytics_pipeline.warehouse.exclusion import alone
from analytics_pipeline_tests.api.serving import PUBLIC_URL, SECRETS
from analytics_pipeline_tests.dashboard.conftest import HOME
from analytics_pipeline_tests.stocked import SECOND, put

PAGES = [
    "",
    "/campaigns/1",
    "/campaigns/2",
    "/campaigns/3",
    "/campaigns/1/explanation",
    "/campaigns/1/explanation?day=2026-03-01",
    "/creators",
    "/creators/101",
    "/creators/103",
    "/creators/105",
    "/posts/instagram/p01",
    "/posts/tiktok/t20",
    "/posts/instagram/p01/explanation",
    "/posts/instagram/p01/explanation?day=2026-03-01&campaign_id=1",
    "/creators/101/months/instagram/2026-03-01",
    "/health",
    "/health?days=90",
    "/review",
    "/review?kind=all&platform=tiktok&campaign_id=1",
    "/users",
]
NEAR = {"jaro": {"carried": "jarro", "how": "one_letter"}}
WITH_CHARTS = ["/campaigns/1", "/creators/101", "/posts/instagram/p01"]
NOT_THERE = [
    "/campaigns/999",
    "/campaigns/1/explanation?day=2020-01-01",
    "/campaigns/2/explanation",
    "/campaigns/1/report.pdf",
    "/campaigns/999/report.csv",
    "/creators/999",
    "/creators/%00",
    "/creators/101/months/instagram/2020-01-01",
    "/creators/101/months/instagram/march",
    "/creators/101/months/instagram/9999-12-31",
    "/creators/101/months/%00/2026-03-01",
    "/posts/instagram/nothing",
    "/posts/myspace/p01",
    "/posts/instagram/nothing/explanation",
    "/posts/instagram/p01/explanation?day=2020-01-01",
]
SENSELESS = [
    "/campaigns/1?as_of=yesterday",
    "/campaigns/1?as_of=20260301",
    "/campaigns/1?sort=password_hash",
    "/campaigns/1?order=up",
    "/campaigns/1?platform=myspace",
    "/campaigns/1?creator_id=%27%20OR%201=1",
    "/campaigns/1?page=-1",
    "/campaigns/1?page=1e9",
    "/campaigns/1?page=٣",
    "/creators?platform=x",
    "/creators?after=" + "x" * 300,
    "/creators?after=%00",
    "/health?days=100000",
    "/review?kind=everything",
    "/review?after=1~2~3",
    "/review?after=50~not-a-time~1~instagram~p01",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "cs"])
def test_every_page_is_whole_in_both_languages(house, language, path):
    page = house.page(path, language=language)

    assert page.status == 200
    assert page.lang == language
    assert page.html.count("<h1") == 1
    assert len(re.findall(r"<main\b", page.html)) == 1
    ids = re.findall(r' id="([^"]+)"', page.html)
    assert len(ids) == len(set(ids)), "an id stands twice"
    labelled = set(re.findall(r'aria-labelledby="([^"]+)"', page.html))
    assert labelled <= set(ids)
    for tag, values in page.tags:
        assert "style" not in values, "the policy forbids it"
        assert not any(name.startswith("on") for name in values), (tag, values)


@pytest.mark.parametrize("path", PAGES)
def test_what_people_wrote_is_text_and_no_secret_is_shown(house, path):
    html = house.page(path).html

    assert "<i>Jaro" not in html
    assert not re.search(r"<b>\d", html)
    assert "the-ciphertext-of-a-token" not in html
    assert "the-hash-of-a-token" not in html
    assert "argon2" not in html
    for secret in SECRETS:
        assert secret not in html


@pytest.mark.parametrize("path", ["", *WITH_CHARTS, "/health"])
def test_links_lead_to_pages_that_are_there(house, path):
    page = house.page(path)
    ours = {link.partition("#")[0] for link in page.links if link.startswith("/")}

    for link in sorted(ours):
        answer = house.people[UserRole.ADMIN].ask("GET", PUBLIC_URL + link)
        assert answer.status_code == 200, link


@pytest.mark.parametrize("path", NOT_THERE)
def test_what_is_not_known_is_a_page_that_says_so(house, path):
    page = house.page(path)

    assert (page.status, page.title) == (404, "There is no such page")


@pytest.mark.parametrize("path", SENSELESS)
def test_an_address_that_makes_no_sense_is_refused_and_not_repeated(house, path):
    page = house.page(path)

    assert page.status == 422
    assert page.title == "This address cannot be understood"


def test_what_an_address_says_beside_what_pages_know_is_not_repeated(house):
    query = "?days=30&access_token=a-secret-gone-astray&state=another-one"
    asked = house.stranger().ask("GET", f"{HOME}/health{query}")
    shown = house.page(f"/health{query}").html

    assert asked.headers["Location"].endswith("%2Fhealth%3Fdays%3D30")
    assert "?days=30&amp;lang=cs" in shown
    for told in (shown, str(asked.headers), asked.text):
        assert "a-secret" not in told
        assert "another-one" not in told


class TestCampaigns:
    def test_what_needs_attention_comes_first(self, house):
        page = house.page("")

        assert page.headings[:2] == ["Campaigns", "Needs attention"]
        assert "Connections that their owners must renew: 1" in page.text
        assert "Accounts without an answer on 2\u00a0Mar\u00a02026: 4" in page.text
        assert "@name.102" in page.text

    def test_unlisted_campaigns_ask_for_no_attention(self, house):
        assert "publishing dates are missing" not in house.page("").text

    def test_a_viewer_is_not_offered_what_takes_a_role(self, house):
        links = house.page("", UserRole.VIEWER).links

        assert "/analytics/health" in links
        assert not {"/analytics/review", "/analytics/users"} & set(links)


class TestCampaign:
    def test_key_figures_are_the_reports_and_say_what_they_rest_on(self, house):
        page = house.page("/campaigns/1")
        figures = _figures(page)

        # Eleven posts of the second day, and p12 as last known on the first.
        assert figures["Posts"][0] == "13"
        assert figures["Views"][0] == f"{sum(range(1, 12)) * 100 + 1:,}"
        assert "known of 12 of 13 posts" in figures["Views"]
        assert "1 of them from an earlier day" in figures["Views"]
        assert figures["Shares"][0].startswith("–")

    def test_it_is_shown_as_known_on_a_past_day(self, house):
        page = house.page("/campaigns/1?as_of=2026-03-01")

        assert _figures(page)["Posts"][0] == "12"
        assert _figures(page)["Views"][0] == "12"

    def test_before_anything_was_known_it_says_so(self, house):
        page = house.page("/campaigns/1?as_of=2026-02-01")

        assert page.status == 200
        assert "Nothing is known on this day" in page.headings

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_absurd_days_are_days(self, house, day):
        assert house.page(f"/campaigns/1?as_of={day}").status == 200

    def test_posts_are_sorted_with_unknown_ones_last_either_way(self, house):
        first = _posts(house.page("/campaigns/1?sort=view_count&order=desc"))
        last = _posts(house.page("/campaigns/1?sort=view_count&order=asc"))

        assert first[0] == "instagram/p11"
        assert last[0] == "instagram/p12"
        assert first[-1] == last[-1] == "tiktok/t20"

    def test_a_header_tells_the_order_and_turns_it(self, house):
        html = house.page("/campaigns/1?sort=like_count&order=desc").html

        (header,) = re.findall(r"<th[^>]*aria-sort=[^>]*>.*?</th>", html)
        assert 'aria-sort="descending"' in header
        assert "order=asc" in header
        assert "sort=like_count" in header

    @pytest.mark.parametrize(
        ("query", "posts"),
        [
            ("platform=tiktok", ["tiktok/t20"]),
            ("content_type=tiktok_video", ["tiktok/t20"]),
            ("creator_id=102", ["tiktok/t20"]),
            ("match=partial", ["instagram/p21"]),
            ("match=rejected", []),
            ("platform=tiktok&creator_id=101", []),
        ],
    )
    def test_posts_are_filtered_by_the_address(self, house, query, posts):
        assert _posts(house.page(f"/campaigns/1?{query}")) == posts

    def test_pages_lose_and_repeat_no_post(self, house, monkeypatch):
        monkeypatch.setattr(
            "analytics_pipeline.dashboard.campaign_posts.PAGE_LENGTH", 5
        )
        pages = [_posts(house.page(f"/campaigns/1?page={n}")) for n in (1, 2, 3)]

        assert list(map(len, pages)) == [5, 5, 3]
        assert len({post for page in pages for post in page}) == 13
        assert _posts(house.page("/campaigns/1?page=999")) == pages[-1]

    @pytest.mark.parametrize("form", ["html", "xlsx", "csv", "json"])
    def test_the_report_is_a_file_to_take_along(self, house, form):
        answer = house.people[UserRole.VIEWER].ask(
            "GET", f"{HOME}/campaigns/1/report.{form}?as_of=2026-03-01"
        )

        assert answer.status_code == 200
        named = f"filename*=UTF-8''campaign-1-2026-03-01.{form}"
        assert answer.headers["Content-Disposition"] == f"attachment; {named}"
        if form == "json":
            assert answer.json()["figures"]["post_count"] == 12

    def test_links_out_are_of_the_web_only(self, house):
        with house.running.service.warehouse.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE posts SET post_url = 'javascript:alert(1)' "
                "WHERE post_id = 'p02'"
            )

        assert "javascript:" not in house.page("/posts/instagram/p02").html


class TestHealth:
    def test_whoever_was_never_asked_is_missing_too(self, house):
        page = house.page("/health")
        figures = _figures(page)

        assert figures["Accounts that answered"][0] == "2 of 6"
        assert figures["Without an answer"][0] == "4"
        assert "2\u00a0Mar\u00a02026: deferred (nobody asked)" in page.text

    def test_a_budgets_use_and_broken_rules_are_told(self, house):
        page = house.page("/health")

        assert "25.00%" in page.text
        assert "a count is negative; it is not known" in page.text


class TestCheck:
    def test_it_names_what_is_wrong_and_links_to_whom_it_concerns(self, house):
        page = house.page("/campaigns/1")
        part = page.html.partition('id="check"')[2]

        assert "no longer accepts the connections of participants" in part
        assert 'href="/analytics/creators/102"' in part

    def test_it_is_there_before_anything_was_observed(self, house):
        part = house.page("/campaigns/2").html.partition('id="check"')[2]

        assert "Who takes part is not known here" in part

    def test_nobody_is_told_that_a_running_campaign_has_begun(self, house):
        assert "has begun" not in house.page("/campaigns/1").text


class TestCharts:
    @pytest.mark.parametrize("path", WITH_CHARTS)
    def test_a_chart_has_its_numbers_as_data_and_as_a_table(self, house, path):
        page = house.page(path)
        charts = re.findall(
            r'<script type="application/json" id="([^"]+)">(.*?)</script>',
            page.html,
            re.DOTALL,
        )

        assert charts
        for name, data in charts:
            figure = json.loads(data)
            assert f'data-figure="{name}"' in page.html
            for trace in figure["data"]:
                assert len(trace["x"]) == len(trace["y"]) > 0
        assert page.html.count("The numbers as a table") == len(charts)

    def test_only_pages_with_charts_load_the_large_script(self, house):
        for path in PAGES:
            page = house.page(path)
            has_chart = 'class="chart"' in page.html
            is_loaded = "plotly.min.js" in page.html
            assert not has_chart or is_loaded, path
            assert has_chart or not is_loaded or "/campaigns/" in path, path


class TestStaticFiles:
    def test_they_are_kept_for_a_year_and_compressed(self, house):
        person = house.stranger()
        html = person.open(f"{HOME}/sign-in").html + house.page("/campaigns/1").html
        paths = set(re.findall(r'"(/analytics/static/[^"]+)"', html))

        assert len(paths) == 5
        for path in paths:
            answer = person.ask("GET", path)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["Content-Encoding"] == "gzip"
            plain = person.session.get(
                PUBLIC_URL + path, headers={"Accept-Encoding": "identity"}
            )
            assert plain.content == answer.content
            assert "Content-Encoding" not in plain.headers

    def test_an_old_address_is_gone(self, house):
        answer = house.stranger().ask(
            "GET", f"{HOME}/static/0000000000000000/dashboard.css"
        )
        assert answer.status_code == 404

    @pytest.mark.parametrize("name", ["..%2frouter.py", "%2fetc%2fpasswd", "x"])
    def test_other_files_are_not_served(self, house, name):
        assert house.stranger().ask("GET", f"{HOME}/static/x/{name}").status_code == 404


class TestReviewDesk:
    @pytest.fixture(autouse=True)
    def candidates(self, house):
        rows = [
            {
                "snapshot_date": SECOND,
                "campaign_id": "1",
                "platform": "instagram",
                "post_id": post_id,
                "creator_id": "101",
                "account_id": "a101",
                "content_type": "instagram_reel",
                "posted_at": "2026-03-01T12:00:00Z",
                "post_caption": caption,
                "post_url": "https://www.instagram.com/reel/x/",
                "hashtags": tags,
                "candidate_kind": kind,
                "candidate_score": score,
                "candidate_reasons": reasons,
            }
            for post_id, caption, tags, kind, score, reasons in (
                (
                    "p21",
                    "<b>x</b> #jarro #leto",
                    ["jarro", "leto"],
                    "near_tag",
                    80,
                    NEAR,
                ),
                ("p30", "nothing", [], "no_tag", 10, {}),
            )
        ]
        with house.running.service.warehouse.begin() as connection:
            connection.exec_driver_sql("DELETE FROM review_candidates")
            connection.exec_driver_sql("DELETE FROM review_decisions")
            put(connection, "review_candidates", *rows)

    def _decide(self, house, role=UserRole.REVIEWER, **values):
        person = house.people[role]
        about = {"campaign_id": "1", "platform": "instagram", "post_id": "p21"}
        about |= {"verdict": "confirmed", "back": "/analytics/review?campaign_id=1"}
        return person.send("/analytics/review/decide", **(about | values))

    def test_the_caption_is_marked_and_the_evidence_told(self, house):
        page = house.page("/review", UserRole.REVIEWER)

        assert '<mark class="near" title="#jaro: it is one letter off">#jarro' in (
            page.html
        )
        assert '<mark class="other"' in page.html
        assert "&lt;b&gt;x&lt;/b&gt;" in page.html
        assert "#jaro: carries #jarro, it is one letter off" in page.text

    def test_posts_without_evidence_are_shown_when_asked_for(self, house):
        evident = house.page("/review", UserRole.REVIEWER).html
        everything = house.page("/review?kind=all", UserRole.REVIEWER).html

        assert (evident.count("<article"), everything.count("<article")) == (1, 2)

    def test_a_decision_is_kept_with_who_and_why_and_can_be_withdrawn(self, house):
        person = house.people[UserRole.REVIEWER]
        answer = self._decide(house, reason=" misspelt ")
        assert answer.headers["Location"] == (
            "/analytics/review?campaign_id=1&said=confirmed"
        )
        page = person.follow(answer)
        assert "<article" not in page.html
        assert "misspelt" in page.text
        assert house.value("SELECT decided_by FROM review_decisions") == "reviewer"

        decision = house.value("SELECT decision_id FROM review_decisions")
        undone = person.send("/analytics/review/withdraw", decision_id=decision)

        assert "said=withdrawn" in undone.headers["Location"]
        assert "<article" in house.page("/review", UserRole.REVIEWER).html
        again = person.send("/analytics/review/withdraw", decision_id=decision)
        assert "said=unknown" in again.headers["Location"]

    def test_who_decides_otherwise_unseen_is_told(self, house):
        self._decide(house)

        answer = self._decide(house, UserRole.ADMIN, verdict="rejected")

        assert "said=otherwise" in answer.headers["Location"]
        assert house.value("SELECT count(*) FROM review_decisions") == 1

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"campaign_id": "999"}, "unknown"),
            ({"post_id": "nothing"}, "unknown"),
            ({"reason": "x" * 501}, "too_long"),
        ],
    )
    def test_what_cannot_be_decided_changes_nothing(self, house, change, said):
        answer = self._decide(house, **change)

        assert f"said={said}" in answer.headers["Location"]
        assert house.value("SELECT count(*) FROM review_decisions") == 0

    def test_while_somebody_is_forgotten_nothing_is_decided(self, house):
        with alone(house.running.service.warehouse):
            answer = self._decide(house)

        page = house.people[UserRole.REVIEWER].follow(answer)
        assert "Decide again in some minutes" in page.text
        assert house.value("SELECT count(*) FROM review_decisions") == 0

    @pytest.mark.parametrize("change", [{"verdict": "maybe"}, {"platform": "x"}])
    def test_a_form_of_no_sense_is_refused(self, house, change):
        assert self._decide(house, **change).status_code == 422

    @pytest.mark.parametrize("back", ["https://evil.example/", "/analytics/users", "x"])
    def test_a_form_leads_back_to_the_desk_only(self, house, back):
        location = self._decide(house, back=back).headers["Location"]

        assert location == "/analytics/review?said=confirmed"

    @pytest.mark.parametrize(
        ("link", "said"),
        [
            ("https://www.instagram.com/p/DH56yy7p3lZ/", "waiting"),
            ("https://vm.tiktok.com/abc/", "bad_link"),
            ("https://evil.example/p/1", "bad_link"),
            ("", "bad_link"),
        ],
    )
    def test_a_post_is_added_by_its_link(self, house, link, said):
        answer = house.people[UserRole.REVIEWER].send(
            "/analytics/review/add", campaign_id="1", link=link
        )

        assert f"said={said}" in answer.headers["Location"]
        page = house.people[UserRole.REVIEWER].follow(answer)
        assert ("waits for the post" in page.text) == (said == "waiting")


def _figures(page):
    """Give key figures by label: the value, then the notes."""
    found = {}
    for block in re.findall(r'<div class="figure">(.*?)</div>', page.html, re.DOTALL):
        label = re.search(r"<dt>(.*?)</dt>", block)[1]
        texts = re.findall(r"<dd[^>]*>(.*?)</dd>", block, re.DOTALL)
        found[label] = [re.sub(r"<[^>]+>", "", text).strip() for text in texts]
    return found


def _posts(page):
    """Give the posts of the table, in its order."""
    part = page.html.partition('id="posts"')[2].partition('id="creators"')[0]
    rows = re.findall(r'<th scope="row"><a href="/analytics/posts/([^"]+)"', part)
    return list(rows)


def test_a_campaigns_page_takes_a_fixed_number_of_statements(house):
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    engine = house.running.service.warehouse.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        house.page("/campaigns/1")
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)

    # The report's, those of who is signed in, of the coverage and of the check.
    assert len(sent) <= 30
