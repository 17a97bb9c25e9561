"""HTTP clients of the outside APIs. No SQL, no DataFrame, no Dagster."""
