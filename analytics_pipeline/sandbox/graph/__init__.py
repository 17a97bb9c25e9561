"""The imitation of the Graph API for Instagram (Facebook Login)."""
