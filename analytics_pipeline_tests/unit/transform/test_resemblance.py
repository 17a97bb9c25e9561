"""Hashtags that people mistake for each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_pipeline.schemas.review import RESEMBLANCES, Resemblance
from analytics_pipeline.transform.hashtags import match_key
from analytics_pipeline.transform.resemblance import (
    Resembling,
    is_one_letter_off,
    near_key,
    resemblance,
)

LATIN = st.text("abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=12)
TAGS = st.text(
    st.characters(categories=("L", "M", "Nd", "So"), include_characters="_"),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize(
    ("asked", "carried", "how"),
    [
        ("BrandLumen", "brandlumen", Resemblance.EXACT),
        ("straße", "STRASSE", Resemblance.EXACT),
        ("hermes", "Hermès", Resemblance.ACCENT),
        ("jarníkolekce", "jarnikolekce", Resemblance.ACCENT),
        ("Łódź", "lodz", Resemblance.ACCENT),
        ("весеннийобраз", "весеннииобраз", Resemblance.ACCENT),
        ("καλοκαίρι", "καλοκαιρι", Resemblance.ACCENT),
        ("spring_sale", "springsale", Resemblance.UNDERSCORE),
        ("مائدة_رمضان", "مائدةرمضان", Resemblance.UNDERSCORE),
        ("brandx", "brandx❤️", Resemblance.EMOJI),
        ("OOO", "ООО", Resemblance.LOOK_ALIKE),
        ("BrandLumen", "ВrаndLumеn", Resemblance.LOOK_ALIKE),
        ("νike", "vike", Resemblance.LOOK_ALIKE),
        ("jarní_kolekce", "jarnikolekce", Resemblance.MIXED),
        ("brandlumen", "brandlumenn", Resemblance.ONE_LETTER),
        ("brandlumen", "brandlume", Resemblance.ONE_LETTER),
        ("brandlumen", "brandlumem", Resemblance.ONE_LETTER),
        ("brandlumen", "brnadlumen", Resemblance.ONE_LETTER),
        ("brandlumen", "brándlumem", Resemblance.ONE_LETTER),
        ("ซัมเมอร์ลูเมน", "ซัมเมอรลูเมน", Resemblance.ONE_LETTER),
    ],
)
def test_hashtags_resemble_each_other_in_the_simplest_way(asked, carried, how):
    assert resemblance(asked, carried) is how


@pytest.mark.parametrize(
    ("asked", "carried"),
    [
        pytest.param("jaro", "jara", id="a short word"),
        pytest.param("brandlumen", "brandlmuenn", id="two letters"),
        pytest.param("brandlumen", "lumen", id="a part"),
        pytest.param("ผม", "ผิม", id="a Thai vowel is no accent"),
        pytest.param("हिन्दी", "हन्द", id="nor is one in Hindi"),
        pytest.param("❤", "🔥", id="nothing but emoji"),
        pytest.param("___", "brandx", id="nothing but underscores"),
    ],
)
def test_others_do_not(asked, carried):
    assert resemblance(asked, carried) is None


@given(TAGS, TAGS)
def test_what_is_exact_is_what_matching_takes_for_equal(one, other):
    is_exact = resemblance(one, other) is Resemblance.EXACT
    assert is_exact == (match_key(one) == match_key(other))


SLIPS = st.sampled_from(
    [
        "brandlumen",
        "brand_lumen",
        "brandlumne",
        "brandlumé",
        "Вrandlumen",
        "brandlume",
        "brandlumen❤️",
        "BrandLumenn",
        "abc",
        "abd",
        "___",
    ]
)


@given(st.lists(TAGS | SLIPS | LATIN, max_size=5), TAGS | SLIPS | LATIN)
def test_what_resembles_is_never_ruled_out_beforehand(asked, carried):
    resembles = any(resemblance(tag, carried) for tag in asked)
    assert Resembling(asked).may_resemble(carried) or not resembles


@given(LATIN, st.integers(0, 11), st.sampled_from("abcxyz"))
def test_no_slip_of_the_finger_is_ruled_out_beforehand(tag, place, letter):
    place %= len(tag)
    asked = Resembling([tag])
    assert asked.may_resemble(tag[:place] + tag[place + 1 :])
    assert asked.may_resemble(tag[:place] + letter + tag[place:])
    assert asked.may_resemble(tag[:place] + letter + tag[place + 1 :])


def test_most_hashtags_of_others_are_ruled_out_beforehand():
    asked = Resembling(["brandlumen", "jarnikolekce", "abc"])
    others = [f"tag{number}" for number in range(100)]
    assert not any(map(asked.may_resemble, others))


@given(TAGS)
def test_a_hashtag_has_a_near_key_and_it_is_stable(tag):
    assert near_key(near_key(tag)) == near_key(tag)
    assert not match_key(tag) or near_key(tag)


@given(LATIN, st.integers(0, 11), st.sampled_from("abcxyz"))
def test_one_slip_of_the_finger_is_one_letter_off(tag, place, letter):
    place %= len(tag)
    slips = {
        tag[:place] + tag[place + 1 :],
        tag[:place] + letter + tag[place:],
        tag[:place] + letter + tag[place + 1 :],
        tag[:place] + tag[place : place + 2][::-1] + tag[place + 2 :],
    }
    for slip in slips - {tag}:
        assert is_one_letter_off(tag, slip)
        assert is_one_letter_off(slip, tag)
        assert resemblance(tag, slip) is Resemblance.ONE_LETTER


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_letter_off_is_a_distance_of_one(one, other):
    assert is_one_letter_off(one, other) == (_distance(one, other) == 1)


def _distance(one, other):
    """Count letters added, dropped, replaced or swapped, the slow and plain way."""
    rows = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if not i or not j:
                rows[i][j] = i + j
                continue
            rows[i][j] = min(
                rows[i - 1][j] + 1,
                rows[i][j - 1] + 1,
                rows[i - 1][j - 1] + (one[i - 1] != other[j - 1]),
            )
            if i > 1 < j and one[i - 2 : i] == other[j - 2 : j][::-1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


def test_every_resemblance_has_a_sentence():
    assert set(RESEMBLANCES) == set(Resemblance)
