"""What assets are handed: the APIs, the landing store, the warehouse, the clock.

Thin `ConfigurableResource` classes that build plain objects; no logic of assets.
Concept: https://docs.dagster.io/guides/build/external-resources
"""
