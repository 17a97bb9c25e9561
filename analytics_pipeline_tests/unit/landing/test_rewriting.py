"""An object is changed whole or not at all, and only where it is concerned."""

import json
import uuid

import pytest

from analytics_pipeline.landing.rewriting import rewrite_object
from analytics_pipeline.landing.store import LandingStore, LandingStoreError, ObjectKey
from analytics_pipeline_tests.conftest import FIRST_DAY

KEY = ObjectKey("raw_tiktok_media", FIRST_DAY, "run-1")
OURS = '{"attempt_id":"a","name":"Jana"}'
OTHERS = '{"attempt_id": "b",  "name":"J\\u00e1ra"}'


@pytest.fixture
def name(landing):
    return landing.write(KEY, [OURS, OTHERS, '{"cut off'])


def _nameless(line):
    return line | {"name": None} if line["attempt_id"] == "a" else None


def _path(landing, name):
    return landing.root / name


def test_lines_of_others_stay_letter_by_letter(landing, name):
    assert rewrite_object(landing, name, _nameless) == 1

    first, *others = landing.read_lines(name)
    assert json.loads(first) == {"attempt_id": "a", "name": None}
    assert others == [OTHERS, '{"cut off']


def test_a_second_time_finds_the_same_lines_and_writes_nothing(landing, name):
    rewrite_object(landing, name, _nameless)
    written = _path(landing, name).stat().st_mtime_ns

    assert rewrite_object(landing, name, _nameless) == 1
    assert _path(landing, name).stat().st_mtime_ns == written


def test_an_object_that_is_not_concerned_is_not_written(landing, name):
    written = _path(landing, name).stat().st_mtime_ns

    assert rewrite_object(landing, name, lambda _: None) == 0
    assert _path(landing, name).stat().st_mtime_ns == written


def test_being_killed_while_writing_leaves_the_object_as_it_was(landing, name):
    before = list(landing.read_lines(name))
    seen = []

    def killed_at_the_fourth_line(line):
        seen.append(line)
        if len(seen) == 4:
            raise KeyboardInterrupt
        return _nameless(line)

    with pytest.raises(KeyboardInterrupt):
        rewrite_object(landing, name, killed_at_the_fourth_line)

    assert list(landing.read_lines(name)) == before
    assert list(landing.names()) == [name]


def test_an_object_that_is_gone_is_told(landing):
    with pytest.raises(LandingStoreError):
        rewrite_object(landing, KEY.name, _nameless)


def test_drafts_of_killed_writers_are_removed_and_nothing_else(landing, name):
    draft = _path(landing, name).with_name(".run-1.jsonl.gz.4711")
    draft.write_bytes(b"half an object")

    assert landing.remove_drafts() == 1
    assert not draft.exists()
    assert list(landing.names()) == [name]


def test_an_object_store_is_rewritten_too():
    store = LandingStore(f"memory://{uuid.uuid4().hex}")
    name = store.write(KEY, [OURS, OTHERS])

    rewrite_object(store, name, _nameless)

    assert "Jana" not in "".join(store.read_lines(name))
    assert list(store.read_lines(name))[1] == OTHERS
