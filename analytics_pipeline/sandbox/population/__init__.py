"""Who lives in the sandbox's world and what they post; no HTTP here."""
