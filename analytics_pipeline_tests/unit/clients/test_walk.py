"""What a walk gives back."""

from dataclasses import FrozenInstanceError

import pytest

from analytics_pipeline.clients.walk import Walk
from analytics_pipeline_tests.unit.clients.talking import NOW


def test_what_a_walk_found_cannot_be_changed():
    walk = Walk("17841400000000001", "somebody", NOW)
    with pytest.raises(FrozenInstanceError):
        walk.covers_from = None
