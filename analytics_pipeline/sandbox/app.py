"""The sandbox as one ASGI application: three APIs, two logins, the control."""

from typing import Final

from starlette.applications import Starlette
from starlette.routing import Route

from analytics_pipeline.sandbox.control import control_routes
from analytics_pipeline.sandbox.front_door import FrontDoor
from analytics_pipeline.sandbox.graph.dialog import MetaDialog
from analytics_pipeline.sandbox.state import SandboxState
from analytics_pipeline.sandbox.tiktok.dialog import TikTokDialog

CREATORS_APP_ROOT: Final = "/creators-app/api"
GRAPH_ROOT: Final = "/graph/v23.0"
TIKTOK_ROOT: Final = "/tiktok/v2"
META_LOGIN_PATH: Final = "/facebook/v23.0/dialog/oauth"
TIKTOK_LOGIN_PATH: Final = f"{TIKTOK_ROOT}/auth/authorize/"

_DIALOG_METHODS: Final = ["GET", "POST"]
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
    # Ahead of the APIs: a person's browser spends no budget and is not counted.
    dialogs = [
        Route(META_LOGIN_PATH, MetaDialog(state).endpoint, methods=_DIALOG_METHODS),
        Route(TIKTOK_LOGIN_PATH, TikTokDialog(state).endpoint, methods=_DIALOG_METHODS),
    ]
    return Starlette(routes=[*dialogs, *routes, *control_routes(state)])
