"""`python -m benchmarks.day_steps`: a day by plain steps, each of them measured.

Does all that a day's run does, in the house that the environment names and in one
process, so that its peak memory is that of the greediest step. What each step took goes
to the error stream as it ends; the last line printed tells all of it, as JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import date, datetime

import click
import sqlalchemy as sa

from analytics_pipeline.clients.conversation import RetryPolicy
from analytics_pipeline.clients.creators_app import CreatorsAppClient
from analytics_pipeline.schemas.platforms import Platform
from analytics_pipeline.schemas.tables import TABLES
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.canonical import load_day
from analytics_pipeline.steps.creator_months import make_months
from analytics_pipeline.steps.creators_app import (
    CampaignOptions,
    CreatorsApp,
    read_campaigns,
    read_creators,
)
from analytics_pipeline.steps.matches import match_posts
from analytics_pipeline.steps.outcomes import settle_outcomes
from analytics_pipeline.steps.participants import read_participants
from analytics_pipeline.steps.review_candidates import list_review_candidates
from analytics_pipeline.steps.run import Run
from analytics_pipeline.steps.summary import summarise_day
from analytics_pipeline.warehouse.engine import Warehouse
from benchmarks.measure import peak_mb
from benchmarks.plain import ask, new_run, transport

_COUNTED = (
    "collection_attempts",
    "account_snapshots",
    "posts",
    "post_snapshots",
    "sync_outcomes",
    "hashtag_post_metrics",
    "campaign_daily_summary",
    "creator_months",
)


def steps(run: Run, day: date) -> dict[str, Callable[[], object]]:
    """Return what a day consists of, in order.

    Args:
        run: The run.
        day: The day.

    Returns:
        The steps, by the names of what they make.
    """
    settings = load_settings()
    options = CampaignOptions(settings.hashtag_rule, settings.tracking_days)
    client = CreatorsAppClient(settings.creators_api_url or "")
    tables = [table.name for table in TABLES]

    def app(read: Callable[[CreatorsApp], object]) -> None:
        with transport(run) as opened:
            read(CreatorsApp(client, opened, RetryPolicy()))

    return {
        "creators": lambda: app(lambda it: read_creators(run, it)),
        "campaigns": lambda: app(lambda it: read_campaigns(run, it, options)),
        "participants": lambda: app(
            lambda it: read_participants(run, it, [day], settings.tracking_days)
        ),
        "raw": lambda: ask(run, [day], [Platform.INSTAGRAM]),
        "canonical": lambda: load_day(run, day, tables, with_findings=True),
        "outcomes": lambda: settle_outcomes(run, [day]),
        "matches": lambda: match_posts(run, day),
        "review": lambda: list_review_candidates(run, day),
        "summary": lambda: summarise_day(run, day),
        "months": lambda: make_months(run, [day]),
    }


@click.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--last", help="The step to end with. Default: all of them.")
def main(day: datetime, last: str | None) -> None:
    """Run DAY and tell what each step took."""
    told: dict[str, dict[str, float]] = {}
    with Warehouse.open(load_settings()) as warehouse:
        for name, work in steps(new_run(warehouse), day.date()).items():
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            told[name] = {
                "wall_s": round(time.perf_counter() - wall, 3),
                "cpu_s": round(time.process_time() - cpu, 3),
                "peak_mb_so_far": round(peak_mb(), 1),
            }
            print(f"    {name}: {told[name]}", file=sys.stderr, flush=True)
            if name == last:
                break
        with warehouse.begin() as connection:
            rows = {
                name: connection.execute(
                    sa.select(sa.func.count()).select_from(sa.table(name))
                ).scalar_one()
                for name in _COUNTED
            }
    print(json.dumps({"steps": told, "rows": rows, "peak_mb": round(peak_mb(), 1)}))


if __name__ == "__main__":
    main()
