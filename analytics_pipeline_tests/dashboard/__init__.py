"""The dashboard, asked by browsers without scripts."""
