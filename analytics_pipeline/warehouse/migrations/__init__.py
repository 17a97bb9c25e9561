"""Alembic migrations of schema `analytics`, written by hand."""
