"""The imitation of the TikTok Display API v2 and its token endpoint."""
