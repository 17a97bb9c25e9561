"""Reading: a campaign's report and its page beside their bare SQL, and many readers.

The bare SQL is every statement that the report or the page sends, sent again in the
same transactions and fetched whole, with nothing made of the rows.
"""

import asyncio
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.signing import fingerprint, new_secret
from analytics_pipeline.clients.transport import Transport
from analytics_pipeline.reports.build import build_report
from analytics_pipeline.reports.model import ReportOptions
from analytics_pipeline.schemas.users import UserRole
from analytics_pipeline.service import create_app
from analytics_pipeline.settings import Settings, load_settings
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.engine import Warehouse, database_url
from analytics_pipeline.warehouse.sessions import start_session
from analytics_pipeline.warehouse.users import create_user
from benchmarks.measure import (
    Figure,
    Goal,
    Sample,
    Size,
    alternate,
    median_cpu,
    median_wall,
    medians,
    timed,
)
from benchmarks.read_world import LARGE, NOW, SCALES, stock

_REPORT = Goal(
    "read.report", "a campaign's report, built ÷ its statements run and fetched", 2.0
)
_PAGE = Goal(
    "read.page", "a campaign's page over HTTP ÷ its statements run and fetched", 2.0
)
_P95 = Goal(
    "read.p95", "20 readers of that page at once: 95th percentile ÷ their median", 3.0
)
_READERS = 20
_PAGES_EACH = {Size.SHORT: 3, Size.FULL: 10}
_PATH = f"/analytics/campaigns/{LARGE}"
_START_SECONDS = 60
_ANSWER_SECONDS = 300

_END = "COMMIT"

