"""Forgetting people: an op of its own, because it makes no data but takes it away."""

import dagster as dg

from analytics_pipeline.assets.catalogue import markdown_table
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.settings import load_settings


@dg.op(
    description="Erases everybody who has asked for it from the landing store and the "
    "tables, and completes what a run that was stopped had begun. Waits until no other "
    "step is at work. What was removed stands in `erasure_requests`, in numbers.",
    out=dg.Out(dg.Nothing),
)
def erase_people(context: dg.OpExecutionContext, pipeline: PipelineResource) -> None:
    """Erase whoever waits for it, and tell in numbers what was done."""
    from analytics_pipeline.steps.erasure import ErasureTools, erase_pending

    with explained():
        tools = ErasureTools.from_settings(load_settings())
        erased = erase_pending(pipeline.run(context.run_id), tools)
    # Neither names nor codes: Dagster's history is never erased.
    rows = [
        {"platform": item.request.platform, "place": place, "count": count}
        for item in erased
        for place, count in item.report.items()
    ]
    context.add_output_metadata(
        {
            "requests": len(erased),
            "removed": markdown_table(
                ["platform", "place", "count"], rows, rows_shown=len(rows)
            ),
        }
    )
