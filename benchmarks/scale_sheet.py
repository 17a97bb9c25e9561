"""What a million creators cost in a day, computed from what one of them costs.

`python -m benchmarks.scale_sheet` writes the tables of docs/scale.md. Unit costs stand
in `unit_costs.json` with where they come from; everything else is arithmetic here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_PAGE = _HERE.parent / "docs" / "scale.md"
_DAY_SECONDS = 86_400
_GB = 1e9
_MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class World:
    """Whom a day is about, and what the platforms allow.

    Attributes:
        outside: Creators read by business discovery.
        connected: Creators who have connected their Instagram account.
        tiktok: Creators who have connected their TikTok account.
        owners: Users of the Meta app in whose name outside creators are read.
        posts: Tracked posts of a creator and platform.
        insights_due: Posts of a connected account whose insights are due on a day.
        stories: Stories of a connected account in a day.
        looks: Looks at stories in a day.
        metrics: Numbers that an insights answer has.
        window_hours: In how long the day should be there.
        in_flight: Accounts that one worker asks at the same time.
        retention_days: How long days stay in PostgreSQL.
    """

    outside: int = 43_200
    connected: int = 956_800
    tiktok: int = 500_000
    owners: int = 10
    posts: int = 12
    insights_due: int = 12
    stories: int = 3
    looks: int = 4
    metrics: int = 8
    window_hours: int = 6
    in_flight: int = 64
    retention_days: int = 90


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what, how much, and how it is computed."""

    name: str
    value: float
    unit: str
    formula: str


# Per hour and per minute: docs/sources/instagram.md, docs/sources/tiktok.md. Budgets
# stop at 90 % (decision 12).
_DISCOVERY_PER_OWNER_HOUR = 200
_TIKTOK_PER_MINUTE = 600
_USED_SHARE = 0.9

# On-demand list prices of one large provider in one region, in USD. Assumed: look them
# up for yours.
PRICES = {
    "worker of 2 cores and 4 GB, per hour": 0.0725,
    "database of 8 cores and 64 GB, per hour": 1.00,
    "database storage, per GB and month": 0.115,
    "object storage, per GB and month": 0.023,
    "object storage, per 1,000 writes": 0.005,
}


def calls(world: World) -> list[Row]:
    """Return the calls of a day, by what they are for."""
    connected = world.connected
    return [
        Row(
            "Instagram, outside creators",
            world.outside,
            "calls",
            "1 each: profile and newest 50 posts",
        ),
        Row(
            "Instagram, lists of connected accounts",
            connected,
            "calls",
            "1 each: profile and posts",
        ),
        Row(
            "Instagram, insights of posts",
            connected * world.insights_due,
            "calls",
            f"{world.insights_due} posts due, 1 each",
        ),
        Row("Instagram, insights of accounts", connected * 3, "calls", "3 each"),
        Row(
            "Instagram, stories",
            connected * (world.looks + world.stories * world.looks),
            "calls",
            f"{world.looks} looks, each at {world.stories} stories",
        ),
        Row("TikTok, profile", world.tiktok, "calls", "1 each"),
        Row("TikTok, list of videos", world.tiktok, "calls", "1 page of 20 each"),
    ]


def limits(world: World) -> list[Row]:
    """Return what the platforms allow in a day, of what has a limit that matters."""
    discovery = world.owners * _DISCOVERY_PER_OWNER_HOUR * 24 * _USED_SHARE
    tiktok = _TIKTOK_PER_MINUTE * 60 * 24 * _USED_SHARE
    needed = 1_000_000 / (_DISCOVERY_PER_OWNER_HOUR * 24 * _USED_SHARE)
    return [
        Row(
            "outside creators in a day",
            discovery,
            "creators",
            f"{world.owners} owners × {_DISCOVERY_PER_OWNER_HOUR} an hour × 24 × 0.9",
        ),
        Row(
            "owners for a million outside creators, daily",
            needed,
            "owners",
            "1,000,000 ÷ (200 × 24 × 0.9)",
        ),
        Row(
            "days to see a million outside creators once",
            1_000_000 / discovery,
            "days",
            "1,000,000 ÷ what ten owners may in a day",
        ),
        Row(
            "TikTok accounts in a day",
            tiktok,
            "accounts",
            "600 a minute per endpoint × 1,440 × 0.9, one page of videos each",
        ),
        Row(
            "… in the day's window",
            tiktok * world.window_hours / 24,
            "accounts",
            f"the same in {world.window_hours} hours",
        ),
    ]


def rows(world: World) -> list[Row]:
    """Return the rows that a day adds to the warehouse, by table."""
    accounts = world.outside + world.connected + world.tiktok
    told = world.connected * (world.insights_due + world.stories)
    return [
        Row("account_snapshots", accounts, "rows", "1 per account"),
        Row("sync_outcomes", accounts, "rows", "1 per account"),
        Row(
            "collection_attempts",
            accounts + world.connected * (2 + world.looks),
            "rows",
            "1 per account and kind of question",
        ),
        Row(
            "post_snapshots",
            accounts * world.posts,
            "rows",
            f"{world.posts} tracked posts per account",
        ),
        Row(
            "post_metric_values",
            told * world.metrics,
            "rows",
            f"{world.metrics} numbers per post or story that was asked for",
        ),
    ]


