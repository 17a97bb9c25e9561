"""The web service as one ASGI application."""

from fastapi import FastAPI

from analytics_pipeline.api.callbacks import callbacks_router
from analytics_pipeline.api.context import Service
from analytics_pipeline.api.health import health_router
from analytics_pipeline.api.invitations import invitations_router
from analytics_pipeline.api.problems import install_problems, refusals
from analytics_pipeline.api.raw_body import BodyLimit
from analytics_pipeline.api.shield import Shield
from analytics_pipeline.api.webhooks import LARGEST_PUSH, webhooks_router
from analytics_pipeline.api.webhooks import PATH as PUSHES


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
        responses=refusals(),
        # A redirect to the same path with a slash would be built from the Host header.
        redirect_slashes=False,
    )
    app.state.service = service
    install_problems(app)
    # The last one added is the first to see a request.
    app.add_middleware(BodyLimit, limits={PUSHES: LARGEST_PUSH})
    app.add_middleware(Shield)
    app.include_router(health_router(service))
    app.include_router(invitations_router(service))
    app.include_router(webhooks_router(service))
    app.include_router(callbacks_router(service))
    return app
