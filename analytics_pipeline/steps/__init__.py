"""The work of each asset in plain Python: clients, landing, transform, warehouse.

An asset of the graph calls one function of here and shows what it returns. Nothing here
knows Dagster.
"""
