"""What is read from one answer, on any platform."""

from dataclasses import dataclass, field

from analytics_pipeline.schemas.findings import Finding
from analytics_pipeline.schemas.metrics import MetricRecord
from analytics_pipeline.schemas.records import AccountRecord, PostRecord


@dataclass(slots=True)
class ParsedAnswer:
    """What one answer says.

    Attributes:
        account_id: Of the account it is about, where the answer tells.
        account: The account's own numbers, where the answer has them.
        posts: The posts.
        findings: What was odd.
        directly_read: Posts that were read directly, and whether they are gone.
        metrics: Insights of posts.
    """

    account_id: str | None = None
    account: AccountRecord | None = None
    posts: list[PostRecord] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    directly_read: dict[str, bool] = field(default_factory=dict)
    metrics: list[MetricRecord] = field(default_factory=list)
