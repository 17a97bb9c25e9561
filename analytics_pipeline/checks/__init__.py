"""Asset checks: what must be true of a day, and who is missing from it.

Concept: https://docs.dagster.io/guides/test/asset-checks
"""
