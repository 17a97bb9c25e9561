"""From the spool to the store, also for those who were killed: exactly once."""

import itertools
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from analytics_pipeline.landing.lines import (
    LandedAnswer,
    answer_line,
    attempt_line,
)
from analytics_pipeline.landing.publishing import (
    publish_spool,
    recover_spools,
    spool_file_name,
)
from analytics_pipeline.landing.store import LandingStoreError, ObjectKey
from analytics_pipeline.schemas.outcomes import Reason, Status
from analytics_pipeline_tests.unit.landing.making import (
    DAY,
    KEY,
    NOW,
    SOMEBODY,
    an_answer,
    an_attempt,
)

COLLECTING = """
import sys
from pathlib import Path
from analytics_pipeline.landing.spool import Spool
from analytics_pipeline.landing.store import LandingStore
from analytics_pipeline_tests.unit.landing.making import KEY, an_answer, an_attempt
folder, raw = sys.argv[1:]
spool = Spool(Path(folder), LandingStore(raw), KEY, lambda attempts: None)
"""

THREE_ATTEMPTS = (
    COLLECTING
    + """
done, half, begun = (spool.open(an_attempt(name)) for name in ("done", "half", "begun"))
done.record(an_answer(1))
half.record(an_answer(2))
done.close(an_attempt("done", calls=1))
half.record(an_answer(3))
print("ready", flush=True)
sys.stdin.read()
"""
)

WITHOUT_END = (
    COLLECTING
    + """
log = spool.open(an_attempt())
number = 0
while True:
    number += 1
    log.record(an_answer(number, body=f"{number} " + "ž" * 5000))
    print(number, flush=True)
"""
)


