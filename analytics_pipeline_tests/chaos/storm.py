"""An agency's mornings in a storm: faults, kills, outages; and its operator's work."""

import csv
import logging
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from analytics_pipeline.cli.connections import import_file
from analytics_pipeline.sandbox.faults import APIS
from analytics_pipeline.settings import load_settings
from analytics_pipeline.steps.creators_app import NothingKnownError
from analytics_pipeline.warehouse.connections import remove_connection
from analytics_pipeline.warehouse.embedded import server_process
from analytics_pipeline_tests.agency import PRAGUE, Agency
from analytics_pipeline_tests.chaos.faults import KINDS, LIES, PLATFORMS, draw_fault

_WORKER = (sys.executable, "-m", "analytics_pipeline_tests.chaos.worker")
_PATIENCE_SECONDS = 120
# Her consent is revoked before the first day; nobody can renew it.
REVOKED = "tiktok-112"
_log = logging.getLogger(__name__)


@dataclass
class Storm:
    """What happens to an agency, drawn from a seed.

    Attributes:
        house: The agency, with an embedded server of its own.
        home: Its folder.
        random: All chance there is.
        faults_per_run: How many faults are in force in each stormy run.
        instants: When runs took place.
        lies: When answers were lies that nobody could see through.
        healed: Days that a run without faults looked at in time.
        unseen: Days that no run looked at in time.
        struck: Faults that met a request, by kind.
        kills: Processes killed, by kind.
    """

    house: Agency
    home: Path
    random: Random
    faults_per_run: int = 5
    instants: list[datetime] = field(default_factory=list)
    lies: set[datetime] = field(default_factory=set)
    healed: set[date] = field(default_factory=set)
    unseen: set[date] = field(default_factory=set)
    struck: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    _drawn: int = 0

    def live_through(self, day: date, kill: str | None, *, rest: str) -> None:
        """Let a day be collected in a storm.

        Args:
            day: The day.
            kill: Whom to kill in its first run, `worker` or `postgres`, if anyone.
            rest: How the day ends: `healed` by a run without faults, `lied_to` after
                that, `hurt` without one; or `outage`: nobody was there at all.
        """
        if rest == "outage":
            self.unseen.add(day)
            return
        self._at(day, 5)
        if kill is None:
            self._in_faults(lambda: self._collect(day))
        else:
            self._in_faults(lambda: self._collect_and_kill(day, kill))
        self._at(day, 9)
        self._in_faults(lambda: self._collect(day))
        self.reconnect()
        if rest == "hurt":
            return
        self.heal(day)
        if rest == "lied_to":
            self._at(day, 21)
            self.lies.add(self.house.sandbox.clock.now())
            for api in APIS:
                self.house.sandbox.faults.add(LIES[0].value, api=api)
            self.house.collect_plainly(day, refresh=True)
            self._count_and_clear()

    def heal(self, day: date) -> None:
        """Run without faults, within the grace period; through Dagster on some days."""
        self._at(day, 14)
        if day.day % 5 == 0:
            self.house.collect_well(day)
        else:
            self.house.collect_plainly(day)
        self._at(day, 17)
        if self.reconnect():
            self.house.collect_plainly(day)
        self.healed.add(day)

    def backfill(self, first: date, last: date, at: datetime) -> None:
        """Run a window without faults, late."""
        self._set(at)
        self.reconnect()
        self.house.collect_plainly(first, last)
        if self.reconnect():
            self.house.collect_plainly(first, last)

    def reconnect(self) -> list[str]:
        """Do the operator's work: renew the consents that the platforms refuse."""
        dead = [
            row["connection_id"]
            for row in self.house.rows(
                "SELECT connection_id FROM connections"
                " WHERE connection_status = 'reconnect_required'"
                " AND connection_id <> :revoked",
                revoked=REVOKED,
            )
        ]
        if not dead:
            return []
        file = self.home / "renewed.csv"
        self.house.sandbox.write_connections(file)
        with file.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        with file.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(rows[0]))
            writer.writeheader()
            writer.writerows(
                row for row in rows if f"{row['platform']}-{row['creator_id']}" in dead
            )
        with self.house.warehouse.begin() as connection:
            for connection_id in dead:
                remove_connection(connection, connection_id)
        import_file(load_settings(), file)
        return dead

    def _at(self, day: date, hour: int) -> None:
        morning = datetime.combine(day + timedelta(days=1), datetime.min.time(), PRAGUE)
        self._set(morning + timedelta(hours=hour))

    def _set(self, at: datetime) -> None:
        self.house.set_now(at)
        self.instants.append(self.house.sandbox.clock.now())

    def _in_faults(self, run: Callable[[], None]) -> None:
        for _ in range(self.faults_per_run):
            kind = KINDS[self._drawn % len(KINDS)]
            self._drawn += 1
            self.house.sandbox.faults.add(**draw_fault(self.random, kind))
        try:
            run()
        finally:
            self._count_and_clear()

    def _count_and_clear(self) -> None:
        for row in self.house.sandbox.faults.rows():
            if row["struck"]:
                self.struck[str(row["kind"])] += 1
        self.house.sandbox.faults.clear()

    def _collect(self, day: date) -> None:
        try:
            self.house.collect_plainly(day)
        except NothingKnownError:
            _log.info("the Creators app has not answered once yet")

    def _collect_and_kill(self, day: date, victim: str) -> None:
        """Kill a process in the middle of a collection or of the loads after it."""
        self.house.sandbox.faults.add("slow", params={"seconds": 0.03})
        calls = self._answered() + self.random.randint(1, 60)
        pause = self.random.choice([0.0, 0.0, 0.2, 0.4, 0.6])
        worker = subprocess.Popen([*_WORKER, day.isoformat(), day.isoformat()])
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._answered() < calls and worker.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(pause)
        if worker.poll() is None:
            self.kills[victim] += 1
            if victim == "worker":
                worker.send_signal(signal.SIGKILL)
            else:
                self._kill_postgres()
        worker.wait(_PATIENCE_SECONDS)

    def _kill_postgres(self) -> None:
        server = server_process(self.home / "postgres" / "data")
        if server is not None:
            os.kill(server.pid, signal.SIGKILL)

    def _answered(self) -> int:
        calls = self.house.sandbox.calls
        return sum(calls.count(api=api) for api in PLATFORMS)