def costs(world: World, unit: Mapping[str, float]) -> list[Row]:
    """Return what a day costs in time, room and money.

    Args:
        world: Whom it is about.
        unit: The unit costs, by name.

    Returns:
        In the order in which a day is worked off.
    """
    made = {row.name: row.value for row in calls(world)}
    stored = {row.name: row.value for row in rows(world)}
    all_calls, all_rows = sum(made.values()), sum(stored.values())
    lists = world.outside + world.connected + 2 * world.tiktok
    rate = all_calls / (world.window_hours * 3600)
    in_flight = rate * unit["wall_ms_per_call"] / 1000
    cores = rate * unit["cpu_ms_per_call"] / 1000
    workers = max(in_flight / world.in_flight, cores)
    landed = (
        lists * unit["landing_bytes_per_list_call"]
        + (all_calls - lists) * unit["landing_bytes_per_insight_call"]
    ) / _GB
    accounts = stored["account_snapshots"]
    kept = (
        stored["post_snapshots"] * unit["warehouse_bytes_per_post_row"]
        + stored["post_metric_values"] * unit["warehouse_bytes_per_value_row"]
        + accounts * unit["warehouse_bytes_per_account_row"]
    ) / _GB
    return [
        Row("calls", all_calls, "calls", "sum of the first table"),
        Row("calls a second", rate, "calls/s", f"÷ {world.window_hours} hours"),
        Row("in flight", in_flight, "calls", "× `wall_ms_per_call`"),
        Row("processor of asking", cores, "cores", "× `cpu_ms_per_call`"),
        Row(
            "workers",
            workers,
            "processes",
            f"the larger of in flight ÷ {world.in_flight} and one core each",
        ),
        Row(
            "parsing",
            all_rows * unit["parse_us_per_row"] / 3.6e9,
            "core hours",
            "rows × `parse_us_per_row`",
        ),
        Row(
            "loading",
            all_rows * unit["load_us_per_row"] / 3.6e9,
            "hours",
            "rows × `load_us_per_row`",
        ),
        Row(
            "matching",
            stored["post_snapshots"] * unit["match_us_per_post"] / 3.6e9,
            "hours",
            "posts × `match_us_per_post`",
        ),
        Row("landing store", landed, "GB", "calls × their bytes"),
        Row("warehouse", kept, "GB", "rows × their bytes"),
        Row(
            "warehouse, kept",
            kept * world.retention_days / 1000,
            "TB",
            f"× {world.retention_days} days before they are archived",
        ),
        Row(
            "Dagster's event log",
            unit["event_log_bytes_per_run"] / 1e6,
            "MB",
            "does not grow with creators: one run, one line per step and asset",
        ),
    ]


def money(world: World, unit: Mapping[str, float]) -> list[Row]:
    """Return what a month costs, in USD at the prices assumed."""
    cost = {row.name: row.value for row in costs(world, unit)}
    objects = cost["landing store"] * _GB / 6e6
    price = iter(PRICES.values())
    return [
        Row(
            "workers",
            cost["workers"] * world.window_hours * _MONTH_DAYS * next(price),
            "USD",
            "while they ask",
        ),
        Row("database", 24 * _MONTH_DAYS * next(price), "USD", "all the time"),
        Row(
            "its storage",
            cost["warehouse, kept"] * 1000 * next(price),
            "USD",
            f"{world.retention_days} days",
        ),
        Row(
            "landing store",
            cost["landing store"] * 365 * next(price),
            "USD",
            "a month, after a year of days",
        ),
        Row(
            "its writes",
            objects * _MONTH_DAYS / 1000 * next(price),
            "USD",
            "one object per 32 MB of answers, some 6 MB compressed",
        ),
    ]


def render(world: World, unit: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of the sheet, in Markdown.

    Args:
        world: Whom the day is about.
        unit: The unit costs, by name.

    Yields:
        Headings and tables.
    """
    parts = {
        "Calls of a day": calls(world),
        "What the platforms allow": limits(world),
        "Rows of a day": rows(world),
        "Time and room of a day": costs(world, unit),
        "Money of a month": money(world, unit),
    }
    for title, lines in parts.items():
        yield f"### {title}\n"
        yield from _table(lines)
        yield ""


def _table(lines: Iterable[Row]) -> Iterator[str]:
    yield "| what | how much | unit | how |"
    yield "| --- | ---: | --- | --- |"
    for row in lines:
        yield f"| {row.name} | {_number(row.value)} | {row.unit} | {row.formula} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2g}"


def page(text: str) -> str:
    """Return docs/scale.md with its generated parts as the sheet says now."""
    given = json.loads((_HERE / "unit_costs.json").read_text())
    unit = {name: float(cost["value"]) for name, cost in given.items()}
    known = ["| unit cost | value | from |", "| --- | ---: | --- |"]
    known += [
        f"| `{name}` | {cost['value']:g} | {cost['source']} |"
        for name, cost in given.items()
    ]
    known += [f"| {name} | {price:g} USD | assumed |" for name, price in PRICES.items()]
    for name, lines in (("units", known), ("sheet", render(World(), unit))):
        begin, end = f"<!-- generated: {name} -->\n", "<!-- end -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = before + begin + "\n".join(lines).rstrip() + "\n" + end + after
    return text


if __name__ == "__main__":
    _PAGE.write_text(page(_PAGE.read_text()))
