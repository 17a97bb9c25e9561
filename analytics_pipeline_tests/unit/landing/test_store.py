"""The landing store: objects whole or not at all, never changed, told when damaged."""

import gzip
import itertools
import os
import subprocess
import sys
import uuid
from dataclasses import replace

import fsspec
import pytest
import upath.registry
from fsspec.implementations.memory import MemoryFileSystem
from upath import UPath

from analytics_pipeline.landing.lines import (
    LandedAnswer,
    answer_line,
    attempt_line,
)
from analytics_pipeline.landing.store import (
    LandingStore,
    LandingStoreError,
    ObjectKey,
)
from analytics_pipeline_tests.unit.landing.making import (
    DAY,
    KEY,
    SOMEBODY,
    an_answer,
    an_attempt,
    files_no_larger_than,
)

LINES = ['{"a":1}', '{"caption":"한글 🌸 Žofie"}', "", '{"b":"' + "x" * 100_000 + '"}']


@pytest.fixture(params=["folder", "file address", "memory"])
def store(request, tmp_path):
    """A store behind each kind of address that needs no network."""
    addresses = {
        "folder": str(tmp_path / "raw"),
        "file address": (tmp_path / "raw").as_uri(),
        "memory": f"memory://{uuid.uuid4().hex}",
    }
    return LandingStore(addresses[request.param])


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (1, "raw_instagram_media/2026-03-01/run-1.jsonl.gz"),
        (2, "raw_instagram_media/2026-03-01/run-1-2.jsonl.gz"),
        (11, "raw_instagram_media/2026-03-01/run-1-11.jsonl.gz"),
    ],
    ids=str,
)
def test_an_object_is_named_by_asset_day_run_and_part(part, name):
    assert replace(KEY, part=part).name == name


def test_what_is_written_is_there_and_can_be_read(store):
    assert not store.has(KEY)
    name = store.write(KEY, iter(LINES))
    assert name == KEY.name
    assert store.has(KEY)
    assert not store.has(replace(KEY, part=2))
    assert list(store.read_lines(name)) == LINES


def test_an_object_without_lines_is_an_object(store):
    assert list(store.read_lines(store.write(KEY, []))) == []


def test_an_object_is_never_changed(store):
    store.write(KEY, ["first"])
    assert store.write(KEY, ["second"]) == KEY.name
    assert list(store.read_lines(KEY.name)) == ["first"]


def test_equal_lines_give_equal_bytes(tmp_path):
    """Wherever, whenever and by whomever they are written."""
    stores = [LandingStore(str(tmp_path / name)) for name in "ab"]
    keys = [KEY, ObjectKey("other", DAY, "run-2", 5)]
    written = set()
    for store, key in itertools.product(stores, keys):
        store.write(key, LINES)
        written.add((store.root / key.name).read_bytes())
    memory = LandingStore(f"memory://{uuid.uuid4().hex}")
    memory.write(KEY, LINES)
    written.add((memory.root / KEY.name).read_bytes())
    assert len(written) == 1
    (packed,) = written
    # No time and no file name in the header (RFC 1952, bytes 3 to 7).
    assert packed[3:8] == bytes(5)
    assert gzip.decompress(packed).decode() == "".join(f"{line}\n" for line in LINES)


def test_an_object_is_not_to_be_seen_before_it_is_whole(store):
    seen = []

    def lines():
        for number in range(3):
            yield "x" * 200_000
            seen.append((store.has(KEY), list(store.names()), number))

    store.write(KEY, lines())
    assert seen == [(False, [], number) for number in range(3)]
    assert list(store.names()) == [KEY.name]


def test_nothing_is_left_of_an_object_whose_lines_end_in_an_error(store):
    def lines():
        yield "x" * 200_000
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(KEY, lines())
    assert not store.has(KEY)
    store.write(KEY, ["better"])
    assert list(store.read_lines(KEY.name)) == ["better"]


def test_no_draft_is_left_beside_an_object(tmp_path):
    store = LandingStore(str(tmp_path))
    store.write(KEY, LINES)
    assert [path.name for path in (tmp_path / KEY.name).parent.iterdir()] == [
        "run-1.jsonl.gz"
    ]


def test_a_lone_surrogate_comes_back_as_its_escape(store):
    """Half a character, cut off by a platform, must not cost the object."""
    store.write(KEY, ['{"detail":"half \ud83d"}'])
    assert list(store.read_lines(KEY.name)) == [r'{"detail":"half \ud83d"}']


@pytest.mark.parametrize("place", ["raw", "raw/raw_instagram_media"])
def test_a_file_in_the_place_of_a_folder_is_named(tmp_path, place):
    obstacle = tmp_path / place
    obstacle.parent.mkdir(parents=True, exist_ok=True)
    obstacle.write_text("in the way")
    store = LandingStore(str(tmp_path / "raw"))
    assert not store.has(KEY)
    with pytest.raises(LandingStoreError) as caught:
        store.write(KEY, LINES)
    assert str(caught.value).startswith(f"cannot write {tmp_path}/raw/{KEY.name}: ")
    assert str(caught.value).endswith(("Not a directory", "File exists"))
    assert obstacle.read_text() == "in the way"


def test_a_full_disk_is_named_and_nothing_is_left(tmp_path):
    store = LandingStore(str(tmp_path / "raw"))
    lines = [os.urandom(1000).hex() for _ in range(500)]
    with files_no_larger_than(64 * 1024), pytest.raises(LandingStoreError) as caught:
        store.write(KEY, lines)
    assert (
        str(caught.value) == f"cannot write {tmp_path}/raw/{KEY.name}: File too large"
    )
    assert not store.has(KEY)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    store.write(KEY, lines)
    assert list(store.read_lines(KEY.name)) == lines


