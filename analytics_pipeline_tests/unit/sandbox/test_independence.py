"""The sandbox shares no code with what is tested against it."""

import ast
from pathlib import Path

import pytest

import analytics_pipeline.sandbox

FOLDER = Path(analytics_pipeline.sandbox.__file__).parent
ALLOWED = {"starlette", "uvicorn", "click", "requests", "analytics_pipeline"}
MODULES = sorted(FOLDER.rglob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(FOLDER))
)
def test_a_module_imports_nothing_else_of_the_project(path):
    for name in imported(path):
        root = name.split(".")[0]
        if root == "analytics_pipeline":
            assert name.startswith("analytics_pipeline.sandbox")
        else:
            assert root in ALLOWED or root in __import__("sys").stdlib_module_names


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(FOLDER))
)
def test_a_module_stays_readable_in_size(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
