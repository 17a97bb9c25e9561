"""The page on performance tells what was measured, missed goals included."""

import json

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.measure import Figure, Goal, Sample, Size, alternate, medians
from benchmarks.tables import PAGE, write_page

_MACHINE = {
    "python": "3.11.7",
    "system": "Linux x86_64",
    "cores": 2,
    "load_average": 0.5,
    "packages": {"pandas": "3.0"},
}


def _report(name, ratio, limit, *, is_floor=False, size=Size.FULL):
    samples = {"ours": [Sample(1.0, 0.5)], "theirs": [Sample(2.0, 1.5)]}
    goal = Goal(name, "ours ÷ theirs", limit, is_floor)
    figure = Figure(goal, ratio, size, medians(samples))
    return json.dumps({"machine": _MACHINE, "figures": [figure.as_json()]})


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "performance.md"
    path.write_text(
        "Before.\n\n<!-- measured: goals -->\nold\n<!-- end -->\n\nBetween.\n\n"
        "<!-- measured: peers -->\nkept\n<!-- end -->\nAfter.\n"
    )
    return path


def test_a_missed_goal_is_told_as_missed(page, tmp_path):
    (tmp_path / "one.full.json").write_text(_report("one.wall", 0.6, 0.5))
    (tmp_path / "two.full.json").write_text(_report("two.speed", 7, 6, is_floor=True))

    write_page(page, tmp_path)

    rows = [line for line in page.read_text().splitlines() if line.startswith("| `")]
    took = "ours: 1 s, CPU 0.5 s; theirs: 2 s, CPU 1.5 s"
    assert rows == [
        f"| `one.wall` | ours ÷ theirs | full | ≤ 0.5 | 0.60 | **missed** | {took} |",
        f"| `two.speed` | ours ÷ theirs | full | ≥ 6 | 7.00 | met | {took} |",
    ]


def test_only_what_stands_between_the_marks_is_written_anew(page, tmp_path):
    (tmp_path / "one.full.json").write_text(_report("one.wall", 0.6, 0.5))

    write_page(page, tmp_path)
    once = page.read_text()
    write_page(page, tmp_path)

    assert page.read_text() == once
    assert "old" not in once
    assert once.startswith("Before.\n\n<!-- measured: goals -->\n| goal |")
    assert "Between." in once
    assert once.endswith("<!-- measured: peers -->\nkept\n<!-- end -->\nAfter.\n")


def test_a_small_run_is_told_only_where_there_is_no_full_one_and_is_called_so(
    page, tmp_path
):
    small = _report("one.wall", 0.4, 0.5, size=Size.SHORT)
    (tmp_path / "one.short.json").write_text(small)

    write_page(page, tmp_path)
    assert "| short | ≤ 0.5 | 0.40 | met |" in page.read_text()

    (tmp_path / "one.full.json").write_text(_report("one.wall", 0.6, 0.5))
    write_page(page, tmp_path)
    assert "| full | ≤ 0.5 | 0.60 | **missed** |" in page.read_text()
    assert "short" not in page.read_text()


def test_the_tables_of_the_page_are_what_was_measured(tmp_path):
    copy = tmp_path / "performance.md"
    copy.write_text(PAGE.read_text())

    write_page(copy)

    assert copy.read_text() == PAGE.read_text(), "run `python -m benchmarks.tables`"


def test_ways_are_measured_in_turn_and_every_other_round_backwards():
    order = []

    def way(name):
        def measured():
            order.append(name)
            return Sample(len(order), 0)

        return measured

    samples = alternate({"a": way("a"), "b": way("b")}, rounds=3)

    assert order == ["a", "b", "b", "a", "a", "b"]
    assert medians(samples)["a"]["wall_s"] == 4


def test_every_registered_benchmark_exists():
    for name in BENCHMARKS:
        module = __import__(f"benchmarks.{name}", fromlist=["run"])
        assert callable(module.run)
