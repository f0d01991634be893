"""Questions about what comes before a contract."""
