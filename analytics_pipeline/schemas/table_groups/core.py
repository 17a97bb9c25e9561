"""What the Creators app knows: creators, campaigns, participants."""

from analytics_pipeline.schemas.table_groups.table import Table

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
