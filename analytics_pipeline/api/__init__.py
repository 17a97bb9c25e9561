"""The web service: logging in, callbacks of platforms."""
