"""Ids, dice and days: the parts everything else is made of."""

import itertools
from collections import Counter
from datetime import UTC, date, datetime
from statistics import mean, pstdev

import pytest

from analytics_pipeline.sandbox.population.calendar import (
    Calendar,
    as_instant,
    as_moment,
)
from analytics_pipeline.sandbox.population.dice import Dice, mac
from analytics_pipeline.sandbox.population.ids import (
    IdCodec,
    MediaKey,
    pack_media,
    shortcode,
    unpack_media,
    video_id,
    video_key,
)


@pytest.mark.parametrize("digits", [11, 13, 14, 15, 16])
def test_an_id_can_be_read_backwards(digits):
    codec = IdCodec("17", digits, salt=digits)
    for number in (0, 1, 24, 99_999, 10**digits - 1):
        text = codec.encode(number)
        assert len(text) == digits + 2
        assert codec.decode(text) == number


def test_neighbouring_numbers_have_ids_far_apart():
    codec = IdCodec("17", 15, salt=1)
    ids = [int(codec.encode(number)) for number in range(500)]
    assert len(set(ids)) == 500
    assert min(abs(a - b) for a, b in itertools.pairwise(ids)) > 1_000


@pytest.mark.parametrize("text", ["", "17", "18123", "17x", "171234567890123456"])
def test_a_foreign_text_is_no_id(text):
    assert IdCodec("17", 15, salt=1).decode(text) is None


def test_a_media_key_survives_packing():
    key = MediaKey(account=2_000_001, day=9_999, sequence=63)
    assert unpack_media(pack_media(key)) == key
    assert pack_media(key) < 10**13


def test_a_video_id_holds_its_second_account_and_number():
    instant = 1_772_443_800
    for account in (0, 23, 99_999, 1_000_007):
        for sequence in (0, 63):
            text = video_id(account, instant, sequence)
            assert len(text) == 19
            assert video_key(text) == (account, instant, sequence)


def test_a_shortcode_looks_like_one():
    code = shortcode("17885103395504675")
    assert len(code) == 11
    assert code == shortcode("17885103395504675")
    assert code != shortcode("17885103395504676")


def test_equal_keys_throw_equal_dice():
    throws = [Dice(7, "post", 3) for _ in range(2)]
    assert [throws[0].below(1_000) for _ in range(100)] == [
        throws[1].below(1_000) for _ in range(100)
    ]


def test_different_keys_throw_different_dice():
    keys = [(7, "a"), (7, "b"), (8, "a"), (7, "a", 0)]
    streams = {tuple(Dice(*key).below(10**6) for _ in range(3)) for key in keys}
    assert len(streams) == 4


def test_dice_are_fair():
    dice = Dice("fair")
    counts = Counter(dice.below(6) for _ in range(6_000))
    assert set(counts) == set(range(6))
    assert min(counts.values()) > 850
    assert mean(int(dice.chance(0.25)) for _ in range(4_000)) == pytest.approx(
        0.25, abs=0.03
    )
    bells = [dice.bell() for _ in range(4_000)]
    assert mean(bells) == pytest.approx(0, abs=0.07)
    assert pstdev(bells) == pytest.approx(1, abs=0.07)
    assert all(2 <= dice.uniform(2, 3) < 3 for _ in range(1_000))


def test_certain_and_impossible_chances_are_just_that():
    dice = Dice("sure")
    assert all(dice.chance(1.0) for _ in range(100))
    assert not any(dice.chance(0.0) for _ in range(100))


def test_a_signature_depends_on_key_and_text():
    assert mac("key", "text") == mac("key", "text")
    assert len({mac("key", "text"), mac("kez", "text"), mac("key", "texu")}) == 3
    assert len(mac("key" * 100, "text")) == 24


def test_a_day_begins_at_the_zone_s_midnight():
    calendar = Calendar("Europe/Prague")
    day = date(2026, 3, 1).toordinal()
    assert as_moment(calendar.start_of(day)) == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert calendar.day_of(calendar.start_of(day)) == day
    assert calendar.day_of(calendar.start_of(day) - 1) == day - 1


def test_days_differ_in_length_when_clocks_change():
    calendar = Calendar("Europe/Prague")
    assert calendar.length_of(date(2026, 3, 29).toordinal()) == 23 * 3_600
    assert calendar.length_of(date(2026, 10, 25).toordinal()) == 25 * 3_600
    assert calendar.length_of(date(2026, 3, 1).toordinal()) == 24 * 3_600


def test_instants_and_moments_convert_both_ways():
    moment = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert as_moment(as_instant(moment)) == moment
    with pytest.raises(ValueError, match="no UTC offset"):
        as_instant(datetime(2026, 3, 2))  # noqa: DTZ001
