"""The pages that creators see: layout, texts, languages."""
