"""Hashtags as Instagram files them: the evidence of the fact sheet, row by row."""

import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.transform.hashtag_characters import (
    SIGNS,
    is_emoji,
    is_letter,
    makes_a_tag,
)
from analytics_pipeline.transform.hashtag_patterns import PLANES_IN_USE, tag_reader
from analytics_pipeline.transform.hashtags import (
    PROFILES,
    HashtagProfile,
    extract_hashtags,
    match_key,
    platform_key,
    scan,
)

INSTAGRAM = PROFILES[Platform.INSTAGRAM]

BRAILLE_BLANK, ZERO_WIDTH_SPACE = "\u2800", "\u200b"
FUNCTION_APPLICATION, IDEOGRAPHIC_SPACE = "\u2061", "\u3000"
ZWJ, ZWNJ, EMOJI_STYLE, KEYCAP = "\u200d", "\u200c", "\ufe0f", "\u20e3"


def caption(name, text, *tags):
    return pytest.param(text, tags, id=name)


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize(
    ("text", "tags"),
    [
        caption("lower case", "#gucci", "gucci"),
        caption("upper case", "#GUCCI", "gucci"),
        caption("mixed case", "#GuCci", "gucci"),
        caption("two glued", "#a#b", "a", "b"),
        caption("glued to a word", "word#tag", "tag"),
        caption("glued to a digit", "2024#tag", "tag"),
        caption("two signs", "##tag", "tag"),
        caption("a longer tag is another", "#tagbag", "tagbag"),
        caption("accents apart", "#hermès #hermes", "hermès", "hermes"),
        caption("digits only", "#2424", "2424"),
        caption("underscores", "#a_b_c", "a_b_c"),
        caption("twice, in order", "#b #a #B", "b", "a"),
        caption("full-width sign", "\uff03tag", "tag"),
        caption("small sign", "\ufe5ftag", "tag"),
        caption("three signs in a row", "#a\uff03b\ufe5fc", "a", "b", "c"),
        caption("Czech", "#Žluťoučký kůň", "žluťoučký"),
        caption("decomposed Latin", "#cafe\u0301s", "cafés"),
        caption("Thai", "#ผู้เริ่ม", "ผู้เริ่ม"),
        caption("Hindi", "#महात्मा", "महात्मा"),
        caption("Korean", "#한국어 태그", "한국어"),
        caption("Korean, decomposed", unicodedata.normalize("NFD", "#한국"), "한국"),
        caption("Arabic", "#الربيع،", "الربيع"),
        caption("Arabic with vowels", "#رَبِيع", "رَبِيع"),
        caption("Russian", "#Весна!", "весна"),
        caption("Japanese with its middle dot", "#花・ラーメン。", "花・ラーメン"),
        caption("Hebrew with gershayim", "#צה״ל", "צה״ל"),
        caption("Tibetan with tsek", "#བོད་སྐད", "བོད་སྐད"),
        caption("Catalan middle dot", "#Col·lecció", "col·lecció"),
        caption("Greek middle dot", "#a\u0387b", "a·b"),
        caption("Persian with ZWNJ", f"#می{ZWNJ}خواهم", f"می{ZWNJ}خواهم"),
        caption("Sinhala with ZWJ", f"#ශ්{ZWJ}රී", f"ශ්{ZWJ}රී"),
        caption("Arabic digits", "#٢٠٢٤", "٢٠٢٤"),
        caption("German sharp s", "#Straße", "straße"),
        caption("Turkish dotted I", "#İSTANBUL", "i\u0307stanbul"),
        caption("letters beyond the first plane", "#𝒳𐐨", "𝒳𐐨"),
        caption("emoji", "#😀", "😀"),
        caption("emoji glued behind", "#tag❤️", "tag❤️"),
        caption("emoji without its style", "#tag❤", "tag❤"),
        caption("emoji between letters", "#a😀b", "a😀b"),
        caption("skin tone", "#👍🏽", "👍🏽"),
        caption("family of three", f"#👨{ZWJ}👩{ZWJ}👧", f"👨{ZWJ}👩{ZWJ}👧"),
        caption("flag of a country", "#🇨🇿", "🇨🇿"),
        caption("flag of a region", "#🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
        caption("sign in emoji style", "#a©️", "a©️"),
        caption("the same sign as text", "#a©", "a"),
        caption("digit in a keycap", "#top1️⃣", "top1️⃣"),
        caption("keycap", f"#{EMOJI_STYLE}{KEYCAP}"),
        caption("keycap without style", f"#{KEYCAP}tag"),
        caption("tag behind a keycap", f"#{EMOJI_STYLE}{KEYCAP}#tag", "tag"),
        caption("entity", "it&#39;s"),
        caption("hexadecimal entity", "&#x1F600;"),
        caption("ampersand apart", "a & #b", "b"),
        caption("in an address", "https://x.cz/a#no?b#no #yes", "yes"),
        caption("in a shouted address", "HTTP://X.CZ/#NO"),
        caption("in an address without scheme", "(www.x.cz/#no) #yes", "yes"),
        caption("glued to an address", "#yeshttps://x.cz/#no", "yeshttps"),
        caption("no address at all", "x.cz/#yes", "yes"),
        caption("admiration is no address", "Awww.#yes", "yes"),
        caption("blank Braille ends an address", f"http://x{BRAILLE_BLANK}#yes", "yes"),
        caption("no-width ends an address", f"http://x{ZERO_WIDTH_SPACE}#yes", "yes"),
        caption("sign alone", "# #, #"),
        caption("marks alone", "#\u0301 #\ufe0f"),
        caption("joiners alone", f"#{ZWJ} #{ZWNJ}"),
        caption("tag characters alone", "#\U000e0067\U000e007f"),
        caption("no sign", "spring"),
        caption("emoji only", "❤️😀"),
        caption("empty", ""),
        pytest.param(None, (), id="none"),
    ],
)
def test_a_caption_has_the_tags_the_platform_files_it_under(platform, text, tags):
    assert extract_hashtags(text, platform) == tags


@pytest.mark.parametrize(
    "end",
    [
        *"'’.,-–:;?!\"”…/()[]{}*%+=$€@&\\|~^`<>«»。、，“¿",
        *" \t\n\r\x00\u00a0",
        *"→•©™〈❨",
        BRAILLE_BLANK,
        ZERO_WIDTH_SPACE,
        FUNCTION_APPLICATION,
        IDEOGRAPHIC_SPACE,
        "\u00ad",
        "\u200e",
        "\ufeff",
        "\u2329",
        "\ud83d",
    ],
    ids=lambda end: f"U+{ord(end):04X}",
)
def test_a_tag_ends_at(end):
    assert extract_hashtags(f"#tag{end}rest", Platform.INSTAGRAM) == ("tag",)


def test_every_tag_beyond_the_thirtieth_counts_too():
    text = " ".join(f"#tag{n}" for n in range(60))
    assert extract_hashtags(text, Platform.INSTAGRAM)[-1] == "tag59"
    assert len(extract_hashtags(text, Platform.INSTAGRAM)) == 60


def test_a_caption_of_ten_thousand_characters_is_read_to_its_end():
    text = "ž😀 " * 3333 + "#konec"
    assert extract_hashtags(text, Platform.INSTAGRAM) == ("konec",)


def test_a_platform_may_read_fewer_signs_and_no_emoji():
    plain = HashtagProfile(frozenset("#"), has_emoji=False)
    assert list(scan("#a❤️ #❤️ \uff03b #c", plain)) == ["a", "c"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("ｈａｓｈ", "hash", id="width"),
        pytest.param("ｶﾞｼﾞ", "ガジ", id="half-width kana"),
        pytest.param("straße", "STRASSE", id="sharp s"),
        pytest.param("İSTANBUL", "istanbul", id="Turkish capital with dot"),
        pytest.param("ıstanbul", "ISTANBUL", id="Turkish small without dot"),
        pytest.param("i\u0307stanbul", "İstanbul", id="Turkish, lower case by Unicode"),
        pytest.param("❤️", "❤", id="emoji style"),
        pytest.param(f"👨{ZWJ}👩", "👨👩", id="joined emoji"),
        pytest.param(f"می{ZWNJ}خواهم", "میخواهم", id="non-joiner"),
        pytest.param("cafe\u0301", "café", id="decomposed"),
        pytest.param("ﬁt", "FIT", id="ligature"),
        pytest.param("ΟΔΟΣ", "οδος", id="final sigma"),
        pytest.param("ꭰ", "Ꭰ", id="Cherokee, which folds upwards"),
    ],
)
def test_two_spellings_are_one_tag_to_a_campaign(one, other):
    assert match_key(one) == match_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("hermès", "hermes", id="accent"),
        pytest.param("jaro", "járo", id="Czech accent"),
        pytest.param("ООО", "OOO", id="Cyrillic look-alike"),
        pytest.param("a_b", "ab", id="underscore"),
        pytest.param("हिन्दी", "हिंदी", id="Hindi spelling"),
        pytest.param("tag", "tags", id="plural"),
        pytest.param("tag❤", "tag", id="emoji"),
        pytest.param("1", "2", id="digits"),
    ],
)
def test_two_spellings_are_two_tags_to_a_campaign(one, other):
    assert match_key(one) != match_key(other)


