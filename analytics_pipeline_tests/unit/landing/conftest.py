"""A spool folder, and someone who is told what was published."""

import pytest


class Told:
    """Remembers the attempts of each published object."""

    def __init__(self):
        self.objects = []

    def __call__(self, attempts):
        self.objects.append(list(attempts))

    @property
    def attempts(self):
        return [attempt for attempts in self.objects for attempt in attempts]


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def folder(tmp_path):
    """The spool folder, which need not exist at first."""
    return tmp_path / "home" / "spool"
