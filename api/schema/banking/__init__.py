"""Bank accounts, their files and their lines in GraphQL."""
