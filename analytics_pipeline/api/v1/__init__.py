"""What programs read: `/api/v1`, with a key of scope `read`."""
