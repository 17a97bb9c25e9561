"""What people read: matched posts and totals of campaigns."""

from analytics_pipeline.schemas.fields import RATES, SUMMED_MEASURES
from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.schemas.table_groups.table import Table

HASHTAG_POST_METRICS = Table(
    name="hashtag_post_metrics",
    grain="One row per day, campaign and post that carries any of the campaign's "
    "hashtags or that a person has decided about.",
    meaning="The posts of a campaign with their numbers and the evidence of the match. "
    "Rows with match_level 'partial' or 'rejected' are listed, never counted.",
    key=("snapshot_date", "campaign_id", "platform", "post_id"),
    columns=(
        "snapshot_date",
        "campaign_id",
        "platform",
        "post_id",
        "creator_id",
        "account_id",
        "content_type",
        "posted_at",
        "post_caption",
        "post_url",
        "hashtags",
        "matched_hashtags",
        "missing_hashtags",
        "match_level",
        "match_basis",
        *COUNTS,
        "follower_count",
        *RATES,
        "unknown_reasons",
        "observed_at",
        "is_late",
        "run_id",
    ),
    nullable=frozenset(
        {
            "content_type",
            "post_caption",
            "post_url",
            *COUNTS,
            "follower_count",
            *RATES,
        }
    ),
)

CAMPAIGN_DAILY_SUMMARY = Table(
    name="campaign_daily_summary",
    grain="One row per day, active campaign and platform it asks for.",
    meaning="Totals, growth and rates over the posts that count, with how many posts "
    "each number rests on. Rates are weighted: summed engagement over summed base.",
    key=("snapshot_date", "campaign_id", "platform"),
    columns=(
        "snapshot_date",
        "campaign_id",
        "platform",
        "participant_count",
        "answered_count",
        "creator_count",
        "post_count",
        "partial_post_count",
        "late_post_count",
        "erased_post_count",
        *(
            column
            for name in SUMMED_MEASURES
            for column in (name, f"posts_with_{name}", f"{name}_delta")
        ),
        *(
            column
            for name in RATES
            for column in (name, f"posts_with_{name}", f"{name}_median")
        ),
        "unknown_reasons",
        "observed_at",
        "run_id",
    ),
    nullable=frozenset(
        {
            *SUMMED_MEASURES,
            *(f"{name}_delta" for name in SUMMED_MEASURES),
            *RATES,
            *(f"{name}_median" for name in RATES),
            "observed_at",
        }
    ),
)

REVIEW_CANDIDATES = Table(
    name="review_candidates",
    grain="One row per day, campaign and participant's post that could belong to it.",
    meaning="Posts that do not count but might: what the review desk ranks. Decided "
    "posts are left out.",
    key=("snapshot_date", "campaign_id", "platform", "post_id"),
    columns=(
        "snapshot_date",
        "campaign_id",
        "platform",
        "post_id",
        "creator_id",
        "account_id",
        "content_type",
        "posted_at",
        "post_caption",
        "post_url",
        "hashtags",
        "candidate_kind",
        "candidate_score",
        "candidate_reasons",
        "observed_at",
        "is_late",
        "run_id",
    ),
    nullable=frozenset({"content_type", "post_caption", "post_url"}),
    partitioned_by="snapshot_date",
)

CREATOR_MONTHS = Table(
    name="creator_months",
    grain="One row per creator, platform and month in which they posted or were asked.",
    meaning="Totals, means and rates of the posts published in the month, each with "
    "its newest numbers; followers as of the last day of the month that they are known "
    "on.",
    key=("creator_id", "platform", "month_start_date"),
    columns=(
        "creator_id",
        "platform",
        "month_start_date",
        "post_count",
        "late_post_count",
        *(
            column
            for name in SUMMED_MEASURES
            for column in (name, f"posts_with_{name}", f"{name}_mean")
        ),
        "follower_count",
        "follower_count_date",
        *(
            column
            for name in RATES
            for column in (name, f"posts_with_{name}", f"{name}_median")
        ),
        "unknown_reasons",
        "observed_at",
        "updated_at",
        "run_id",
    ),
    nullable=frozenset(
        {
            *SUMMED_MEASURES,
            *(f"{name}_mean" for name in SUMMED_MEASURES),
            "follower_count",
            "follower_count_date",
            *RATES,
            *(f"{name}_median" for name in RATES),
            "observed_at",
        }
    ),
)
