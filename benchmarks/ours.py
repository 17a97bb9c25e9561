"""`python -m benchmarks.ours`: one day of a house, as a program that can be measured.

Asks for all accounts and posts and loads them into PostgreSQL, in the house that the
environment names. The last line printed tells what was done, as JSON.
"""

import json
from datetime import datetime

import click

from analytics_pipeline.schemas.outcomes import Status
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import Warehouse
from benchmarks.plain import ask, load, new_run


@click.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--refresh", is_flag=True, help="Ask again for what is there already.")
def main(day: datetime, *, refresh: bool) -> None:
    """Collect and load DAY."""
    with Warehouse.open(load_settings()) as warehouse:
        run = new_run(warehouse)
        reports = ask(run, [day.date()], refresh=refresh)
        load(run, day.date())
    told = {
        "calls": sum(report.calls for report in reports),
        "calls_planned": sum(report.calls_planned for report in reports),
        "accounts": sum(report.count(Status.OK) for report in reports),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
