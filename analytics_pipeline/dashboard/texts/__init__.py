"""The dashboard's texts."""
