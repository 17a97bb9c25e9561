"""Reports: the model and its files."""
