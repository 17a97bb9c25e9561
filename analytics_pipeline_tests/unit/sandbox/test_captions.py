"""How tags are written: right, nearly right and wrong, and said to be so."""

import re
import unicodedata
from datetime import date

import pytest

from analytics_pipeline.sandbox.population.captions import (
    CAMPAIGN_STYLES,
    campaign_caption,
    draw_ordinary_style,
    ordinary_caption,
    tags_written,
)
from analytics_pipeline.sandbox.population.dice import Dice
from analytics_pipeline.sandbox.population.records import Campaign, CaptionStyle


def campaign_with(*tags):
    return Campaign(
        campaign_id=1,
        name="Test",
        hashtags=",".join(tags),
        start=date(2026, 3, 1),
        end=date(2026, 3, 10),
        content_types=(1,),
        tags=tags,
        posting=(1, 2),
        locale="cs",
    )


TWO = campaign_with("jaro", "svěžíráno")


def written(style, campaign=TWO):
    return campaign_caption(Dice("test"), style, campaign)


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (CaptionStyle.EXACT, "#jaro #svěžíráno"),
        (CaptionStyle.WRONG_CASE, "#JARO #SVĚŽÍRÁNO"),
        (CaptionStyle.GLUED, "#jaro#svěžíráno"),
        (CaptionStyle.FULL_WIDTH, "＃jaro ＃svěžíráno"),
        (CaptionStyle.PUNCTUATED, "(#jaro), (#svěžíráno)."),
        (CaptionStyle.PARTIAL, "#jaro"),
        (CaptionStyle.NEAR_MISS_SHORT, "#jar #svěžíráno"),
        (CaptionStyle.NEAR_MISS_LONG, "#jaroo #svěžíráno"),
        (CaptionStyle.ACCENTED, "#járó #svěžíráno"),
        (CaptionStyle.EMOJI_GLUED, "#jaro❤️ #svěžíráno"),
    ],
)
def test_each_style_writes_the_tags_its_way(style, text):
    assert text in written(style)


def test_decomposed_accents_look_the_same_and_are_not():
    caption = written(CaptionStyle.DECOMPOSED)
    assert "#svěžíráno" not in caption
    assert "#svěžíráno" in unicodedata.normalize("NFC", caption)


def test_look_alike_letters_come_from_another_alphabet():
    caption = written(CaptionStyle.LOOK_ALIKE)
    tag = re.search(r"#(\w+)", caption)[1]
    assert tag != "jaro"
    assert len(tag) == 4
    assert any("CYRILLIC" in unicodedata.name(letter) for letter in tag)


def test_a_tag_without_look_alikes_or_accents_is_spoiled_all_the_same():
    plain = campaign_with("봄신상", "둘")
    for style in (CaptionStyle.ACCENTED, CaptionStyle.LOOK_ALIKE):
        assert "#봄신상 " not in written(style, plain)


def test_untagged_content_has_no_tag():
    assert "#" not in written(CaptionStyle.UNTAGGED)


@pytest.mark.parametrize("style", CAMPAIGN_STYLES)
def test_what_is_said_to_be_written_is_written(style):
    """Checks against a simple reader: sign, letters and marks, folded."""
    caption = unicodedata.normalize("NFC", written(style)).casefold()
    found = set(re.findall(r"[#＃]([\w❤️]+)", caption))
    there = [tag in found for tag in ("jaro", "svěžíráno")]
    expected = {(True, True): "all", (False, False): "none"}.get(tuple(there), "some")
    assert tags_written(style, TWO) == expected


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (CaptionStyle.EXACT, "all"),
        (CaptionStyle.PARTIAL, "all"),
        (CaptionStyle.NEAR_MISS_LONG, "none"),
        (CaptionStyle.UNTAGGED, "none"),
    ],
)
def test_a_campaign_with_one_tag_has_no_partial_captions(style, expected):
    assert tags_written(style, campaign_with("jaro")) == expected


def test_a_tag_that_can_never_be_one_is_never_written():
    impossible = campaign_with("lumenlook", "spring sale!")
    assert tags_written(CaptionStyle.EXACT, impossible) == "some"
    assert tags_written(CaptionStyle.NEAR_MISS_LONG, impossible) == "none"


def test_ordinary_posts_belong_to_no_campaign():
    assert tags_written(CaptionStyle.ORDINARY, None) == "none"


@pytest.mark.parametrize("locale", ["cs", "ru", "ko", "th", "ar", "en"])
def test_every_language_has_ordinary_captions(locale):
    texts = {
        ordinary_caption(Dice(number), CaptionStyle.ORDINARY, locale)
        for number in range(50)
    }
    assert len(texts) > 5


def test_a_missing_caption_is_none_and_an_emoji_caption_has_no_letter():
    assert ordinary_caption(Dice(1), CaptionStyle.MISSING, "cs") is None
    for number in range(20):
        text = ordinary_caption(Dice(number), CaptionStyle.EMOJI_ONLY, "cs")
        assert text
        assert not any(letter.isalpha() for letter in text)


def test_a_long_caption_is_long():
    assert len(ordinary_caption(Dice(1), CaptionStyle.LONG, "en")) > 800


def test_careless_people_often_write_nothing():
    def share(*, careless):
        drawn = [draw_ordinary_style(Dice(n), careless=careless) for n in range(1_000)]
        return drawn.count(CaptionStyle.MISSING) / len(drawn)

    assert share(careless=True) > 0.3
    assert share(careless=False) < 0.07
