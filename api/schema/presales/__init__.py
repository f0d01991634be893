"""What comes before a contract, as clients see it."""
