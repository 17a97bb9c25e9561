"""Queries of whoever reads: the HTTP API, the pages. They change nothing."""
