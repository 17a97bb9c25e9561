"""What is learned of refused metrics, and for how long it is heeded."""

import threading
from datetime import timedelta

import pytest

from analytics_pipeline.clients.capabilities import (
    TRIED_AGAIN_AFTER,
    Capabilities,
    MemoryCapabilityLedger,
    Refusal,
)
from analytics_pipeline.schemas.metrics import ProductType
from analytics_pipeline_tests.unit.clients.talking import NOW

REEL = ProductType.REELS
ASKED = ("views", "plays", "reach")


class Kept(MemoryCapabilityLedger):
    """A ledger that tells what it was told."""

    def __init__(self, known=None):
        self.known = known or {}
        self.kept = []
        self.forgotten = []

    def refused(self):
        return self.known

    def keep(self, refused, detail):
        self.kept.append((refused, detail))

    def forget(self, answered):
        self.forgotten += answered


def test_nothing_known_is_everything_usable():
    assert Capabilities(lambda: NOW).usable(REEL, ASKED) == ASKED


def test_a_refused_metric_is_left_out_for_its_product_only():
    ledger = Kept()
    known = Capabilities(lambda: NOW, ledger)
    known.refuse(REEL, ["plays"], "gone")

    assert known.usable(REEL, ASKED) == ("views", "reach")
    assert known.usable(ProductType.FEED, ASKED) == ASKED
    assert ledger.kept == [((REEL, "plays"), "gone")]
    assert known.refusals == (Refusal(REEL, "plays", "gone"),)


def test_what_an_earlier_run_learned_is_heeded_for_a_month():
    almost = NOW - TRIED_AGAIN_AFTER + timedelta(seconds=1)
    for tried_at, usable in (
        (almost, ("views", "reach")),
        (NOW - TRIED_AGAIN_AFTER, ASKED),
    ):
        known = Capabilities(lambda: NOW, Kept({(REEL, "plays"): tried_at}))
        assert known.usable(REEL, ASKED) == usable


def test_a_metric_that_is_answered_again_is_forgotten():
    ledger = Kept({(REEL, "plays"): NOW - TRIED_AGAIN_AFTER})
    known = Capabilities(lambda: NOW, ledger)
    known.answered(REEL, ASKED)
    known.answered(REEL, ASKED)

    assert ledger.forgotten == [(REEL, "plays")]


def test_a_metric_that_is_refused_again_waits_another_month():
    known = Capabilities(lambda: NOW, Kept({(REEL, "plays"): NOW - TRIED_AGAIN_AFTER}))
    known.refuse(REEL, ["plays"], "still gone")
    assert known.usable(REEL, ASKED) == ("views", "reach")


def test_of_many_threads_one_pays_for_a_refusal():
    known = Capabilities(lambda: NOW)
    asked = []
    barrier = threading.Barrier(6)

    def ask():
        barrier.wait(10)
        with known.asking(REEL, ASKED):
            usable = known.usable(REEL, ASKED)
            asked.append(usable)
            if "plays" in usable:
                known.refuse(REEL, ["plays"], "gone")

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(map(len, asked)) == [2, 2, 2, 2, 2, 3]


def test_a_first_call_that_fails_lets_the_next_one_through():
    known = Capabilities(lambda: NOW)
    with pytest.raises(OSError), known.asking(REEL, ASKED):  # noqa: PT011
        raise OSError
    with known.asking(REEL, ASKED):
        assert known.usable(REEL, ASKED) == ASKED
