"""The graph: one module per group. Glue only; the work is done in `steps`."""
