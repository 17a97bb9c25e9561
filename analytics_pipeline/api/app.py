"""The web service as one ASGI application."""

from fastapi import FastAPI
from starlette.responses import Response

from analytics_pipeline.api.connect import connect_router
from analytics_pipeline.api.context import Service
from analytics_pipeline.api.oauth import oauth_router
from analytics_pipeline.api.pages.render import STYLE_PATH, style_sheet
from analytics_pipeline.api.security import SecurityHeaders


def create_app(service: Service) -> FastAPI:
    """Build the application.

    Args:
        service: What its routes need.

    Returns:
        The application, without a server.
    """
    app = FastAPI(
        title="Analytics Pipeline",
        description="Logins of creators, and what platforms send.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.add_middleware(SecurityHeaders, settings=service.settings)
    app.include_router(connect_router(service))
    app.include_router(oauth_router(service))
    _add_style(app)
    return app


def _add_style(app: FastAPI) -> None:
    text = style_sheet()

    @app.get(STYLE_PATH, include_in_schema=False)
    def style() -> Response:
        """Return the stylesheet of all pages."""
        headers = {"Cache-Control": "max-age=3600"}
        return Response(text, media_type="text/css", headers=headers)
