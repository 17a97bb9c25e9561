"""Tests of the pure functions: records in, records out."""
