"""The documentation says what the code says, and its links lead somewhere."""

import importlib.util
import re
from pathlib import Path

import click
import pytest

from analytics_pipeline.cli.main import main as command_line
from analytics_pipeline.definitions import defs
from analytics_pipeline.schemas.tables import TABLES
from analytics_pipeline.settings import environment_names

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
_LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_MENTION = re.compile(r"docs/[\w/]+(?:-[\w-]+)?\.(?:md|py)")


def _generator():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("path", "text"),
    _generator().pages().items(),
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_generated_parts_are_current(path, text):
    assert path.read_text() == text, "run `make docs`"


def _commands(command, name):
    yield name
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            yield from _commands(command.get_command(context, child), f"{name} {child}")


def test_the_list_of_commands_says_what_each_command_says_of_itself():
    """It is written down, so that `--help` does not import everything."""
    context = click.Context(command_line, max_content_width=200, terminal_width=200)
    listed = command_line.get_help(context)

    for name in command_line.list_commands(context):
        command = command_line.get_command(context, name)
        assert f"{name} {command.get_short_help_str(200)}" in " ".join(listed.split())


def test_every_variable_command_table_and_column_is_documented():
    configuration = (DOCS / "configuration.md").read_text()
    commands = (DOCS / "command_line.md").read_text()
    tables = (DOCS / "tables.md").read_text()

    for name in environment_names():
        assert f"| `{name}` |" in configuration
    for name in _commands(command_line, "analytics-pipeline"):
        assert f"## `{name}`\n" in commands
    for table in TABLES:
        _, found, rest = tables.partition(f"### `{table.name}`\n")
        section = rest.split("\n### ")[0]
        assert found
        assert [c for c in table.columns if f"| `{c}` |" not in section] == []


def test_every_asset_and_make_target_is_told_where_people_begin():
    begin = "".join(
        path.read_text() for path in (ROOT / "README.md", DOCS / "architecture.md")
    )
    assets = {key.to_user_string() for key in defs.resolve_all_asset_keys()}
    targets = re.findall(
        r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE
    )

    assert [name for name in sorted(assets) if name not in begin] == []
    for name in ("demo", "test", "dev", "check", "setup"):
        assert name in targets
        assert f"make {name}" in begin


def _anchors(path):
    """Return the anchors of a page's headings, as GitHub makes them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in _HEADING.findall(path.read_text())
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target, anchor in _LINK.findall(page.read_text()):
        path = (page.parent / target) if target else page
        assert path.exists(), target
        if anchor:
            assert anchor in _anchors(path), f"{target}#{anchor}"


def test_pages_that_the_code_names_exist():
    sources = [*(ROOT / "analytics_pipeline").rglob("*.py"), ROOT / "Makefile"]
    named = {
        mention for path in sources for mention in _MENTION.findall(path.read_text())
    }

    assert len(named) > 5
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_tests_that_the_pages_name_exist():
    tests = ROOT / "analytics_pipeline_tests"
    named = {
        mention
        for page in PAGES
        for mention in re.findall(r"`([\w/]+/test_\w+\.py)`", page.read_text())
    }

    assert len(named) > 10
    assert [name for name in sorted(named) if not (tests / name).exists()] == []


@pytest.mark.parametrize(
    "page", sorted((DOCS / "decisions").glob("*.md")), ids=lambda path: path.name
)
def test_a_decision_is_short_and_says_what_would_change_it(page):
    text = page.read_text()

    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", page.name)
    assert len(text.splitlines()) <= 50
    if "dependencies" not in page.name:
        for part in (
            "**Context.**",
            "**Decision.**",
            "**What would change our mind.**",
        ):
            assert part in text
