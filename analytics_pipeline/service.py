"""The web service as one ASGI application."""

from fastapi import FastAPI
from starlette.responses import Response

from analytics_pipeline.api.callbacks import callbacks_router
from analytics_pipeline.api.conditional import Conditional
from analytics_pipeline.api.connect import connect_router
from analytics_pipeline.api.context import Service
from analytics_pipeline.api.cors import CrossOrigin
from analytics_pipeline.api.desk import Desk
from analytics_pipeline.api.handed_tokens import handed_tokens_router
from analytics_pipeline.api.health import health_router
from analytics_pipeline.api.invitations import invitations_router
from analytics_pipeline.api.limits import (
    RateLimitHeaders,
    RateLimits,
    describe_limits,
)
from analytics_pipeline.api.metrics import Measured, RequestMetrics, metrics_router
from analytics_pipeline.api.oauth import oauth_router
from analytics_pipeline.api.older_metrics import older_metrics_router
from analytics_pipeline.api.pages.render import STYLE_PATH, style_sheet
from analytics_pipeline.api.problems import Refusals, refusals
from analytics_pipeline.api.raw_body import BodyLimit
from analytics_pipeline.api.refreshes import refreshes_router
from analytics_pipeline.api.security import SecurityHeaders
from analytics_pipeline.api.shield import Shield
from analytics_pipeline.api.v1.links import PREFIX
from analytics_pipeline.api.v1.routers import READING_ROUTERS
from analytics_pipeline.api.webhooks import LARGEST_PUSH, webhooks_router
from analytics_pipeline.api.webhooks import PATH as PUSHES
from analytics_pipeline.dashboard.router import install_dashboard
from analytics_pipeline.dashboard.security import DASHBOARD, dashboard_headers


def create_app(service: Service) -> FastAPI:
    """Build the application.

    Args:
        service: What its routes need.

    Returns:
        The application, without a server.
    """
    app = FastAPI(
        title="Analytics Pipeline",
        description="Numbers of campaigns, posts and creators; logins of creators, and "
        "what platforms send.",
        docs_url=None,
        redoc_url=None,
        responses=refusals(),
        # A redirect to the same path with a slash would be built from the Host header.
        redirect_slashes=False,
    )
    app.state.service = service
    app.state.limits = RateLimits(service.settings.api_calls_per_minute)
    metrics = RequestMetrics()
    last_resort = Refusals(Desk(service).refusal)
    last_resort.install(app)
    # The last one added is the first to see a request.
    app.add_middleware(Conditional, prefix=f"{PREFIX}/", clock=service.clock)
    app.add_middleware(BodyLimit, limits={PUSHES: LARGEST_PUSH})
    app.add_middleware(Shield, refusals=last_resort)
    app.add_middleware(RateLimitHeaders)
    app.add_middleware(CrossOrigin, origins=service.settings.cors_origins)
    app.add_middleware(
        SecurityHeaders,
        settings=service.settings,
        others={DASHBOARD: dashboard_headers()},
    )
    app.add_middleware(Measured, metrics=metrics)
    for router in (
        health_router,
        connect_router,
        oauth_router,
        invitations_router,
        handed_tokens_router,
        webhooks_router,
        callbacks_router,
        older_metrics_router,
        refreshes_router,
        *READING_ROUTERS,
    ):
        app.include_router(router(service))
    app.include_router(metrics_router(service, metrics))
    describe_limits(app)
    _add_style(app)
    install_dashboard(app, service)
    return app


def _add_style(app: FastAPI) -> None:
    text = style_sheet()

    @app.get(STYLE_PATH, include_in_schema=False)
    def style() -> Response:
        """Return the stylesheet of all pages."""
        headers = {"Cache-Control": "max-age=3600"}
        return Response(text, media_type="text/css", headers=headers)
