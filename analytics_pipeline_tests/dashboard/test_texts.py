"""Texts in two languages, and numbers as their readers write them."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from analytics_pipeline.api.pages.language import Language
from analytics_pipeline.dashboard.charts import Series, chart_over_days
from analytics_pipeline.dashboard.evidence import evidence, marked_caption
from analytics_pipeline.dashboard.render import in_script, lean_query, outside_link
from analytics_pipeline.dashboard.static_files import unwanted_styles
from analytics_pipeline.dashboard.texts.languages import TEXTS
from analytics_pipeline.dashboard.wording import Wording
from analytics_pipeline.schemas.campaign_checks import CheckCode, Severity
from analytics_pipeline.schemas.connections import ConnectionStatus, ReconnectReason
from analytics_pipeline.schemas.fields import RATES, SUMMED_MEASURES
from analytics_pipeline.schemas.findings import Rule
from analytics_pipeline.schemas.outcomes import (
    CampaignProblem,
    CampaignStatus,
    Reason,
    Status,
    Unknown,
)
from analytics_pipeline.schemas.platforms import ContentType, Platform
from analytics_pipeline.schemas.refreshes import RefreshStatus
from analytics_pipeline.schemas.review import CandidateKind, Resemblance, Verdict
from analytics_pipeline.schemas.users import UserRole

NOW = datetime(2026, 3, 15, 4, tzinfo=UTC)
# Names, signs, and what is the same word in both languages.
SAME = ["platform_instagram", "platform_tiktok", "role", "attention_problem", "from_to"]
DAYS = [date(2026, 3, 1), date(2026, 3, 2)]
REASONS = {
    "jaro": {"carried": "JARO", "how": "exact"},
    "léto": {"carried": "leto", "how": "accent"},
}
LISTS = {
    "platform": Platform,
    "content": ContentType,
    "role": UserRole,
    "campaign_status": CampaignStatus,
    "problem": CampaignProblem,
    "status": Status,
    "reason": Reason,
    "unknown": Unknown,
    "rule": Rule,
    "connection": ConnectionStatus,
    "reconnect": ReconnectReason,
    "kind": CandidateKind,
    "how": Resemblance,
    "verdict": Verdict,
    "refresh": RefreshStatus,
    "check": CheckCode,
    "check_severity": Severity,
    "column": (*SUMMED_MEASURES, *RATES, "save_count", "reach", "follower_count"),
    "formula": RATES,
}


def _wording(language):
    return Wording(language, ZoneInfo("Europe/Prague"), NOW, None)


EN, CS = _wording(Language.ENGLISH), _wording(Language.CZECH)


def _blanks(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_is_there_in_both_languages_with_the_same_blanks():
    english, czech = TEXTS[Language.ENGLISH], TEXTS[Language.CZECH]

    assert set(czech) == set(english)
    for (name, text), other in product(english.items(), [czech]):
        assert _blanks(text) == _blanks(other[name]), name
        for it in (text, other[name]):
            assert it.strip() == it != ""
            assert "<" not in it
    assert [name for name in english if english[name] == czech[name]] == SAME


@pytest.mark.parametrize("prefix", LISTS)
def test_every_code_that_can_be_met_has_its_words(prefix):
    for code in LISTS[prefix]:
        assert f"{prefix}_{code}" in TEXTS[Language.ENGLISH]


@pytest.mark.parametrize(
    ("told", "english", "czech"),
    [
        (lambda w: w.count(1234567), "1,234,567", "1\u00a0234\u00a0567"),
        (lambda w: w.count(-12, is_signed=True), "−12", "−12"),
        (lambda w: w.count(12, is_signed=True), "+12", "+12"),
        (lambda w: w.count(0, is_signed=True), "0", "0"),
        (lambda w: w.count(1234.5), "1,234.5", "1\u00a0234,5"),
        (lambda w: w.count(None), "–", "–"),
        (lambda w: w.rate(0.04567), "4.57%", "4,57\u00a0%"),
        (lambda w: w.rate(-0.5, is_signed=True), "−50.00%", "−50,00\u00a0%"),
        (lambda w: w.rate(12.5), "1,250.00%", "1\u00a0250,00\u00a0%"),
        (lambda w: w.rate(None), "–", "–"),
        (
            lambda w: w.day(date(2026, 3, 1)),
            "1\u00a0Mar\u00a02026",
            "1.\u00a03.\u00a02026",
        ),
        (lambda w: w.day(None), "–", "–"),
        (lambda w: w.month(date(2026, 3, 1)), "Mar 2026", "3/2026"),
        (lambda w: w.days(None, None), "without dates", "bez dat"),
        (lambda w: w.age(NOW - timedelta(minutes=59)), "less than an hour ago", None),
        (lambda w: w.age(NOW - timedelta(hours=30)), "30 h ago", "před 30 h"),
        (lambda w: w.age(NOW - timedelta(days=3)), "3 days ago", "před 3 dny"),
        (lambda w: w.reason("hidden"), "the creator hides it", "tvůrce to skrývá"),
        (lambda w: w.reason("a_new_reason"), "a_new_reason", "a_new_reason"),
        (lambda w: w.reason(None), "the answer does not tell", "odpověď to neuvádí"),
        (
            lambda w: w.reason("share_count: hidden"),
            "Shares: the creator hides it",
            "Sdílení: tvůrce to skrývá",
        ),
        (lambda w: w.column("view_count_delta"), "Views, growth", None),
        (lambda w: w.column("a_new_column"), "a_new_column", "a_new_column"),
    ],
)
def test_numbers_and_reasons_are_told_as_people_write_them(told, english, czech):
    assert told(EN) == english
    if czech is not None:
        assert told(CS) == czech


def test_times_are_told_in_the_agencys_zone():
    assert EN.instant(NOW) == "15\u00a0Mar\u00a02026, 05:00"
    assert EN.instant(None) == "–"


class TestEvidence:
    def _parts(self, caption, hashtags):
        return marked_caption(caption, hashtags, REASONS, EN)

    def test_a_caption_is_whole_again_when_its_parts_are_joined(self):
        caption = "Hi #JARO#leto, #jarosmore ＃Leto # #unknown <b>"
        parts = self._parts(caption, ["JARO", "leto", "jarosmore"])

        assert "".join(part.text for part in parts) == caption
        assert [(part.text, part.tone) for part in parts if part.tone] == [
            ("#JARO", "exact"),
            ("#leto", "near"),
            ("#jarosmore", "other"),
            ("＃Leto", "near"),
        ]

    @pytest.mark.parametrize("caption", [None, ""])
    def test_no_caption_has_no_parts(self, caption):
        assert self._parts(caption, ["jaro"]) == []

    def test_what_is_no_exact_fit_is_told(self):
        row = {
            "candidate_reasons": REASONS,
            "campaign_hashtags": ["jaro", "léto", "zima"],
        }

        assert list(evidence(row, EN)) == [
            "#léto: carries #leto, it differs in accents",
            "#zima: not carried",
        ]


class TestCharts:
    def test_what_is_not_known_is_a_gap_and_a_dash(self):
        chart = chart_over_days(DAYS, [Series("Views", [1000, None])], CS)

        assert chart.plotly["data"][0]["y"] == [1000, None]
        assert chart.rows == [
            ("1.\u00a03.\u00a02026", ["1\u00a0000"]),
            ("2.\u00a03.\u00a02026", ["–"]),
        ]
        assert chart.plotly["layout"]["showlegend"] is False

    def test_lines_and_bars_have_colours_of_the_page(self):
        series = [Series("a", [1, 2]), Series("b", [3, 4], is_bar=True)]
        traces = chart_over_days(DAYS, series, EN, is_monthly=True).plotly["data"]

        assert [trace["type"] for trace in traces] == ["scatter", "bar"]
        assert [trace["meta"]["colour"] for trace in traces] == [
            "--series-1",
            "--series-2",
        ]

    def test_plotly_is_kept_from_writing_styles_into_the_page(self):
        """A new Plotly that does it otherwise would fill the browser's console."""
        assert len(unwanted_styles()) == 1


def test_json_within_a_page_cannot_end_its_element():
    told = in_script({"name": "</script><script>alert('x')//&"})

    assert "<" not in told
    assert "&" not in told


@pytest.mark.parametrize(
    ("url", "is_kept"),
    [
        ("https://www.instagram.com/p/x/", True),
        ("HTTP://example.com", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        (None, False),
        ("", False),
    ],
)
def test_only_links_of_the_web_are_followed(url, is_kept):
    assert (outside_link(url) is not None) == is_kept


def test_an_address_says_what_is_set_only():
    assert lean_query({"a": "", "b": None}) == "?"
    assert lean_query({"a": "x y", "b": 2}) == "?a=x+y&b=2"
