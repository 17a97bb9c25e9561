"""Is it alive, and can it serve: for whatever watches the service."""

import sqlalchemy as sa
from fastapi import APIRouter

from analytics_pipeline.api.context import Service


def health_router(service: Service) -> APIRouter:
    """Return the routes that tell the service's state.

    Args:
        service: The database.

    Returns:
        The routes.
    """
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    def alive() -> dict[str, str]:
        """Tell that the process answers; nothing else is looked at."""
        return {"status": "alive"}

    @router.get("/readyz")
    def ready() -> dict[str, str]:
        """Tell that the database answers too; 503 while it does not."""
        with service.warehouse.begin() as connection:
            connection.execute(sa.text("SELECT 1"))
        return {"status": "ready"}

    return router
