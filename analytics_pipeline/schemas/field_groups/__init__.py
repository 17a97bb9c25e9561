"""The columns, by what they are about; `schemas/fields.py` holds them all."""
