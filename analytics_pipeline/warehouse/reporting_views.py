"""The views of schema `reporting`: what analysts and their tools read.

Names and columns are promises. A migration makes them, with the statements written out;
a test holds them against this list. Their comments are written from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics_pipeline.schemas.fields import FIELDS, Field, FieldType, Unit
from analytics_pipeline.schemas.table_groups.canonical import COUNTS
from analytics_pipeline.schemas.tables import (
    ACCOUNT_METRIC_VALUES,
    ACCOUNT_SNAPSHOTS,
    CAMPAIGN_DAILY_SUMMARY,
    CAMPAIGNS,
    CREATOR_MONTHS,
    FINDINGS,
    HASHTAG_POST_METRICS,
    PARTICIPANTS,
    POST_METRIC_VALUES,
    POST_SNAPSHOTS,
    POSTS,
    REVIEW_CANDIDATES,
    SYNC_OUTCOMES,
)

REPORTING_SCHEMA = "reporting"


@dataclass(frozen=True, slots=True)
class View:
    """One view.

    Attributes:
        name: In schema `reporting`.
        grain: "One row per …".
        meaning: What it is for.
        source: What follows FROM, with whatever comes after it.
        columns: All columns, in order.
        key: Columns that identify a row.
        day: The column that `export --from --until` looks at; None without one.
        alias: Which of the sources columns are taken from.
        expressions: What columns are made of that are not just taken.
        own_fields: Columns that no table has.
        distinct_on: Keep the first row of each of these.
    """

    name: str
    grain: str
    meaning: str
    source: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    day: str | None = None
    alias: str | None = None
    expressions: Mapping[str, str] = field(default_factory=dict)
    own_fields: tuple[Field, ...] = ()
    distinct_on: str | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns with their types and meanings."""
        own = {item.name: item for item in self.own_fields}
        return tuple(own.get(name) or FIELDS[name] for name in self.columns)

    @property
    def comment(self) -> str:
        """What the database's own comment says."""
        return f"{self.grain} {self.meaning}"

    @property
    def query(self) -> str:
        """The statement that the view stands for."""
        first = f"DISTINCT ON ({self.distinct_on})\n       " if self.distinct_on else ""
        listed = ",\n       ".join(map(self._column, self.columns))
        return f"SELECT {first}{listed}\nFROM {self.source}"

    def _column(self, name: str) -> str:
        if name in self.expressions:
            return f"{self.expressions[name]} AS {name}"
        return f"{self.alias}.{name}" if self.alias else name


def _without(columns: tuple[str, ...], *left_out: str) -> tuple[str, ...]:
    return tuple(name for name in columns if name not in left_out)


_YEAR = Field("year", FieldType.COUNT, "The year, such as 2026.", Unit.COUNT)
_MONTH = Field("month", FieldType.COUNT, "The month of the year, 1 to 12.", Unit.COUNT)
_IS_COUNTED = Field(
    "is_counted", FieldType.FLAG, "Whether the post counts: its match level is full."
)
_IS_TO_REVIEW = Field(
    "is_to_review",
    FieldType.FLAG,
    "Whether a campaign asks for it, but it has no caption that could match.",
)
_MATCH_COLUMNS = (
    *HASHTAG_POST_METRICS.columns[:4],
    "campaign_name",
    "is_counted",
    *HASHTAG_POST_METRICS.columns[4:],
)
_MATCH_EXPRESSIONS = {
    "campaign_name": "c.campaign_name",
    "is_counted": "m.match_level = 'full'",
}
_MONTH_PART = "extract({} FROM month_start_date)::bigint"