def test_case_is_nothing_and_an_accent_something_to_the_platform():
    assert platform_key("HERMÈS") == platform_key("herme\u0300s") == "hermès"
    assert platform_key("HERMÈS") != platform_key("HERMES")
    assert platform_key("ｈａｓｈ") != platform_key("hash")


thorough = settings(max_examples=250)

texts = st.text() | st.text(alphabet="#\uff03&aŽ한ผุ\u0301❤\ufe0f\u20e3\u200d. /:htpsw")
"""Any text; and texts that have much of what matters."""

cased_texts = st.text(alphabet=st.characters(categories=["L", "Nd"]) | st.just("#"))
"""Texts of letters, where case is all that may change."""


@thorough
@given(texts)
def test_no_text_stops_the_scanner(text):
    for platform in Platform:
        tags = extract_hashtags(text, platform)
        assert len(set(tags)) == len(tags)
        assert all(tags)


@thorough
@given(texts)
@example("#a\u0387b")
@example("#©\ufe0f#\U0001f3f4\U000e0067\U000e007f")
def test_what_was_scanned_scans_to_itself(text):
    for tag in scan(text, INSTAGRAM):
        assert list(scan(f"#{tag}", INSTAGRAM)) == [tag]
        key = platform_key(tag)
        assert list(scan(f"#{key}", INSTAGRAM)) == [key]


