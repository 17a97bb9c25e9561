"""The landing store: raw answers, immutable, before anything interprets them."""
