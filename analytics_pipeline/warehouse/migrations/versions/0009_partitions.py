"""Large tables divided by month, and what is in the archive.

A table cannot become partitioned, so each gets a successor of the same columns that its
rows move to, month by month. Views that read it are pointed to the successor without
being dropped, so that their grants, and views on them, stay; so do its own grants.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_KEYS = {
    "account_snapshots": "PRIMARY KEY (snapshot_date, platform, account_id)",
    "post_snapshots": "PRIMARY KEY (snapshot_date, platform, post_id)",
    "post_metric_values": "UNIQUE NULLS NOT DISTINCT (snapshot_date, platform, post_id,"
    " metric, breakdown, breakdown_value)",
    "account_metric_values": "UNIQUE NULLS NOT DISTINCT (metric_date, platform,"
    " account_id, metric, breakdown, breakdown_value)",
    "review_candidates": "PRIMARY KEY (snapshot_date, campaign_id, platform, post_id)",
}
_INDEXES = """
CREATE INDEX post_snapshots_by_platform_post_id_snapshot_date
    ON analytics.post_snapshots (platform, post_id, snapshot_date);
CREATE INDEX post_metric_values_by_platform_post_id
    ON analytics.post_metric_values (platform, post_id);
CREATE INDEX post_metric_values_before_conversion
    ON analytics.post_metric_values (post_id)
    WHERE unknown_reason = 'before_conversion';
CREATE INDEX review_candidates_by_campaign_id_snapshot_date
    ON analytics.review_candidates (campaign_id, snapshot_date);
-- The followers of a creator's month.
CREATE INDEX account_snapshots_by_creator_id_snapshot_date
    ON analytics.account_snapshots (creator_id, snapshot_date);
"""
_ARCHIVED = """
CREATE TABLE analytics.archived_snapshots (
    archived_table TEXT NOT NULL,
    month_start_date DATE NOT NULL,
    archive_object TEXT NOT NULL,
    archived_row_count BIGINT NOT NULL,
    archived_at TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT archived_snapshots_pkey PRIMARY KEY (archived_table, month_start_date)
);
"""

# With an empty search path definitions name their tables in full.
_READING_VIEWS = """
SELECT DISTINCT v.oid, format('%I.%I', n.nspname, v.relname) AS name,
       pg_get_viewdef(v.oid) AS definition, v.reloptions AS options
FROM pg_depend d
JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
JOIN pg_namespace n ON n.oid = v.relnamespace
WHERE d.refobjid = CAST(:table AS regclass) AND d.refclassid = 'pg_class'::regclass
ORDER BY v.oid
"""
_GRANTS = """
SELECT a.privilege_type AS privilege, a.is_grantable,
       CASE a.grantee WHEN 0 THEN 'PUBLIC'
            ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
WHERE c.oid = CAST(:table AS regclass) AND a.grantee <> c.relowner
"""


def upgrade() -> None:
    """Move the rows, then make keys and indexes, which is faster than before."""
    op.execute("CREATE SCHEMA IF NOT EXISTS analytics_partitions")
    for name, key in _KEYS.items():
        _divide(name, key)
    op.execute(_INDEXES)
    op.execute(_ARCHIVED)


def _divide(name: str, key: str) -> None:
    """Replace a table by one that is partitioned by month."""
    day = "metric_date" if "metric_date" in key else "snapshot_date"
    table, old = f"analytics.{name}", f"analytics.{name}_undivided"
    op.execute("SET LOCAL search_path = ''")
    views = _rows(_READING_VIEWS, table)
    op.execute("RESET search_path")
    grants = _rows(_GRANTS, table)
    op.execute(f"ALTER TABLE {table} RENAME TO {name}_undivided")
    op.execute(f"CREATE TABLE {table} (LIKE {old}) PARTITION BY RANGE ({day})")
    months = _rows(f"SELECT DISTINCT date_trunc('month', {day})::date AS m FROM {old}")  # noqa: S608 - names written here
    for month in sorted(row["m"] for row in months):
        _move_month(name, day, month)
    for view in views:
        options = f" WITH ({', '.join(view['options'])})" if view["options"] else ""
        op.execute(
            f"CREATE OR REPLACE VIEW {view['name']}{options} AS {view['definition']}"
        )
    op.execute(f"DROP TABLE {old}")
    suffix = "pkey" if key.startswith("PRIMARY") else "key"
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name}_{suffix} {key}")
    for grant in grants:
        option = " WITH GRANT OPTION" if grant["is_grantable"] else ""
        op.execute(
            f"GRANT {grant['privilege']} ON {table} TO {grant['grantee']}{option}"
        )


def _move_month(name: str, day: str, month: date) -> None:
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    part = f"analytics_partitions.{name}_{month:%Y_%m}"
    op.execute(
        f"CREATE TABLE {part} PARTITION OF analytics.{name}"
        f" FOR VALUES FROM ('{month}') TO ('{after}')"
    )
    op.execute(
        f"INSERT INTO {part} SELECT * FROM analytics.{name}_undivided"  # noqa: S608
        f" WHERE {day} >= '{month}' AND {day} < '{after}'"
    )


def _rows(query: str, table: str | None = None) -> list[dict[str, Any]]:
    values = {"table": table} if table else {}
    found = op.get_bind().execute(sa.text(query), values)
    return [dict(row) for row in found.mappings()]
