"""The spool: answers are safe from the moment they are recorded."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from analytics_pipeline.landing.publishing import recover_spools, spool_file_name
from analytics_pipeline.landing.spool import Spool
from analytics_pipeline.landing.store import LandingStoreError
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline_tests.unit.landing.making import (
    KEY,
    NOW,
    an_answer,
    an_attempt,
    files_no_larger_than,
)


@pytest.fixture
def spool(folder, landing, told):
    return Spool(folder, landing, KEY, told)


def object_of(part):
    return replace(KEY, part=part).name


def bodies_of(landing, part=1):
    """Give each attempt's id with its answers' bodies, in an object's order."""
    return [
        (attempt.attempt_id, [landed.answer.body for landed in answers])
        for attempt, answers in landing.read_attempts(object_of(part))
    ]


def test_attempts_and_answers_become_an_object(spool, folder, landing, told):
    log = spool.open(an_attempt(calls_planned=2))
    log.record(an_answer(1))
    log.record(an_answer(2))
    closed = an_attempt(calls_planned=2, calls=2, covers_from=NOW)
    log.close(closed)
    assert told.objects == []
    spool.finish()
    assert told.objects == [[replace(closed, object_url=KEY.name)]]
    ((attempt, answers),) = landing.read_attempts(KEY.name)
    assert attempt == closed
    assert [landed.answer for landed in answers] == [an_answer(1), an_answer(2)]
    assert [landed.sequence for landed in answers] == [1, 2]
    assert {landed.account for landed in answers} == {closed.account}
    assert list(folder.iterdir()) == []


def test_every_answer_is_on_disk_before_anything_looks_into_it(spool, folder):
    log = spool.open(an_attempt())
    path = folder / spool_file_name(KEY)
    for number in (1, 2):
        log.record(an_answer(number))
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert [line["kind"] for line in lines] == ["opening"] + ["answer"] * number
        assert lines[-1]["payload"] == an_answer(number).body
    assert lines[0]["reason"] == "interrupted"
    log.close(an_attempt())
    spool.finish()


def test_without_attempts_there_is_neither_file_nor_object(
    spool, folder, landing, told
):
    spool.finish()
    assert not folder.exists()
    assert list(landing.names()) == told.objects == []


def test_an_attempt_without_answers_is_accounted_for(spool, landing, told):
    spool.open(an_attempt()).close(an_attempt(status=Status.SKIPPED))
    spool.finish()
    assert bodies_of(landing) == [("a1", [])]
    assert told.attempts == [an_attempt(status=Status.SKIPPED, object_url=KEY.name)]


def test_interleaved_attempts_come_out_one_after_the_other(spool, landing):
    logs = {name: spool.open(an_attempt(name)) for name in ("a1", "a2")}
    for number in range(1, 4):
        for log in logs.values():
            log.record(an_answer(number))
    for name in ("a2", "a1"):
        logs[name].close(an_attempt(name))
    spool.finish()
    bodies = [an_answer(number).body for number in (1, 2, 3)]
    assert bodies_of(landing) == [("a1", bodies), ("a2", bodies)]
    kinds = [json.loads(line)["kind"] for line in landing.read_lines(KEY.name)]
    assert kinds == ["answer", "answer", "answer", "attempt"] * 2


def test_answers_of_many_threads_do_not_mix(folder, landing, told):
    """Segments fill up and are published while others are being written."""
    spool = Spool(folder, landing, KEY, told, segment_bytes=20_000)
    together = threading.Barrier(8)

    def read_accounts(thread):
        together.wait()
        for number in range(12):
            name = f"{thread}-{number}"
            log = spool.open(an_attempt(name))
            for answer in range(4):
                log.record(an_answer(answer, body=f"{name}-{answer}" + "x" * 200))
            log.close(an_attempt(name, calls=4))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(read_accounts, thread) for thread in range(8)]:
            done.result()
    spool.finish()
    names = list(landing.names())
    assert len(names) > 2
    found = {}
    for name in names:
        for attempt, answers in landing.read_attempts(name):
            found[attempt.attempt_id] = answers
            assert attempt == an_attempt(attempt.attempt_id, calls=4)
    assert len(found) == len(told.attempts) == 8 * 12
    for name, answers in found.items():
        bodies = [landed.answer.body.rstrip("x") for landed in answers]
        assert bodies == [f"{name}-{answer}" for answer in range(4)]
        assert [landed.sequence for landed in answers] == [1, 2, 3, 4]
        assert {landed.attempt_id for landed in answers} == {name}
    told_of = {attempt.attempt_id: attempt.object_url for attempt in told.attempts}
    assert set(told_of.values()) == set(names)
    assert list(folder.iterdir()) == []


def test_a_full_segment_becomes_an_object_at_once(folder, landing, told):
    spool = Spool(folder, landing, KEY, told, segment_bytes=1)
    for name in ("a1", "a2"):
        log = spool.open(an_attempt(name))
        log.record(an_answer())
        log.close(an_attempt(name))
    assert list(landing.names()) == sorted([object_of(1), object_of(2)])
    assert [attempt.object_url for attempt in told.attempts] == [
        object_of(1),
        object_of(2),
    ]
    spool.finish()
    assert len(told.objects) == 2


