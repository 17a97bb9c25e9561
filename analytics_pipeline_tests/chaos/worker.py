"""A collecting process of its own, so that it can be killed.

`python -m analytics_pipeline_tests.chaos.worker FIRST LAST`: what the environment says.
"""

import sys
from datetime import date
from typing import Any, cast

from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.engine import Warehouse
from analytics_pipeline_tests.agency import Agency

_NOT_NEEDED = cast("Any", None)


def main(first: str, last: str) -> None:
    """Collect some days."""
    with Warehouse.open(load_settings()) as warehouse:
        agency = Agency(_NOT_NEEDED, warehouse, _NOT_NEEDED, _NOT_NEEDED)
        agency.collect_plainly(date.fromisoformat(first), date.fromisoformat(last))


if __name__ == "__main__":
    main(*sys.argv[1:])
