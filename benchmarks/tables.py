"""What was measured, as Markdown: the tables of `docs/performance.md`.

They are written from the JSON files in `benchmarks/results`, so that a page tells no
number that was not measured. A missed goal is told as missed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.programs import ROOT

PAGE = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "benchmarks" / "results"
PEERS_FILE = "peers.json"
_BEGIN = "<!-- measured: {} -->\n"
_END = "<!-- end -->"


def write_page(page: Path = PAGE, results: Path = RESULTS) -> None:
    """Write the tables into the page, between their marks.

    Args:
        page: Which page.
        results: The folder of what was measured.
    """
    text = page.read_text(encoding="utf-8")
    text = _replaced(text, "goals", goals_table(results))
    if (results / PEERS_FILE).exists():
        report = json.loads((results / PEERS_FILE).read_text(encoding="utf-8"))
        text = _replaced(text, "peers", peers_table(report))
    page.write_text(text, encoding="utf-8")


def goals_table(results: Path) -> str:
    """Return every goal with what was measured of it.

    A benchmark that was not run at full size is told at its short one, and so called.

    Args:
        results: The folder of what was measured.

    Returns:
        A table, and where and with what it was measured.
    """
    # "full" is before "short", and the first stays.
    reports: dict[str, Any] = {}
    for path in sorted(results.glob("*.*.json")):
        name, _, _ = path.name.partition(".")
        reports.setdefault(name, json.loads(path.read_text("utf-8")))
    rows = [
        (
            f"`{figure['name']}`",
            figure["text"],
            figure["size"],
            f"{'≥' if figure['is_floor'] else '≤'} {figure['limit']:g}",
            f"{figure['ratio']:.2f}",
            "met" if figure["is_met"] else "**missed**",
            _medians(figure["details"]),
        )
        for report in reports.values()
        for figure in report["figures"]
    ]
    header = ("goal", "what is compared", "size", "limit", "measured", "", "medians")
    machines = {name: report["machine"] for name, report in reports.items()}
    return table(header, rows) + "\n" + "".join(_places(machines))


def peers_table(report: Mapping[str, Any]) -> str:
    """Return all ways of the same work beside each other.

    Args:
        report: What `make bench-peers` has written.

    Returns:
        A table, the size of the work, and where and with what it was measured.
    """
    rows = [
        (
            name,
            f"{found['wall_s']:.1f}",
            f"{found['facts']['second_wall_s']:.1f}",
            f"{found['cpu_s']:.1f}",
            f"{found['peak_mb']:.0f}",
            f"{found['facts']['calls']:,}",
            f"{found['facts']['accounts']:,} + {found['facts']['posts']:,}",
            "yes" if found["facts"]["is_idempotent"] else "**no**",
        )
        for name, found in report["ways"].items()
    ]
    header = (
        "way",
        "wall s",
        "again s",
        "CPU s",
        "peak MB",
        "calls",
        "accounts + posts",
        "second run idempotent",
    )
    size = (
        f"{report['creators']:,} Instagram and {report['creators']:,} TikTok accounts"
        f" with {report['posts']} posts each; medians of {report['rounds']} rounds.\n"
    )
    with_what = ", ".join(f"{k} {v}" for k, v in report["peers"].items())
    places = "".join(_places({"peers": report["machine"]}))
    return f"{table(header, rows)}\n{size}\n{places}  Peers: {with_what}.\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _medians(details: Mapping[str, Any]) -> str:
    """Return the medians of each way, where a figure has such."""
    return "; ".join(
        f"{way}: {found['wall_s']:.4g} s, CPU {found['cpu_s']:.4g} s"
        for way, found in details.items()
        if isinstance(found, Mapping) and "wall_s" in found and "cpu_s" in found
    )


def _places(machines: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    """Yield a line for each place and state that something was measured in."""
    for name, machine in machines.items():
        packages = ", ".join(f"{k} {v}" for k, v in machine["packages"].items())
        yield (
            f"* `{name}`: Python {machine['python']}, {machine['system']},"
            f" {machine['cores']} cores, load average {machine['load_average']:g}"
            f" at the end; {packages}.\n"
        )


def _replaced(text: str, name: str, part: str) -> str:
    before, begin, rest = text.partition(_BEGIN.format(name))
    _, end, after = rest.partition(_END)
    if not end:
        msg = f"the page has no part {name!r} between its marks"
        raise ValueError(msg)
    return f"{before}{begin}{part}{end}{after}"


if __name__ == "__main__":
    write_page()
