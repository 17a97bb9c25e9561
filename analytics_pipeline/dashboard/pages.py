"""What a page cannot be made of."""


class MissingPageError(LookupError):
    """Nothing is known under an address."""
