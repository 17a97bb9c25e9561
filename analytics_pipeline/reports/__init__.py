"""Campaign reports: what is known of a campaign, in one model and several forms."""
