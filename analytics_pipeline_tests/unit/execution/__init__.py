"""Tests of where steps are executed."""
