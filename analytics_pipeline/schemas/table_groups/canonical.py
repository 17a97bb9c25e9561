"""Answers in one shape: accounts, posts, captions, and their daily snapshots."""

from analytics_pipeline.schemas.fields import SUMMED_MEASURES
from analytics_pipeline.schemas.table_groups.table import Table

COUNTS = (*SUMMED_MEASURES, "save_count", "reach")

ACCOUNT_SNAPSHOTS = Table(
    name="account_snapshots",
    grain="One row per day, platform and account.",
    meaning="Followers and profile as observed that day. A late day has no numbers.",
    key=("snapshot_date", "platform", "account_id"),
    columns=(
        "snapshot_date",
        "platform",
        "account_id",
        "creator_id",
        "username",
        "display_name",
        "follower_count",
        "following_count",
        "post_count_reported",
        "unknown_reasons",
        "observed_at",
        "is_late",
        "run_id",
    ),
    nullable=frozenset(
        {
            "username",
            "display_name",
            "follower_count",
            "following_count",
            "post_count_reported",
        }
    ),
    told_apart_by=("account_id", "creator_id"),
    partitioned_by="snapshot_date",
)

POSTS = Table(
    name="posts",
    grain="One row per platform and post.",
    meaning="Every post ever observed, as last observed.",
    key=("platform", "post_id"),
    columns=(
        "platform",
        "post_id",
        "account_id",
        "creator_id",
        "content_type",
        "media_type",
        "posted_at",
        "post_caption",
        "hashtags",
        "post_url",
        "duration_seconds",
        "first_seen_at",
        "last_seen_at",
        "removed_at",
        "run_id",
    ),
    nullable=frozenset(
        {
            "content_type",
            "media_type",
            "post_caption",
            "post_url",
            "duration_seconds",
            "removed_at",
        }
    ),
    kept=frozenset({"removed_at"}),
    newest_by="last_seen_at",
    # A post of two authors comes in the answers about both.
    told_apart_by=("account_id", "creator_id"),
)

POST_REMOVAL_CHECKS = Table(
    name="post_removal_checks",
    grain="One row per attempt and post that it read directly because the account's "
    "own list, walked past the post, lacked it.",
    meaning="What `posts.removed_at` rests on. Only accounts read with their own "
    "Instagram token can prove a removal.",
    key=("attempt_id", "post_id"),
    columns=(
        "attempt_id",
        "platform",
        "post_id",
        "account_id",
        "is_gone",
        "covers_from",
        "observed_at",
        "run_id",
    ),
    nullable=frozenset(),
)

POST_CAPTIONS = Table(
    name="post_captions",
    grain="One row per platform, post and wording of its caption.",
    meaning="Captions are edited; a day's match rests on the wording of that day.",
    key=("platform", "post_id", "caption_id"),
    columns=(
        "platform",
        "post_id",
        "caption_id",
        "post_caption",
        "hashtags",
        "first_observed_at",
        "run_id",
    ),
    nullable=frozenset(),
    told_apart_by=("first_observed_at",),
)

POST_SNAPSHOTS = Table(
    name="post_snapshots",
    grain="One row per day, platform and post.",
    meaning="The post's counters as observed that day.",
    key=("snapshot_date", "platform", "post_id"),
    columns=(
        "snapshot_date",
        "platform",
        "post_id",
        "account_id",
        "creator_id",
        "content_type",
        "posted_at",
        "caption_id",
        *COUNTS,
        "count_sources",
        "unknown_reasons",
        "observed_at",
        "is_late",
        "run_id",
    ),
    nullable=frozenset({"content_type", "caption_id", *COUNTS}),
    # A post of two authors comes in the answers about both.
    told_apart_by=("account_id", "creator_id"),
    partitioned_by="snapshot_date",
)

FINDINGS = Table(
    name="data_quality_findings",
    grain="One row per asset, day, rule, record and field that broke the rule.",
    meaning="What was odd in the answers. The record or field was left out; the rest "
    "was kept, and the raw answer holds the original. A field that no parser knows has "
    "one row only, with the first day it was seen.",
    key=("asset", "snapshot_date", "rule", "record_key", "field"),
    columns=(
        "asset",
        "snapshot_date",
        "platform",
        "rule",
        "record_key",
        "field",
        "value",
        "observed_at",
        "run_id",
    ),
    nullable=frozenset({"snapshot_date", "platform", "field", "value"}),
    provenance=frozenset({"observed_at", "run_id"}),
)