VIEWS: tuple[View, ...] = (
    View(
        name="campaigns",
        grain="One row per campaign.",
        meaning="The Creators app's list as last answered, its hashtags understood.",
        source="analytics.campaigns",
        columns=_without(CAMPAIGNS.columns, "run_id"),
        key=("campaign_id",),
    ),
    View(
        name="creators",
        grain="One row per creator.",
        meaning="Without e-mail addresses; accounts are in the view accounts.",
        source="analytics.creators",
        columns=(
            "creator_id",
            "is_listed",
            "first_seen_at",
            "last_seen_at",
            "updated_at",
        ),
        key=("creator_id",),
    ),
    View(
        name="accounts",
        grain="One row per platform account of a creator.",
        meaning="Which accounts are read, how, and who has to log in again.",
        source="analytics.connections",
        columns=(
            "connection_id",
            "platform",
            "creator_id",
            "account_id",
            "username",
            "connection_status",
            "reconnect_reason",
            "reconnect_since",
            "consent_expires_at",
            "updated_at",
        ),
        key=("connection_id",),
    ),
    View(
        name="campaign_participants",
        grain="One row per day, campaign active that day, and creator involved in it.",
        meaning="Who takes part, and on which platforms the campaign needs them.",
        source="analytics.active_campaign_participants",
        columns=_without(PARTICIPANTS.columns, "run_id"),
        key=PARTICIPANTS.key,
        day="snapshot_date",
    ),
    View(
        name="campaign_days",
        grain="One row per day, active campaign and platform it asks for.",
        meaning="Totals, growth and rates over the posts that count.",
        source=(
            "analytics.campaign_daily_summary s\n"
            "LEFT JOIN analytics.campaigns c ON c.campaign_id = s.campaign_id"
        ),
        columns=(
            *CAMPAIGN_DAILY_SUMMARY.columns[:3],
            "campaign_name",
            *CAMPAIGN_DAILY_SUMMARY.columns[3:],
        ),
        key=CAMPAIGN_DAILY_SUMMARY.key,
        day="snapshot_date",
        alias="s",
        expressions={"campaign_name": "c.campaign_name"},
    ),
    View(
        name="campaign_posts",
        grain="One row per campaign and post that carries any of the campaign's "
        "hashtags or that a person has decided about.",
        meaning="Each with its numbers of the newest day that has them. Sum only rows "
        "where is_counted.",
        source=(
            "analytics.hashtag_post_metrics m\n"
            "LEFT JOIN analytics.campaigns c ON c.campaign_id = m.campaign_id\n"
            "LEFT JOIN analytics.posts p\n"
            "  ON p.platform = m.platform AND p.post_id = m.post_id\n"
            "ORDER BY m.campaign_id, m.platform, m.post_id, m.snapshot_date DESC"
        ),
        columns=(*_MATCH_COLUMNS, "removed_at"),
        key=("campaign_id", "platform", "post_id"),
        day="snapshot_date",
        alias="m",
        expressions=_MATCH_EXPRESSIONS | {"removed_at": "p.removed_at"},
        own_fields=(_IS_COUNTED,),
        distinct_on="m.campaign_id, m.platform, m.post_id",
    ),
    View(
        name="campaign_post_days",
        grain=HASHTAG_POST_METRICS.grain,
        meaning="Never sum over days: counts are lifetime totals as of each day.",
        source=(
            "analytics.hashtag_post_metrics m\n"
            "LEFT JOIN analytics.campaigns c ON c.campaign_id = m.campaign_id"
        ),
        columns=_MATCH_COLUMNS,
        key=HASHTAG_POST_METRICS.key,
        day="snapshot_date",
        alias="m",
        expressions=_MATCH_EXPRESSIONS,
        own_fields=(_IS_COUNTED,),
    ),
    View(
        name="posts",
        grain="One row per platform and post.",
        meaning="Every post ever observed, in a campaign or not, as last observed.",
        source="analytics.posts",
        columns=_without(POSTS.columns, "run_id"),
        key=POSTS.key,
    ),
    View(
        name="post_days",
        grain="One row per day, platform and post.",
        meaning="The post's counters as observed that day; lifetime totals, so never "
        "sum over days.",
        source="analytics.post_snapshots",
        columns=POST_SNAPSHOTS.columns,
        key=POST_SNAPSHOTS.key,
        day="snapshot_date",
    ),
    View(
        name="post_metrics",
        grain="One row per day, platform, post, metric and breakdown value.",
        meaning="Every insight of connected accounts' posts and stories.",
        source="analytics.post_metric_values",
        columns=POST_METRIC_VALUES.columns,
        key=POST_METRIC_VALUES.key,
        day="snapshot_date",
    ),
    View(
        name="account_days",
        grain="One row per day, platform and account.",
        meaning="Followers and profile as observed that day. A late day has none.",
        source="analytics.account_snapshots",
        columns=ACCOUNT_SNAPSHOTS.columns,
        key=ACCOUNT_SNAPSHOTS.key,
        day="snapshot_date",
    ),
    View(
        name="account_metrics",
        grain="One row per platform day, account, metric and breakdown value.",
        meaning="Account insights of connected accounts.",
        source="analytics.account_metric_values",
        columns=ACCOUNT_METRIC_VALUES.columns,
        key=ACCOUNT_METRIC_VALUES.key,
        day="metric_date",
    ),
    View(
        name="creator_months",
        grain="One row per creator, platform and month in which they posted or were "
        "asked.",
        meaning="Totals, means and rates of the posts published in the month, each "
        "with its newest numbers.",
        source="analytics.creator_months",
        columns=(
            *CREATOR_MONTHS.columns[:2],
            "year",
            "month",
            *CREATOR_MONTHS.columns[2:],
        ),
        key=CREATOR_MONTHS.key,
        day="month_start_date",
        expressions={
            "year": _MONTH_PART.format("year"),
            "month": _MONTH_PART.format("month"),
        },
        own_fields=(_YEAR, _MONTH),
    ),
    View(
        name="coverage",
        grain="One row per day, platform and account of an active participant; one "
        "with no account where none is known.",
        meaning="What became of everyone who should have been asked.",
        source="analytics.sync_outcomes",
        columns=SYNC_OUTCOMES.columns,
        key=SYNC_OUTCOMES.key,
        day="snapshot_date",
    ),
    View(
        name="findings",
        grain="One row per asset, day, rule, record and field that broke the rule.",
        meaning="What was odd in the answers and therefore left out.",
        source="analytics.data_quality_findings",
        columns=FINDINGS.columns,
        key=FINDINGS.key,
        day="snapshot_date",
    ),
    View(
        name="review_candidates",
        grain="One row per day, campaign and participant's post that could belong to "
        "it.",
        meaning="Posts that do not count but might, until a person decides.",
        source=(
            "analytics.review_candidates r\n"
            "LEFT JOIN analytics.campaigns c ON c.campaign_id = r.campaign_id"
        ),
        columns=(
            *REVIEW_CANDIDATES.columns[:4],
            "campaign_name",
            *REVIEW_CANDIDATES.columns[4:],
        ),
        key=REVIEW_CANDIDATES.key,
        day="snapshot_date",
        alias="r",
        expressions={"campaign_name": "c.campaign_name"},
    ),
    View(
        name="stories",
        grain="One row per story.",
        meaning="Each with its numbers of the newest day that has them; a story lives "
        "24 hours.",
        source=(
            "analytics.post_snapshots s\n"
            "LEFT JOIN analytics.posts p\n"
            "  ON p.platform = s.platform AND p.post_id = s.post_id\n"
            "WHERE s.content_type = 'instagram_story'\n"
            "ORDER BY s.platform, s.post_id, s.snapshot_date DESC"
        ),
        columns=(
            "snapshot_date",
            "platform",
            "post_id",
            "account_id",
            "creator_id",
            "posted_at",
            "post_caption",
            "post_url",
            "is_to_review",
            *COUNTS,
            "count_sources",
            "unknown_reasons",
            "observed_at",
            "is_late",
            "run_id",
        ),
        key=("platform", "post_id"),
        day="snapshot_date",
        alias="s",
        expressions={
            "post_caption": "p.post_caption",
            "post_url": "p.post_url",
            "is_to_review": "EXISTS (SELECT FROM analytics.stories_to_review r\n"
            "               WHERE r.platform = s.platform AND r.post_id = s.post_id)",
        },
        own_fields=(_IS_TO_REVIEW,),
        distinct_on="s.platform, s.post_id",
    ),
)

VIEWS_BY_NAME: dict[str, View] = {view.name: view for view in VIEWS}
