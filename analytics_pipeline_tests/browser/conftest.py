"""A browser, and an agency whose dashboard it looks at.

Needs Playwright, which `make walk` installs, and a Chromium of the system. Screenshots
go to the folder in WALK_PICTURES.
"""

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from analytics_pipeline.api.context import Service
from analytics_pipeline.clients.transport import Transport
from analytics_pipeline.schemas.users import UserRole
from analytics_pipeline.service import create_app
from analytics_pipeline.settings import load_settings
from analytics_pipeline.warehouse.cipher import TokenCipher
from analytics_pipeline.warehouse.users import create_user
from analytics_pipeline_tests.agency import Agency
from analytics_pipeline_tests.api.serving import listening

DAYS = [date(2026, 3, 1 + number) for number in range(4)]
PASSWORD = "a long enough password"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class House:
    """An agency, its folder, and its service's address."""

    agency: Agency
    home: Path
    url: str


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's browser, without a window."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    assert found, f"no browser: none of {', '.join(_BROWSERS)} is installed"
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def house(module_agency: Agency) -> Iterator[House]:
    """Four days collected, and a person of each role."""
    for day in DAYS:
        module_agency.wake(day)
        module_agency.collect_plainly(day)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Forms are taken from pages of this address only.
    module_agency.monkeypatch.setenv("ANALYTICS_PUBLIC_URL", f"http://127.0.0.1:{port}")
    settings = load_settings()
    service = Service(
        settings,
        module_agency.warehouse,
        TokenCipher.from_settings(settings),
        settings.now,
        Transport(settings.now),
    )
    with module_agency.warehouse.begin() as connection:
        for role in UserRole:
            create_user(connection, role.value, role, PASSWORD, settings.now())
    with listening(create_app(service), port) as url:
        yield House(module_agency, settings.home, url)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The folder of screenshots."""
    folder = Path(os.environ.get("WALK_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