def test_a_kill_while_writing_leaves_nothing_to_be_seen(tmp_path):
    program = f"""
import os, signal, sys
from datetime import date
from analytics_pipeline.landing.store import LandingStore, ObjectKey
def lines():
    for _ in range(50):
        yield os.urandom(10_000).hex()
    os.kill(os.getpid(), signal.SIGKILL)
key = ObjectKey({KEY.asset!r}, date(2026, 3, 1), {KEY.run_id!r})
LandingStore(sys.argv[1]).write(key, lines())
"""
    done = subprocess.run([sys.executable, "-c", program, tmp_path], check=False)
    assert done.returncode == -9
    store = LandingStore(str(tmp_path))
    assert not store.has(KEY)
    assert list(store.names()) == []
    store.write(KEY, LINES)
    assert list(store.read_lines(KEY.name)) == LINES


def test_an_object_that_is_not_there_is_named(store):
    with pytest.raises(LandingStoreError, match=r"cannot read .*run-1\.jsonl\.gz"):
        list(store.read_lines(KEY.name))


def cut_off(packed):
    return packed[: len(packed) // 2]


def without_end(packed):
    return packed[:-8]


def overwritten(packed):
    return packed[:10] + b"\xff" * 100 + packed[110:]


def of_another_sum(packed):
    return packed[:-8] + bytes(4) + packed[-4:]


def not_packed(packed):
    return gzip.decompress(packed)


def no_text(_):
    return gzip.compress(b"\xff\xfe")


@pytest.mark.parametrize(
    "damage", [cut_off, without_end, overwritten, of_another_sum, not_packed, no_text]
)
def test_a_damaged_object_is_named(store, damage):
    lines = [f'{{"number":{number}}}' for number in range(5000)]
    store.write(KEY, lines)
    path = store.root / KEY.name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(LandingStoreError, match=r"cannot read .*run-1\.jsonl\.gz: "):
        list(store.read_lines(KEY.name))


def test_attempts_come_with_their_own_answers(store):
    first = [LandedAnswer("a1", n, SOMEBODY, an_answer(n)) for n in (1, 2)]
    second = [LandedAnswer("a2", 1, SOMEBODY, an_answer(3))]
    store.write(
        KEY,
        [
            *map(answer_line, first),
            attempt_line(an_attempt("a1")),
            *map(answer_line, second),
            attempt_line(an_attempt("a2")),
            attempt_line(an_attempt("a3")),
        ],
    )
    assert list(store.read_attempts(KEY.name)) == [
        (an_attempt("a1"), first),
        (an_attempt("a2"), second),
        (an_attempt("a3"), []),
    ]


def test_lines_of_a_later_kind_are_passed_over(store):
    lines = ['{"v":2,"kind":"note"}', "junk", attempt_line(an_attempt())]
    store.write(KEY, lines)
    assert list(store.read_attempts(KEY.name)) == [(an_attempt(), [])]


def test_attempts_are_read_one_at_a_time(store):
    """Memory is bounded by an account, not by a day."""
    line = attempt_line(an_attempt())
    store.write(KEY, [line, '{"kind":"attempt"}'])
    attempts = store.read_attempts(KEY.name)
    assert next(attempts)[0] == an_attempt()
    with pytest.raises(KeyError):
        next(attempts)


def test_all_objects_are_listed_in_order(store):
    keys = [
        ObjectKey("raw_tiktok_media", DAY, "run-1"),
        KEY,
        replace(KEY, part=2),
        replace(KEY, day=DAY.replace(day=2)),
    ]
    for key in keys:
        store.write(key, [])
    assert list(store.names()) == sorted(key.name for key in keys)
    instagram = [key.name for key in keys if key.asset == KEY.asset]
    assert list(store.names(KEY.asset)) == sorted(instagram)


def test_an_empty_store_has_no_objects(store):
    assert list(store.names()) == []
    assert list(store.names("raw_instagram_media")) == []


def test_a_store_proves_that_it_can_be_written(store):
    store.check()
    store.check()
    assert [path.name for path in store.root.iterdir()] == []


def test_a_store_that_cannot_be_written_is_named(tmp_path):
    place = tmp_path / "raw"
    place.write_text("in the way")
    with pytest.raises(LandingStoreError) as caught:
        LandingStore(str(place)).check()
    assert str(caught.value) == f"cannot write under {place}: File exists"


class ClosedFileSystem(MemoryFileSystem):
    """An object store that lets nobody in."""

    protocol = "closed"

    def exists(self, path, **_):
        raise PermissionError(13, "Forbidden", path)


class ClosedPath(UPath):
    """A path of it."""


def test_an_object_store_that_lets_nobody_in_is_named():
    fsspec.register_implementation("closed", ClosedFileSystem, clobber=True)
    upath.registry.register_implementation("closed", ClosedPath, clobber=True)
    store = LandingStore("closed://bucket/raw")
    with pytest.raises(LandingStoreError) as read:
        store.has(KEY)
    with pytest.raises(LandingStoreError) as written:
        store.write(KEY, LINES)
    place = f"closed://bucket/raw/{KEY.name}: Forbidden"
    assert str(read.value) == f"cannot read {place}"
    assert str(written.value) == f"cannot write {place}"
