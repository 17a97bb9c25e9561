"""Pictures in the metadata of materializations."""

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

_MOST_CAMPAIGNS = 6


def growth_plot(rows: Sequence[Mapping[str, Any]]) -> dg.MarkdownMetadataValue:
    """Draw how campaigns grew: posts that count, and their likes.

    A day that is not known is a gap in the line.

    Args:
        rows: One per campaign and day, as `warehouse.growth.growth_until` gives them.

    Returns:
        The picture, inside Markdown; a word where there is nothing to draw.
    """
    if not rows:
        return dg.MetadataValue.md("*no campaign has posts yet*")
    # Imported on demand: they take longer than the rest of the definitions together.
    import pandas as pd
    from matplotlib import dates
    from matplotlib.figure import Figure

    by_day = pd.DataFrame([dict(row) for row in rows]).pivot_table(
        index="snapshot_date",
        columns="campaign_id",
        values=["post_count", "like_count"],
        dropna=False,
    )
    names = {row["campaign_id"]: row["campaign_name"] for row in rows}
    largest = by_day["post_count"].iloc[-1].nlargest(_MOST_CAMPAIGNS).index
    figure = Figure(figsize=(9, 3.2))
    # Fixed: finding margins draws everything once more.
    figure.subplots_adjust(left=0.06, right=0.98, top=0.9, bottom=0.1, wspace=0.18)
    titles = {"post_count": "Posts that count", "like_count": "Their likes"}
    for axes, (measure, title) in zip(
        figure.subplots(1, 2), titles.items(), strict=True
    ):
        for campaign_id in largest:
            label = _label(campaign_id, names[campaign_id])
            values = by_day[measure][campaign_id].astype(float)
            axes.plot(by_day.index, values, marker=".", label=label)
        axes.set_title(title, fontsize=10)
        axes.set_ylim(bottom=0)
        axes.grid(visible=True, alpha=0.3)
        short = dates.DateFormatter("%d %b")  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_formatter(short)
        axes.tick_params(labelsize=8)
    figure.axes[0].legend(fontsize=7)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=80)
    encoded = base64.b64encode(picture.getvalue()).decode()
    return dg.MetadataValue.md(f"![growth](data:image/png;base64,{encoded})")


def _label(campaign_id: str, name: str | None) -> str:
    """Return a campaign's name, or its id where the font lacks the name's script."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    known = get_font(findfont(FontProperties())).get_charmap()
    if name and all(ord(char) in known for char in name):
        return name
    return f"campaign {campaign_id}"
