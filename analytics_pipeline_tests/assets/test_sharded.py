"""An asset that is divided into shards is, to everybody else, the asset it was."""

import dagster as dg
import pytest

from analytics_pipeline.assets.catalogue import markdown_table, merged_tables
from analytics_pipeline.assets.core import (
    active_campaign_participants,
    campaigns,
    creators,
)
from analytics_pipeline.assets.sharded import added_up, raw_assets
from analytics_pipeline.jobs import asking_config
from analytics_pipeline_tests.agency import FAST
from analytics_pipeline_tests.conftest import FIRST_DAY

WHOLE = {asset.key: asset for asset in raw_assets(1)}
DIVIDED = {asset.key: asset for asset in raw_assets(3)}


@pytest.mark.parametrize("key", WHOLE, ids=lambda key: key.to_user_string())
def test_only_its_pools_tell_that_it_is_divided(key):
    whole, divided = WHOLE[key], DIVIDED[key]

    assert divided.get_asset_spec() == whole.get_asset_spec()
    assert divided.backfill_policy == whole.backfill_policy
    assert divided.asset_deps[key] == whole.asset_deps[key]
    pools = {op.pool for op in divided.node_def.iterate_op_defs() if op.pool}
    assert pools == {f"{whole.op.pool}_{number}" for number in range(3)}
    retries = {op.retry_policy for op in divided.node_def.iterate_op_defs()}
    assert retries == {whole.op.retry_policy}


@pytest.mark.media_only
def test_its_shards_ask_everybody_once_and_tell_it_together(agency):
    media = [
        asset for asset in raw_assets(2) if asset.key.to_user_string().endswith("media")
    ]
    definitions = dg.Definitions(
        assets=[creators, campaigns, active_campaign_participants, *media],
        resources=FAST.resources,
        jobs=[dg.define_asset_job("job")],
        executor=dg.in_process_executor,
    )
    names = [asset.key.to_user_string() for asset in media]

    result = definitions.resolve_job_def("job").execute_in_process(
        instance=agency.instance,
        partition_key=FIRST_DAY.isoformat(),
        run_config={"ops": asking_config(names, refresh=True)},
    )

    for name, platform in zip(names, ("instagram", "tiktok"), strict=True):
        (event,) = result.asset_materializations_for_node(f"{name}.add_up")
        told = {key: value.value for key, value in event.metadata.items()}
        kept = agency.rows(
            "SELECT count(*) AS accounts, sum(calls) AS calls,"
            " count(DISTINCT connection_id) AS asked,"
            " array_agg(DISTINCT object_url) AS objects"
            " FROM collection_attempts WHERE platform = :platform",
            platform=platform,
        )[0]
        assert event.partition == FIRST_DAY.isoformat()
        assert kept["asked"] == kept["accounts"] == told["accounts_asked"]
        assert kept["calls"] == told["calls_made"]
        assert kept["objects"] == sorted(told["landing_objects"])
        shards = [url.rpartition("-")[2] for url in kept["objects"]]
        assert shards == ["shard0.jsonl.gz", "shard1.jsonl.gz"]


def test_numbers_lists_and_tables_are_added_up():
    parts = [
        {"calls": dg.MetadataValue.int(2), "objects": dg.MetadataValue.json(["a"])},
        {"calls": dg.MetadataValue.int(3), "objects": dg.MetadataValue.json(["b"])},
    ]
    for number, part in enumerate(parts):
        rows = [{"who": f"{number}-{row}"} for row in range(30)]
        part["missing"] = markdown_table(["who"], rows)

    told = added_up(parts)

    assert told["calls"] == 5
    assert told["objects"] == ["a", "b"]
    lines = told["missing"].value.splitlines()
    assert lines[:4] == ["| who |", "| --- |", "| 0-0 |", "| 1-0 |"]
    assert len([line for line in lines if "-" in line]) == 1 + 20
    assert lines[-1] == "… and 40 more"


def test_tables_without_rows_stay_nothing():
    empty = markdown_table(["who"], []).value

    assert merged_tables([empty, empty]).value == empty
    one = markdown_table(["who"], [{"who": "x"}]).value
    assert merged_tables([empty, one]).value == one
