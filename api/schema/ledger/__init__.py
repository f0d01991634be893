"""The books by GraphQL: entries with their postings, balances, and the days up to which they are closed."""
