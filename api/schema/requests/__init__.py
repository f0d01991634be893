"""Service requests by GraphQL."""
