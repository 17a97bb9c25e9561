"""Days on which everything goes wrong, and what the warehouse says afterwards."""
