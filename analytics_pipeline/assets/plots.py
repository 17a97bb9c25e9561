"""Pictures in the metadata of materializations."""

import base64
import io
from collections.abc import Sequence

import dagster as dg

from analytics_pipeline.warehouse.growth import CampaignGrowth

_MOST_CAMPAIGNS = 6


def growth_plot(series: Sequence[CampaignGrowth]) -> dg.MarkdownMetadataValue:
    """Draw how campaigns grew: posts that count, and their likes.

    Args:
        series: One per campaign.

    Returns:
        The picture, inside Markdown; a word where there is nothing to draw.
    """
    if not series:
        return dg.MetadataValue.md("*no campaign has posts yet*")
    # Imported on demand: it takes longer than the rest of the definitions together.
    from matplotlib import dates  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(9, 3.2), layout="constrained")
    posts, likes = figure.subplots(1, 2)
    largest = sorted(series, key=lambda item: -item.post_counts[-1])[:_MOST_CAMPAIGNS]
    for item in largest:
        label = _label(item)
        posts.plot(item.days, item.post_counts, marker=".", label=label)
        values = [float("nan") if n is None else n for n in item.like_counts]
        likes.plot(item.days, values, marker=".", label=label)
    for axes, title in ((posts, "Posts that count"), (likes, "Their likes")):
        axes.set_title(title, fontsize=10)
        axes.set_ylim(bottom=0)
        axes.grid(visible=True, alpha=0.3)
        short = dates.DateFormatter("%d %b")  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_formatter(short)
        axes.tick_params(labelsize=8)
    posts.legend(fontsize=7)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=80)
    encoded = base64.b64encode(picture.getvalue()).decode()
    return dg.MetadataValue.md(f"![growth](data:image/png;base64,{encoded})")


def _label(item: CampaignGrowth) -> str:
    """Return a campaign's name, or its id where the font lacks the name's script."""
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415

    known = get_font(findfont(FontProperties())).get_charmap()
    name = item.campaign_name or ""
    if name and all(ord(char) in known for char in name):
        return name
    return f"campaign {item.campaign_id}"
