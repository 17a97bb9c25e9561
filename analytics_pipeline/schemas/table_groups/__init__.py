"""The tables, by what they are about; `schemas/tables.py` lists them all."""
