"""The picture on the summary's page."""

import base64
from datetime import date

from analytics_pipeline.assets.plots import growth_plot

PNG = b"\x89PNG\r\n\x1a\n"


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
    assert head == "![growth](data:image/png;"
    picture = base64.b64decode(rest.removesuffix(")"))
    assert picture.startswith(PNG)
    return picture


def test_it_is_a_picture_that_follows_the_numbers():
    one = _picture([_row("501", 1, 3, 10), _row("501", 2, 4, 20)])
    other = _picture([_row("501", 1, 3, 10), _row("501", 2, 4, 90)])

    assert one != other


def test_unknown_likes_and_missing_days_are_gaps_and_no_error():
    _picture(
        [
            _row("501", 1, 3, None),
            _row("501", 3, 4, None),
            _row("502", 2, 4, 5),
            _row("502", 3, 4, 5),
        ]
    )


def test_a_name_that_the_font_lacks_is_replaced_without_a_warning():
    _picture([_row("501", 1, 3, 10, name="봄 캠페인"), _row("502", 1, 3, 1, name=None)])


def test_only_the_largest_are_drawn():
    rows = [_row(str(n), 1, n, n, name=f"Campaign {n}") for n in range(1, 12)]
    six = [row for row in rows if row["post_count"] > 5]

    assert _picture(rows) == _picture(six)


def test_without_posts_there_is_a_word():
    assert growth_plot([]).value == "*no campaign has posts yet*"
