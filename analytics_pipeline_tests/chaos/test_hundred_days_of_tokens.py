"""A hundred days of token life: nobody is lost whom the platform had not given up.

Tokens rotate, platforms refuse, time out and lie, processes die at the worst moments,
two work at once. CHAOS_SEED repeats one; `make chaos` runs the long form.
"""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from analytics_pipeline.sandbox.faults import FaultKind
from analytics_pipeline.schemas.connections import ConnectionStatus, ReconnectReason
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.token_journal import TokenJournal
from analytics_pipeline.warehouse.tokens import TokenVault
from analytics_pipeline_tests.token_house import open_token_house

SEED = int(os.environ.get("CHAOS_SEED", "7"))
IS_LONG = os.environ.get("CHAOS_FORM") == "long"
DAYS = 100
HOURS_BETWEEN_LOOKS = 2 if IS_LONG else 12
META = ("instagram-102", "instagram-106", "instagram-115", "instagram-117")
TIKTOK = ("tiktok-103", "tiktok-104", "tiktok-113")
GIVEN_UP = {
    # Whose, when, what happens at the platform, and what is to be told.
    "instagram-106": (40, "password_change", ReconnectReason.PASSWORD_CHANGED),
    "instagram-115": (70, "remove_app", ReconnectReason.APP_REMOVED),
    "tiktok-104": (55, "revoke", ReconnectReason.REVOKED),
}
EXCHANGE_STOPS, EXCHANGE_RESUMES = 20, 45
FAULTS = [
    (FaultKind.SERVER_ERROR, "tiktok", {}),
    (FaultKind.LIMIT_429, "tiktok", {}),
    (FaultKind.HTML, "tiktok", {}),
    (FaultKind.RESET, "tiktok", {}),
    (FaultKind.SERVER_ERROR, "instagram", {}),
    (FaultKind.TRANSIENT_CODE_1, "instagram", {}),
    (FaultKind.LIMIT_CODE_4, "instagram", {}),
    (FaultKind.TRUNCATED_JSON, "instagram", {}),
    (FaultKind.ERROR_IN_200, "instagram", {}),
    # Meta's old token lives on, so that an answer may be lost; TikTok's does not.
    (FaultKind.RESET, "instagram", {"after": True}),
]


class KilledError(BaseException):
    """The process ends here: nothing of it goes on, not even its error handling."""


def _once(patch, owner, name, *, after):
    """Let a process die once in a function, before or after it has done its work."""
    original = getattr(owner, name)
    left = [True]

    def dies(self, *args):
        if left and not after:
            left.clear()
            raise KilledError
        done = original(self, *args)
        if left:
            left.clear()
            raise KilledError
        return done

    patch.setattr(owner, name, dies)


SEAMS = {
    "kept, not stored": (TokenVault, "_store", False),
    "stored, not committed": (TokenVault, "_store", True),
    "kept on disk, not known to be": (TokenJournal, "write", True),
    "committed, still kept": (TokenJournal, "remove", False),
}


class Course:
    """A hundred days, drawn from a seed."""

    def __init__(self, house):
        self.house = house
        self.random = Random(SEED)  # noqa: S311 - it can be repeated
        self.kills = Counter()
        self.struck = Counter()
        self.twice = 0
        self.begins = house.clock()

    def live(self):
        looks = DAYS * 24 // HOURS_BETWEEN_LOOKS
        for _ in range(looks):
            day = (self.house.clock() - self.begins).days
            self._happen(day)
            self._look()
            self.house.tell()
            self.house.move(hours=HOURS_BETWEEN_LOOKS)
        self.house.sandbox.faults.clear()
        self.house.keep()

    def _happen(self, day):
        self.house.habits(
            exchange_prolongs=not EXCHANGE_STOPS <= day < EXCHANGE_RESUMES
        )
        for connection_id, (when, action, _) in GIVEN_UP.items():
            if day == when:
                platform, creator_id = connection_id.split("-")
                self.house.end(int(creator_id), action, platform)

    def _look(self):
        faults = self.house.sandbox.faults
        if self.random.random() < 0.3:
            kind, api, params = self.random.choice(FAULTS)
            faults.add(kind, api=api, rate=0.7, params=params)
        draw = self.random.random()
        if draw < 0.2:
            self._look_and_die(self.random.choice(list(SEAMS)))
        elif draw < 0.3:
            self._look_twice_at_once()
        else:
            self.house.keep()
        for row in faults.rows():
            self.struck[str(row["kind"])] += int(row["struck"] > 0)
        faults.clear()

    def _look_and_die(self, seam):
        owner, name, after = SEAMS[seam]
        with pytest.MonkeyPatch.context() as patch:
            _once(patch, owner, name, after=after)
            try:
                self.house.keep()
            except KilledError:
                self.kills[seam] += 1

    def _look_twice_at_once(self):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: self.house.keep(), range(2)))
        self.twice += 1


@pytest.fixture
def course(sandbox, warehouse, clock, tmp_path):
    house = open_token_house(sandbox, warehouse, clock, tmp_path)
    house.only(*META, *TIKTOK)
    return Course(house)


def _still_works(house, connection_id):
    """Tell whether the platform takes the stored token."""
    token = house.vault().access_token(connection_id)
    state, now = house.sandbox.state, house.clock()
    if connection_id.startswith("tiktok"):
        return state.tiktok_tokens.check_access(token, now) is not None
    held = state.meta_tokens.read(token)
    return not held.expired(now) and state.meta_tokens.end_of(held.grant) is None


def test_nobody_is_lost_whom_the_platform_had_not_given_up(course):
    house = course.house
    course.live()

    stored = house.connections()
    lost = {
        name: item.reconnect_reason
        for name, item in stored.items()
        if item.status is not ConnectionStatus.CONNECTED
    }
    assert lost == {name: reason for name, (*_, reason) in GIVEN_UP.items()}
    living = stored.keys() - lost
    assert all(_still_works(house, name) for name in living)
    assert all(
        stored[name].access_token_issued_at > course.begins + timedelta(days=70)
        for name in living
    )
    _assert_it_was_hard(course)
    _assert_everything_was_told_once(house)
    assert list(load_settings().token_journal.iterdir()) == []


def _assert_it_was_hard(course):
    assert set(course.kills) == set(SEAMS), course.kills
    assert course.twice >= 10
    assert len(course.struck) >= 7, course.struck
    assert course.struck.total() >= 20


def _assert_everything_was_told_once(house):
    """Consents of Meta end after ninety days; what ended before is told as well."""
    with house.warehouse.begin() as connection:
        told = connection.execute(
            sa.text(
                "SELECT connection_id, alert_subject, alert_threshold"
                " FROM connection_alerts ORDER BY raised_at"
            )
        ).all()
    for name in ("instagram-102", "instagram-117"):
        steps = [
            row.alert_threshold
            for row in told
            if (row.connection_id, row.alert_subject) == (name, "consent")
        ]
        assert steps == ["14", "7", "3", "1"]
    ended = [row.connection_id for row in told if row.alert_subject == "connection"]
    assert sorted(ended) == sorted(GIVEN_UP)
