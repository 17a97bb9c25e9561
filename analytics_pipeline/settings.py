"""Every environment variable of the project: read once, typed, validated.

What belongs here: names, defaults, validation, and messages that name the variable.
What does not: clients, connections, anything that opens a file or a socket.
`docs/configuration.md` lists what stands here; a test compares the two.
"""

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from analytics_pipeline.setting_values import (
    Duration,
    Instant,
    Origins,
    PostgresUrl,
    SecretKeys,
    TimeZone,
    Url,
    is_loopback,
)


class ConfigurationError(Exception):
    """A setting is missing or wrong; the message names it and the next step."""


def project_root() -> Path:
    """Return the checkout this package runs from, else the working directory."""
    beside_package = Path(__file__).resolve().parents[1]
    if (beside_package / "dagster.yaml").is_file():
        return beside_package
    return Path.cwd()


EngagementRate = Literal[
    "engagement_rate_client",
    "engagement_rate_by_followers",
    "engagement_rate_by_views",
    "engagement_rate_by_reach",
]


class Settings(BaseModel):
    """The configuration of one process. Immutable; secrets print as asterisks."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=False)

    creators_api_url: Url | None = Field(
        None,
        alias="CREATORS_API_URL",
        description="Base address of the Creators app, up to but not including "
        "`/api-influencers/…`.",
    )
    creators_api_token: SecretStr | None = Field(
        None,
        alias="CREATORS_API_TOKEN",
        description="Bearer token for the Creators app, if it asks for one.",
    )
    meta_api_url: Url = Field(
        "https://graph.facebook.com/v23.0",
        alias="META_API_URL",
        description="Base address of the Graph API, with its version.",
    )
    meta_access_token: SecretStr | None = Field(
        None,
        alias="META_ACCESS_TOKEN",
        description="The agency's own token; outside Instagram creators are read "
        "with it.",
    )
    meta_ig_user_id: str | None = Field(
        None,
        alias="META_IG_USER_ID",
        pattern=r"^\w+$",
        description="The agency's own Instagram account id, which asks "
        "`business_discovery`.",
    )
    meta_app_id: str | None = Field(
        None,
        alias="META_APP_ID",
        pattern=r"^\w+$",
        description="The Meta app that creators log in to.",
    )
    meta_app_secret: SecretStr | None = Field(
        None,
        alias="META_APP_SECRET",
        description="Its secret; also verifies Meta's pushes and callbacks.",
    )
    meta_login_url: Url = Field(
        "https://www.facebook.com/v23.0/dialog/oauth",
        alias="META_LOGIN_URL",
        description="Facebook's page on which a creator consents.",
    )
    meta_webhook_verify_token: SecretStr | None = Field(
        None,
        alias="META_WEBHOOK_VERIFY_TOKEN",
        description="The word that Meta repeats when pushes are set up; yours to "
        "choose, entered in the app's dashboard too.",
    )
    tiktok_login_url: Url = Field(
        "https://www.tiktok.com/v2/auth/authorize",
        alias="TIKTOK_LOGIN_URL",
        description="TikTok's page on which a creator consents; a slash is added.",
    )
    tiktok_api_url: Url = Field(
        "https://open.tiktokapis.com/v2",
        alias="TIKTOK_API_URL",
        description="Base address of the TikTok API, with its version.",
    )
    tiktok_client_key: str | None = Field(
        None,
        alias="TIKTOK_CLIENT_KEY",
        description="Client key of the TikTok app the creators logged in to.",
    )
    tiktok_client_secret: SecretStr | None = Field(
        None,
        alias="TIKTOK_CLIENT_SECRET",
        description="Client secret of the same TikTok app.",
    )
    home: Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())] = (
        Field(
            default_factory=lambda: project_root() / ".analytics",
            alias="ANALYTICS_HOME",
            description="Folder of local state: embedded database, landing store, "
            "spool, secret key. Default: `.analytics` in the checkout.",
        )
    )
    database_url: PostgresUrl | None = Field(
        None,
        alias="ANALYTICS_DATABASE_URL",
        description="A PostgreSQL server (15 or newer). Default: the embedded server.",
    )
    raw_url: str | None = Field(
        None,
        alias="ANALYTICS_RAW_URL",
        description="Where raw answers are kept: a folder, or `s3://bucket/prefix` "
        "and others known to fsspec. Default: `raw` in `ANALYTICS_HOME`.",
    )
    archive_url: str | None = Field(
        None,
        alias="ANALYTICS_ARCHIVE_URL",
        description="Where months past their retention are kept: a folder, or "
        "`s3://bucket/prefix` and others known to fsspec. Default: `archive` beside "
        "the landing store.",
    )
    snapshot_retention_days: int | None = Field(
        None,
        alias="ANALYTICS_SNAPSHOT_RETENTION_DAYS",
        ge=62,
        description="Days that snapshots stay in the database; a month whose last day "
        "is older goes to the archive. Default: all stay.",
    )
    dagster_retention_days: int = Field(
        90,
        alias="ANALYTICS_DAGSTER_RETENTION_DAYS",
        ge=7,
        description="Days that Dagster keeps every run with its events; older ones "
        "stay where none has done the same work since.",
    )
    timezone: TimeZone = Field(
        "UTC",
        alias="ANALYTICS_TIMEZONE",
        description="IANA name of the zone in which a day is a day.",
    )
    secret_key: SecretKeys | None = Field(
        None,
        alias="ANALYTICS_SECRET_KEY",
        description="Encrypts tokens at rest. Several, separated by commas: the first "
        "encrypts, all decrypt. Default: a key file in `ANALYTICS_HOME`.",
    )
    start_date: date = Field(
        date(2025, 1, 1),
        alias="ANALYTICS_START_DATE",
        description="First day that can be collected (first daily partition).",
    )
    tracking_days: int = Field(
        14,
        alias="ANALYTICS_TRACKING_DAYS",
        ge=0,
        le=3650,
        description="Days after a campaign's publishing end in which its posts are "
        "still measured.",
    )
    snapshot_grace: Duration = Field(
        timedelta(hours=24),
        alias="ANALYTICS_SNAPSHOT_GRACE",
        description="How long after a day's end an observation still counts as on "
        "time: hours, or `90m`, `36h`, `2d`.",
    )
    hashtag_rule: Literal["all", "any"] = Field(
        "all",
        alias="ANALYTICS_HASHTAG_RULE",
        description="A post must carry `all` of a campaign's hashtags, or `any`.",
    )
    concurrency: int = Field(
        16,
        alias="ANALYTICS_CONCURRENCY",
        ge=1,
        le=256,
        description="Accounts asked at the same time.",
    )
    shards: int = Field(
        1,
        alias="ANALYTICS_SHARDS",
        ge=1,
        le=256,
        description="Parts into which the accounts of a day are divided, each a step "
        "of its own that any worker can take. Change it only while no run is under "
        "way.",
    )
    broker_url: SecretStr | None = Field(
        None,
        alias="ANALYTICS_BROKER_URL",
        description="Celery's broker, such as `redis://host:6379/0`: the steps of "
        "`collect_job` run on the workers that listen there. Default: none, they run "
        "in the run's own process.",
    )
    result_url: SecretStr | None = Field(
        None,
        alias="ANALYTICS_RESULT_URL",
        description="Where workers leave what became of a step, as Celery names it. "
        "Default: the database, in Dagster's schema.",
    )
    lost_worker_seconds: int = Field(
        30,
        alias="ANALYTICS_LOST_WORKER_SECONDS",
        ge=1,
        description="How long a worker that is gone may take to come back, and to "
        "bring in what it had been answered, before its step is given to another.",
    )
    instagram_calls_per_hour: int = Field(
        200,
        alias="ANALYTICS_INSTAGRAM_CALLS_PER_HOUR",
        ge=1,
        description="Calls about outside creators in any hour, while Meta does not "
        "tell how much of its budget is used: 200 per daily active user of the app.",
    )
    tiktok_calls_per_minute: int = Field(
        600,
        alias="ANALYTICS_TIKTOK_CALLS_PER_MINUTE",
        ge=1,
        description="Calls of each TikTok endpoint in any minute. TikTok grants every "
        "app 600, and more on application.",
    )
    public_url: Url = Field(
        "http://127.0.0.1:8090",
        alias="ANALYTICS_PUBLIC_URL",
        description="Address under which creators and platforms reach "
        "`analytics-pipeline serve`; stands in invitations and redirects.",
    )
    agency_name: str | None = Field(
        None,
        alias="ANALYTICS_AGENCY_NAME",
        max_length=100,
        description="The agency's name, as the pages that creators see tell it.",
    )
    cors_origins: Origins = Field(
        (),
        alias="ANALYTICS_CORS_ORIGINS",
        description="Web addresses, separated by commas, whose pages may call `/api/` "
        "from a browser. Default: none.",
    )
    engagement_rate: EngagementRate = Field(
        "engagement_rate_client",
        alias="ANALYTICS_ENGAGEMENT_RATE",
        description="Which rate the older routes call `engagement_rate`; their answers "
        "name it.",
    )
    api_calls_per_minute: int = Field(
        600,
        alias="ANALYTICS_API_CALLS_PER_MINUTE",
        ge=1,
        description="Calls that one API key may make in a minute.",
    )
    dagster_url: Url | None = Field(
        None,
        alias="ANALYTICS_DAGSTER_URL",
        description="Address of Dagster's UI, to which the dashboard links runs.",
    )
    alert_webhook: SecretStr | None = Field(
        None,
        alias="ANALYTICS_ALERT_WEBHOOK",
        description="Address that alerts are posted to as JSON with a `text`.",
    )
    clock: Instant | None = Field(
        None,
        alias="ANALYTICS_CLOCK",
        description="A fixed instant instead of the system clock, for the sandbox; "
        "refused unless every API address is on loopback.",
    )

    @model_validator(mode="after")
    def _clock_only_on_loopback(self) -> Self:
        apis = (self.creators_api_url, self.meta_api_url, self.tiktok_api_url)
        if self.clock and not all(url and is_loopback(url) for url in apis):
            msg = (
                "ANALYTICS_CLOCK: a set clock would stamp real numbers with a wrong "
                "day; unset it, or point CREATORS_API_URL, META_API_URL and "
                "TIKTOK_API_URL at the sandbox"
            )
            raise ValueError(msg)
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which a day is a day."""
        return ZoneInfo(self.timezone)

    @property
    def landing_url(self) -> str:
        """Where raw answers are kept."""
        return self.raw_url or str(self.home / "raw")

    @property
    def archive_root(self) -> str:
        """Where archived months are kept."""
        beside = f"{self.landing_url.rstrip('/').rpartition('/')[0]}/archive"
        return self.archive_url or beside

    @property
    def token_journal(self) -> Path:
        """Where new tokens are kept until the database has them."""
        return self.home / "tokens"

    def now(self) -> datetime:
        """Return the current instant in UTC: the set clock, else the system's."""
        return self.clock or datetime.now(UTC)


