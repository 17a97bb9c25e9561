"""Alembic's entry: runs the revisions on the connection handed over."""

from alembic import context

from analytics_pipeline.schemas.tables import SCHEMA

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema=SCHEMA,
)
context.run_migrations()
