"""How Hypothesis searches here."""

from hypothesis import settings

# The same examples every time: a test run is no place to meet a new one. Time limits
# per example would fail on a busy machine.
settings.register_profile(
    "repeatable", max_examples=60, derandomize=True, deadline=None
)
settings.load_profile("repeatable")
