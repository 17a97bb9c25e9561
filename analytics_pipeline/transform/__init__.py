"""Pure functions, records in, records out: no input or output, no clock."""
