"""The vocabulary: fields, tables, records, and the closed lists they draw on."""
