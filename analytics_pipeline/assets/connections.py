"""The connections, whose tokens are kept alive; in group `core`.

Accounts come and go by logins and by `analytics-pipeline connections`; what a run does
is to renew tokens at half their life, and to tell people in time where it cannot.
"""

from typing import TYPE_CHECKING

import dagster as dg

from analytics_pipeline.assets.catalogue import OWNERS, RETRY, describe, table_metadata
from analytics_pipeline.partitions import SINGLE_RUN
from analytics_pipeline.resources.apis import InstagramResource, TikTokResource
from analytics_pipeline.resources.failures import explained
from analytics_pipeline.resources.stores import PipelineResource
from analytics_pipeline.schemas.tables import CONNECTIONS
from analytics_pipeline.settings import load_settings

if TYPE_CHECKING:
    from analytics_pipeline.steps.alerts import AlertReport
    from analytics_pipeline.steps.token_life import TokenReport


@dg.asset(
    name=CONNECTIONS.name,
    description=describe(
        CONNECTIONS, "A run renews tokens; accounts come by logins and by hand."
    ),
    group_name="core",
    kinds={"python", "postgres"},
    owners=OWNERS,
    code_version="1",
    metadata=table_metadata(CONNECTIONS),
    retry_policy=RETRY,
    backfill_policy=SINGLE_RUN,
)
def connections(
    pipeline: PipelineResource, instagram: InstagramResource, tiktok: TikTokResource
) -> dg.MaterializeResult:
    """Keep the tokens alive, then tell what cannot be kept."""
    from analytics_pipeline.clients.alert_webhook import AlertWebhook
    from analytics_pipeline.steps.alerts import tell
    from analytics_pipeline.steps.token_life import TokenKeeping, keep_tokens_alive

    settings, clock = load_settings(), pipeline.clock.now
    address = settings.alert_webhook
    webhook = AlertWebhook(address.get_secret_value()) if address else None
    with explained(), instagram.transport(clock) as transport:
        vault, budgets = pipeline.vault(), pipeline.budgets()
        keeping = TokenKeeping(
            warehouse=pipeline.warehouse.open(),
            vault=vault,
            clock=clock,
            transport=transport,
            policy=instagram.policy(),
            concurrency=settings.concurrency,
            meta=instagram.login(clock, budgets),
            tiktok=tiktok.reader(vault, clock, budgets).client,
        )
        kept = keep_tokens_alive(keeping)
        told = tell(keeping.warehouse, clock, webhook)
    return dg.MaterializeResult(metadata=_metadata(kept, told))


def _metadata(kept: "TokenReport", told: "AlertReport") -> dict[str, int | str]:
    """Return counts only; who it is stands in the check and in the table."""
    return {
        "dagster/row_count": kept.connections,
        **{f"tokens_{what}": number for what, number in kept.counts.items()},
        "alerts": told.current,
        "alerts_raised": told.raised,
        "alerts_posted": told.posted,
        "alert_webhook": told.problem or "no problem",
    }
