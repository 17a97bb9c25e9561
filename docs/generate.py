"""Write the reference parts of these pages from the code: `make docs`.

A page marks such a part with `<!-- generated: NAME -->` and `<!-- end -->`; all other
text is written by hand. A test fails when a part is not what the code says.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import click
from pydantic.fields import FieldInfo

from analytics_pipeline.cli.main import main as command_line
from analytics_pipeline.schemas.fields import Field
from analytics_pipeline.schemas.findings import RULE_MEANINGS
from analytics_pipeline.schemas.logins import LOGIN_OUTCOMES
from analytics_pipeline.schemas.outcomes import (
    CAMPAIGN_PROBLEMS,
    REASONS,
    UNKNOWN_MEANINGS,
)
from analytics_pipeline.schemas.tables import TABLES
from analytics_pipeline.settings import Settings
from analytics_pipeline.warehouse.reporting_views import VIEWS, View

DOCS = Path(__file__).resolve().parent
_BEGIN = "<!-- generated: {} -->\n"
_END = "<!-- end -->"
_HELP_WIDTH = 80
# Computed from other settings or from the checkout's place: told in the description.
_NO_DEFAULT = frozenset({"ANALYTICS_HOME"})
# The views that others are about.
_HUBS = frozenset({"accounts", "campaigns", "creators", "posts"})


def environment() -> str:
    """Return the table of environment variables."""
    rows = [
        (f"`{field.alias}`", _default(field), field.description or "")
        for field in Settings.model_fields.values()
    ]
    return _table(("variable", "default", "meaning"), rows)


def tables() -> str:
    """Return a section per table."""
    return "\n".join(_table_sections())


def closed_lists() -> str:
    """Return the meanings of all values of closed lists."""
    reasons = [
        (f"`{reason}`", f"`{info.status}`", info.meaning, info.next_step)
        for reason, info in REASONS.items()
    ]
    parts = [
        "### `reason` of an account's outcome\n",
        _table(("reason", "status", "meaning", "next step"), reasons),
        "### Why a number is null: `unknown_reasons`\n",
        _meanings(UNKNOWN_MEANINGS),
        "### Why a campaign cannot match: `problems`\n",
        _meanings(CAMPAIGN_PROBLEMS),
        "### `rule` of a data quality finding\n",
        _meanings(RULE_MEANINGS),
    ]
    return "\n".join(parts)


def login_outcomes() -> str:
    """Return what can become of a login."""
    rows = [
        (f"`{outcome}`", info.meaning, info.next_step)
        for outcome, info in LOGIN_OUTCOMES.items()
    ]
    return _table(("`login_outcome`", "meaning", "next step"), rows)


def views() -> str:
    """Return the views of schema `reporting` and what a row of each is."""
    rows = [(f"[`{view.name}`](entities.md#{view.name})", view.grain) for view in VIEWS]
    return _table(("view", "grain"), rows)


def entity_diagram() -> str:
    """Return how the views hang together, as a Mermaid diagram.

    A view belongs to another whose key it holds; only keys are drawn.
    """
    hubs = [view for view in VIEWS if view.name in _HUBS]
    lines = ["erDiagram"]
    for view in VIEWS:
        lines += [
            f"    {hub.name} ||--o{{ {view.name} : has"
            for hub in hubs
            if hub is not view and {*hub.key} <= {*view.columns}
        ]
    for view in VIEWS:
        lines += [f"    {view.name} {{", *_attributes(view, hubs), "    }"]
    return "\n".join(["```mermaid", *lines, "```", ""])


def view_columns() -> str:
    """Return a section per view."""
    parts = []
    for view in VIEWS:
        key = ", ".join(f"`{name}`" for name in view.key)
        rows = [(f"`{it.name}`", f"`{it.type}`", it.meaning) for it in view.fields]
        parts += [f"### `{view.name}`\n", f"{view.comment} Key: {key}.\n"]
        parts += [_table(("column", "type", "meaning"), rows)]
    return "\n".join(parts)


def commands() -> str:
    """Return every command's help, as it prints it."""
    return "\n".join(_command_sections(command_line, "analytics-pipeline"))


_PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("configuration.md", "environment"): environment,
    ("tables.md", "tables"): tables,
    ("tables.md", "closed lists"): closed_lists,
    ("command_line.md", "commands"): commands,
    ("logins.md", "outcomes"): login_outcomes,
    ("analysts.md", "views"): views,
    ("entities.md", "diagram"): entity_diagram,
    ("entities.md", "columns"): view_columns,
}


def pages() -> dict[Path, str]:
    """Return every page with generated parts, as it should be.

    Raises:
        ValueError: A page lacks the marks of a part.
    """
    texts: dict[Path, str] = {}
    for (name, part), build in _PARTS.items():
        path = DOCS / name
        text = texts.get(path) or path.read_text()
        begin = _BEGIN.format(part)
        before, found, rest = text.partition(begin)
        _, ended, after = rest.partition(_END)
        if not (found and ended):
            msg = f"{path.name} lacks the marks of {part!r}"
            raise ValueError(msg)
        texts[path] = f"{before}{begin}\n{build()}\n{_END}{after}"
    return texts


def _default(field: FieldInfo) -> str:
    if field.alias in _NO_DEFAULT or field.default is None:
        return ""
    value = field.default
    if hasattr(value, "total_seconds"):
        value = f"{value.total_seconds() / 3600:g}h"
    return f"`{value}`"


def _table_sections() -> Iterator[str]:
    for table in TABLES:
        key = ", ".join(f"`{name}`" for name in table.key)
        yield f"### `{table.name}`\n"
        yield f"{table.grain} {table.meaning} Key: {key}.\n"
        rows = [
            (
                f"`{field.name}`",
                f"`{field.type}`",
                "yes" if field.name in table.nullable else "",
                _meaning(field),
            )
            for field in table.fields
        ]
        yield _table(("column", "type", "may be null", "meaning"), rows)


def _attributes(view: View, hubs: Iterable[View]) -> Iterator[str]:
    theirs = {name for hub in hubs if hub is not view for name in hub.key}
    for field in view.fields:
        marks = ["PK"] if field.name in view.key else []
        if field.name in theirs - {"platform"}:
            marks.append("FK")
        if marks:
            yield f"        {field.type} {field.name} {', '.join(marks)}"


def _meaning(field: Field) -> str:
    sources = ", ".join(f"{name}: `{source}`" for name, source in field.sources.items())
    return f"{field.meaning} ({sources})" if sources else field.meaning


def _command_sections(command: click.Command, name: str) -> Iterator[str]:
    context = click.Context(
        command,
        info_name=name,
        terminal_width=_HELP_WIDTH,
        max_content_width=_HELP_WIDTH,
        help_option_names=["-h", "--help"],
    )
    yield f"## `{name}`\n"
    yield f"```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from _command_sections(found, f"{name} {child}")


def _meanings(listed: Mapping[str, str]) -> str:
    return _table(("value", "meaning"), [(f"`{k}`", v) for k, v in listed.items()])


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(head)]
    lines += [("---",) * len(lines[0]), *map(tuple, rows)]
    shown = [" | ".join(cell.replace("|", "\\|") for cell in line) for line in lines]
    return "".join(f"| {line} |\n" for line in shown)


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text)
        sys.stdout.write(f"{page.name}\n")
