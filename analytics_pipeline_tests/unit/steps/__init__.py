"""Steps without Dagster."""
