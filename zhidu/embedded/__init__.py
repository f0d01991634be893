"""The servers that `zhidu up` starts by itself: PostgreSQL, the broker, the mail sink."""