@thorough
@given(texts)
@example("İ\u0307\u0301")
@example("i\u035c\u200d\u0307")
@example("\u1fb7")
def test_a_key_of_a_key_is_the_key(text):
    assert platform_key(platform_key(text)) == platform_key(text)
    assert match_key(match_key(text)) == match_key(text)


@thorough
@given(texts)
@example("İSTANBUL")
@example("I\u0307\u0301")
def test_what_is_stored_of_a_tag_matches_like_the_tag_itself(text):
    assert match_key(platform_key(text)) == match_key(text)


@thorough
@given(texts)
def test_no_tag_is_without_a_key(text):
    for tag in scan(text, INSTAGRAM):
        assert platform_key(tag)
        assert match_key(tag)


@thorough
@given(cased_texts)
def test_case_never_counts(text):
    def keys(changed):
        return [match_key(tag) for tag in scan(changed, INSTAGRAM)]

    assert keys(text.upper()) == keys(text.lower()) == keys(text)
    assert match_key(text.swapcase()) == match_key(text)


@thorough
@given(st.text(alphabet="aAžŽéöŞ한ガक़\u0301\u0323\u030c# .") | cased_texts)
def test_composed_and_decomposed_captions_have_the_same_tags(text):
    composed = extract_hashtags(unicodedata.normalize("NFC", text), Platform.TIKTOK)
    decomposed = extract_hashtags(unicodedata.normalize("NFD", text), Platform.TIKTOK)
    assert composed == decomposed == extract_hashtags(text, Platform.TIKTOK)
    keys = [match_key(unicodedata.normalize(f, text)) for f in ("NFC", "NFD", "NFKD")]
    assert set(keys) == {match_key(text)}


@thorough
@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_width_never_counts(text):
    wide = "".join(chr(ord(char) + 0xFEE0) for char in text)
    assert match_key(wide) == match_key(text)


# A second reading of the rules: pieces of captions, labelled by hand from the fact
# sheet instead of by Unicode's database. `b` goes on and makes a tag, `m` only goes on,
# `#` begins one, `e` and ` ` end one, ` ` an address too.
PIECES = {
    "a": "b",
    "Ž": "b",
    "ผ": "b",
    "क": "b",
    "한": "b",
    "Я": "b",
    "ع": "b",
    "ß": "b",
    "7": "b",
    "l·l": "bbb",
    "a_": "bb",
    "😀": "b",
    "🏽": "b",
    "❤": "b",
    "©\ufe0f": "bm",
    "e\u0301": "bm",
    "\u0301": "m",
    "ุ": "m",
    "्": "m",
    ZWJ: "m",
    ZWNJ: "m",
    EMOJI_STYLE: "m",
    KEYCAP: "m",
    "#": "#",
    "\uff03": "#",
    "\ufe5f": "#",
    "##": "##",
    "&": "e",
    "&#": "e#",
    "'": "e",
    ".": "e",
    ",": "e",
    "-": "e",
    ":": "e",
    "?": "e",
    "!": "e",
    '"': "e",
    "”": "e",
    "…": "e",
    "/": "e",
    "(": "e",
    ")": "e",
    " ": " ",
    "\n": " ",
    "\u00a0": " ",
    IDEOGRAPHIC_SPACE: " ",
    BRAILLE_BLANK: " ",
    ZERO_WIDTH_SPACE: " ",
    FUNCTION_APPLICATION: " ",
    "https://": "bbbbbeee",
    "HTTP://x": "bbbbeeeb",
    " www.": " bbbe",
}


