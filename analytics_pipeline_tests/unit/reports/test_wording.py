"""Numbers, days and reasons as people read them."""

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from analytics_pipeline import reports
from analytics_pipeline.reports.chart import Chart, ceiling, draw
from analytics_pipeline.reports.language import Language
from analytics_pipeline.reports.wording import TEXTS, Wording
from analytics_pipeline.schemas.outcomes import CampaignProblem, Reason, Unknown
from analytics_pipeline_tests.unit.reports.world import PRAGUE

ENGLISH = Wording(Language.ENGLISH, PRAGUE)
CZECH = Wording(Language.CZECH, PRAGUE)
FOLDER = Path(reports.__file__).parent
_OF_LISTS = re.compile(
    "(platform|type|campaign|status|standing|kind|weekday|column|unknown|reason"
    "|problem|rule|standing_note)_"
)


def _values(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_texts_with_the_same_values():
    english, czech = TEXTS[Language.ENGLISH], TEXTS[Language.CZECH]

    assert set(english) == set(czech)
    for name, text in english.items():
        assert _values(text) == _values(czech[name]), name


@pytest.mark.parametrize("language", list(Language))
def test_every_reason_has_words(language):
    texts = TEXTS[language]

    assert {f"unknown_{reason}" for reason in Unknown} <= set(texts)
    assert {f"reason_{reason}" for reason in Reason} <= set(texts)
    assert {f"problem_{problem}" for problem in CampaignProblem} <= set(texts)


def test_every_text_is_used_and_every_used_one_is_there():
    source = "".join(
        path.read_text()
        for path in FOLDER.rglob("*")
        if path.suffix in {".py", ".html"}
    )
    used = set(re.findall(r'(?:\bt|say|self)\(\s*"(\w+)"', source))
    used |= set(re.findall(r'_texts\["(\w+)"\]', source))
    listed = re.search(r"set sections = \[(.*?)\]", source)[1]
    used |= set(re.findall(r'"(\w+)"', listed))

    texts = {name for name in TEXTS[Language.ENGLISH] if not _OF_LISTS.match(name)}
    exact = {name for name in used if not _OF_LISTS.match(name)}
    assert texts - exact == set()
    assert exact - texts == set()


@pytest.mark.parametrize(
    ("value", "english", "czech"),
    [
        (None, "–", "–"),
        (0, "0", "0"),
        (1234567, "1,234,567", "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567"),
    ],
)
def test_numbers(value, english, czech):
    assert ENGLISH.number(value) == english
    assert CZECH.number(value) == czech


def test_rates_medians_and_changes():
    assert ENGLISH.percent(0.03456) == "3.46%"
    assert CZECH.percent(0.03456) == "3,46\N{NO-BREAK SPACE}%"
    assert ENGLISH.percent(None) == ENGLISH.change(None) == ENGLISH.day(None) == "–"
    assert ENGLISH.middle(28.5) == "28.5"
    assert CZECH.middle(28.5) == "28,5"
    assert ENGLISH.middle(28.0) == "28"
    assert ENGLISH.change(-3) == "\N{MINUS SIGN}3"
    assert ENGLISH.change(3) == "+3"
    assert ENGLISH.change(0) == "0"
    assert ENGLISH.difference(-0.4089) == "\N{MINUS SIGN}41%"


def test_the_reason_of_a_rate_names_the_part():
    assert ENGLISH.unknown("share_count: not_offered") == (
        "Shares: the platform does not offer it for this kind of post"
    )
    assert ENGLISH.unknown("something new") == "something new"


@pytest.mark.parametrize("highest", [0, 1, 4, 5, 9, 17, 99, 100, 101, 12_345, 10**9])
def test_an_axis_ends_above_its_line_and_not_far_above(highest):
    top = ceiling(highest)

    assert top >= max(highest, 4)
    assert highest <= 4 or top <= highest * 4
    assert (top / 4).is_integer() or highest <= 10


def test_a_chart_has_gaps_where_nothing_is_known():
    days = [date(2026, 3, number) for number in range(1, 6)]
    chart = Chart("c", "<Views>", "“&”", days, [1, None, 3, 4, None], [None] * 5)

    drawn = draw(chart, ENGLISH.number, ENGLISH.short_day)

    assert drawn.count('class="line known"') == 2
    assert drawn.count("<circle") == 0
    assert "&lt;Views&gt;" in drawn
    assert "Mar 01" in drawn


def test_a_single_day_can_be_drawn():
    chart = Chart("c", "t", "d", [date(2026, 3, 1)], [5], [5])

    drawn = draw(chart, ENGLISH.number, ENGLISH.short_day)

    assert drawn.count("<circle") == 1
    assert drawn.count(">Mar 01<") == 1
