"""The ledger of call budgets."""

from alembic import op

revision = "0003"
down_revision = "0002"

_TABLE = """
CREATE TABLE analytics.api_budgets (
    budget TEXT NOT NULL,
    stopped_until TIMESTAMP WITH TIME ZONE,
    used_share DOUBLE PRECISION,
    told_at TIMESTAMP WITH TIME ZONE,
    calls_when_told BIGINT NOT NULL,
    call_slots JSONB NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT api_budgets_pkey PRIMARY KEY (budget)
);
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(_TABLE)
