"""Influencer-marketing analytics: from platform answers to defensible numbers."""
