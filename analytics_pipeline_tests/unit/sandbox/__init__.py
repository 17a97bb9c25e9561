"""Tests of the sandbox: over real HTTP, against the fact sheets' JSON."""
