"""The picture on the summary's page."""

import base64
from datetime import date
from xml.etree import ElementTree as ET

from analytics_pipeline.assets.plots import growth_plot

SVG = "{http://www.w3.org/2000/svg}"


def _row(campaign_id, day, posts, likes, name="Spring"):
    return {
        "campaign_id": campaign_id,
        "campaign_name": name,
        "snapshot_date": date(2026, 3, day),
        "post_count": posts,
        "like_count": likes,
    }


def _picture(rows):
    text = growth_plot(rows).value
    head, _, rest = text.partition("base64,")
    assert head == "![growth](data:image/svg+xml;"
    text = base64.b64decode(rest.removesuffix(")"))
    picture = ET.fromstring(text)  # noqa: S314 - written here
    assert picture.tag == f"{SVG}svg"
    return picture


def _texts(picture):
    return [element.text for element in picture.iter(f"{SVG}text")]


def _lines(picture):
    """The lines of the campaigns; the grid's have no fill of their own."""
    paths = picture.iter(f"{SVG}path")
    return [path.get("d") for path in paths if path.get("fill") == "none"]


def test_it_is_a_picture_that_follows_the_numbers():
    one = _lines(_picture([_row("501", 1, 3, 10), _row("501", 2, 4, 20)]))
    other = _lines(_picture([_row("501", 1, 3, 10), _row("501", 2, 4, 90)]))

    assert one[0] == other[0], "as many posts"
    assert one[1] != other[1], "other likes"


def test_unknown_likes_and_missing_days_are_gaps():
    posts, others, likes, other_likes = _lines(
        _picture(
            [
                *(_row("501", day, 3, None) for day in (1, 2, 4)),
                *(_row("502", day, 4, 5) for day in (2, 3, 4)),
            ]
        )
    )

    assert (others.count("M"), others.count("L")) == (2, 1), "501, the smaller, is last"
    assert (posts.count("M"), posts.count("L")) == (1, 2)
    assert (likes.count("M"), likes.count("L")) == (1, 2)
    assert other_likes == ""


def test_a_name_is_written_in_any_script_and_never_as_markup():
    rows = [
        _row("501", 1, 3, 10, name="봄 캠페인"),
        _row("502", 1, 2, 1, name=None),
        _row("503", 1, 1, 1, name="<script>a & b\v</script>"),
    ]

    legend = _texts(_picture(rows))[-3:]

    assert legend == ["봄 캠페인", "campaign 502", "<script>a & b </script>"]


def test_only_the_largest_are_drawn():
    rows = [_row(str(n), 1, n, n, name=f"Campaign {n}") for n in range(1, 12)]
    six = [row for row in rows if row["post_count"] > 5]

    assert ET.tostring(_picture(rows)) == ET.tostring(_picture(six))


def test_without_posts_there_is_a_word():
    assert growth_plot([]).value == "*no campaign has posts yet*"
