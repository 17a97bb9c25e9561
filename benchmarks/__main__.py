"""`python -m benchmarks`: run the benchmarks and write what they found."""

import importlib
import json

import click

from benchmarks.measure import Figure, Size, machine
from benchmarks.tables import RESULTS, write_page

BENCHMARKS: tuple[str, ...] = (
    "collect",
    "load",
    "match",
    "day",
    "dagster_cost",
    "read",
    "size",
)
"""Modules of this package with a function `run(size) -> list[Figure]`."""


@click.command()
@click.argument("names", nargs=-1)
@click.option(
    "--size",
    type=click.Choice([size.value for size in Size]),
    default="full",
    show_default=True,
)
def main(names: tuple[str, ...], size: str) -> None:
    """Run benchmarks by NAMES, or all; what they find is printed and kept as JSON.

    The table of docs/performance.md is written anew.
    """
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        msg = f"no benchmark {sorted(unknown)}; there are {', '.join(BENCHMARKS)}"
        raise click.UsageError(msg)
    for name in names or BENCHMARKS:
        click.echo(f"{name}:")
        module = importlib.import_module(f"benchmarks.{name}")
        figures: list[Figure] = module.run(Size(size))
        found = [figure.as_json() for figure in figures]
        for figure in found:
            verdict = "met" if figure["is_met"] else "MISSED"
            click.echo(
                f"  {figure['name']:24} {figure['ratio']:8.2f}"
                f" (goal {figure['limit']:g}) {verdict}"
            )
        RESULTS.mkdir(exist_ok=True)
        target = RESULTS / f"{name}.{size}.json"
        report = {"machine": machine(), "figures": found}
        target.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    write_page()


if __name__ == "__main__":
    main()
