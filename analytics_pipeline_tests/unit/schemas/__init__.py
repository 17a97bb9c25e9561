"""Tests of the vocabulary: how values are written, and that the lists agree."""
