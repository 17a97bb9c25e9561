"""The sandbox as one ASGI application: three APIs and the control addresses."""

from typing import Final

from starlette.applications import Starlette
from starlette.routing import Route

from analytics_pipeline.sandbox.control import control_routes
from analytics_pipeline.sandbox.front_door import FrontDoor
from analytics_pipeline.sandbox.state import SandboxState

CREATORS_APP_ROOT: Final = "/creators-app/api"
GRAPH_ROOT: Final = "/graph/v23.0"
TIKTOK_ROOT: Final = "/tiktok/v2"

_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_app(state: SandboxState | None = None) -> Starlette:
    """Build the application.

    Args:
        state: The sandbox to serve; by default a new one with 24 creators.

    Returns:
        An ASGI application. Faults that close connections need the server of
        ``sandbox.server``; everything else works under any.
    """
    state = state or SandboxState()
    door = FrontDoor(state)
    apis = (
        (f"{CREATORS_APP_ROOT}/api-influencers", door.creators_app),
        ("/graph", door.graph),
        (TIKTOK_ROOT, door.tiktok),
    )
    routes = [
        Route(f"{root}/{{rest:path}}", endpoint, methods=_METHODS)
        for root, endpoint in apis
    ]
    return Starlette(routes=[*routes, *control_routes(state)])
