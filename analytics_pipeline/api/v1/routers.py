"""All routes of `/api/v1` that read."""

from collections.abc import Callable

from fastapi import APIRouter

from analytics_pipeline.api.context import Service
from analytics_pipeline.api.v1.campaign_posts import campaign_posts_router
from analytics_pipeline.api.v1.campaign_report import campaign_report_router
from analytics_pipeline.api.v1.campaigns import campaigns_router
from analytics_pipeline.api.v1.creator_history import creator_history_router
from analytics_pipeline.api.v1.creators import creators_router
from analytics_pipeline.api.v1.explanations import explanations_router
from analytics_pipeline.api.v1.missing import missing_router
from analytics_pipeline.api.v1.posts import posts_router

READING_ROUTERS: tuple[Callable[[Service], APIRouter], ...] = (
    campaigns_router,
    campaign_posts_router,
    campaign_report_router,
    creators_router,
    creator_history_router,
    missing_router,
    posts_router,
    explanations_router,
)
"""What makes them, given the service."""