Statement = tuple[str, Any]
Send = Callable[[list[Statement]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _House:
    """A stocked warehouse and somebody who is signed in."""

    settings: Settings
    environment: Mapping[str, str]
    warehouse: Warehouse
    cookie: str


def run(size: Size) -> list[Figure]:
    """Measure reading.

    Args:
        size: Of the warehouse that is read.

    Returns:
        The figures.
    """
    with _stocked(size) as house:
        figures = [_report(house), *_pages(house, size)]
    return [replace(figure, size=size) for figure in figures]


@contextmanager
def _stocked(size: Size) -> Iterator[_House]:
    with tempfile.TemporaryDirectory(prefix="read-") as folder:
        environment = {
            "ANALYTICS_HOME": folder,
            "ANALYTICS_TIMEZONE": "Europe/Prague",
            "ANALYTICS_CLOCK": NOW.isoformat(),
            "ANALYTICS_SECRET_KEY": "only-for-measuring",
            # A set clock is for a sandbox only; nobody is asked here.
            **dict.fromkeys(
                ("CREATORS_API_URL", "META_API_URL", "TIKTOK_API_URL"),
                "http://127.0.0.1:9",
            ),
        }
        settings = load_settings(environment)
        with Warehouse.open(settings) as warehouse:
            stock(warehouse, SCALES[size])
            secret = new_secret()
            with warehouse.begin() as connection:
                reader = create_user(
                    connection, "reader", UserRole.VIEWER, "correct horse battery", NOW
                )
                start_session(connection, fingerprint(secret), reader.user_id, NOW)
            yield _House(settings, environment, warehouse, f"session={secret}")


def _report(house: _House) -> Figure:
    settings = house.settings
    service = _service(house)
    how = ReportOptions(settings.zone, NOW, service.rule)

    def build() -> Mapping[str, Any]:
        with house.warehouse.reading() as connection:
            report = build_report(connection, LARGE, None, how)
        return {"posts": len(report.posts), "days": len(report.days)}

    statements = _sent(house.warehouse, build)
    with _bare(settings) as send:
        samples = alternate(
            {
                "report": lambda: timed(build),
                "bare": lambda: timed(lambda: send(statements)),
            }
        )
    return _figure(_REPORT, "report", samples)


def _pages(house: _House, size: Size) -> list[Figure]:
    app = create_app(_service(house))
    statements = _sent(house.warehouse, lambda: asyncio.run(_ask(app, house.cookie)))
    with _serving(house) as port, _bare(house.settings) as send:
        read_page = _reader(port, house.cookie)
        read_page()
        samples = alternate(
            {
                "page": lambda: timed(read_page),
                "bare": lambda: timed(lambda: send(statements)),
            }
        )
        return [
            _figure(_PAGE, "page", samples),
            _many_readers(port, house.cookie, _PAGES_EACH[size]),
        ]


def _many_readers(port: int, cookie: str, pages: int) -> Figure:
    def read(_: int) -> list[float]:
        read_page = _reader(port, cookie)
        return [timed(read_page).wall for _ in range(pages)]

    with ThreadPoolExecutor(_READERS) as pool:
        taken = sorted(
            wall for walls in pool.map(read, range(_READERS)) for wall in walls
        )
    middle, p95 = statistics.median(taken), taken[int(len(taken) * 0.95)]
    details = {
        "readers": _READERS,
        "pages": len(taken),
        "median_s": round(middle, 4),
        "p95_s": round(p95, 4),
        "longest_s": round(taken[-1], 4),
    }
    return Figure(_P95, p95 / middle, Size.FULL, details)


def _figure(goal: Goal, name: str, samples: Mapping[str, list[Sample]]) -> Figure:
    ratio = median_wall(samples[name]) / median_wall(samples["bare"])
    details = medians(samples) | {"own_cpu_s": round(median_cpu(samples[name]), 4)}
    return Figure(goal, ratio, Size.FULL, details)


def _service(house: _House) -> Service:
    settings = house.settings
    cipher = TokenCipher.from_settings(settings)
    return Service(
        settings, house.warehouse, cipher, settings.now, Transport(settings.now)
    )


def _sent(warehouse: Warehouse, work: Callable[[], object]) -> list[Statement]:
    """Return what some work sends to the server; once warm."""
    sent: list[Statement] = []

    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:  # noqa: ANN401
        sent.append((statement, values))

    def note_end(_: sa.Connection) -> None:
        sent.append((_END, None))

    work()
    sa.event.listen(warehouse.engine, "before_cursor_execute", note)
    sa.event.listen(warehouse.engine, "commit", note_end)
    work()
    sa.event.remove(warehouse.engine, "before_cursor_execute", note)
    sa.event.remove(warehouse.engine, "commit", note_end)
    return sent


@contextmanager
def _bare(
    settings: Settings,
) -> Iterator[Callable[[list[Statement]], Mapping[str, Any]]]:
    """Give what sends statements again, and fetches every row."""
    address = database_url(settings).set(drivername="postgresql")
    with psycopg.connect(
        address.render_as_string(hide_password=False),
        options="-c timezone=UTC -c search_path=analytics,public",
    ) as connection:

        def send(statements: list[Statement]) -> Mapping[str, Any]:
            rows = 0
            for statement, values in statements:
                if statement == _END:
                    connection.commit()
                    continue
                cursor = connection.execute(statement, values or None)
                rows += len(cursor.fetchall()) if cursor.description else 0
            return {"statements": len(statements), "rows": rows}

        yield send


async def _ask(app: Any, cookie: str) -> None:  # noqa: ANN401 - an ASGI application
    """Ask the application for the page without a server between."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": _PATH,
        "raw_path": _PATH.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    answers: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        answers.append(message)

    await app(scope, receive, send)
    if answers[0]["status"] != http.HTTPStatus.OK:
        msg = f"the page was answered with {answers[0]['status']}"
        raise RuntimeError(msg)


@contextmanager
def _serving(house: _House) -> Iterator[int]:
    """Run the service as a process of its own, as it is run."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = Path(sys.executable).with_name("analytics-pipeline")
    with subprocess.Popen(
        [command, "serve", "--port", str(port)],
        env=os.environ | house.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _reader(port: int, cookie: str) -> Callable[[], Mapping[str, Any]]:
    """Give what reads the page over one connection that is kept."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)

    def read() -> Mapping[str, Any]:
        connection.request("GET", _PATH, headers={"Cookie": cookie})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            msg = f"the page was answered with {answer.status}"
            raise RuntimeError(msg)
        return {"bytes": len(body)}

    return read
