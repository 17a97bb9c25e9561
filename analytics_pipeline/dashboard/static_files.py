"""What pages load: styles, scripts, and Plotly's own script from its wheel.

Each has its content's hash in its address, so a browser keeps it for a year and gets
the new one at once when it changes.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analytics_pipeline.api.problems import problem
from analytics_pipeline.dashboard.security import DASHBOARD

_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_PLOTLY = "plotly.min.js"
_NAMES = ("dashboard.css", "dashboard.js", "charts.js", "favicon.svg", _PLOTLY)
_OWN_STYLE = re.compile(r'getElementById\("([0-9a-f]{64})"\)')
_HASH_LENGTH = 16
_COMPRESSION = 6
_LONG = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is sent.

    Attributes:
        plain: Its content.
        version: A hash of it.
        media_type: Of the answer.
    """

    plain: bytes
    version: str
    media_type: str


def static_path(name: str) -> str:
    """Return the address of a file, without the service's prefix."""
    return f"{DASHBOARD}/static/{_file(name).version}/{name}"


@cache
def unwanted_styles() -> tuple[str, ...]:
    """Return the ids of styles that Plotly would write into the page.

    They are for maps, which no page has, and inline styles are forbidden: each try
    would be an error in the browser's console. Plotly leaves out what is there already.
    """
    script = _file(_PLOTLY).plain.decode()
    return tuple(sorted(set(_OWN_STYLE.findall(script))))


def static_router() -> APIRouter:
    """Return the route of these files, which anybody may load."""
    router = APIRouter()

    @router.get(f"{DASHBOARD}/static/{{version}}/{{name}}", include_in_schema=False)
    def static(request: Request, version: str, name: str) -> Response:
        """Return a file, compressed where the browser can."""
        if name not in _NAMES or _file(name).version != version:
            return problem(HTTPStatus.NOT_FOUND)
        found = _file(name)
        headers = {"Cache-Control": _LONG, "Vary": "Accept-Encoding"}
        content = found.plain
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            content = _compressed(name)
        return Response(content, media_type=found.media_type, headers=headers)

    return router


@cache
def _file(name: str) -> StaticFile:
    content = _content(name)
    version = hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]
    return StaticFile(content, version, _TYPES[Path(name).suffix])


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(_file(name).plain, _COMPRESSION, mtime=0)


def _content(name: str) -> bytes:
    if name != _PLOTLY:
        return (
            files("analytics_pipeline.dashboard").joinpath("static", name).read_bytes()
        )
    # Looked up without importing Plotly, which would cost each start a second.
    spec = find_spec("plotly")
    assert spec is not None  # noqa: S101 - a dependency
    assert spec.submodule_search_locations is not None  # noqa: S101 - a package
    folder = spec.submodule_search_locations[0]
    return Path(folder, "package_data", name).read_bytes()
