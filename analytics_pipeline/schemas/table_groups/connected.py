"""What connected accounts tell beyond what anybody sees: insights and stories."""

from analytics_pipeline.schemas.table_groups.table import Table

METRIC_CAPABILITIES = Table(
    name="metric_capabilities",
    grain="One row per platform, API version, product type and metric that it refuses.",
    meaning="Learned from refusals: the metric is left out of requests and tried again "
    "a month later; a row goes when it is answered again.",
    key=("platform", "api_version", "product_type", "metric"),
    columns=(
        "platform",
        "api_version",
        "product_type",
        "metric",
        "refused_at",
        "tried_at",
        "detail",
        "updated_at",
        "run_id",
    ),
    nullable=frozenset({"detail"}),
    is_asset=False,
)

POST_METRIC_VALUES = Table(
    name="post_metric_values",
    grain="One row per day, platform, post, metric and breakdown value.",
    meaning="Every insight of connected accounts' posts and stories, as known that "
    "day; the common ones stand in post_snapshots too.",
    key=(
        "snapshot_date",
        "platform",
        "post_id",
        "metric",
        "breakdown",
        "breakdown_value",
    ),
    columns=(
        "snapshot_date",
        "platform",
        "post_id",
        "account_id",
        "creator_id",
        "metric",
        "breakdown",
        "breakdown_value",
        "metric_value",
        "unknown_reason",
        "metric_source",
        "observed_at",
        "is_late",
        "run_id",
    ),
    nullable=frozenset(
        {"breakdown", "breakdown_value", "metric_value", "unknown_reason"}
    ),
    told_apart_by=("account_id", "creator_id"),
    partitioned_by="snapshot_date",
)

ACCOUNT_METRIC_VALUES = Table(
    name="account_metric_values",
    grain="One row per platform day, account, metric and breakdown value.",
    meaning="Account insights; unlike counters they can be asked for past days.",
    key=(
        "metric_date",
        "platform",
        "account_id",
        "metric",
        "breakdown",
        "breakdown_value",
    ),
    columns=(
        "metric_date",
        "platform",
        "account_id",
        "creator_id",
        "metric",
        "breakdown",
        "breakdown_value",
        "metric_value",
        "unknown_reason",
        "is_final",
        "observed_at",
        "run_id",
    ),
    nullable=frozenset(
        {"breakdown", "breakdown_value", "metric_value", "unknown_reason"}
    ),
    partitioned_by="metric_date",
)

STORIES_TO_REVIEW = Table(
    name="stories_to_review",
    grain="One row per day, campaign that asks for stories, and participant's story "
    "without a caption.",
    meaning="No hashtag can match them, so a person has to look. Never counted.",
    key=("snapshot_date", "campaign_id", "platform", "post_id"),
    columns=(
        "snapshot_date",
        "campaign_id",
        "platform",
        "post_id",
        "account_id",
        "creator_id",
        "posted_at",
        "post_url",
        "observed_at",
        "run_id",
    ),
    nullable=frozenset({"post_url"}),
)
