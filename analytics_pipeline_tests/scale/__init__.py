"""A day on several workers, some of which are killed."""
