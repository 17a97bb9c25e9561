"""A job's graph with nothing in it: the same assets and checks, which do nothing.

What a run of it takes is Dagster's own cost of running a graph of that shape.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg


def empty_graph(definitions: dg.Definitions, job_name: str) -> dg.Definitions:
    """Build the graph of a job anew, of steps that only tell that they were run.

    Args:
        definitions: Hold the job.
        job_name: Its name; the empty job has it too.

    Returns:
        As many steps with the same names, dependencies, partitions and executor,
        without resources, pools, metadata and retries.
    """
    selected = definitions.resolve_job_def(job_name).asset_layer.selected_asset_keys
    assets = [
        asset
        for asset in definitions.assets or ()
        if isinstance(asset, dg.AssetsDefinition)
    ]
    wanted = [asset for asset in assets if asset.keys & selected]
    checks = [
        check
        for check in definitions.asset_checks or ()
        if isinstance(check, dg.AssetChecksDefinition)
        and {key.asset_key for key in check.check_keys} <= selected
    ]
    return dg.Definitions(
        assets=[_empty_asset(asset) for asset in wanted],
        asset_checks=[_empty_check(check) for check in checks],
        jobs=[dg.define_asset_job(job_name)],
        executor=definitions.executor,
    )


def _empty_asset(like: dg.AssetsDefinition) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(spec.key, deps=[dep.asset_key for dep in spec.deps])
        for spec in like.specs
    ]

    @dg.multi_asset(
        name=like.op.name,
        specs=specs,
        check_specs=list(like.check_specs),
        partitions_def=like.partitions_def,
        backfill_policy=like.backfill_policy,
    )
    def empty() -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key)
        yield from _passed(like)

    return empty


def _empty_check(like: dg.AssetChecksDefinition) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(name=like.op.name, specs=list(like.check_specs))
    def empty() -> Iterator[dg.AssetCheckResult]:
        yield from _passed(like)

    return empty


def _passed(like: dg.AssetsDefinition) -> Iterator[dg.AssetCheckResult]:
    for spec in like.check_specs:
        yield dg.AssetCheckResult(
            passed=True, asset_key=spec.asset_key, check_name=spec.name
        )
