"""The service catalogue by GraphQL."""
