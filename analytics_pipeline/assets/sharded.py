"""The assets of group `raw` whose accounts are divided among workers.

With `ANALYTICS_SHARDS` above 1, an asset that asks a platform is a graph: one step per
shard, which any worker can take, and one that adds up what they tell. To everything
else it is the asset that it was: name, lineage, partitions, policy and configuration
are copied from it. Only its pool becomes one pool per shard, so that shards of one run
work side by side and no shard is asked for by two runs at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from analytics_pipeline.assets import raw
from analytics_pipeline.assets.catalogue import RETRY, merged_tables
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.schemas.shards import Shard

Ask = Callable[
    [dg.OpExecutionContext, raw.CollectConfig, Any, Any, Shard], Mapping[str, Any]
]
"""Given the pipeline, the API's resource and a shard: asks, and tells about it."""
Told = Mapping[str, dg.MetadataValue[Any]]
"""What the step of a shard told, as Dagster keeps it."""

_DIVIDED: tuple[tuple[dg.AssetsDefinition, Ask, str], ...] = (
    (raw.raw_instagram_media, raw.ask_instagram_media, "instagram"),
    (raw.raw_instagram_post_insights, raw.ask_post_insights, "instagram"),
    (raw.raw_instagram_account_insights, raw.ask_account_insights, "instagram"),
    (raw.raw_tiktok_media, raw.ask_tiktok_media, "tiktok"),
)


_SHARDS = "shards"


def raw_assets(shards: int) -> list[dg.AssetsDefinition]:
    """Return the assets that ask platforms for a day.

    Args:
        shards: Into how many parts their accounts are divided.

    Returns:
        With one part the assets as they are, else a graph in place of each.
    """
    if shards == 1:
        return [asset for asset, _, _ in _DIVIDED]
    return [_divided(asset, ask, api, shards) for asset, ask, api in _DIVIDED]


def _divided(
    asset: dg.AssetsDefinition, ask: Ask, api: str, shards: int
) -> dg.AssetsDefinition:
    spec = asset.get_asset_spec()
    parents = {dep.asset_key.to_user_string(): dep.asset_key for dep in spec.deps}
    steps = [
        _shard_step(asset, ask, api, Shard(number, shards)) for number in range(shards)
    ]
    graph = dg.GraphDefinition(
        name=spec.key.to_user_string(),
        node_defs=[*steps, add_up],
        dependencies={
            add_up.name: {
                _SHARDS: dg.MultiDependencyDefinition(
                    [dg.DependencyDefinition(step.name) for step in steps]
                )
            }
        },
        input_mappings=[
            dg.InputMapping(
                graph_input_name=name,
                mapped_node_name=step.name,
                mapped_node_input_name=name,
            )
            for name in parents
            for step in steps
        ],
        output_mappings=[
            dg.OutputMapping(
                graph_output_name="result",
                mapped_node_name=add_up.name,
                mapped_node_output_name="result",
            )
        ],
        config=dg.ConfigMapping(
            config_schema={"refresh": dg.Field(bool, default_value=False)},
            config_fn=lambda given: {step.name: {"config": given} for step in steps},
        ),
    )
    return dg.AssetsDefinition(
        keys_by_input_name=parents,
        keys_by_output_name={"result": spec.key},
        node_def=graph,
        specs=[spec],
        backfill_policy=asset.backfill_policy,
    )


def _shard_step(
    asset: dg.AssetsDefinition, ask: Ask, api: str, shard: Shard
) -> dg.OpDefinition:
    """Return the step that asks one shard's accounts."""
    name = asset.key.to_user_string()
    parents = [dep.asset_key.to_user_string() for dep in asset.get_asset_spec().deps]

    @dg.op(
        # Ops of different assets share one space of names.
        name=f"{name}_shard_{shard.number}",
        description=f"Shard {shard.number} of {shard.count} of {name}.",
        ins={parent: dg.In(dg.Nothing) for parent in parents},
        out=dg.Out(dg.Nothing),
        retry_policy=RETRY,
        pool=f"{asset.op.pool}_{shard.number}",
        required_resource_keys={"pipeline", api},
    )
    def step(context: dg.OpExecutionContext, config: raw.CollectConfig) -> None:
        from analytics_pipeline.warehouse.exclusion import one_at_a_time

        resources = context.resources
        with explained():
            warehouse = resources.pipeline.warehouse.open()
        # What a run that is gone has started on a worker goes on to its end.
        with one_at_a_time(warehouse, f"{name} {shard.number} of {shard.count}"):
            api_resource = getattr(resources, api)
            told = ask(context, config, resources.pipeline, api_resource, shard)
        context.add_output_metadata(told)

    return step


@dg.op(
    ins={_SHARDS: dg.In(dg.Nothing)},
    out=dg.Out(dg.Nothing),
    retry_policy=RETRY,
    description="Adds up what the shards of an asset tell.",
)
def add_up(context: dg.OpExecutionContext) -> None:
    """Tell of all shards together what the asset would tell if it were not divided."""
    graph = context.node_handle.parent
    context.add_output_metadata(added_up(list(_told_by_shards(context, str(graph)))))


def _told_by_shards(context: dg.OpExecutionContext, graph: str) -> Iterator[Told]:
    """Yield what each shard told, in this run or in the one it retries."""
    run: dg.DagsterRun | None = context.run
    seen = set()
    while run is not None:
        for entry in context.instance.all_logs(
            run.run_id, of_type=dg.DagsterEventType.STEP_OUTPUT
        ):
            event = entry.dagster_event
            key = str(event.step_key) if event else ""
            if event and key.startswith(f"{graph}.{graph}_shard_") and key not in seen:
                seen.add(key)
                yield event.step_output_data.metadata
        parent = run.parent_run_id
        run = context.instance.get_run_by_id(parent) if parent else None


def added_up(told: Sequence[Told]) -> dict[str, Any]:
    """Add up what shards tell.

    Args:
        told: By each of them: numbers, lists and tables by name.

    Returns:
        Sums of numbers, lists one after the other, tables one below the other.
    """
    names = dict.fromkeys(name for each in told for name in each)
    return {
        name: _added([each[name] for each in told if name in each]) for name in names
    }


def _added(values: Sequence[dg.MetadataValue[Any]]) -> object:
    if all(isinstance(value, dg.MarkdownMetadataValue) for value in values):
        return merged_tables([value.value for value in values])
    if all(isinstance(value.value, list) for value in values):
        return [item for value in values for item in value.value]
    return sum(value.value for value in values)
