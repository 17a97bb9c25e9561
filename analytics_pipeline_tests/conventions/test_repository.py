"""What must never be committed, and what every module must have."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/"),
    "a package registry": re.compile(
        "|".join(["files.python" + "hosted", "pypi" + r"\.org/simple"])
    ),
    "a private Dagster module": re.compile(r"^\s*(?:from|import) dagster\._", re.M),
}
LONGEST_MODULE = 500
LONGEST_FUNCTION = 60


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


MODULES = [path for path in _tracked() if path.suffix == ".py"]
OURS = [path for path in MODULES if (ROOT / "analytics_pipeline") in path.parents]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_forbidden_is_committed(what):
    found = []
    for path in _tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__) and FORBIDDEN[what].search(text):
            found.append(str(path.relative_to(ROOT)))

    assert found == []


def test_the_locks_name_no_host_and_hash_every_package():
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text
        pinned = re.findall(r"^[a-z0-9].*==", text, re.M)
        assert len(pinned) > 50
        assert text.count("--hash=sha256:") > len(pinned)


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_for_and_is_one_idea(path):
    text = path.read_text()
    tree = ast.parse(text)

    assert ast.get_docstring(tree)
    assert len(text.splitlines()) <= LONGEST_MODULE
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or 0) - node.lineno
            assert length <= LONGEST_FUNCTION, node.name


def test_no_test_is_skipped_or_expected_to_fail():
    marks = re.compile(
        "pytest." + r"mark\.(?:skip|xfail)|pytest\." + r"(?:skip|xfail)\("
    )
    for path in MODULES:
        assert not marks.search(path.read_text()), path


def test_nothing_is_mocked():
    words = ("Magic" + "Mock", "unittest" + ".mock", "mocker" + ".")
    for path in MODULES:
        assert not any(word in path.read_text() for word in words), path