def test_a_full_segment_waits_for_its_last_attempt(folder, landing, told):
    spool = Spool(folder, landing, KEY, told, segment_bytes=1)
    slow = spool.open(an_attempt("slow"))
    spool.open(an_attempt("quick")).close(an_attempt("quick"))
    slow.record(an_answer(1))
    assert told.objects == []
    # The next attempt goes to a new segment, which has nothing to wait for.
    spool.open(an_attempt("next")).close(an_attempt("next"))
    assert [attempt.attempt_id for attempt in told.attempts] == ["next"]
    slow.close(an_attempt("slow"))
    assert bodies_of(landing, 1) == [("slow", [an_answer(1).body]), ("quick", [])]
    assert bodies_of(landing, 2) == [("next", [])]
    spool.finish()
    assert len(told.attempts) == 3


def test_a_repeated_step_of_the_same_run_gets_a_new_part(folder, landing, told):
    """Dagster repeats a step under the same run id; objects are never changed."""
    for number in (1, 2, 3):
        spool = Spool(folder, landing, KEY, told)
        spool.open(an_attempt(f"a{number}")).close(an_attempt(f"a{number}"))
        spool.finish()
    assert [attempt.object_url for attempt in told.attempts] == [
        object_of(1),
        object_of(2),
        object_of(3),
    ]
    assert [bodies_of(landing, part) for part in (1, 2, 3)] == [
        [("a1", [])],
        [("a2", [])],
        [("a3", [])],
    ]


def test_two_writers_of_the_same_run_do_not_share_a_file(folder, landing, told):
    first, second = (Spool(folder, landing, KEY, told) for _ in range(2))
    logs = [first.open(an_attempt("a1")), second.open(an_attempt("a2"))]
    for log, name in zip(logs, ("a1", "a2"), strict=True):
        log.record(an_answer(body=name))
        log.close(an_attempt(name))
    second.finish()
    first.finish()
    assert bodies_of(landing, 1) == [("a1", ["a1"])]
    assert bodies_of(landing, 2) == [("a2", ["a2"])]


def test_the_spool_of_a_living_writer_is_left_alone(spool, folder, landing, told):
    log = spool.open(an_attempt())
    log.record(an_answer(1))
    assert recover_spools(folder, landing, told) == 0
    log.record(an_answer(2))
    log.close(an_attempt())
    spool.finish()
    assert bodies_of(landing) == [("a1", [an_answer(1).body, an_answer(2).body])]
    assert len(told.attempts) == 1


def test_an_attempt_that_was_never_closed_is_interrupted(spool, landing, told):
    """The collection was broken off by an error elsewhere."""
    spool.open(an_attempt()).record(an_answer(5))
    spool.finish()
    (attempt,) = told.attempts
    assert (attempt.status, attempt.reason) == (Status.FAILED, Reason.INTERRUPTED)
    assert (attempt.calls, attempt.observed_at) == (1, NOW + timedelta(seconds=5))
    assert bodies_of(landing) == [("a1", [an_answer(5).body])]


def test_half_a_character_in_an_outcome_costs_nothing(spool, landing, told):
    log = spool.open(an_attempt())
    log.close(an_attempt(detail="half \ud83d"))
    spool.finish()
    assert told.attempts[0].detail == "half \ud83d"
    ((attempt, _),) = landing.read_attempts(KEY.name)
    assert attempt.detail == "half \ud83d"


def test_a_file_in_the_place_of_the_folder_is_named(spool, folder):
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    with pytest.raises(LandingStoreError) as caught:
        spool.open(an_attempt())
    assert str(caught.value) == f"cannot write the spool in {folder}: File exists"


def test_a_full_disk_is_named_and_costs_only_what_did_not_fit(spool, folder, landing):
    log = spool.open(an_attempt())
    log.record(an_answer(1))
    path = folder / spool_file_name(KEY)
    whole = path.read_bytes()
    with files_no_larger_than(len(whole) + 500), pytest.raises(LandingStoreError) as no:
        log.record(an_answer(2, body="x" * 6_000))
    assert str(no.value) == f"cannot write the spool {path}: File too large"
    assert path.read_bytes() == whole
    # There is room again.
    log.record(an_answer(3))
    log.close(an_attempt())
    spool.finish()
    assert bodies_of(landing) == [("a1", [an_answer(1).body, an_answer(3).body])]


def test_after_a_full_disk_what_is_kept_is_published(spool, landing, told):
    """The landing store may be elsewhere, where there is room."""
    log = spool.open(an_attempt())
    log.record(an_answer(1))
    with files_no_larger_than(4096):
        with pytest.raises(LandingStoreError):
            log.record(an_answer(2, body="x" * 6_000))
        spool.finish()
    (attempt,) = told.attempts
    assert (attempt.reason, attempt.calls) == (Reason.INTERRUPTED, 1)
    assert bodies_of(landing) == [("a1", [an_answer(1).body])]


def test_when_the_store_cannot_be_written_the_spool_is_kept(
    spool, folder, landing, told
):
    spool.open(an_attempt()).close(an_attempt())
    obstacle = folder.parent / "raw"
    obstacle.write_text("in the way")
    with pytest.raises(LandingStoreError, match="cannot write"):
        spool.finish()
    assert told.objects == []
    obstacle.unlink()
    assert recover_spools(folder, landing, told) == 1
    assert told.attempts == [an_attempt(object_url=KEY.name)]
