"""The tables of the warehouse: what one row is, what identifies it, what it holds.

The SQLAlchemy tables, the catalogue entries in Dagster, the checks and the reference
in `docs/` are all built from this list. Migrations are written by hand and a test
holds them against it.
"""

from dataclasses import dataclass

from analytics_pipeline.schemas.fields import FIELDS, RATES, SUMMED_MEASURES, Field

SCHEMA = "analytics"


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: In schema `analytics`; the asset of the same name writes it.
        grain: "One row per …".
        meaning: What it is for, one or two sentences.
        key: Columns that identify a row.
        columns: All columns, in order.
        nullable: Columns that may be null.
        provenance: Columns that say how a row came to be, not what it says; a row
            that differs only in these has not changed.
        newest_by: The columns of a row follow the newest value of this column; an
            older answer never overwrites a newer one. Columns named `first_…_at` keep
            their earliest value.
        told_apart_by: Where one key may come several times in a load: the row with the
            smallest values of these columns is kept.
        kept: Columns that a load fills in new rows only; something else updates them.
        touched_by: A column that alone changes a row only after an hour, so that a
            re-run writes nothing.
    """

    name: str
    grain: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    nullable: frozenset[str]
    provenance: frozenset[str] = frozenset({"run_id", "updated_at"})
    newest_by: str | None = None
    told_apart_by: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()
    touched_by: str | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns with their types and meanings."""
        return tuple(FIELDS[name] for name in self.columns)


_COUNTS = (*SUMMED_MEASURES, "save_count", "reach")

CREATORS = Table(
    name="creators",
    grain="One row per creator.",
    meaning="The Creators app's list as last answered. Nothing is deleted.",
    key=("creator_id",),
    columns=(
        "creator_id",
        "email",
        "is_listed",
        "first_seen_at",
        "last_seen_at",
        "updated_at",
        "run_id",
    ),
    nullable=frozenset({"email"}),
    newest_by="last_seen_at",
    touched_by="last_seen_at",
)

CAMPAIGNS = Table(
    name="campaigns",
    grain="One row per campaign.",
    meaning="The Creators app's list as last answered, its hashtags understood.",
    key=("campaign_id",),
    columns=(
        "campaign_id",
        "campaign_name",
        "hashtags_as_entered",
        "campaign_hashtags",
        "hashtag_keys",
        "rejected_hashtags",
        "hashtag_rule",
        "content_types",
        "publishing_start_date",
        "publishing_end_date",
        "campaign_status",
        "problems",
        "is_listed",
        "first_seen_at",
        "last_seen_at",
        "updated_at",
        "run_id",
    ),
    nullable=frozenset(
        {
            "campaign_name",
            "hashtags_as_entered",
            "publishing_start_date",
            "publishing_end_date",
        }
    ),
    kept=frozenset({"campaign_status"}),
    newest_by="last_seen_at",
    touched_by="last_seen_at",
)

PARTICIPANTS = Table(
    name="active_campaign_participants",
    grain="One row per day, campaign active that day, and creator involved in it.",
    meaning="Whom the pipeline has to ask for, and until when a campaign is measured.",
    key=("snapshot_date", "campaign_id", "creator_id"),
    columns=(
        "snapshot_date",
        "campaign_id",
        "creator_id",
        "platforms",
        "publishing_start_date",
        "publishing_end_date",
        "is_known_creator",
        "observed_at",
        "is_late",
        "run_id",
    ),
    nullable=frozenset(),
    provenance=frozenset({"run_id", "observed_at"}),
)

CONNECTIONS = Table(
    name="connections",
    grain="One row per platform account of a creator.",
    meaning="Which account belongs to which creator; tokens encrypted.",
    key=("connection_id",),
    columns=(
        "connection_id",
        "platform",
        "creator_id",
        "account_id",
        "username",
        "access_token_encrypted",
        "refresh_token_encrypted",
        "access_token_expires_at",
        "refresh_token_expires_at",
        "scopes",
        "connection_status",
        "imported_fingerprint",
        "updated_at",
    ),
    nullable=frozenset(
        {
            "account_id",
            "username",
            "access_token_encrypted",
            "refresh_token_encrypted",
            "access_token_expires_at",
            "refresh_token_expires_at",
            "imported_fingerprint",
        }
    ),
)

ATTEMPTS = Table(
    name="collection_attempts",
    grain="One row per attempt of a run to read one account.",
    meaning="The index of the landing store: who was asked, for which days, and where "
    "the answers are. Rebuilt from the landing store by `analytics-pipeline replay`.",
    key=("attempt_id",),
    columns=(
        "attempt_id",
        "platform",
        "creator_id",
        "connection_id",
        "account_id",
        "username",
        "snapshot_dates",
        "observed_at",
        "covers_from",
        "status",
        "reason",
        "detail",
        "calls",
        "calls_planned",
        "calls_unplanned",
        "calls_repeated",
        "object_url",
        "run_id",
    ),
    nullable=frozenset(
        {"account_id", "username", "covers_from", "reason", "detail", "object_url"}
    ),
)

SYNC_OUTCOMES = Table(
    name="sync_outcomes",
    grain="One row per day, platform and account of an active participant; one with "
    "no account where none is known.",
    meaning="What became of everyone who should have been asked.",
    key=("snapshot_date", "platform", "creator_id", "connection_id"),
    columns=(
        "snapshot_date",
        "platform",
        "account_id",
        "creator_id",
        "connection_id",
        "username",
        "status",
        "reason",
        "detail",
        "calls",
        "observed_at",
        "run_id",
    ),
    nullable=frozenset(
        {"account_id", "connection_id", "username", "reason", "detail", "observed_at"}
    ),
)

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
        *_COUNTS,
        "unknown_reasons",
        "observed_at",
        "is_late",
        "run_id",
    ),
    nullable=frozenset({"content_type", "caption_id", *_COUNTS}),
    # A post of two authors comes in the answers about both.
    told_apart_by=("account_id", "creator_id"),
)

HASHTAG_POST_METRICS = Table(
    name="hashtag_post_metrics",
    grain="One row per day, campaign and post that carries the campaign's hashtags.",
    meaning="The posts of a campaign with their numbers and the evidence of the match. "
    "Rows with match_level 'partial' are listed, never counted.",
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
        *_COUNTS,
        "follower_count",
        *RATES,
        "unknown_reasons",
        "observed_at",
        "is_late",
        "run_id",
    ),
    nullable=frozenset({"post_url", *_COUNTS, "follower_count", *RATES}),
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

API_BUDGETS = Table(
    name="api_budgets",
    grain="One row per budget of calls at a platform.",
    meaning="The ledger that all processes take their calls from; written by every "
    "call, read by people who wonder why accounts are deferred.",
    key=("budget",),
    columns=(
        "budget",
        "stopped_until",
        "used_share",
        "told_at",
        "calls_when_told",
        "call_slots",
        "updated_at",
    ),
    nullable=frozenset({"stopped_until", "used_share", "told_at"}),
    provenance=frozenset({"updated_at"}),
)

TABLES: tuple[Table, ...] = (
    CREATORS,
    CAMPAIGNS,
    PARTICIPANTS,
    CONNECTIONS,
    ATTEMPTS,
    SYNC_OUTCOMES,
    ACCOUNT_SNAPSHOTS,
    POSTS,
    POST_REMOVAL_CHECKS,
    POST_CAPTIONS,
    POST_SNAPSHOTS,
    HASHTAG_POST_METRICS,
    CAMPAIGN_DAILY_SUMMARY,
    FINDINGS,
    API_BUDGETS,
)
