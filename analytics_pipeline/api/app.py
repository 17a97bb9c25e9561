"""The web service as one ASGI application."""

from fastapi import FastAPI

from analytics_pipeline.api.context import Service


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
    return app