def environment_names() -> dict[str, str]:
    """Map every environment variable to the attribute of `Settings` it fills."""
    return {
        field.alias: name
        for name, field in Settings.model_fields.items()
        if field.alias is not None
    }


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of this process; an empty variable counts as unset.

    Args:
        environ: Variables to read instead of the process's own.

    Returns:
        The validated settings.

    Raises:
        ConfigurationError: A variable has a value that cannot be used. All such
            variables are named in one message.
    """
    source = os.environ if environ is None else environ
    found = ((name, source.get(name, "").strip()) for name in _environment_names())
    given = tuple((name, value) for name, value in found if value)
    return _validated(given, Path.cwd())


@cache
def _environment_names() -> tuple[str, ...]:
    return tuple(environment_names())


@lru_cache(maxsize=8)
def _validated(given: tuple[tuple[str, str], ...], _folder: Path) -> Settings:
    """Validate once what each step of a run asks for; folders may be relative."""
    try:
        return Settings.model_validate(dict(given))
    except ValidationError as error:
        problems = [
            ": ".join(filter(None, [".".join(map(str, item["loc"])), _reason(item)]))
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise ConfigurationError("; ".join(problems)) from None


def _reason(item: Mapping[str, object]) -> str:
    return str(item["msg"]).removeprefix("Value error, ")


def current_instant() -> datetime:
    """Return the current instant in UTC, as `Settings.now` does.

    It is asked for with every call, and reading all settings takes longer than it may.

    Returns:
        The set clock, else the system's.
    """
    if os.environ.get("ANALYTICS_CLOCK", "").strip():
        return load_settings().now()
    return datetime.now(UTC)


def require(value: str | SecretStr | None, name: str, purpose: str) -> str:
    """Return a setting that this step cannot do without.

    Args:
        value: The setting as read.
        name: Its environment variable.
        purpose: What it is needed for, to finish the sentence "… is needed to …".

    Returns:
        The value in clear.

    Raises:
        ConfigurationError: It is not set.
    """
    if value is None:
        msg = f"{name} is not set; it is needed to {purpose} (docs/configuration.md)"
        raise ConfigurationError(msg)
    return value.get_secret_value() if isinstance(value, SecretStr) else value
