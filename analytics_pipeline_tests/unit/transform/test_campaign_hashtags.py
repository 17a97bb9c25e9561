"""A campaign's hashtags, as people type them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.campaign_hashtags import parse_campaign_hashtags
from analytics_pipeline.transform.hashtags import PROFILES, match_key, scan

INSTAGRAM = PROFILES[Platform.INSTAGRAM]


def entered(name, text, *tags):
    return pytest.param(text, tags, id=name)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        entered("commas", "spring,summer", "spring", "summer"),
        entered("comma and blank", "spring, #Summer", "spring", "Summer"),
        entered("the worst known", "#Spring, ,brandx,", "Spring", "brandx"),
        entered("blanks before signs", "#spring #summer", "spring", "summer"),
        entered("glued", "#spring#summer", "spring", "summer"),
        entered("sign left out at first", "spring#summer", "spring", "summer"),
        entered("signs doubled", "##spring", "spring"),
        entered("full-width signs", "\uff03spring \uff03summer", "spring", "summer"),
        entered("Arabic comma", "ربيع،صيف", "ربيع", "صيف"),
        entered("Japanese commas", "春、夏，秋；冬", "春", "夏", "秋", "冬"),
        entered("semicolon and bar", "spring;summer|fall", "spring", "summer", "fall"),
        entered("lines of Windows", "spring\r\nsummer\r\n", "spring", "summer"),
        entered("a column of a table", "spring\tsummer", "spring", "summer"),
        entered(
            "invisible ends", "\ufeff#spring\u200b, \u2800summer", "spring", "summer"
        ),
        entered("repeated in other case", "Spring, SPRING, spring", "Spring"),
        entered("repeated in other width", "hash, ｈａｓｈ", "hash"),
        entered("repeated in Turkish", "İstanbul, istanbul, ISTANBUL", "İstanbul"),
        entered("accents apart", "hermès, hermes", "hermès", "hermes"),
        entered("other scripts", "#žluťoučký, #ผู้เริ่ม", "žluťoučký", "ผู้เริ่ม"),
        entered("emoji", "#❤️", "❤️"),
        entered("digits only", "2024", "2024"),
        entered("nothing", ""),
        entered("blanks", " \n\t "),
        entered("commas alone", ", ,"),
    ],
)
def test_hashtags_are_understood_however_they_are_separated(text, tags):
    parsed = parse_campaign_hashtags(text)
    assert parsed.tags == tags
    assert parsed.keys == tuple(map(match_key, tags))
    assert parsed.rejected == ()


@pytest.mark.parametrize(
    ("text", "rejected"),
    [
        entered("two words", "spring sale, brandx", "spring sale"),
        entered("full stop", "#spring.", "#spring."),
        entered("hyphen", "back-to-school", "back-to-school"),
        entered("exclamation", "wow!", "wow!"),
        entered("sign alone", "#, brandx", "#"),
        entered("keycap", "#\ufe0f\u20e3", "#\ufe0f\u20e3"),
        entered("mark alone", "\u0301", "\u0301"),
        entered("handle", "@brandx", "@brandx"),
        entered("address", "https://x.cz/#a", "https://x.cz/#a"),
        entered("entity", "a&#39;s", "a&#39"),
        entered("invisible inside", "spr\u200bing", "spr\u200bing"),
        entered("two in one text", "a b, c d", "a b", "c d"),
    ],
)
def test_what_can_never_be_a_hashtag_is_told_as_entered(text, rejected):
    parsed = parse_campaign_hashtags(text)
    assert parsed.rejected == rejected
    assert not set(parsed.tags) & set(rejected)


def test_a_rejected_piece_costs_no_other():
    parsed = parse_campaign_hashtags("spring sale, #brandx")
    assert (parsed.tags, parsed.rejected) == (("brandx",), ("spring sale",))


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        pytest.param("#Spring, ,brandx,", 2, id="between and behind commas"),
        pytest.param(",a", 1, id="before a comma"),
        pytest.param("#a, #b", 0, id="comma and blank"),
        pytest.param("#a  #b", 0, id="blanks"),
        pytest.param("a\r\n\r\n #b\n", 0, id="lines"),
        pytest.param("a,\r\nb", 0, id="comma at the end of a line"),
        pytest.param("", 0, id="nothing"),
        pytest.param("  ", 0, id="blanks only"),
    ],
)
def test_only_commas_with_nothing_between_them_are_odd(text, empty):
    assert parse_campaign_hashtags(text).empty_pieces == empty


def is_tag(text):
    return list(scan(f"#{text}", INSTAGRAM)) == [text]


tags = st.text(
    st.characters(categories=["L", "Nd"]) | st.sampled_from("_❤😀·\u0301\u200d"),
    min_size=1,
    max_size=8,
).filter(is_tag)
separators = st.sampled_from(
    [",", ", ", " ,", ";", "|", "、", "，", "،", "\n", "\r\n", "\t", " \n "]
)


@given(
    st.lists(st.tuples(tags, st.sampled_from(["", "#", "##", "\uff03"]), separators))
)
@example([("İ", "", ", "), ("i", "#", "\n")])
def test_valid_hashtags_survive_any_separators(items):
    text = "".join(f"{sign}{tag}{separator}" for tag, sign, separator in items)
    parsed = parse_campaign_hashtags(text)
    first_spellings = {}
    for tag, _, _ in items:
        first_spellings.setdefault(match_key(tag), tag)
    assert parsed.tags == tuple(first_spellings.values())
    assert parsed.keys == tuple(first_spellings)
    assert parsed.rejected == ()


@given(st.lists(tags), st.sampled_from([" #", "#", "  \uff03", "\n#"]))
def test_hashtags_with_signs_need_no_separator(items, between):
    text = "".join(f"{between}{tag}" for tag in items)
    expected = {match_key(tag) for tag in items}
    assert set(parse_campaign_hashtags(text).keys) == expected


@given(st.text() | st.text(alphabet="#a, ž\n.\u200b❤\ufe0f&"))
def test_whatever_is_entered_every_piece_is_either_understood_or_told(text):
    parsed = parse_campaign_hashtags(text)
    assert all(map(is_tag, parsed.tags))
    assert parsed.keys == tuple(map(match_key, parsed.tags))
    assert len(set(parsed.keys)) == len(parsed.keys)
    assert all(piece in text for piece in (*parsed.tags, *parsed.rejected))
    understood = {char for tag in parsed.tags for char in match_key(tag)}
    told = "".join(parsed.rejected)
    letters = [char for char in text if char.isascii() and char.isalnum()]
    assert all(char in told or match_key(char) in understood for char in letters)