def tags_by_the_rules(pieces):
    """Read a caption character by character, slowly and without an expression."""
    text = "".join(pieces)
    labels = "".join(PIECES[piece] for piece in pieces)
    in_address = []
    address_begins = {
        len("".join(pieces[:n])) + piece.startswith(" ")
        for n, piece in enumerate(pieces)
        if piece in {"https://", "HTTP://x", " www."}
    }
    inside = False
    for place, label in enumerate(labels):
        inside = (inside or place in address_begins) and label != " "
        in_address.append(inside)

    tags = []
    tag, is_tag = None, False
    for place, (char, label) in enumerate([*zip(text, labels, strict=True), ("", " ")]):
        if tag is not None and label in "bm":
            tag += char
            is_tag = is_tag or label == "b"
            continue
        if tag is not None and is_tag:
            tags.append(tag)
        tag = None
        behind = text[place + 1 :]
        is_keycap = behind.startswith((KEYCAP, EMOJI_STYLE + KEYCAP))
        is_entity = text[:place].endswith("&")
        if label == "#" and not (in_address[place] or is_keycap or is_entity):
            tag, is_tag = "", False
    return tags


@thorough
@given(st.lists(st.sampled_from([*PIECES, "#", "#", "a"]), max_size=20))
@example(["#", "a", "https://", "#", "a", " ", "#", "a"])
@example(["#", EMOJI_STYLE, KEYCAP, "a", "##", "a"])
@example(["&", "#", "7", "#", ZWJ, "#", "\u0301", "a"])
def test_the_scanner_agrees_with_a_plain_reading_of_the_rules(pieces):
    assert list(scan("".join(pieces), INSTAGRAM)) == tags_by_the_rules(pieces)


def by_the_scanner(text, profile):
    """Read a text's platform keys with the reference."""
    return tuple(dict.fromkeys(platform_key(tag) for tag in scan(text, profile)))


READER = tag_reader(INSTAGRAM.signs, has_emoji=INSTAGRAM.has_emoji)
FEW_SIGNS = HashtagProfile(frozenset("#\uff03"), has_emoji=False)
FEW_SIGNS_READER = tag_reader(FEW_SIGNS.signs, has_emoji=FEW_SIGNS.has_emoji)
nasty_pieces = st.lists(
    st.sampled_from(
        [*PIECES, *"##aA# \n\x1c\x85;+|$", "://", "ww", "wWw.", "http\u017f://"]
    ),
    max_size=24,
).map("".join)
"""Texts in which nearly every piece decides whether a sign begins a tag."""


@settings(max_examples=1000)
@given(nasty_pieces | texts | cased_texts | st.text(alphabet="#&aA_0 ./:w;\n"))
@example("#")
@example("##a #b")
@example("&##a &#a#b")
@example("#a#www.x.cz/#no")
@example("#a:https://x#no\u200b#b")
@example("x\uff03a\ufe5fb #c")
@example("#a©\ufe0f #b")
@example("#a #\ufe0f\u20e3 #\u20e3b#\ufe0f\u20e3")
@example("#a#\u0301 #\u200d")
@example("#\ufe0f #a\n\ufe0f")
@example("\x1c#a\x1f#b")
def test_captions_are_read_as_the_scanner_reads_them(text):
    assert extract_hashtags(text, Platform.INSTAGRAM) == by_the_scanner(text, INSTAGRAM)
    found = FEW_SIGNS_READER(text)
    read = [tag for tag in found if any(map(makes_a_tag, tag))]
    assert read == list(scan(text, FEW_SIGNS))


@settings(max_examples=500)
@given(st.text(alphabet="##&aA_0 ./:wht;\n\x1c") | nasty_pieces)
def test_captions_in_ascii_are_read_as_the_scanner_reads_them(text):
    plain = text.encode("ascii", "ignore").decode()
    assert [tag for tag in READER(plain) if tag] == list(scan(plain, INSTAGRAM))


def test_every_character_there_is_belongs_to_a_tag_as_the_scanner_has_it():
    used = [chr(code) for plane in PLANES_IN_USE for code in plane]
    others = [char for char in used if char not in SIGNS]
    read = READER(" ".join(f"#a{c}" for c in others))
    belonging = {tag[1:] for tag in read} - {""}
    assert belonging == {char for char in others if is_letter(char) or is_emoji(char)}


def test_what_is_beyond_the_planes_in_use_is_no_character():
    used = {code for plane in PLANES_IN_USE for code in plane}
    beyond = set(range(sys.maxunicode + 1)) - used
    assert set(map(unicodedata.category, map(chr, beyond))) <= {"Cn", "Co"}