@contextmanager
def running(program, folder, landing):
    """Run a program that collects; it is killed at the end."""
    command = [sys.executable, "-c", program, str(folder), str(landing.root)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def killed_spool(folder, *lines, part=1, cut=0):
    """Leave a spool file as a killed process would."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / spool_file_name(replace(KEY, part=part))
    text = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(text[: len(text) - cut])
    return path


def opening(name="a1"):
    killed = an_attempt(name, status=Status.FAILED, reason=Reason.INTERRUPTED)
    return attempt_line(killed, opening=True)


def an_answer_line(number, name="a1"):
    return answer_line(LandedAnswer(name, number, SOMEBODY, an_answer(number)))


def test_a_spool_file_is_named_after_its_object():
    key = ObjectKey("raw_tiktok_media", DAY, "a1b2-c3d4", 12)
    name = "raw_tiktok_media--2026-03-01--a1b2-c3d4--12.jsonl"
    assert spool_file_name(key) == name


def test_a_killed_process_loses_no_recorded_answer(folder, landing, told):
    with running(THREE_ATTEMPTS, folder, landing) as process:
        assert process.stdout.readline() == "ready\n"
        # It lives: nobody takes its spool away.
        assert recover_spools(folder, landing, told) == 0
        process.kill()
        assert process.wait() == -9
        assert recover_spools(folder, landing, told) == 3
    done, half, begun = told.attempts
    assert done == an_attempt("done", calls=1, object_url=KEY.name)
    interrupted = {
        "status": Status.FAILED,
        "reason": Reason.INTERRUPTED,
        "object_url": KEY.name,
    }
    last = NOW + timedelta(seconds=3)
    assert half == an_attempt("half", calls=2, observed_at=last, **interrupted)
    assert begun == an_attempt("begun", **interrupted)
    found = {
        attempt.attempt_id: [landed.answer for landed in answers]
        for attempt, answers in landing.read_attempts(KEY.name)
    }
    assert found == {
        "done": [an_answer(1)],
        "half": [an_answer(2), an_answer(3)],
        "begun": [],
    }


def test_the_dead_are_recovered_exactly_once(folder, landing, told):
    killed_spool(folder, opening(), an_answer_line(1))
    assert recover_spools(folder, landing, told) == 1
    assert recover_spools(folder, landing, told) == 0
    assert len(told.attempts) == 1
    assert list(folder.iterdir()) == []


def test_a_kill_at_any_moment_keeps_what_was_said_to_be_kept(folder, landing, told):
    with running(WITHOUT_END, folder, landing) as process:
        recorded = [int(process.stdout.readline()) for _ in range(200)]
        process.kill()
        rest = process.stdout.read().split("\n")[:-1]
        process.wait()
    recorded += [int(number) for number in rest]
    assert recover_spools(folder, landing, told) == 1
    ((attempt, answers),) = landing.read_attempts(KEY.name)
    kept = [landed.sequence for landed in answers]
    assert kept == list(range(1, len(kept) + 1))
    assert kept[: len(recorded)] == recorded
    # At most the one that was being told when the kill came.
    assert len(kept) - len(recorded) <= 1
    assert attempt.calls == len(kept)


def test_a_torn_last_line_is_ignored_wherever_it_was_torn(folder, landing, told):
    """Also within a character of several bytes."""
    last = an_answer_line(2)
    for part, cut in enumerate(range(2, len(last.encode()) + 1), 1):
        killed_spool(folder, opening(), an_answer_line(1), last, part=part, cut=cut)
    count = len(last.encode()) - 1
    assert recover_spools(folder, landing, told) == count
    assert {attempt.calls for attempt in told.attempts} == {1}
    for name in landing.names():
        ((_, answers),) = landing.read_attempts(name)
        assert [landed.answer for landed in answers] == [an_answer(1)]


def test_a_missing_line_break_alone_costs_nothing(folder, landing, told):
    killed_spool(folder, opening(), an_answer_line(1), cut=1)
    assert recover_spools(folder, landing, told) == 1
    assert told.attempts[0].calls == 1


def test_a_torn_end_of_an_attempt_leaves_it_interrupted(folder, landing, told):
    lines = (opening(), an_answer_line(1), attempt_line(an_attempt(calls=1)))
    killed_spool(folder, *lines, cut=5)
    recover_spools(folder, landing, told)
    assert told.attempts[0].reason is Reason.INTERRUPTED


@pytest.mark.parametrize("lines", [[], [opening()]], ids=["empty", "torn opening"])
def test_a_spool_of_someone_killed_at_once_just_goes(folder, landing, told, lines):
    killed_spool(folder, *lines, cut=5 if lines else 0)
    assert recover_spools(folder, landing, told) == 0
    assert told.objects == list(landing.names()) == list(folder.iterdir()) == []


def test_no_spool_folder_means_nothing_to_recover(folder, landing, told):
    assert recover_spools(folder, landing, told) == 0
    assert not folder.exists()


def test_spools_of_several_assets_days_and_runs_find_their_objects(
    folder, landing, told
):
    keys = [
        ObjectKey(asset, DAY.replace(day=day), run_id, part)
        for asset, day, run_id, part in itertools.product(
            ("raw_instagram_media", "raw_tiktok_media"), (1, 2), ("r1", "r-2"), (1, 2)
        )
    ]
    folder.mkdir(parents=True)
    for number, key in enumerate(keys):
        path = folder / spool_file_name(key)
        path.write_text(attempt_line(an_attempt(f"a{number}")) + "\n")
    assert recover_spools(folder, landing, told) == len(keys)
    addresses = {attempt.attempt_id: attempt.object_url for attempt in told.attempts}
    assert addresses == {f"a{number}": key.name for number, key in enumerate(keys)}
    assert list(landing.names()) == sorted(key.name for key in keys)


class StopError(Exception):
    """Raised where a process would have been killed."""


def stop(_):
    raise StopError


def test_a_crash_between_publishing_and_removing_is_made_good(folder, landing, told):
    path = killed_spool(folder, opening(), an_answer_line(1))
    with pytest.raises(StopError):
        recover_spools(folder, landing, stop)
    assert path.exists()
    published = (landing.root / KEY.name).read_bytes()
    assert recover_spools(folder, landing, told) == 1
    assert (landing.root / KEY.name).read_bytes() == published
    assert [attempt.object_url for attempt in told.attempts] == [KEY.name]
    assert not path.exists()
    assert list(landing.names()) == [KEY.name]


def test_an_object_is_in_the_store_before_anyone_is_told(folder, landing):
    def look(attempts):
        assert landing.has(KEY)
        assert path.exists()
        looked.append(attempts)

    looked = []
    path = killed_spool(folder, opening())
    publish_spool(path, landing, look)
    assert len(looked) == 1


def test_a_store_that_cannot_be_written_loses_no_spool(folder, landing, told):
    path = killed_spool(folder, opening(), an_answer_line(1))
    obstacle = folder.parent / "raw"
    obstacle.write_text("in the way")
    with pytest.raises(LandingStoreError, match="cannot write"):
        recover_spools(folder, landing, told)
    assert path.exists()
    obstacle.unlink()
    assert recover_spools(folder, landing, told) == 1


def test_two_who_recover_at_once_publish_everything_once(folder, landing, told):
    parts = range(1, 41)
    for part in parts:
        killed_spool(folder, opening(f"a{part}"), part=part)
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(recover_spools, folder, landing, told) for _ in range(4)]
        assert sum(done.result() for done in running) == len(parts)
    found = sorted(attempt.attempt_id for attempt in told.attempts)
    assert found == sorted(f"a{part}" for part in parts)
    assert list(folder.iterdir()) == []


def test_a_spool_that_has_just_gone_is_passed_over(folder, landing, told):
    folder.mkdir(parents=True)
    (folder / spool_file_name(KEY)).symlink_to(folder / "gone")
    assert recover_spools(folder, landing, told) == 0


def test_a_spool_that_cannot_be_opened_is_named(folder, landing, told):
    path = folder / spool_file_name(KEY)
    path.mkdir(parents=True)
    with pytest.raises(LandingStoreError) as caught:
        recover_spools(folder, landing, told)
    assert str(caught.value) == f"cannot read the spool {path}: Is a directory"


def test_a_draft_is_nobody_s_spool(folder, landing, told):
    """It has no lock yet, and no line."""
    folder.mkdir(parents=True)
    draft = (folder / spool_file_name(KEY)).with_suffix(".new")
    draft.touch()
    assert recover_spools(folder, landing, told) == 0
    assert draft.exists()


def test_what_a_full_disk_glued_together_is_left_out(folder, landing, told):
    """An erasure could not find anybody in a line that is none."""
    torn = an_answer_line(2)[:100] + an_answer_line(3)
    lines = (opening(), an_answer_line(1), torn, an_answer_line(4))
    killed_spool(folder, *lines)
    recover_spools(folder, landing, told)
    ((attempt, answers),) = landing.read_attempts(KEY.name)
    assert [landed.sequence for landed in answers] == [1, 4]
    assert attempt.calls == 2


def test_what_a_power_cut_blotted_out_is_left_out(folder, landing, told):
    path = killed_spool(folder, opening(), an_answer_line(1), an_answer_line(2))
    data = path.read_bytes()
    blot = data.index(b"payload")
    path.write_bytes(data[:blot] + bytes(5) + data[blot + 5 :] + bytes(100))
    recover_spools(folder, landing, told)
    ((_, answers),) = landing.read_attempts(KEY.name)
    assert [landed.sequence for landed in answers] == [2]


def test_answers_are_published_byte_by_byte_as_they_were_spooled(folder, landing, told):
    odd = an_answer(body='{"v":1,"kind":"answer"}\n\x00\\ "\u2028 한글')
    lines = [
        opening(),
        answer_line(LandedAnswer("a1", 1, SOMEBODY, odd)),
        attempt_line(an_attempt(calls=1)),
    ]
    killed_spool(folder, *lines)
    recover_spools(folder, landing, told)
    assert list(landing.read_lines(KEY.name)) == lines[1:]


def test_the_object_holds_no_opening_lines(folder, landing, told):
    killed_spool(folder, opening(), an_answer_line(1), attempt_line(an_attempt()))
    recover_spools(folder, landing, told)
    kinds = [json.loads(line)["kind"] for line in landing.read_lines(KEY.name)]
    assert kinds == ["answer", "attempt"]
    assert list(folder.iterdir()) == []
