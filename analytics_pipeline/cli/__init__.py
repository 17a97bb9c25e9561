"""The command line: `analytics-pipeline …`."""
